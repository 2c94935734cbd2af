"""registration.yaml: what a registration says beyond the definition, under the registry's own names."""

from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from trialwright.define import problems as say
from trialwright.define.documents import Document, Steps, Tree
from trialwright.define.notes import Notes
from trialwright.model.v2.protocol import ProtocolSection

REGISTRATION = "registration.yaml"
SAID_BY_STUDY = {
    "identificationModule.nctId": "registration: id",
    "identificationModule.orgStudyIdInfo.id": "study",
    "identificationModule.briefTitle": "registration: brief_title",
    "statusModule.startDateStruct.date": "registration: start_date",
    "statusModule.primaryCompletionDateStruct.date": "registration: primary_completion",
    "statusModule.studyFirstSubmitDate": "registration: first_submitted",
    "sponsorCollaboratorsModule.leadSponsor.name": "registration: sponsor",
    "sponsorCollaboratorsModule.collaborators[].name": "registration: collaborators",
    "conditionsModule.conditions[]": "registration: conditions",
    "designModule.phases[]": "registration: phases",
    "designModule.designInfo.allocation": "registration: allocation",
    "designModule.designInfo.interventionModel": "registration: model",
    "designModule.designInfo.primaryPurpose": "registration: primary_purpose",
    "designModule.designInfo.maskingInfo.masking": "registration: masking",
    "designModule.enrollmentInfo.count": "enrolment_planned",
    "armsInterventionsModule.armGroups[].label": "arms: title",
    "armsInterventionsModule.armGroups[].type": "arms: kind",
    "armsInterventionsModule.armGroups[].description": "arms: description",
    "armsInterventionsModule.armGroups[].interventionNames[]": "arms: interventions",
    "armsInterventionsModule.interventions[].type": "interventions: kind",
    "armsInterventionsModule.interventions[].name": "interventions: title",
    "armsInterventionsModule.interventions[].description": "interventions: description, route, tiers",
    "armsInterventionsModule.interventions[].armGroupLabels[]": "arms: interventions",
    "armsInterventionsModule.interventions[].otherNames[]": "interventions: other_names",
    "outcomesModule.primaryOutcomes[].measure": "outcomes: measure",
    "outcomesModule.primaryOutcomes[].description": "outcomes: description",
    "outcomesModule.primaryOutcomes[].timeFrame": "outcomes: time_frame",
    "outcomesModule.secondaryOutcomes[].measure": "outcomes: measure",
    "outcomesModule.secondaryOutcomes[].description": "outcomes: description",
    "outcomesModule.secondaryOutcomes[].timeFrame": "outcomes: time_frame",
    "outcomesModule.otherOutcomes[].measure": "outcomes: measure",
    "outcomesModule.otherOutcomes[].description": "outcomes: description",
    "outcomesModule.otherOutcomes[].timeFrame": "outcomes: time_frame",
    "eligibilityModule.eligibilityCriteria": "eligibility",
}
"""Where study.yaml says an element of a registration, by v2 path within the protocol section; lists are marked []."""

_KINDS = {"BoolType": "yes or no", "IntType": "A whole number such as 12", "FloatType": "A number such as 31.2"}


@cache
def written_by_registry() -> dict[str, str]:
    """The paths that a definition has no element for, each with the reason that a person wrote down."""
    text = files("trialwright.define").joinpath("registry_writes.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return {path: reason for path, _, reason in (line.partition(" | ") for line in lines)}


def read_registry_elements(document: Document | None, notes: Notes) -> ProtocolSection:
    """
    The elements of registration.yaml; an empty section where the file is not there.

    Missing:  what the file does not say is absent, and owed by the draft.
    Problems: an unknown name (005), a wrong shape or word (007 to 009), an element that another file or the registry
              says (037).
    """
    if document is None:
        return ProtocolSection()
    reading = _Reading(document, notes)
    told = reading.part(msgspec.inspect.type_info(ProtocolSection), document.tree, (), "")
    return msgspec.convert(told, ProtocolSection) if not notes.broken else ProtocolSection()


class _Reading:
    def __init__(self, document: Document, notes: Notes) -> None:
        self.document, self.notes = document, notes

    def part(self, kind: msgspec.inspect.Type, tree: Tree, path: Steps, v2: str) -> Any:
        """What stands at a place, typed; None where a Problem says why not."""
        if isinstance(kind, msgspec.inspect.StructType):
            return self._block(kind, tree, path, v2)
        if isinstance(kind, msgspec.inspect.VarTupleType):
            return self._list(kind, tree, path, v2)
        if not isinstance(tree, str):
            return self._wrong(path, "a block or a list stands here", "Expected is one piece of text")
        if self._said_elsewhere(path, v2):
            return None
        return self._scalar(kind, tree, path)

    def _block(self, kind: msgspec.inspect.StructType, tree: Tree, path: Steps, v2: str) -> Any:
        if not isinstance(tree, dict):
            return self._wrong(path, "a list or a text stands here", "Expected is a block of keys")
        fields = {field.encode_name: field.type for field in kind.fields}
        told = {}
        for key, inner in tree.items():
            if key not in fields:
                self.notes.problems.append(say.unknown_key(self.document.where(*path, key), key, fields))
                continue
            told[key] = self.part(fields[key], inner, (*path, key), f"{v2}.{key}" if v2 else key)
        return told

    def _list(self, kind: msgspec.inspect.VarTupleType, tree: Tree, path: Steps, v2: str) -> Any:
        if not isinstance(tree, list):
            return self._wrong(path, "no list stands here", "Expected is a list (lines that begin with a dash)")
        return [self.part(kind.item_type, one, (*path, at), f"{v2}[]") for at, one in enumerate(tree)]

    def _scalar(self, kind: msgspec.inspect.Type, text: str, path: Steps) -> Any:
        if isinstance(kind, msgspec.inspect.UnionType):
            kind = next(each for each in kind.types if not isinstance(each, msgspec.inspect.NoneType))
        if isinstance(kind, msgspec.inspect.LiteralType):
            words = [str(word) for word in kind.values if word]
            if text not in words:
                self.notes.problems.append(say.not_allowed(self.document.where(*path), text, words))
            return text
        name = type(kind).__name__
        try:
            if name == "BoolType":
                return {"yes": True, "no": False}[text]
            return int(text) if name == "IntType" else float(text) if name == "FloatType" else text
        except (KeyError, ValueError):
            self.notes.problems.append(say.bad_scalar(self.document.where(*path), f'"{text}"', _KINDS[name]))
            return None

    def _said_elsewhere(self, path: Steps, v2: str) -> bool:
        where = self.document.where(*path)
        if v2 in SAID_BY_STUDY:
            self.notes.problems.append(say.said_elsewhere(where, str(v2), f"study.yaml says it: {SAID_BY_STUDY[v2]}"))
        elif v2 in written_by_registry():
            self.notes.problems.append(say.said_elsewhere(where, str(v2), written_by_registry()[v2]))
        else:
            return False
        return True

    def _wrong(self, path: Steps, found: str, expected: str) -> None:
        self.notes.problems.append(say.wrong_shape(self.document.where(*path), found, expected))
