"""What study.yaml declares about conduct, as model values: roles, signatures, safety reporting, product, records."""

from collections.abc import Collection

from trialwright.catalog import Catalog
from trialwright.define import problems as say
from trialwright.define.documents import Document
from trialwright.define.notes import Notes, text_of
from trialwright.define.schema import FormFile, StudyFile
from trialwright.model import study as m
from trialwright.model.declared import ProductPlan, Recipient, RecordsPlan, SafetyPlan, SignatureMeaning

_OF_THE_SITE = ("enter", "complete_visit", "enrol", "identify", "sign")
"""Acts by which site data come about: who assesses for the sponsor does none of them."""

EVENTS, DOSES = "adverse_event", "dosing_log"
"""The catalog instruments that the two logs are made of."""


def roles(file: StudyFile, document: Document, notes: Notes) -> tuple[m.Role, ...]:
    notes.once(list(file.roles), document, "roles", "role")
    for index, block in enumerate(file.roles):
        both = [act for act in _OF_THE_SITE if act in block.may]
        if "assess_safety" in block.may and both:
            notes.problems.append(say.role_conflict(document.where("roles", index, "may"), block.name, both))
    return tuple(
        m.Role(name=role.name, title=text_of(role.title), may=tuple(role.may), trained_first=role.trained_first)
        for role in file.roles
    )


def signatures(
    file: StudyFile, document: Document, visits: Collection[str], notes: Notes
) -> tuple[SignatureMeaning, ...]:
    notes.once(list(file.signatures), document, "signatures", "signature")
    signers = [role.name for role in file.roles if "sign" in role.may]
    for index, block in enumerate(file.signatures):
        for key, names, known, what in (
            ("by", block.by, signers, "a role that may sign"),
            ("owed_at", block.owed_at, visits, "a visit"),
        ):
            for position, name in enumerate(names):
                if name not in known:
                    where = document.where("signatures", index, key, position)
                    notes.problems.append(say.unknown_reference(where, name, what, known))
    return tuple(
        SignatureMeaning(
            name=block.name,
            title=text_of(block.title),
            levels=tuple(block.levels),
            by=tuple(block.by),
            owed_at=tuple(block.owed_at),
            origin=notes.origin(block, document, "signatures", index, what=f"signature {block.name}"),
        )
        for index, block in enumerate(file.signatures)
    )


def safety(file: StudyFile, document: Document, forms: Collection[FormFile], notes: Notes) -> SafetyPlan | None:
    block = file.safety
    if block is None:
        return None
    _check_log(block.log, EVENTS, document.where("safety", "log"), forms, notes)
    return SafetyPlan(
        log=block.log,
        hours_to_sponsor=block.hours_to_sponsor,
        recipients=tuple(
            Recipient(name=each.name, title=text_of(each.title), expedited=each.expedited) for each in block.recipients
        ),
        origin=notes.origin(block, document, "safety", what="reporting of serious events"),
    )


def product(
    file: StudyFile, document: Document, forms: Collection[FormFile], catalog: Catalog, notes: Notes
) -> ProductPlan | None:
    block = file.product
    if block is None:
        return None
    _check_log(block.log, DOSES, document.where("product", "log"), forms, notes)
    for key, name, known, what in (
        ("intervention", block.intervention, [each.name for each in file.interventions], "an intervention"),
        ("dose_by", block.dose_by, _dosing(catalog), "an instrument with the scores dose and vials"),
    ):
        if name not in known:
            notes.problems.append(say.unknown_reference(document.where("product", key), name, what, known))
    return ProductPlan(
        intervention=block.intervention,
        log=block.log,
        dose_by=block.dose_by,
        weight=block.weight,
        origin=notes.origin(block, document, "product", what="accountability of the product"),
    )


def records(file: StudyFile, document: Document, notes: Notes) -> RecordsPlan | None:
    block = file.records
    if block is None:
        return None
    return RecordsPlan(
        entered_within_days=block.entered_within_days,
        kept_years=block.kept_years,
        origin=notes.origin(block, document, "records", what="entry and keeping of the records"),
    )


def _dosing(catalog: Catalog) -> list[str]:
    named = {name: {score.name for score in catalog.instrument(name).scores} for name in catalog.names("instrument")}
    return [name for name, scores in named.items() if {"dose", "vials"} <= scores]


def _check_log(log: str, instrument: str, where: str, forms: Collection[FormFile], notes: Notes) -> None:
    known = [
        form.form for form in forms if form.repeating and instrument in [each.instrument for each in form.sections]
    ]
    if log not in known:
        notes.problems.append(say.unknown_reference(where, log, f"a repeating form with {instrument}", known))
