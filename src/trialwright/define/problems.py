"""Every Problem that reading a study definition can find: the one place where TW-DEF codes are made."""

from collections.abc import Iterable

from trialwright.catalog.strict_yaml import guess
from trialwright.model.problem import Problem


def listed(names: Iterable[str], most: int = 12) -> str:
    """Names in a sentence: `SCR, W0, W2`; a long list ends in how many more there are."""
    every = list(names)
    if not every:
        return "none"
    shown = ", ".join(every[:most])
    return shown if len(every) <= most else f"{shown} and {len(every) - most} more"


def file_missing(where: str, what: str) -> Problem:
    return Problem(
        code="TW-DEF-001",
        where=where,
        found="this file or folder is not there",
        expected=f"A study definition has {what}",
        cure="Create it, or give the folder that holds study.yaml.",
    )


def not_readable(where: str, found: str, expected: str, cure: str) -> Problem:
    return Problem(code="TW-DEF-002", where=where, found=found, expected=expected, cure=cure)


def unknown_key(where: str, key: str, allowed: Iterable[str]) -> Problem:
    names = list(allowed)
    return Problem(
        code="TW-DEF-005",
        where=where,
        found=f'"{key}" is not a key that can stand here',
        expected=f"The keys here are {listed(names, 20)}",
        cure=guess(key, names) or "Remove the line, or move it to where it belongs.",
    )


def missing_key(where: str, key: str, why: str = "") -> Problem:
    return Problem(
        code="TW-DEF-006",
        where=where,
        found=f'the key "{key}" is missing',
        expected=why or f'This block needs "{key}"',
        cure=f'Add a line "{key}:".',
    )


def wrong_shape(where: str, found: str, expected: str) -> Problem:
    return Problem(
        code="TW-DEF-007",
        where=where,
        found=found,
        expected=expected,
        cure="Look at the indentation and the dashes of these lines.",
    )


def not_allowed(where: str, found: str, allowed: Iterable[str], what: str = "value") -> Problem:
    names = list(allowed)
    return Problem(
        code="TW-DEF-008",
        where=where,
        found=f'"{found}" is not an allowed {what}',
        expected=f"Allowed are {listed(names, 20)}",
        cure=guess(found, names) or "Choose one of these.",
    )


def bad_scalar(where: str, found: str, expected: str, cure: str = "Correct the value.") -> Problem:
    return Problem(code="TW-DEF-009", where=where, found=found, expected=expected, cure=cure)


def repeated_name(where: str, what: str, name: str, first: str) -> Problem:
    return Problem(
        code="TW-DEF-010",
        where=where,
        found=f'{what} "{name}" stands twice',
        expected=f"Each {what} has a name of its own; the first is at {first}",
        cure="Rename or remove one of the two.",
    )


def no_origin(where: str, what: str, found: str) -> Problem:
    return Problem(
        code="TW-DEF-011",
        where=where,
        found=f"{what}: {found}",
        expected="An element says where it comes from: origin: registered, mirror or protocol; or assumed: <reason>; "
        "or proposed: <reason>",
        cure="If the public record does not say it, write assumed: and the reason.",
    )


def unknown_reference(where: str, found: str, what: str, allowed: Iterable[str]) -> Problem:
    names = list(allowed)
    return Problem(
        code="TW-DEF-012",
        where=where,
        found=f'"{found}" is not {what} of this study',
        expected=f"There are {listed(names, 24)}",
        cure=guess(found, names) or "Use one of these, or define it first.",
    )


def unknown_entry(where: str, found: str, kind: str, allowed: Iterable[str]) -> Problem:
    names = list(allowed)
    return Problem(
        code="TW-DEF-013",
        where=where,
        found=f'"{found}" is not {kind} of the catalog',
        expected=f"The catalog has {listed(names, 24)}",
        cure=guess(found, names) or "Use one of these, or add a folder to the catalog.",
    )


def unused_form(where: str, form: str) -> Problem:
    return Problem(
        code="TW-DEF-016",
        severity="warning",
        where=where,
        found=f'form "{form}" stands at no visit',
        expected="A form is named in the forms of at least one visit of schedule.yaml",
        cure="Name it there, or remove the file.",
    )


def record_missing(where: str, path: str) -> Problem:
    return Problem(
        code="TW-DEF-017",
        severity="warning",
        where=where,
        found=f"the file {path} is not there",
        expected="The public record lies beside the definition, so that the two can be compared",
        cure="Put the record there, or leave the key out while nothing is registered.",
    )


def condition_syntax(where: str, text: str, position: int, *, found: str, expected: str, cure: str = "") -> Problem:
    return Problem(
        code="TW-DEF-020",
        where=where,
        found=f'in "{text}" at character {position + 1}: {found}',
        expected=expected,
        cure=cure or "Conditions are built from names, numbers, codes, comparisons, and, or, not, and brackets.",
    )


def condition_name(where: str, text: str, position: int, name: str, allowed: Iterable[str]) -> Problem:
    names = list(allowed)
    return Problem(
        code="TW-DEF-021",
        where=where,
        found=f'in "{text}" at character {position + 1}: "{name}" is not known here',
        expected=f"Known here are {listed(sorted(names), 24)}",
        cure=guess(name, names) or "Use one of these names, or put its instrument on the form.",
    )


def condition_types(where: str, text: str, position: int, found: str, expected: str) -> Problem:
    return Problem(
        code="TW-DEF-022",
        where=where,
        found=f'in "{text}" at character {position + 1}: {found}',
        expected=expected,
        cure="Compare numbers with numbers, dates with dates, and ask of a choice whether it is one of its codes.",
    )


def condition_code(where: str, text: str, position: int, code: str, *, name: str, allowed: Iterable[str]) -> Problem:
    names = list(allowed)
    return Problem(
        code="TW-DEF-023",
        where=where,
        found=f'in "{text}" at character {position + 1}: "{code}" is not a code of {name}',
        expected=f"Its codes are {listed(names, 24)}",
        cure=guess(code, names) or "Choose one of these.",
    )


def undecided(where: str, what: str, changes: str, choices: Iterable[str] = ()) -> Problem:
    names = list(choices)
    return Problem(
        code="TW-DEF-030",
        where=where,
        found=f"not decided: {what}",
        expected=f"It would change {changes}",
        cure=f"Decide: {listed(names, 20)}." if names else "Decide it and write it down; there is no silent default.",
    )


def schedule_conflict(where: str, found: str, expected: str, cure: str) -> Problem:
    return Problem(code="TW-DEF-031", where=where, found=found, expected=expected, cure=cure)


def dose_tiers(where: str, found: str, expected: str) -> Problem:
    return Problem(
        code="TW-DEF-032",
        where=where,
        found=found,
        expected=expected,
        cure="Let each tier begin where the one before ends, and say with high_included to which the limit belongs.",
    )


def outcome_without_estimand(where: str, measure: str) -> Problem:
    return Problem(
        code="TW-DEF-033",
        where=where,
        found=f'outcome measure "{measure}" has no estimand that computes it at its own level',
        expected="A registered outcome measure names an estimand of the same level",
        cure="Name one, or write the estimand first.",
    )


def sensitivity_of(where: str, found: str, expected: str) -> Problem:
    return Problem(
        code="TW-DEF-034",
        where=where,
        found=found,
        expected=expected,
        cure="Name in of: the primary, secondary or other estimand that this one varies.",
    )


def principal_stratum(where: str, event: str, strategies: Iterable[str]) -> Problem:
    return Problem(
        code="TW-DEF-035",
        where=where,
        found=f"principal_stratum for {event}",
        expected=(
            "A strategy whose effect the data can show: who would have had the event under the other treatment is not "
            "identified, in one arm by nothing at all, in two arms only by assumptions that are not declared here"
        ),
        cure=f"Choose one of {listed(strategies)}, and ask the question of those without the event apart.",
    )


def left_open(where: str, what: str) -> Problem:
    return Problem(
        code="TW-DEF-036",
        where=where,
        found=f"left open: {what}",
        expected="A decision stands here before the study is frozen",
        cure="Decide it, and write the decision in the place of <decide ...>.",
    )


def said_elsewhere(where: str, path: str, reason: str) -> Problem:
    return Problem(
        code="TW-DEF-037",
        where=where,
        found=f"{path} stands here",
        expected=f"It does not stand in registration.yaml: {reason}",
        cure="Remove the line here: what is written twice drifts apart.",
    )


def role_conflict(where: str, role: str, acts: Iterable[str]) -> Problem:
    return Problem(
        code="TW-DEF-039",
        where=where,
        found=f"role {role} assesses for the sponsor and also may {listed(acts)}",
        expected="The sponsor reads site data and never makes them: assessing for it goes with no act of the site",
        cure="Make two roles of it, held by two persons.",
    )


def from_memory(where: str, what: str, entry: str) -> Problem:
    return Problem(
        code="TW-DEF-043",
        where=where,
        found=f"{what} of {entry} is from memory: nobody has seen it in its source",
        expected="A primary endpoint rests on numbers that somebody has read where they stand",
        cure="Look it up and write it down here as the study's own number, or make the endpoint a secondary one.",
    )


def beyond_two_visits(where: str, entry: str, columns: Iterable[str]) -> Problem:
    return Problem(
        code="TW-DEF-044",
        where=where,
        found=f"{entry} asks for {listed(columns)}, which no baseline and no single visit can answer",
        expected="An endpoint compares one visit with baseline; rescue and the like are intercurrent events",
        cure="Set the parameter that asks for it back, or declare an intercurrent event with its strategy.",
    )


def altered_build(where: str, stated: str, found: str) -> Problem:
    return Problem(
        code="TW-DEF-040",
        where=where,
        found=f"the content of this frozen build has hash {found[:12]}, but it was frozen as {stated[:12]}",
        expected="A frozen build is never edited",
        cure="Restore the files of this build, and put the change into the next one with trialwright freeze.",
    )


def no_such_build(where: str, build: str, there: Iterable[str]) -> Problem:
    return Problem(
        code="TW-DEF-041",
        where=where,
        found=f"build {build} is not there",
        expected=f"Frozen builds are {listed(there)}",
        cure="Name one of these, or leave the build out to read the working files.",
    )


def not_frozen(where: str, found: str, expected: str, cure: str) -> Problem:
    return Problem(code="TW-DEF-042", where=where, found=found, expected=expected, cure=cure)


def case_differs(where: str, title: str, found: str, expected: str) -> Problem:
    return Problem(
        code="TW-DEF-050",
        where=where,
        found=f'case "{title}": {found}',
        expected=expected,
        cure="Work the case again by hand; then correct the answer, or the definition.",
    )


def case_unreadable(where: str, found: str, expected: str) -> Problem:
    return Problem(
        code="TW-DEF-051",
        where=where,
        found=found,
        expected=expected,
        cure="Correct the case.",
    )


def item_of_another_kind(where: str, build: int, before: str, after: str) -> Problem:
    return Problem(
        code="TW-DEF-060",
        where=where,
        found=f"this item is a {after}, in build {build} it was a {before}",
        expected="An item keeps its kind for ever",
        cure="Give the new question a name of its own; the old one may be left out.",
    )


def unit_forgotten(where: str, build: int, before: str, after: str) -> Problem:
    return Problem(
        code="TW-DEF-061",
        where=where,
        found=f'its unit is "{after}", and "{before}" of build {build} is not accepted any more',
        expected="Values that stand keep a unit that the item knows",
        cure="Keep the old unit among the item's other units with its factor, or name the item anew.",
    )


def code_with_another_meaning(where: str, build: int, before: str, after: str) -> Problem:
    return Problem(
        code="TW-DEF-062",
        where=where,
        found=f'it means "{after}", in build {build} it meant "{before}"',
        expected="A code never gets another meaning",
        cure="Give the new choice a code of its own; a better wording of the same meaning keeps its words.",
    )


def form_repeats(where: str, build: int, *, repeating: bool) -> Problem:
    now, then = ("stands once", "had rows") if repeating else ("has rows", "stood once")
    return Problem(
        code="TW-DEF-063",
        where=where,
        found=f"this form {now}, in build {build} it {then}",
        expected="A form keeps its shape for ever",
        cure="Name the new form anew and take the old one out of the schedule.",
    )
