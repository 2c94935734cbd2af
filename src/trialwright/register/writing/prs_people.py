"""Eligibility, people, places, data sharing and references of the upload file."""

from trialwright.model.v2.protocol import (
    Contact,
    ContactsLocationsModule,
    EligibilityModule,
    IpdSharingStatementModule,
    Location,
    ReferencesModule,
)
from trialwright.register.prs_words import INFO_TYPES, word_of
from trialwright.register.writing.prs_names import split_name
from trialwright.register.writing.tree import Branch

_NO_LIMIT = "N/A"
_CENTRAL = ("overall_contact", "overall_contact_backup")
_AT_SITE = ("contact", "contact_backup")


def write_eligibility(study: Branch, module: EligibilityModule) -> None:
    """`eligibility`; an age without a limit is N/A."""
    if module == EligibilityModule():
        return
    told = study.branch("eligibility")
    told.block("study_population", module.study_population, "eligibilityModule.studyPopulation")
    told.text("sampling_method", word_of("sampling_method", module.sampling_method))
    criteria = told.branch("criteria")
    criteria.always("textblock", module.eligibility_criteria, "eligibilityModule.eligibilityCriteria")
    told.yes_no("healthy_volunteers", module.healthy_volunteers)
    told.always("gender", word_of("gender", module.sex))
    told.yes_no("gender_based", module.gender_based)
    told.block("gender_description", module.gender_description, "eligibilityModule.genderDescription")
    told.always("minimum_age", module.minimum_age or _NO_LIMIT)
    told.always("maximum_age", module.maximum_age or _NO_LIMIT)


def write_contacts(study: Branch, module: ContactsLocationsModule) -> None:
    """Officials, the central contacts, and the sites."""
    for at, official in enumerate(module.overall_officials):
        where = f"contactsLocationsModule.overallOfficials[{at}]"
        told = study.branch("overall_official")
        _name(told, official.name, where)
        word = word_of("overall_official/role", official.role)
        if official.role and not word:
            study.losses.add(f"{where}.role", f"an overall official is not a {official.role} in the schema")
        told.text("role", word)
        told.text("affiliation", official.affiliation, f"{where}.affiliation")
    _contacts(study, module.central_contacts, _CENTRAL, "contactsLocationsModule.centralContacts")
    for at, location in enumerate(module.locations):
        _location(study, location, f"contactsLocationsModule.locations[{at}]")


def _location(study: Branch, location: Location, where: str) -> None:
    told = study.branch("location")
    facility = told.branch("facility")
    facility.always("name", location.facility, f"{where}.facility")
    address = facility.branch("address")
    address.text("city", location.city, f"{where}.city")
    address.text("state", location.state, f"{where}.state")
    address.text("country", location.country, f"{where}.country")
    address.text("zip", location.zip, f"{where}.zip")
    word = word_of("location/status", location.status)
    if location.status and not word:
        study.losses.add(f"{where}.status", f"the schema has no word for a site that is {location.status}")
    told.text("status", word)
    contacts = tuple(one for one in location.contacts if one.role in ("CONTACT", ""))
    people = tuple(one for one in location.contacts if one not in contacts)
    _contacts(told, contacts, _AT_SITE, f"{where}.contacts")
    if location.contacts != (*contacts, *people):
        study.losses.add(f"{where}.contacts", "the schema names the contacts before the investigators")
    for person in people:
        investigator = told.branch("investigator")
        _name(investigator, person.name, f"{where}.contacts")
        role = word_of("investigator/role", person.role)
        if not role:
            study.losses.add(f"{where}.contacts", f"an investigator at a site is not a {person.role} in the schema")
        investigator.text("role", role)
        if person.phone or person.phone_ext or person.email:
            study.losses.add(f"{where}.contacts", "the schema gives an investigator no telephone and no e-mail")


def _contacts(parent: Branch, contacts: tuple[Contact, ...], tags: tuple[str, ...], where: str) -> None:
    for at, (tag, contact) in enumerate(zip(tags, contacts, strict=False)):
        told = parent.branch(tag)
        _name(told, contact.name, f"{where}[{at}].name")
        told.text("phone", contact.phone, f"{where}[{at}].phone")
        told.text("phone_ext", contact.phone_ext, f"{where}[{at}].phoneExt")
        told.text("email", contact.email, f"{where}[{at}].email")
        if contact.role not in ("CONTACT", ""):
            parent.losses.add(f"{where}[{at}].role", "the schema knows a contact and a second one, without a role")
    for at in range(len(tags), len(contacts)):
        parent.losses.add(f"{where}[{at}]", "the schema has room for one contact and a second one")


def _name(parent: Branch, name: str, where: str) -> None:
    parts = split_name(name)
    for tag in ("first_name", "middle_name"):
        parent.text(tag, parts.get(tag, ""), where)
    parent.always("last_name", parts.get("last_name", ""), where)
    parent.text("degrees", parts.get("degrees", ""), where)


def write_sharing(study: Branch, module: IpdSharingStatementModule) -> None:
    """`ipd_sharing_statement`; the kinds of document are answered only where the record names any."""
    if module == IpdSharingStatementModule():
        return
    told, where = study.branch("ipd_sharing_statement"), "ipdSharingStatementModule"
    told.text("sharing_ipd", word_of("sharing_ipd", module.ipd_sharing))
    told.block("ipd_description", module.description, f"{where}.description")
    for tag, kind in INFO_TYPES.items():
        if module.info_types:
            told.yes_no(tag, kind in module.info_types)
    if list(module.info_types) != [kind for kind in INFO_TYPES.values() if kind in module.info_types]:
        study.losses.add(f"{where}.infoTypes", "the schema keeps no order of the kinds of document")
    told.block("ipd_time_frame", module.time_frame, f"{where}.timeFrame")
    told.block("ipd_access_criteria", module.access_criteria, f"{where}.accessCriteria")
    told.text("ipd_url", module.url, f"{where}.url")


def write_references(study: Branch, module: ReferencesModule) -> None:
    """Links, citations and available study documents."""
    for at, link in enumerate(module.see_also_links):
        told, where = study.branch("link"), f"referencesModule.seeAlsoLinks[{at}]"
        told.always("url", link.url, f"{where}.url")
        told.always("description", link.label, f"{where}.label")
    for at, reference in enumerate(module.references):
        where = f"referencesModule.references[{at}]"
        if reference.type == "DERIVED":
            study.losses.add(
                where, "the registry itself finds this publication by the record's number; nobody uploads it"
            )
            continue
        told = study.branch("reference")
        told.text("citation", reference.citation, f"{where}.citation")
        told.text("pubmed_id", reference.pmid, f"{where}.pmid")
        told.yes_no("is_results_ref", reference.type == "RESULT" if reference.type else None)
    for at, shared in enumerate(module.avail_ipds):
        where = f"referencesModule.availIpds[{at}]"
        told = study.branch("study_document")
        known = word_of("study_document_type", shared.type)
        told.always("study_document_type", known or ("Other" if shared.type else ""))
        told.text("study_document_other_type", "" if known else shared.type, f"{where}.type")
        told.text("url", shared.url, f"{where}.url")
        told.text("study_document_identifier", shared.id, f"{where}.id")
        told.block("study_document_comments", shared.comment, f"{where}.comment")
