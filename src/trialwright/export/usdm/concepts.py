"""What is asked or measured: items with a test code of CDISC as biomedical concepts, all others as surrogates."""

from trialwright.export.sdtm.metadata import domains
from trialwright.export.sdtm.places import read_place
from trialwright.export.terminology import code_list, terminology_version
from trialwright.export.usdm.codes import CDISC, Json, Term, alias, id_of, thing
from trialwright.model.study import Field, Section, Study

_TYPES = {"number": "decimal", "integer": "integer", "date": "date", "yes_no": "boolean"}


def test_code(field: Field) -> Term | None:
    """The terminology's code of the test that an item measures; None where it has none."""
    place = read_place(field.item.mapping.get("sdtm", ""))
    if place is None or place.supplemental or place.variable or place.domain not in domains():
        return None
    variable = domains()[place.domain].variables.get(f"{place.domain}TESTCD")
    listed = code_list(variable.codelist) if variable is not None else None
    code = listed.terms.get(place.name, "") if listed is not None else ""
    return Term(code, place.name, CDISC, terminology_version()) if code else None


def concept_ids(section: Section) -> tuple[list[Json], list[Json]]:
    """Of a section: the ids of its biomedical concepts, and of the surrogates of its other items."""
    coded: list[Json] = []
    uncoded: list[Json] = []
    for field in section.fields:
        if test_code(field) is None:
            uncoded.append(id_of("BiomedicalConceptSurrogate", field.name))
        else:
            coded.append(id_of("BiomedicalConcept", field.name))
    return coded, uncoded


def _fields(study: Study) -> list[Field]:
    """Every item once, as it stands on the first form that asks it."""
    found: dict[str, Field] = {}
    for form in study.forms:
        for section in form.sections:
            for field in section.fields:
                found.setdefault(field.name, field)
    return list(found.values())


def concepts(study: Study) -> list[Json]:
    made: list[Json] = []
    for field in _fields(study):
        term = test_code(field)
        if term is None:
            continue
        value = thing(
            "BiomedicalConceptProperty",
            field.name,
            name=field.item.name,
            label=field.item.label.en,
            isRequired=field.required,
            isEnabled=True,
            datatype=_TYPES.get(field.item.kind, "string"),
            responseCodes=[],
            code=alias(f"{field.name}.property", term),
        )
        made.append(
            thing(
                "BiomedicalConcept",
                field.name,
                name=field.name,
                label=field.item.label.en,
                synonyms=[],
                reference=f"CDISC SDTM CT {terminology_version()}, {term.code}",
                properties=[value],
                code=alias(f"{field.name}.concept", term),
            )
        )
    return made


def surrogates(study: Study) -> list[Json]:
    return [
        thing(
            "BiomedicalConceptSurrogate",
            field.name,
            name=field.name,
            label=field.item.label.en,
            reference=f"Trialwright catalog, {field.name}",
        )
        for field in _fields(study)
        if test_code(field) is None
    ]
