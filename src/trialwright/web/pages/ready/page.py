"""Ready to lock? Every single reason why not, by kind, each with the page on which it is settled."""

import msgspec
from django.http import HttpResponseBase

from trialwright.capture.obstacles import KIND_WORDS, Kind, Obstacle, counted
from trialwright.capture.status import data_locked
from trialwright.model.text import Text
from trialwright.web import quality
from trialwright.web.names import Names
from trialwright.web.page import ANY_ROLE, Call, Route, address
from trialwright.web.render import page

SHOWN = 100
"""So many lines of one kind are shown at once; the heading counts all."""

DOES: dict[Kind, Text] = {
    "query": Text(
        en="Answer and close them, on the page or in the list of queries.", zh="请在相应页面或质疑列表中答复并关闭。"
    ),
    "visit_open": Text(
        en="Fill in what is owed, then mark the visit complete.", zh="请补充缺项，然后将访视标记为完成。"
    ),
    "visit_overdue": Text(en="Enter the visit, or record that it was missed.", zh="请录入该访视，或登记为缺失。"),
    "owed": Text(en="Fill in the row, or say why an answer is missing.", zh="请补充该行，或注明缺失原因。"),
    "unverified": Text(
        en="The definition asks that these values are compared with their source.",
        zh="方案定义要求将这些数值与原始资料核对。",
    ),
    "changed_verified": Text(
        en="The value is newer than its mark: compare it again.", zh="数值在核查后有改动，请重新核对。"
    ),
    "unreviewed": Text(en="The definition asks that these forms are reviewed.", zh="方案定义要求审阅这些表单。"),
    "changed_reviewed": Text(
        en="Something on the form is newer than its review: look again.", zh="表单在审阅后有改动，请重新审阅。"
    ),
    "unsigned": Text(
        en="The definition wants these visits signed once they are complete.", zh="方案定义要求访视完成后签名。"
    ),
    "consent": Text(
        en="Record the signature of the new version on the participant's page.",
        zh="请在参与者页面登记新版知情同意书的签署。",
    ),
    "no_end": Text(
        en="Record completion, withdrawal or death on the participant's page.",
        zh="请在参与者页面登记完成、退出或死亡。",
    ),
    "undecided": Text(en="Enrol the person, or record a screen failure.", zh="请办理入组，或登记为筛选失败。"),
}


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """One line: where it is settled, and what is meant there."""

    href: str
    who: str
    where: str
    what: str


class Group(msgspec.Struct, frozen=True, kw_only=True):
    kind: Kind
    title: str
    does: str
    count: int
    lines: tuple[Why, ...]
    places: int


def view(call: Call) -> HttpResponseBase:
    who = str(call.request.GET.get("participant", ""))
    every = quality.against_lock(call)
    chosen = [each for each in every if who in ("", each.place.participant_id)]
    return page(
        call,
        "ready/ready.html",
        groups=_groups(call, chosen),
        total=sum(counted(every).values()),
        asked=who,
        participants=sorted({each.place.participant_id for each in every}),
        locked=data_locked(call.place.events()),
    )


def _groups(call: Call, found: list[Obstacle]) -> list[Group]:
    names, counts = Names(call.place.study, call.language), counted(found)
    made = []
    for kind, count in counts.items():
        these = [each for each in found if each.kind == kind]
        title = call.words(KIND_WORDS[kind])
        made.append(
            Group(
                kind=kind,
                title=title[:1].upper() + title[1:],
                does=call.words(DOES[kind]),
                count=count,
                lines=tuple(_line(call, names, each) for each in these[:SHOWN]),
                places=len(these),
            )
        )
    return made


def _line(call: Call, names: Names, each: Obstacle) -> Why:
    place, comma = each.place, "、" if call.language == "zh" else ", "
    what = each.query.message.of(call.language) if each.query else comma.join(names.item(i) for i in each.items[:4])
    more = len(each.items) - 4
    return Why(
        href=_href(each),
        who=place.participant_id,
        where=names.place(place.visit, place.form, place.row),
        what=what + (f" +{more}" if more > 0 else ""),
    )


def _href(each: Obstacle) -> str:
    place = each.place
    if place.form:
        path = address("form", participant_id=place.participant_id, visit=place.visit, form=place.form)
        view = ["view=verify"] if each.kind in ("unverified", "changed_verified") else []
        query = "&".join([*view, *([f"row={place.row}"] if place.row else [])])
        return f"{path}?{query}" if query else path
    if place.visit:
        return address("visit", participant_id=place.participant_id, visit=place.visit)
    return address("participant", participant_id=place.participant_id)


ROUTES = (Route(path="study/ready/", name="ready", view=view, act=ANY_ROLE),)
