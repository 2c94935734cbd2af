"""A study definition out of another system's files: forms, questions, code lists, schedule; the rest stays open."""

from collections.abc import Mapping, Sequence

import msgspec

from trialwright.catalog import Catalog
from trialwright.define.naming import Names
from trialwright.define.starting import STARTING_ROLES
from trialwright.define.yaml_text import render
from trialwright.export.incoming.files import Incoming
from trialwright.export.incoming.questions import Questions, Tree, Where, iter_data, plain, questions_of
from trialwright.export.incoming.schedule import Visits, visits_of
from trialwright.export.odm import document as odm
from trialwright.model.problem import Lost

_HEAD = (
    "# Made from {source}.\n"
    "# The questions are the file's own; what no such file says is a stand-in, listed under still_open of study.yaml,\n"
    "# and trialwright check names it until a person has decided.\n\n"
)
_MOVED = "Moved from another system; the protocol decides."
_OPEN_NOW = "no registration stands here yet"


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """
    The files of the definition by name, and the way from the file's names to ours.

    `open` are the decisions that check will name; `lost` what of the file has no place in a definition.
    """

    files: dict[str, bytes]
    questions: Questions
    visits: Visits
    repeating: frozenset[str]  # forms of the file that stand more than once at a visit
    sites: dict[str, str]
    open: tuple[tuple[str, str], ...]
    lost: tuple[Lost, ...]
    added_forms: int = 0
    added_items: int = 0


def definition_of(incoming: Incoming, catalog: Catalog, today: str, called: str) -> Made:
    """
    A study folder that can be read, checked and served at once.

    Missing:  registration, enrolment, arms, consent, eligibility and endpoints are stand-ins or empty, each of them
              named; nothing is taken for decided that the file does not say. `today` stands for the dates, `called` for
              the name of a study that has none (REDCap's tables).
    """
    completed, added_forms, added_items = _completed(incoming.document)
    metadata = completed.metadata
    if metadata is None:
        raise ValueError("a definition is made of files that define forms")
    values = _values(completed)
    repeating = _repeating(completed, metadata)
    questions = questions_of(metadata, values, repeating, catalog.names("instrument"))
    seen = frozenset(event.event for _, event, _, _ in iter_data(completed))
    visits = visits_of(metadata, questions.forms, seen, incoming.dialect)
    sites = _sites(completed)
    open_now = tuple(_open(incoming, questions, visits))
    name = called if metadata.study_name in incoming.kinds else metadata.study_name or metadata.protocol_name
    study = _study(incoming, questions, sites, open_now, name=plain(name) or called, today=today)
    head = _HEAD.format(source=f"{incoming.dialect or 'ODM'}: {', '.join(incoming.kinds)}")
    trees = {"study.yaml": study, "schedule.yaml": visits.tree, "analysis.yaml": _analysis(), **questions.files}
    return Made(
        files={name: (head + render(tree)).encode() for name, tree in trees.items()},
        questions=questions,
        visits=visits,
        repeating=repeating,
        sites={oid: name for oid, (name, _) in sites.items()},
        open=open_now,
        lost=(*questions.lost, *questions.as_text, *questions.untold),
        added_forms=added_forms,
        added_items=added_items,
    )


def completed_document(document: odm.Document) -> odm.Document:
    """The document with a place for all that it holds (see `_completed`)."""
    return _completed(document)[0]


def _completed(document: odm.Document) -> tuple[odm.Document, int, int]:
    """
    Groups that no form holds become forms, items that only the data name become questions.

    Source:   ODM 2.0 lets an event ask a group directly; REDCap's data have a status for every form that its dictionary
              does not list.
    """
    metadata = document.metadata
    if metadata is None:
        return document, 0, 0
    held = {group for form in metadata.forms for group in form.groups}
    loose = [group for group in metadata.groups if group.oid not in held]
    forms = [
        *metadata.forms,
        *(odm.Form(oid=g.oid, name=g.name, groups=(g.oid,), repeating=g.repeating, words=g.words) for g in loose),
    ]
    items = {item.oid: item for item in metadata.items}
    groups = {group.oid: group for group in metadata.groups}
    by_form = {form.oid: form for form in forms}
    added = 0
    for _, _, form, group in iter_data(document):
        named = by_form.get(form.form)
        if named is None or group.group in groups:
            continue
        oid = f"{form.form}.status"
        strange = [datum.item for datum in group.data if datum.item not in items]
        if not strange:
            continue
        for name in strange:
            items[name] = odm.Item(oid=name, name=name, data_type="text", question={"en": name})
            added += 1
        earlier = groups.get(oid, odm.Group(oid=oid, name=f"{named.name} status"))
        uses = (*earlier.items, *(odm.ItemUse(item=name) for name in strange))
        groups[oid] = msgspec.structs.replace(earlier, items=uses)
        if oid not in named.groups:
            by_form[form.form] = msgspec.structs.replace(named, groups=(*named.groups, oid))
    full = msgspec.structs.replace(
        metadata, forms=tuple(by_form.values()), groups=tuple(groups.values()), items=tuple(items.values())
    )
    return msgspec.structs.replace(document, metadata=full), len(loose), added


def _values(document: odm.Document) -> dict[Where, list[str]]:
    found: dict[Where, list[str]] = {}
    for _, _, form, group in iter_data(document):
        for datum in group.data:
            if datum.value is not None:
                found.setdefault((form.form, group.group, datum.item), []).append(datum.value)
    return found


def _repeating(document: odm.Document, metadata: odm.Metadata) -> frozenset[str]:
    """Forms declared to repeat, that hold a group that does, or whose data stand more than once at one event."""
    groups = {group.oid for group in metadata.groups if group.repeating}
    found = {form.oid for form in metadata.forms if form.repeating or groups & set(form.groups)}
    seen: dict[tuple[str, str, str, str], set[str]] = {}
    for subject, event, form, _ in iter_data(document):
        seen.setdefault((subject.key, event.event, event.repeat, form.form), set()).add(form.repeat)
    return frozenset(found | {place[3] for place, repeats in seen.items() if len(repeats) > 1})


def _sites(document: odm.Document) -> dict[str, tuple[str, str]]:
    """The sites that participants belong to: the file's name -> ours and its title."""
    names, titles = Names(), {place.oid: place.name for place in document.places}
    used = dict.fromkeys(subject.site for subject in document.subjects if subject.site)
    found = {oid: (names.of(oid.removeprefix("L."), "site"), titles.get(oid) or oid) for oid in used}
    return found or {"": ("site", "Site")}


def _open(incoming: Incoming, questions: Questions, visits: Visits) -> Sequence[tuple[str, str]]:
    """What a person has to decide, and what stands there until then."""
    told = [
        ("the registration: registry, number, dates, conditions, design", _OPEN_NOW),
        ("how many participants are planned", "1"),
        ("each site's name, country and time zone", "UTC, no country"),
        (visits.open, "the order of the file"),
        ("the arms and what they receive", "the arms that the file names" if incoming.arms else "no arm"),
        ("the eligibility criteria", "none"),
        ("the version of the consent form", "1"),
        ("the outcome measures and their estimands", "none: data are captured and exported, nothing is analysed"),
    ]
    if questions.untold:
        names = ", ".join(each.where for each in questions.untold)
        told.append((f"when these questions are shown: {names}", "always"))
    if questions.as_text:
        names = ", ".join(each.where for each in questions.as_text)
        told.append((f"the kind of these questions, whose values do not fit what the file says: {names}", "text"))
    if questions.identifying:
        names = ", ".join(questions.identifying)
        told.append(
            (f"whether these questions, which tell who somebody is, belong on a form: {names}", "they are asked")
        )
    return [(what, for_now) for what, for_now in told if what]


def _study(
    incoming: Incoming,
    questions: Questions,
    sites: Mapping[str, tuple[str, str]],
    open_now: Sequence[tuple[str, str]],
    *,
    name: str,
    today: str,
) -> Tree:
    day = (incoming.document.as_of or incoming.document.made_at)[:10] or today
    return {
        "study": name,
        "title": {"en": name},
        "registration": {
            "registry": "none",
            "id": "not registered",
            "start_date": day,
            "first_submitted": day,
        },
        "enrolment_planned": "1",
        "arms": _arms(incoming.arms),
        "interventions": [],
        "sites": [
            {"name": name, "title": {"en": said}, "country": "not stated", "time_zone": "UTC", "proposed": _MOVED}
            for name, said in sites.values()
        ],
        "gates": [],
        "consents": [
            {"name": "1", "title": {"en": "Informed consent form", "zh": "知情同意书"}, "proposed": _MOVED}
        ],
        "eligibility": [],
        "outcomes": [],
        "roles": [
            {"name": name, "title": {"en": english, "zh": chinese}, "may": may.split(", ")}
            for name, english, chinese, may in STARTING_ROLES
        ],
        **({"code_lists": questions.lists} if questions.lists else {}),
        "# Take a line out when its decision is written: a study with one cannot be frozen.": "",
        "still_open": [{"what": what, "for_now": for_now} for what, for_now in open_now],
    }  # fmt: skip


def _arms(arms: Sequence[tuple[str, str]]) -> list[Tree]:
    names = Names()
    return [
        {
            "name": names.of(title, "arm"),
            "title": {"en": plain(title)},
            "kind": "OTHER",
            "description": f"Arm {number} of the file.",
            "interventions": [],
            "proposed": _MOVED,
        }
        for number, title in arms
    ]


def _analysis() -> Tree:
    return {
        "# Sets, events and endpoints are decisions of the protocol: see docs/reference/study-definition.md.": "",
        "analysis_sets": [],
        "intercurrent_events": [],
        "estimands": [],
        "displays": [],
    }
