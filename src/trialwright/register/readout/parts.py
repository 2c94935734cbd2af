"""The modules of a results section in v2 shape, each from its own result rows."""

from collections.abc import Iterator

from trialwright.catalog import Catalog
from trialwright.model.analysis import ResultRow
from trialwright.model.study import Study
from trialwright.register import wording
from trialwright.register.reading.display import Built
from trialwright.register.readout.rows import Display, Rows, Shown

OVERALL = "Overall Study"
_LEFT = "withdrawn."


def arm(study: Study, number: str) -> Built:
    """The one reporting group, titled and described as the arm."""
    only = study.arms[0]
    given = [one for one in study.interventions if one.name in only.interventions]
    regimen = " ".join(wording.regimen(one, study) for one in given if one.tiers)
    return {"id": number, "title": only.title.en, "description": regimen or only.description}


def participant_flow(study: Study, rows: Rows, catalog: Catalog) -> Built:
    """Started, dosed, completed, not completed and why; {} where the study shows no disposition."""
    display = next(rows.displays("disposition"), None)
    if display is None:
        return {}
    group = "FG000"
    started, completed = display.shown("enrolled", "n"), display.shown("completed", "n")
    left = display.number("enrolled", "n") - display.number("completed", "n")
    milestones = [
        _milestone("STARTED", group, started),
        _milestone("Received at Least One Dose", group, display.shown("dosed", "n")),
        _milestone("COMPLETED", group, completed),
        _milestone("NOT COMPLETED", group, str(left)),
    ]
    reasons = [
        {"type": _reason(line.removeprefix(_LEFT), catalog), "reasons": [_subjects(group, display.shown(line, "n"))]}
        for line in display.lines
        if line.startswith(_LEFT)
    ]
    return {
        "groups": [arm(study, group)],
        "periods": [{"title": OVERALL, "milestones": milestones, "dropWithdraws": reasons}],
    }


def _milestone(kind: str, group: str, count: str | None) -> Built:
    return {"type": kind, "achievements": [_subjects(group, count)]}


def _subjects(group: str, count: str | None) -> Built:
    return {"groupId": group, "numSubjects": count or "0"}


def _reason(code: str, catalog: Catalog) -> str:
    """The registry's words for a reason of leaving; a code without one in plain words."""
    for choice in catalog.terms("withdrawal_reason").choices:
        if choice.code == code:
            return choice.mapping.get("registry", choice.label.en)
    return code.replace("_", " ").capitalize()


def baseline(study: Study, rows: Rows, catalog: Catalog) -> Built:
    """Every baseline characteristic that the study shows: numbers as mean and SD, choices as counts."""
    group = "BG000"
    measures: list[Built] = []
    analysed: ResultRow | None = None
    for display in rows.displays("baseline"):
        for name, lines in _by_item(display).items():
            first = next(iter(display.lines[lines[0]].values()))
            analysed = analysed or first
            title = _title(name, catalog)
            if "=" in lines[0]:
                measures.append(_choice(title, lines, display, group))
            else:
                measures.append(_number(title, lines[0], display, group))
    if analysed is None or not analysed.denominator:
        return {}
    return {
        "groups": [arm(study, group)],
        "denoms": [denominator(group, str(analysed.denominator))],
        "measures": [each for each in measures if each],
    }


def _by_item(display: Display) -> dict[str, list[str]]:
    """The lines of a display by the item they speak of: `demographics.sex=F` of `demographics.sex`."""
    found: dict[str, list[str]] = {}
    for line in display.lines:
        found.setdefault(line.partition("=")[0], []).append(line)
    return found


def _title(name: str, catalog: Catalog) -> str:
    """The registry's own title of a characteristic, else the label of its item."""
    instrument, _, part = name.partition(".")
    if instrument in catalog.names("instrument"):
        entry = catalog.instrument(instrument)
        for one in entry.items:
            if one.name == part:
                return one.mapping.get("registry", one.label.en)
        for score in entry.scores:
            if score.name == part:
                return score.label.en
        return f"{entry.title.en}: {part.replace('_', ' ')}"
    return name


def _choice(title: str, lines: list[str], display: Display, group: str) -> Built:
    categories = [
        {
            "title": next(iter(display.lines[line].values())).label,
            "measurements": [{"groupId": group, "value": display.shown(line, "n") or "0"}],
        }
        for line in lines
    ]
    return {
        "title": title,
        "paramType": "COUNT_OF_PARTICIPANTS",
        "unitOfMeasure": "Participants",
        "classes": [{"categories": categories}],
    }


def _number(title: str, line: str, display: Display, group: str) -> Built:
    mean, spread = display.shown(line, "mean"), display.shown(line, "sd")
    row = display.row(line, "mean")
    if mean is None or row is None:
        return {}
    n, missing = display.shown(line, "n"), display.number(line, "missing")
    value = {"groupId": group, "value": mean} | ({"spread": spread} if spread else {})
    place: Built = {"categories": [{"measurements": [value]}]}
    return {
        "title": title,
        "paramType": "MEAN",
        "dispersionType": "STANDARD_DEVIATION",
        "unitOfMeasure": unit_words(row.unit),
        # the registry asks for the number analysed wherever it is not everybody
        "classes": [place | ({"denoms": [denominator(group, n)]} if missing and n else {})],
    }


def denominator(group: str, count: str) -> Built:
    return {"units": "Participants", "counts": [{"groupId": group, "value": count}]}


def unit_words(unit: str) -> str:
    """A unit as the registry's readers know it; a number without one is counted in units on a scale."""
    return {"a": "years", "": "units on a scale"}.get(unit, unit)


def adverse_events(study: Study, rows: Rows, time_frame: str, estimand: str) -> Built:
    """All-cause deaths, serious events and the other ones, each term with participants, events and number at risk."""
    serious = next(rows.displays("event_terms", estimand, only="serious"), None)
    other = next(rows.displays("event_terms", estimand, only="other"), None)
    flow = next(rows.displays("disposition"), None)
    if serious is None or other is None:
        return {}
    group = "EG000"
    at_risk = _at_risk(serious)
    told = arm(study, group) | {
        "seriousNumAffected": serious.number("any", "n"),
        "seriousNumAtRisk": at_risk,
        "otherNumAffected": other.number("any", "n"),
        "otherNumAtRisk": at_risk,
    }
    if flow is not None:
        told |= {"deathsNumAffected": flow.number("died", "n"), "deathsNumAtRisk": flow.number("enrolled", "n")}
    return {
        "frequencyThreshold": "0",
        "timeFrame": time_frame,
        "description": next((row.method for row in serious.lines.get("any", {}).values() if row.method), ""),
        "eventGroups": [told],
        "seriousEvents": list(_events(serious, group, at_risk)),
        "otherEvents": list(_events(other, group, at_risk)),
    }


def _at_risk(display: Display) -> int:
    first = display.row("any", "n")
    return first.denominator or 0 if first is not None else 0


def _events(display: Display, group: str, at_risk: int) -> Iterator[Built]:
    for line, statistics in display.lines.items():
        if line != "any":
            stats = {
                "groupId": group,
                "numEvents": display.number(line, "events"),
                "numAffected": display.number(line, "n"),
                "numAtRisk": at_risk,
            }
            yield {"term": next(iter(statistics.values())).label, "stats": [stats]}


def more_info(contacts: list[Built]) -> Built:
    """The point of contact, where the record names one."""
    return {"pointOfContact": contacts[0]} if contacts else {}


__all__ = ["Shown", "adverse_events", "arm", "baseline", "denominator", "more_info", "participant_flow", "unit_words"]
