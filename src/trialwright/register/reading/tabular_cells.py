"""The cells of the tabular page, one function a kind of cell: text in, v2 pieces out."""

import re
from collections.abc import Mapping

from trialwright.register.reading.display import (
    AGE_GROUP,
    ALLOCATION,
    ARM_TYPE,
    INTERVENTION_TYPE,
    MASKED,
    MASKING,
    MODEL,
    OBSERVATIONAL_MODEL,
    PERSPECTIVE,
    PHASE,
    PURPOSE,
    SEX,
    Built,
    code,
    filled,
)

_TIME_FRAME = re.compile(r"^(?P<measure>.*?)\s*\[\s*Time Frame:\s*(?P<frame>.*?)\s*\]\s*(?P<rest>.*)$")
_SUBMITTED = re.compile(r"^\(submitted:.*\)$", re.I)
_DESIGN = re.compile(
    r"(Allocation|Intervention Model|Masking|Primary Purpose|Observational Model|Time Perspective|"
    r"Intervention Model Description|Masking Description|Endpoint Classification):"
)
_TYPED = re.compile(r"^(" + "|".join(re.escape(kind) for kind in INTERVENTION_TYPE) + r"):\s*(.+)$")
_ARM = re.compile(r"^(" + "|".join(re.escape(kind) for kind in ARM_TYPE) + r"):\s*(.+)$")
_GIVEN = re.compile(r"^Interventions?:\s*(.*)$")
_HEADINGS = re.compile(r"(?:key\s+)?(?:inclusion|exclusion)\s+criteria|criteria", re.I)
_LOWEST = re.compile(r"^(\d+ \w+) and (?:older|over)")
_HIGHEST = re.compile(r"^up to (\d+ \w+)", re.I)
_BETWEEN = re.compile(r"^(\d+ \w+) to (\d+ \w+)")


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def listed(text: str, *, commas: bool = False) -> list[str]:
    """The items of a cell, one a line (or one a comma)."""
    parts = text.replace(", ", "\n") if commas else text
    return _lines(parts)


def outcomes(text: str) -> list[Built]:
    """Each outcome measure begins on the line that holds its time frame; the lines after it are its description."""
    found: list[dict[str, str]] = []
    for line in text.split("\n"):
        head = _TIME_FRAME.match(line.strip()) if "Time Frame:" in line else None
        if head:
            found.append({"measure": head["measure"], "description": head["rest"], "timeFrame": head["frame"]})
        elif found:
            found[-1]["description"] = (
                f"{found[-1]['description']}\n\n{line.strip()}" if line.strip() else found[-1]["description"]
            )
        elif line.strip() and not _SUBMITTED.match(line.strip()):
            found.append({"measure": line.strip(), "description": "", "timeFrame": ""})
    return [filled({key: part.strip() for key, part in outcome.items()}) for outcome in found]


def design(text: str) -> Built:
    """The "Study Design" cell: labelled values on one or several lines."""
    pieces = _DESIGN.split(" ".join(_lines(text)))
    told = dict(zip(pieces[1::2], (piece.strip(" ,") for piece in pieces[2::2]), strict=True))
    masking = told.get("Masking", "")
    who = [who for word, who in MASKED.items() if word in masking.partition("(")[2]]
    return {
        "allocation": code(ALLOCATION, told.get("Allocation", "")),
        "interventionModel": code(MODEL, told.get("Intervention Model", "")),
        "interventionModelDescription": told.get("Intervention Model Description", ""),
        "primaryPurpose": code(PURPOSE, told.get("Primary Purpose", "")),
        "observationalModel": code(OBSERVATIONAL_MODEL, told.get("Observational Model", "")),
        "timePerspective": code(PERSPECTIVE, told.get("Time Perspective", "")),
        "maskingInfo": {
            "masking": code(MASKING, masking.partition("(")[0].strip()),
            "maskingDescription": told.get("Masking Description", ""),
            "whoMasked": who,
        },
    }


def phases(text: str) -> list[str]:
    """ "Phase 1/Phase 2" is two entries."""
    return [code(PHASE, part.strip()) for line in _lines(text) for part in re.split(r"/(?=Phase)|, ", line)]


def enrolment(text: str, kind: str) -> Built:
    """The planned or actual number; anything but digits is left out and so reported by the rule on enrolment."""
    digits = text.replace(",", "").strip().split("\n")[0]
    return {"count": int(digits), "type": kind} if digits.isdecimal() and len(digits) < 10 else {}


def arms(text: str) -> list[Built]:
    """Arms begin with their type; the line "Intervention: ..." and the typed lines after it name what is given."""
    found: list[tuple[str, str, list[str], list[str]]] = []
    giving = False
    for line in _lines(text):
        head, given = _ARM.match(line), _GIVEN.match(line)
        if head and not (giving and _TYPED.match(line)):
            found.append((ARM_TYPE[head[1]], head[2], [], []))
            giving = False
        elif not found:
            found.append(("", line, [], []))
        elif given:
            giving = True
            found[-1][3].extend([given[1]] if given[1] else [])
        elif giving:
            found[-1][3].append(line)
        else:
            found[-1][2].append(line)
    return [
        filled({"label": label, "type": kind, "description": "\n\n".join(told), "interventionNames": names})
        for kind, label, told, names in found
    ]


def interventions(text: str, arms_found: list[Built]) -> list[Built]:
    """Interventions begin with their type; the lines after are description and "Other Name:"."""
    found: list[tuple[str, str, list[str], list[str]]] = []
    naming = False
    for line in _lines(text):
        head = _TYPED.match(line)
        if head:
            found.append((head[1], head[2], [], []))
            naming = False
        elif found and re.match(r"^Other Names?:", line):
            naming = True
            found[-1][3].extend(_lines(line.partition(":")[2]))
        elif found:
            (found[-1][3] if naming else found[-1][2]).append(line)
    return [
        filled(
            {
                "type": INTERVENTION_TYPE[kind],
                "name": name,
                "description": "\n\n".join(told),
                "armGroupLabels": [arm["label"] for arm in arms_found if f"{kind}: {name}" in _names(arm)],
                "otherNames": others,
            }
        )
        for kind, name, told, others in found
    ]


def _names(arm: Mapping[str, object]) -> list[object]:
    names = arm.get("interventionNames", [])
    return names if isinstance(names, list) else []


def criteria(text: str) -> str:
    """The criteria, or "" where only their headings are left."""
    told = [line for line in _lines(text) if not _HEADINGS.fullmatch(line.strip(": "))]
    return text.strip() if told else ""


def sex(text: str) -> str:
    """ "Sexes Eligible for Study: All" and its bare form."""
    word = text.rpartition(":")[2].strip()
    return code(SEX, word)


def ages(text: str) -> Built:
    """ "18 Years and older (Adult, Older Adult)" in three elements."""
    span, _, groups = text.partition("(")
    lowest, highest, between = _LOWEST.match(span), _HIGHEST.match(span), _BETWEEN.match(span)
    return {
        "minimumAge": lowest[1] if lowest else between[1] if between else "",
        "maximumAge": highest[1] if highest else between[2] if between else "",
        "stdAges": [AGE_GROUP[word.strip()] for word in groups.strip(" )").split(",") if word.strip() in AGE_GROUP],
    }


def yes_no(text: str) -> bool | None:
    """The answer, or None where the cell holds none."""
    return {"yes": True, "no": False}.get(text.strip().lower())


def fda_regulated(text: str) -> Built:
    """The bullets "Studies a U.S. FDA-regulated Drug Product: No"."""
    answers: Built = {}
    for line in _lines(text):
        told = yes_no(line.rpartition(":")[2])
        if told is not None and "Drug" in line:
            answers["isFdaRegulatedDrug"] = told
        elif told is not None and "Device" in line:
            answers["isFdaRegulatedDevice"] = told
    return answers


def ipd_answer(text: str) -> str:
    """The bullet "Plan to Share IPD: No"."""
    answer = re.search(r"Plan to Share IPD:\s*(Yes|No|Undecided)", text, re.I)
    return answer[1].upper() if answer else ""


def study_ids(text: str) -> Built:
    """The first line is the sponsor's own number; the others are secondary ones, "number ( type )"."""
    first, *others = _lines(text) or [""]
    return {
        "orgStudyIdInfo": {"id": first},
        "secondaryIdInfos": [{"id": line.partition("(")[0].strip()} for line in others],
    }


def responsible_party(text: str) -> Built:
    """ "Name, Organisation" is a person; a name without a comma is an organisation, so the sponsor."""
    first = text.split("\n")[0]
    person, comma, organisation = first.partition(", ")
    return (
        {"investigatorFullName": person, "investigatorAffiliation": organisation}
        if comma
        else {"oldOrganization": first}
    )


def officials(text: str) -> list[Built]:
    """ "Principal Investigator: Name | Organisation", one a line."""
    found: list[Built] = []
    for line in _lines(text):
        role, colon, person = line.partition(":")
        if colon:
            name, *affiliation = [part.strip() for part in re.split(r"\||\t", person)]
            found.append(
                filled(
                    {"name": name, "affiliation": " ".join(affiliation), "role": role.strip().upper().replace(" ", "_")}
                )
            )
    return found
