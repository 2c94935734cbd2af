"""The registry's words for v2 codes, its way of writing a date, and the lines that several writers share."""

import datetime as dt

from trialwright.model.v2.protocol import (
    DesignModule,
    EligibilityModule,
    EnrollmentInfo,
    Outcome,
    PartialDateStruct,
    ProtocolSection,
    ResponsibleParty,
)
from trialwright.register.reading import display
from trialwright.register.spans import read_date

_WORDS: dict[str, dict[str, str]] = {
    kind: {code: word for word, code in reversed(words.items())}
    for kind, words in (
        ("status", display.STATUS),
        ("phase", display.PHASE),
        ("allocation", display.ALLOCATION),
        ("model", display.MODEL),
        ("masking", display.MASKING),
        ("masked", display.MASKED),
        ("purpose", display.PURPOSE),
        ("study_type", display.STUDY_TYPE),
        ("observational", display.OBSERVATIONAL_MODEL),
        ("perspective", display.PERSPECTIVE),
        ("arm", display.ARM_TYPE),
        ("sex", display.SEX),
        ("age_group", display.AGE_GROUP),
    )
}
_WORDS["masking"]["NONE"] = "None (Open Label)"
_WORDS["phase"]["NA"] = "Not Applicable"
_MONTH, _DAY = 7, 10  # length of YYYY-MM and YYYY-MM-DD


def word(kind: str, code: str) -> str:
    """The registry's word for a code; a code without one in capitals and lower case letters: NATURAL_HISTORY."""
    return _WORDS[kind].get(code, code.replace("_", " ").capitalize())


def intervention_type(code: str) -> str:
    return display.INTERVENTION_NAMES.get(code, code.replace("_", " ").capitalize())


def shown_date(text: str) -> str:
    """ "2021-07-01" as July 1, 2021 and "2021-06" as June 2021; what is no date stays as it is."""
    date = read_date(text)
    if date is None:
        return text
    day: dt.date = date.earliest
    if len(text) == _DAY:
        return f"{day:%B} {day.day}, {day.year}"
    return f"{day:%B} {day.year}" if len(text) == _MONTH else text


def date_kind(dated: PartialDateStruct) -> str:
    """Actual or Estimated, "" where the record does not say."""
    return {"ACTUAL": "Actual", "ESTIMATED": "Estimated"}.get(dated.type, "")


def outcome_text(outcomes: tuple[Outcome, ...]) -> str:
    """Each measure with its time frame in brackets, its description below, as the registry's page prints them."""
    told = []
    for outcome in outcomes:
        frame = f" [ Time Frame: {outcome.time_frame} ]" if outcome.time_frame else ""
        told.append("\n".join(part for part in (f"{outcome.measure}{frame}", outcome.description) if part))
    return "\n\n".join(told)


def design_lines(module: DesignModule) -> list[str]:
    """Allocation, model, masking and purpose, or model and perspective, each on a line."""
    info, masked = module.design_info, module.design_info.masking_info
    masking = word("masking", masked.masking) if masked.masking else ""
    if masked.who_masked:
        masking += f" ({', '.join(word('masked', who) for who in masked.who_masked)})"
    lines = (
        ("Observational Model", word("observational", info.observational_model)),
        ("Time Perspective", word("perspective", info.time_perspective)),
        ("Allocation", word("allocation", info.allocation)),
        ("Intervention Model", word("model", info.intervention_model)),
        ("Intervention Model Description", info.intervention_model_description),
        ("Masking", masking),
        ("Masking Description", masked.masking_description),
        ("Primary Purpose", word("purpose", info.primary_purpose)),
    )
    return [f"{label}: {told}" for label, told in lines if told]


def phase_line(module: DesignModule) -> str:
    return "/".join(word("phase", phase) for phase in module.phases)


def age_line(module: EligibilityModule) -> str:
    """ "18 Years to 75 Years (Adult, Older Adult)"."""
    lowest, highest = module.minimum_age, module.maximum_age
    span = ""
    if lowest and highest:
        span = f"{lowest} to {highest}"
    elif lowest:
        span = f"{lowest} and older"
    elif highest:
        span = f"up to {highest}"
    elif module.std_ages:
        span = "Child, Adult, Older Adult" if len(module.std_ages) == len(_WORDS["age_group"]) else ""
    groups = ", ".join(word("age_group", group) for group in module.std_ages)
    return f"{span} ({groups})" if span and groups and span != groups else span or groups


def enrolment_number(info: EnrollmentInfo) -> str:
    return "" if info.count is None else str(info.count)


def responsible_line(party: ResponsibleParty, sponsor: str) -> str:
    """ "Name, Organisation" of a person; the sponsor's name where the sponsor answers for the record."""
    if party.investigator_full_name:
        return ", ".join(filter(None, (party.investigator_full_name, party.investigator_affiliation)))
    return ", ".join(filter(None, (party.old_name_title, party.old_organization))) or sponsor


def countries(protocol: ProtocolSection) -> list[str]:
    """Every country of the sites once, by name."""
    return sorted({place.country for place in protocol.contacts_locations_module.locations if place.country})


def yes_no(answer: bool | None) -> str:
    return "" if answer is None else "Yes" if answer else "No"
