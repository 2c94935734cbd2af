"""PRS upload XML, as the registry's entry system takes and gives it, mapped into v2 shape."""

from collections.abc import Iterator, Mapping

from trialwright.model.problem import Lost, Problem
from trialwright.model.record import RegistryRecord
from trialwright.register import problems
from trialwright.register.prs_words import code_of
from trialwright.register.reading import prs_parts
from trialwright.register.reading.built import built_record
from trialwright.register.reading.display import Built, filled
from trialwright.register.reading.near import nearest
from trialwright.register.reading.xml import Asked
from trialwright.register.unmapped import prs_unmapped
from trialwright.register.writing.prs_private import KEY

_NAMESPACE = "{http://clinicaltrials.gov/prs"
_RESULTS = "results of an upload file are not read; take them from the API v2 record"
_PRIVATE = "API v2 shows it nowhere; it is kept with the record and written into the next upload"
_SIMPLE = ("is_fda_regulated", "is_section_801", "is_ind_study")


def read_each(root: Asked, name: str) -> Iterator[RegistryRecord | list[Problem]]:
    """Every record of an upload file, or why it holds none. Elements the schema does not know are oddities."""
    studies = root.each("clinical_study")
    if not studies:
        yield [problems.not_a_record(name, "its study_collection holds no clinical_study")]
    for number, study in enumerate(studies, 1):
        place = name if len(studies) == 1 else f"{name}, record {number}"
        yield read_study(study, place, rooted=root.namespace == _NAMESPACE)


def read_study(study: Asked, name: str, *, rooted: bool = True) -> RegistryRecord:
    """One `clinical_study` of an upload file; `rooted` where the root stands in the namespace that PRS asks for."""
    oddities: list[Problem] = []
    if not rooted:
        oddities.append(problems.odd_element(name, "the root element is not in the namespace of PRS uploads"))
    if study.attributes.get("partial_upload") == "true":
        oddities.append(
            problems.odd_element(name, "it is a partial upload: what it leaves out may stand in the record")
        )
    results = [tag for tag in ("result", "resultDisposition") if study.each(tag)]
    for tag in results:
        for part in study.each(tag):
            part.plain()
    reading = prs_parts.Reading(study)
    document = filled({"protocolSection": _protocol(study, reading)}) | {"hasResults": "result" in results}
    private = _private(study)
    if private:
        document[KEY] = private
    oddities += [problems.odd_element(f"{name}: {where}", odd) for where, odd in reading.oddities]
    oddities += [
        problems.odd_element(f"{name}: {where}", f"the schema has no element {piece.tag}", nearest(piece.tag))
        for where, piece in study.unread()
    ]
    lost = [Lost("resultsSection", _RESULTS)] if results else []
    lost += [Lost(path, reason) for path, reason in prs_unmapped().items()]
    lost += [Lost(f"{KEY}.{tag}", _PRIVATE) for tag in private]
    return built_record(document, "prs-xml", name, lost=tuple(lost), oddities=tuple(oddities))


def _private(study: Asked) -> Built:
    """What only an upload file says, by tag, nothing of it changed."""
    told: Built = {tag: study.text(tag) for tag in _SIMPLE}
    told["org_name"] = study.text("id_info/org_name")
    told["provider_name"] = study.text("id_info/provider_name")
    told["provider_study_id"] = study.text("id_info/provider_study_id")
    told["end_date"] = study.text("end_date")
    told["investigator_username"] = study.text("sponsors/resp_party/investigator_username")
    told["post_prior_to_approval"] = study.text("oversight_info/post_prior_to_approval")
    for path in ("ind_info", "oversight_info/irb_info", "oversight_info/regulatory_authority"):
        found = [piece.plain() for piece in study.each(path) if not piece.empty()]
        told[path.rpartition("/")[2]] = found[0] if len(found) == 1 and "authority" not in path else found
    for tag in ("phone", "phone_ext", "email"):
        told[f"resp_party_{tag}"] = study.text(f"sponsors/resp_party/{tag}")
    return filled({key: _without_empty(piece) for key, piece in told.items()})


def _without_empty(piece: object) -> object:
    return {key: text for key, text in piece.items() if text} if isinstance(piece, Mapping) else piece


def _protocol(study: Asked, reading: "prs_parts.Reading") -> Built:
    return {
        "identificationModule": {
            "orgStudyIdInfo": {"id": study.text("id_info/org_study_id")},
            "secondaryIdInfos": [
                filled(
                    {
                        "id": one.text("id"),
                        "type": code_of("id_type", one.text("id_type")),
                        "domain": one.text("id_domain"),
                    }
                )
                for one in study.each("id_info/secondary_id")
            ],
            "organization": {"fullName": study.text("id_info/org_name")},
            "briefTitle": study.text("brief_title"),
            "officialTitle": study.text("official_title"),
            "acronym": study.text("acronym"),
        },
        "statusModule": _status(study, reading),
        "sponsorCollaboratorsModule": {
            "responsibleParty": {
                "type": code_of("resp_party_type", study.text("sponsors/resp_party/resp_party_type")),
                "investigatorTitle": study.text("sponsors/resp_party/investigator_title"),
                "investigatorAffiliation": study.text("sponsors/resp_party/investigator_affiliation"),
                "oldNameTitle": study.text("sponsors/resp_party/name_title"),
                "oldOrganization": study.text("sponsors/resp_party/organization"),
            },
            "leadSponsor": {"name": study.text("sponsors/lead_sponsor/agency")},
            "collaborators": [{"name": text} for text in study.texts("sponsors/collaborator/agency") if text],
        },
        "oversightModule": {
            "oversightHasDmc": reading.yes_no("oversight_info/has_dmc"),
            "isFdaRegulatedDrug": reading.yes_no("oversight_info/fda_regulated_drug"),
            "isFdaRegulatedDevice": reading.yes_no("oversight_info/fda_regulated_device"),
            "isUnapprovedDevice": reading.yes_no("delayed_posting"),
            "isUsExport": reading.yes_no("oversight_info/exported_from_us"),
            "isPpsd": reading.yes_no("oversight_info/ped_postmarket_surv"),
        },
        "descriptionModule": {
            "briefSummary": study.text("brief_summary/textblock"),
            "detailedDescription": study.text("detailed_description/textblock"),
        },
        "conditionsModule": {
            "conditions": [text for text in study.texts("condition") if text],
            "keywords": [text for text in study.texts("keyword") if text],
        },
        **prs_parts.design_and_arms(reading),
        **prs_parts.people_and_places(reading),
    }


def _status(study: Asked, reading: "prs_parts.Reading") -> Built:
    status = code_of("overall_status", study.text("overall_status"))
    expanded = code_of("expanded_access_status", study.text("expanded_access_status"))
    told: Built = {
        "statusVerifiedDate": study.text("verification_date"),
        "overallStatus": status or expanded,
        "whyStopped": study.text("why_stopped"),
        "expandedAccessInfo": {
            "hasExpandedAccess": reading.yes_no("ind_info/has_expanded_access"),
            "nctId": study.text("ind_info/expanded_access_nct_id"),
        },
    }
    for tag, key in (
        ("start_date", "startDateStruct"),
        ("primary_compl_date", "primaryCompletionDateStruct"),
        ("last_follow_up_date", "completionDateStruct"),
    ):
        told[key] = {"date": study.text(tag), "type": code_of(f"{tag}_type", study.text(f"{tag}_type"))}
    return told
