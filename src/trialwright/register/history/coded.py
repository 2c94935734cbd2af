"""What a diff shows of a v2 code: the registry's own word for it."""

from trialwright.register.writing.words import intervention_type, word

_KINDS = {
    "overallStatus": "status",
    "lastKnownStatus": "status",
    "phases": "phase",
    "studyType": "study_type",
    "allocation": "allocation",
    "interventionModel": "model",
    "observationalModel": "observational",
    "timePerspective": "perspective",
    "primaryPurpose": "purpose",
    "masking": "masking",
    "whoMasked": "masked",
    "sex": "sex",
    "stdAges": "age_group",
}
_DATED = ("ACTUAL", "ESTIMATED")


def in_words(names: tuple[str, ...], told: str) -> str:
    """The value of the field whose path goes through `names`; what is no code stays as it is written."""
    if not told or not told.replace("_", "").isalnum() or not told.isupper():
        return told
    kind = "arm" if names[-2:] == ("armGroups", "type") else _KINDS.get(names[-1], "")
    if names[-2:] == ("locations", "status"):
        kind = "status"
    if kind:
        return word(kind, told)
    if names[-2:] == ("interventions", "type"):
        return intervention_type(told)
    if names[-2:] == ("responsibleParty", "type"):
        return told.replace("_", " ").capitalize()
    return told.lower() if names[-1:] == ("type",) and told in _DATED else told
