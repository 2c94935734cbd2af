"""The builds of the definition: what each changed, in words; what the present one means for entered data; moving it."""

import re

import msgspec
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect

from trialwright.capture.builds import STAYS_WORDS, FormImpact
from trialwright.define import compare_studies, read_builds
from trialwright.define.builds import Build
from trialwright.model.ledger import LedgerEvent
from trialwright.model.problem import Problem
from trialwright.model.text import Text
from trialwright.pipeline import conduct
from trialwright.web.names import Names
from trialwright.web.page import ANY_ROLE, Call, Route, address
from trialwright.web.place import Place
from trialwright.web.render import page
from trialwright.web.wording import said_in

MOVED = Text(en="The forms were moved.", zh="表单已迁移。")
SHOWN = 200
"""Of more forms than these the page names the first and counts the rest."""


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What differs between two builds, under the kind of thing it concerns: "Visit", "Display" ..."""

    since: int
    kinds: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def count(self) -> int:
        return sum(len(texts) for _, texts in self.kinds)


class BuildLine(msgspec.Struct, frozen=True, kw_only=True):
    """One build: why it was made, what it changed, and the act that put it in force here."""

    build: Build
    changes: tuple[Changes, ...]
    published: LedgerEvent | None
    served: bool


class ImpactLine(msgspec.Struct, frozen=True, kw_only=True):
    """One form that stands under another build, in words."""

    impact: FormImpact
    where: str
    href: str
    stays: str
    kept: str
    owed: str


def view(call: Call) -> HttpResponse:
    return _show(call)


def move(call: Call) -> HttpResponseBase:
    """Moves what may move, with the reason given; back to the page, or why not."""
    done = conduct.migrate_forms(
        call.place.ledger, call.place.study, conduct.Actor(call.reader.user), reason=call.posted("reason"),
        token=call.posted("token"),
    )  # fmt: skip
    if isinstance(done, conduct.Refused):
        return _show(call, done.problems)
    return HttpResponseRedirect(f"{address('amendments')}?done=1")


def _show(call: Call, problems: tuple[Problem, ...] = ()) -> HttpResponse:
    every = conduct.amendment_impact(call.place.ledger, call.place.study)
    impact = [each for each in every if call.place.site_of(each.participant_id) is not None]
    # what asks for somebody's attention first: forms that stay, keep an item or owe a new answer
    impact.sort(key=lambda each: not (each.stays or each.kept or each.owed))
    return page(
        call,
        "amendments/amendments.html",
        status=422 if problems else 200,
        builds=_builds(call),
        lines=[_line(call, each) for each in impact[:SHOWN]],
        more=max(0, len(impact) - SHOWN),
        moving=sum(not each.stays for each in impact),
        staying=sum(bool(each.stays) for each in impact),
        may_move=any(call.reader.may(act) for act in ("lock", "grant")),
        problems=[("", said_in(problem, call.language)) for problem in problems],
        notice=call.words(MOVED) if call.request.GET.get("done") and not call.is_post else "",
        reason=call.posted("reason"),
    )


def _builds(call: Call) -> list[BuildLine]:
    """The newest first; each against the one before, the one in use against the registered one first."""
    place = call.place
    builds, _ = read_builds(place.folder)
    published = {e.details.get("build", ""): e for e in place.ledger.events(kinds=["build_published"])}
    registered = next((build.build for build in reversed(builds) if build.status == "registered"), None)
    lines = []
    for before, build in zip([None, *builds], builds, strict=False):
        served = build.build == place.study.build
        since = [before.build] if before else []
        if served and registered is not None and registered not in (build.build, *since):
            since.insert(0, registered)
        lines.append(BuildLine(
            build=build, changes=tuple(_changes(place, number, build.build) for number in since),
            published=published.get(str(build.build)), served=served,
        ))  # fmt: skip
    return lines[::-1]


def _changes(place: Place, since: int, until: int) -> Changes:
    told = compare_studies(place.study_at(since), place.study_at(until))
    kinds: dict[str, list[str]] = {}
    for text in told:
        first = re.split(r"[\s,:]", text, maxsplit=1)[0]
        kinds.setdefault(first if first[:1].isupper() else "", []).append(text)
    return Changes(since=since, kinds=tuple((kind, tuple(texts)) for kind, texts in kinds.items()))


def _line(call: Call, impact: FormImpact) -> ImpactLine:
    names = Names(call.place.study, call.language)
    comma = "、" if call.language == "zh" else ", "
    return ImpactLine(
        impact=impact,
        where=names.place(impact.visit, impact.form, 0),
        href=address("form", participant_id=impact.participant_id, visit=impact.visit, form=impact.form),
        stays=call.words(STAYS_WORDS[impact.stays]) if impact.stays else "",
        kept=comma.join(names.item(item) for item in impact.kept),
        owed=comma.join(names.item(item) for item in impact.owed),
    )


ROUTES = (
    Route(
        path="amendments/", name="amendments", view=view, act=ANY_ROLE,
        navigation=Text(en="Amendments", zh="方案修订"), group="study", order=7,
    ),
    Route(path="amendments/move/", name="amendments_move", view=move, act="lock", post_only=True),
)  # fmt: skip
