"""USDM 4.0: the definition as CDISC's unified study definitions model has it, for protocol and design systems."""

import json
from collections.abc import Iterator, Sequence

from trialwright.export.files import File
from trialwright.export.formats import Format, Source, lost_file
from trialwright.export.sdtm.metadata import countries
from trialwright.export.sdtm.summary import Parameter, declared
from trialwright.export.usdm import codes, concepts, design, purpose
from trialwright.export.usdm.codes import Json, Term, Thing, code, id_of, thing
from trialwright.model.problem import Lost
from trialwright.model.study import Study
from trialwright.model.text import Text

VERSION = "4.0.0"

ALWAYS: tuple[Lost, ...] = (
    Lost("ledger: every datapoint and act", "USDM holds a design, never data"),
    Lost("words in Chinese", "a text of USDM has one language"),
    Lost("origin of each element: registered, protocol or assumed, and why", "USDM has no place for it"),
    Lost("conditions: skip logic, edit checks, criteria as expressions", "USDM's criteria and activities are words"),
    Lost("items: unit, limits, decimals, choices", "they belong to a biomedical concept, which USDM refers to"),
    Lost(
        "estimands: criterion with its parameters, window, missing-data rule, level, benchmarks",
        "USDM's estimand has the five attributes of ICH E9(R1) alone",
    ),
    Lost("displays, subgroups, roles, signatures, safety and product plans", "USDM ends with the design"),
    Lost("gates and versions of the consent form", "USDM has no acts before enrolment"),
    Lost("registration: status, dates of start and completion, responsible party", "USDM dates documents alone"),
    Lost("whether the disease is rare", "the definition does not say; USDM insists on yes or no, and no stands there"),
    Lost("what kind of organisation a sponsor is", "it is not defined; USDM insists, and academic stands there"),
    Lost("earlier builds", "one export is one build; the reasons of the builds stand in versions/"),
)
"""What no USDM export can carry, whatever the definition."""


def document(study: Study, version: str) -> Thing:
    """
    The whole definition as one USDM document, the wrapper of the API at its root.

    Shape:   ids are made from names (`StudyArm_abatacept`): the same element has the same id in every build.
    Missing: what the definition does not say is left out where USDM allows it; nothing is made up but `isRareDisease`,
             which USDM insists on.
    Source:  CDISC USDM 4.0 API schema (Wrapper-Input), DDF terminology 2025-09-26.
    """
    told = declared(study)
    return {
        "study": {
            "id": study.name,
            "name": study.name,
            "label": study.title.en,
            "versions": [_version(study, told)],
            "documentedBy": [],
            "instanceType": "Study",
        },
        "usdmVersion": VERSION,
        "systemName": "Trialwright",
        "systemVersion": version,
    }


def _version(study: Study, told: Sequence[Parameter]) -> Thing:
    return thing(
        "StudyVersion", str(study.build), versionIdentifier=str(study.build), rationale=study.title.en,
        documentVersionIds=[], dateValues=[], amendments=[], businessTherapeuticAreas=[],
        studyIdentifiers=_identifiers(study), referenceIdentifiers=[], studyDesigns=[design.design(study, told)],
        titles=_titles(study), eligibilityCriterionItems=design.criterion_items(study), narrativeContentItems=[],
        abbreviations=[], roles=_roles(study), organizations=_organizations(study),
        studyInterventions=design.interventions(study, told), administrableProducts=[], medicalDevices=[],
        productOrganizationRoles=[], biomedicalConcepts=concepts.concepts(study), bcCategories=[],
        bcSurrogates=concepts.surrogates(study), dictionaries=[], conditions=[],
    )  # fmt: skip


def _titles(study: Study) -> list[Json]:
    official = study.registration.elements.identification_module.official_title or study.title.en
    titles = [("official", official, codes.OFFICIAL_TITLE)]
    if study.registration.brief_title:
        titles.append(("brief", study.registration.brief_title, codes.BRIEF_TITLE))
    return [thing("StudyTitle", name, text=text, type=code(f"title.{name}", term)) for name, text, term in titles]


def _identifiers(study: Study) -> list[Json]:
    made: list[Json] = [
        thing("StudyIdentifier", "sponsor", text=study.name, scopeId=id_of("Organization", "sponsor")),
    ]
    if study.registration.registry_id:
        scope = id_of("Organization", "registry")
        made.append(thing("StudyIdentifier", "registry", text=study.registration.registry_id, scopeId=scope))
    return made


def _organizations(study: Study) -> list[Json]:
    registered = study.registration
    named: list[tuple[str, str, Term]] = [
        ("sponsor", registered.sponsor or study.sites[0].title.en, codes.ACADEMIC),
        *((f"collaborator_{at}", each, codes.ACADEMIC) for at, each in enumerate(registered.collaborators, 1)),
    ]
    if registered.registry_id:
        named.append(("registry", registered.registry, codes.REGISTRY))
    made: list[Json] = [_organization(name, title, term) for name, title, term in named]
    for site in study.sites:
        country = countries().get(site.country, site.country)
        at = thing(
            "StudySite",
            site.name,
            name=site.name,
            label=site.title.en,
            country=code(f"{site.name}.country", Term(country, site.country, codes.ISO_COUNTRY, "2020-08")),
        )
        made.append(_organization(f"site_{site.name}", site.title.en, codes.FACILITY) | {"managedSites": [at]})
    return made


def _organization(name: str, title: str, kind: Term) -> Thing:
    return thing(
        "Organization", name, name=name, label=title, type=code(f"{name}.organization", kind),
        identifierScheme="Trialwright", identifier=name, managedSites=[],
    )  # fmt: skip


def _roles(study: Study) -> list[Json]:
    version = id_of("StudyVersion", str(study.build))
    given = [
        ("sponsor", codes.SPONSOR),
        *((f"collaborator_{at}", codes.CO_SPONSOR) for at, _ in enumerate(study.registration.collaborators, 1)),
    ]
    made: list[Json] = [
        thing(
            "StudyRole", name, name=name, code=code(f"{name}.role", term), appliesToIds=[version], assignedPersons=[],
            organizationIds=[id_of("Organization", name)],
        )
        for name, term in given
    ]  # fmt: skip
    masked = study.registration.elements.design_module.design_info.masking_info.who_masked
    for each in masked:
        if each in codes.MASKED:
            mask = thing("Masking", each, text="Does not know the assigned treatment", isMasked=True)
            made.append(
                thing(
                    "StudyRole",
                    each,
                    name=each.lower(),
                    code=code(f"{each}.masked", codes.MASKED[each]),
                    appliesToIds=[version],
                    assignedPersons=[],
                    organizationIds=[],
                    masking=mask,
                )
            )
    return made


def lost(study: Study) -> tuple[Lost, ...]:
    """What this definition says and USDM cannot carry."""
    told = declared(study)
    found = list(ALWAYS)
    low, high = design.value_of(told, "AGEMIN"), design.value_of(told, "AGEMAX")
    if (low is None) != (high is None):
        limit = low or high
        found.append(Lost(f"age limit {limit.value if limit else ''}", "a Range of USDM has two ends; the words stand"))
    found += [
        Lost(f"intervention {each.name}: dose by body weight as numbers",
             "USDM's dose asks for a frequency term and a product with its dosage form; the words stand")
        for each in study.interventions
        if each.tiers
    ]  # fmt: skip
    variations = [each.name for each in study.estimands if each not in purpose.carried(study)]
    if variations:
        reason = "by ICH E9(R1) a sensitivity analysis is no estimand, and USDM has no analyses"
        found.append(Lost(f"sensitivity analyses: {', '.join(variations)}", reason))
    given = {each.title.en.lower() for each in study.interventions}
    found += [
        Lost(f"condition {each}", "it is an intervention; the record lists it among the conditions")
        for each in study.registration.conditions
        if each.lower() in given
    ]
    return tuple(found)


def write(source: Source) -> Iterator[File]:
    """`usdm.json` and `lost.json`."""
    made = document(source.study, source.version)
    yield File("usdm.json", ((json.dumps(made, ensure_ascii=False, indent=1) + "\n").encode(),))
    yield File("lost.json", (lost_file(lost(source.study)),))


FORMAT = Format(
    name="usdm",
    title=Text("Study design (CDISC USDM 4.0)", "研究设计（CDISC USDM 4.0）"),
    says=Text(
        "The design without data: arms, visits, activities, criteria, endpoints and estimands, for protocol systems.",
        "不含数据的研究设计：组别、访视、活动、入选标准、终点与估计目标，供方案系统使用。",
    ),
    write=write,
)

__all__ = ["ALWAYS", "FORMAT", "document", "lost", "write"]
