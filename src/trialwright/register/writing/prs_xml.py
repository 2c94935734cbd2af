"""
PRS protocol XML: the file that a sponsor uploads to register or to update.

It is valid against the schema of 2018.05.08 and uses its words. Nobody outside the registry can say that the registry
will take it: its own rules are not published.
"""

from lxml import etree

from trialwright.model.record import RegistryRecord
from trialwright.model.v2.protocol import IdentificationModule, OversightModule, ProtocolSection, ResponsibleParty
from trialwright.register.markdown import plain_protocol
from trialwright.register.prs_words import SCHEMA_DATE, word_of
from trialwright.register.writing import prs_design, prs_people
from trialwright.register.writing.owed import owed_elements
from trialwright.register.writing.prs_private import Private, owed_private, private_of
from trialwright.register.writing.tree import Branch, Losses
from trialwright.register.writing.written import UNCHECKED, Owed, Written

NAMESPACE = "http://clinicaltrials.gov/prs"
REMARK = f"PRS protocol XML by the schema of {SCHEMA_DATE}; {UNCHECKED}."


def write_prs_xml(record: RegistryRecord, org_name: str = "") -> Written:
    """
    The upload file of one record. `org_name` is the short name the organisation logs in with.

    Missing:  what the schema cannot carry stands in `lost`, what an upload needs and no public record says in `owed`.
    """
    protocol, private, losses = plain_protocol(record), private_of(record), Losses()
    root = etree.Element(f"{{{NAMESPACE}}}study_collection", nsmap={"prs": NAMESPACE})
    root.append(etree.Comment(f" {REMARK} "))
    study = Branch(etree.SubElement(root, "clinical_study"), losses)
    login = org_name or private.text("org_name")
    _identity(study, protocol.identification_module, login)
    _regulated(study, protocol.oversight_module, private)
    _titles(study, protocol.identification_module)
    _sponsors(study, protocol, private)
    _oversight(study, protocol.oversight_module, private)
    _described(study, protocol)
    _status(study, protocol)
    prs_design.write_design(study, protocol)
    prs_design.write_outcomes(study, protocol)
    prs_design.write_arms(study, protocol)
    prs_people.write_eligibility(study, protocol.eligibility_module)
    prs_people.write_contacts(study, protocol.contacts_locations_module)
    prs_people.write_sharing(study, protocol.ipd_sharing_statement_module)
    prs_people.write_references(study, protocol.references_module)
    etree.indent(root)
    content = etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"
    owed = (*owed_private(private, protocol, login), *owed_elements(record), *_unsaid(study))
    return Written(content=content, lost=tuple(losses.cells), owed=tuple(dict.fromkeys(owed)), remarks=(REMARK,))


def _identity(study: Branch, module: IdentificationModule, login: str) -> None:
    info = study.branch("id_info")
    info.always("org_name", login or module.organization.full_name)
    info.always("org_study_id", module.org_study_id_info.id)
    for at, other in enumerate(module.secondary_id_infos):
        where = f"identificationModule.secondaryIdInfos[{at}]"
        given = info.branch("secondary_id")
        given.always("id", other.id, f"{where}.id")
        word = word_of("id_type", other.type)
        if other.type and not word:
            word = word_of("id_type", "OTHER_GRANT")
            study.losses.add(f"{where}.type", "the schema has no word for this agency; written as a grant of another")
        given.text("id_type", word)
        given.text("id_domain", other.domain, f"{where}.domain")


def _regulated(study: Branch, module: OversightModule, private: Private) -> None:
    # the schema asks "Unapproved Device?" under the name of what follows from it
    study.yes_no("delayed_posting", module.is_unapproved_device)
    study.text("is_ind_study", private.text("is_ind_study"))
    private.write(study, "ind_info")


def _titles(study: Branch, module: IdentificationModule) -> None:
    study.text("brief_title", module.brief_title, "identificationModule.briefTitle")
    study.text("acronym", module.acronym, "identificationModule.acronym")
    study.text("official_title", module.official_title, "identificationModule.officialTitle")


def _sponsors(study: Branch, protocol: ProtocolSection, private: Private) -> None:
    module = protocol.sponsor_collaborators_module
    sponsors = study.branch("sponsors")
    sponsors.branch("lead_sponsor").always("agency", module.lead_sponsor.name)
    for collaborator in module.collaborators:
        sponsors.branch("collaborator").always("agency", collaborator.name)
    party = module.responsible_party
    if party != ResponsibleParty():
        told = sponsors.branch("resp_party")
        told.always("resp_party_type", word_of("resp_party_type", party.type))
        told.text("investigator_username", private.text("investigator_username"))
        told.text("investigator_title", party.investigator_title)
        told.text("investigator_affiliation", party.investigator_affiliation)
        told.text("name_title", party.old_name_title)
        told.text("organization", party.old_organization)


def _oversight(study: Branch, module: OversightModule, private: Private) -> None:
    info = study.branch("oversight_info")
    private.write(info, "regulatory_authority")
    private.write(info, "irb_info")
    info.yes_no("has_dmc", module.oversight_has_dmc)
    info.yes_no("fda_regulated_drug", module.is_fda_regulated_drug)
    info.yes_no("fda_regulated_device", module.is_fda_regulated_device)
    info.text("post_prior_to_approval", private.text("post_prior_to_approval"))
    info.yes_no("exported_from_us", module.is_us_export)
    info.yes_no("ped_postmarket_surv", module.is_ppsd)
    info.drop_if_empty()


def _described(study: Branch, protocol: ProtocolSection) -> None:
    module = protocol.description_module
    study.block("brief_summary", module.brief_summary, "descriptionModule.briefSummary")
    study.block("detailed_description", module.detailed_description, "descriptionModule.detailedDescription")


def _status(study: Branch, protocol: ProtocolSection) -> None:
    module = protocol.status_module
    status = module.overall_status
    if status == "UNKNOWN":
        status = module.last_known_status
        reason = "the registry derives UNKNOWN; the last known status is written, and only an update can cure it"
        study.losses.add("statusModule.overallStatus", reason)
    expanded = protocol.design_module.study_type == "EXPANDED_ACCESS"
    element = "expanded_access_status" if expanded else "overall_status"
    word = word_of(element, status)
    if status and not word:
        study.losses.add("statusModule.overallStatus", f"the schema has no word for {status} in such a study")
    if not expanded:
        study.text(element, word)
    study.text("why_stopped", module.why_stopped, "statusModule.whyStopped")
    if expanded:
        study.text(element, word)
    study.text("verification_date", module.status_verified_date)
    for tag, key, dated in (
        ("start_date", "startDateStruct", module.start_date_struct),
        ("last_follow_up_date", "completionDateStruct", module.completion_date_struct),
        ("primary_compl_date", "primaryCompletionDateStruct", module.primary_completion_date_struct),
    ):
        if len(dated.date) == 4:  # the registry has asked for the month since it began
            study.losses.add(f"statusModule.{key}.date", "the schema asks for the month; the record gives the year")
        else:
            study.text(tag, dated.date)
        study.text(f"{tag}_type", word_of(f"{tag}_type", dated.type))


def _unsaid(study: Branch) -> tuple[Owed, ...]:
    """The elements that the schema demands and that stand empty."""
    empty = [node for node in study.element.iter() if isinstance(node.tag, str) and len(node) == 0 and not node.text]
    return tuple(Owed(_placed(node), "The schema demands this element; it is written empty.") for node in empty)


def _placed(node: etree._Element) -> str:
    """The element below `clinical_study`: location/facility/name."""
    above = [str(one.tag) for one in node.iterancestors()][:-2]
    return "/".join([*reversed(above), str(node.tag)])
