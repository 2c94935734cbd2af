"""
The rows of the registry's retired tabular view: its order, its ICMJE marks, its original-versus-current logic.

Source:  the public page of a record as pasted in 2021, row by row. "Not Provided", "No Changes Posted" and "Same as
         current" are the page's own words.
"""

import msgspec

from trialwright.model.history import History
from trialwright.model.record import RegistryRecord
from trialwright.model.v2.protocol import Outcome, PartialDateStruct, ProtocolSection
from trialwright.register.markdown import plain_protocol
from trialwright.register.writing import tabular_text, words

NOT_PROVIDED, SAME, NO_CHANGES = "Not Provided", "Same as current", "No Changes Posted"
UNKNOWN = "Not known: this copy shows the current version only"
_SHOWN_WHILE = ("RECRUITING", "NOT_YET_RECRUITING", "ENROLLING_BY_INVITATION", "AVAILABLE", "TEMPORARILY_NOT_AVAILABLE")


class Row(msgspec.Struct, frozen=True):
    """One row: `icmje` where the ICMJE asks for the element, `text` as shown, `where` the v2 path behind it."""

    label: str
    icmje: bool
    text: str
    where: str = ""


class Section(msgspec.Struct, frozen=True):
    """One of the four sections of the page."""

    title: str
    rows: tuple[Row, ...]


def tabular_sections(record: RegistryRecord) -> tuple[Section, ...]:
    """
    The page of a record.

    Missing:  an element not given reads "Not Provided"; an original that only the history knows reads as not known
              where the copy has no history and more than one version.
    """
    protocol = plain_protocol(record)
    past = _Past(record.history, protocol)
    return (
        Section("Tracking Information", _tracking(protocol, past)),
        Section("Descriptive Information", _descriptive(protocol)),
        Section("Recruitment Information", _recruitment(record, protocol, past)),
        Section("Administrative Information", _administrative(protocol, past)),
    )


def told_in_rows(record: RegistryRecord) -> frozenset[str]:
    """The v2 paths behind the rows that show something."""
    rows = [row for section in tabular_sections(record) for row in section.rows]
    return frozenset(f"protocolSection.{row.where}" for row in rows if row.where and row.text != NOT_PROVIDED)


class _Past:
    """What the first version said, as far as this copy can tell."""

    def __init__(self, history: History | None, protocol: ProtocolSection) -> None:
        status = protocol.status_module
        self.history = history
        self.versions = len(history.changes) if history else None
        posted = status.last_update_post_date_struct.date
        # a record whose last update is its first posting has one version
        self.single = self.versions == 1 or (
            self.versions is None and bool(posted) and posted == status.study_first_post_date_struct.date
        )

    def original(self, *, same: bool, text: str) -> str:
        """The "Original ..." cell."""
        if self.single:
            return SAME
        if self.history is None:
            return UNKNOWN
        return SAME if same else text or NOT_PROVIDED

    def submitted(self, version: int | None) -> str:
        """ "(submitted: June 7, 2013)" for the version that last changed a part."""
        if self.history is None:
            return ""
        at = version or 0
        dates = [change.date for change in self.history.changes if change.version == at]
        return f"(submitted: {words.shown_date(dates[0])})" if dates else ""

    def changes(self) -> str:
        if self.single:
            return NO_CHANGES
        return f"{self.versions} versions" if self.versions else UNKNOWN


def _row(label: str, text: str, where: str, *, icmje: bool = True) -> Row:
    return Row(label, icmje, text.strip() or NOT_PROVIDED, where)


def _dated(label: str, dated: PartialDateStruct, where: str) -> Row:
    return _row(tabular_text.dated_label(label, dated), words.shown_date(dated.date), where)


def _primary_completion(dated: PartialDateStruct) -> Row:
    label = tabular_text.dated_label("Primary Completion Date", dated)
    return _row(label, tabular_text.primary_completion(dated), "statusModule.primaryCompletionDateStruct", icmje=False)


def _outcomes(name: str, key: str, outcomes: tuple[Outcome, ...], past: _Past, *, icmje: bool) -> tuple[Row, Row]:
    field = {"primaryOutcomes": "primary_outcomes", "secondaryOutcomes": "secondary_outcomes"}.get(
        key, "other_outcomes"
    )
    data = past.history.original_data if past.history else None
    version = getattr(past.history.last_update_versions, field) if past.history else None
    first: tuple[Outcome, ...] = getattr(data, field) if data else ()
    told = words.outcome_text(outcomes)
    original = past.original(
        same=bool(data and getattr(data, f"{field}_same")),
        text="\n".join(filter(None, (past.submitted(0) if first else "", words.outcome_text(first)))),
    )
    if not outcomes and original == SAME:
        original = NOT_PROVIDED  # what was never given is not the same as anything
    current = "\n".join(filter(None, (past.submitted(version) if outcomes else "", told)))
    where = f"outcomesModule.{key}"
    return _row(f"Current {name}", current, where, icmje=icmje), _row(f"Original {name}", original, "", icmje=icmje)


def _tracking(protocol: ProtocolSection, past: _Past) -> tuple[Row, ...]:
    status, module = protocol.status_module, protocol.outcomes_module
    rows = [
        _row(
            "First Submitted Date",
            words.shown_date(status.study_first_submit_date),
            "statusModule.studyFirstSubmitDate",
        ),
        _row(
            "First Posted Date",
            words.shown_date(status.study_first_post_date_struct.date),
            "statusModule.studyFirstPostDateStruct",
        ),
    ]
    if status.results_first_submit_date:
        posted = status.results_first_post_date_struct.date
        rows += [
            _row("Results First Submitted Date", words.shown_date(status.results_first_submit_date), ""),
            _row("Results First Posted Date", words.shown_date(posted), ""),
        ]
    updated = words.shown_date(status.last_update_post_date_struct.date)
    rows += [
        _row("Last Update Posted Date", updated, "statusModule.lastUpdatePostDateStruct", icmje=False),
        _dated("Study Start Date", status.start_date_struct, "statusModule.startDateStruct"),
        _primary_completion(status.primary_completion_date_struct),
        *_outcomes("Primary Outcome Measures", "primaryOutcomes", module.primary_outcomes, past, icmje=True),
        _row("Change History", past.changes(), "", icmje=False),
        *_outcomes("Secondary Outcome Measures", "secondaryOutcomes", module.secondary_outcomes, past, icmje=True),
        *_outcomes("Other Pre-specified Outcome Measures", "otherOutcomes", module.other_outcomes, past, icmje=False),
    ]
    return tuple(rows)


def _descriptive(protocol: ProtocolSection) -> tuple[Row, ...]:
    identification, description = protocol.identification_module, protocol.description_module
    design = protocol.design_module
    kind = words.word("study_type", design.study_type) if design.study_type else ""
    arms = "Study Groups/Cohorts" if design.study_type == "OBSERVATIONAL" else "Study Arms"
    rows = [
        _row("Brief Title", identification.brief_title, "identificationModule.briefTitle"),
        _row("Official Title", identification.official_title, "identificationModule.officialTitle"),
        _row("Brief Summary", description.brief_summary, "descriptionModule.briefSummary", icmje=False),
        _row(
            "Detailed Description",
            description.detailed_description,
            "descriptionModule.detailedDescription",
            icmje=False,
        ),
        _row("Study Type", kind, "designModule.studyType"),
        _row("Study Phase", "\n".join(words.phase_line(design).split("/")), "designModule.phases"),
        _row("Study Design", "\n".join(words.design_lines(design)), "designModule.designInfo"),
        _row("Condition", "\n".join(protocol.conditions_module.conditions), "conditionsModule.conditions"),
        _row("Intervention", tabular_text.interventions(protocol), "armsInterventionsModule.interventions"),
        _row(arms, tabular_text.arms(protocol), "armsInterventionsModule.armGroups"),
        _row("Publications *", tabular_text.publications(protocol), "referencesModule.references", icmje=False),
    ]
    return tuple(rows)


def _recruitment(record: RegistryRecord, protocol: ProtocolSection, past: _Past) -> tuple[Row, ...]:
    status, criteria = protocol.status_module, protocol.eligibility_module
    enrolment, people = protocol.design_module.enrollment_info, protocol.contacts_locations_module
    data = past.history.original_data if past.history else None
    first = words.enrolment_number(data.enrollment_info) if data else ""
    kind = {"ACTUAL": "Actual ", "ESTIMATED": "Estimated "}.get(enrolment.type, "")
    same = bool(data and data.enrollment_count_same)
    shown = people.central_contacts if status.overall_status in _SHOWN_WHILE else ()
    contacts = "\n".join(" | ".join(filter(None, (one.name, one.phone, one.email))) for one in shown)
    removed = record.typed.derived_section.misc_info_module.removed_countries
    based = f"\n{criteria.gender_description}" if criteria.gender_description else ""
    sex = f"Sexes Eligible for Study: {words.word('sex', criteria.sex)}{based}" if criteria.sex else ""
    return (
        _row("Recruitment Status", words.word("status", status.overall_status), "statusModule.overallStatus"),
        _row(f"{kind}Enrollment", words.enrolment_number(enrolment), "designModule.enrollmentInfo"),
        _row("Original Estimated Enrollment", past.original(same=same, text=first), ""),
        _dated("Study Completion Date", status.completion_date_struct, "statusModule.completionDateStruct"),
        _primary_completion(status.primary_completion_date_struct),
        _row("Eligibility Criteria", criteria.eligibility_criteria, "eligibilityModule.eligibilityCriteria"),
        _row("Sex/Gender", sex, "eligibilityModule.sex"),
        _row("Ages", words.age_line(criteria), "eligibilityModule.minimumAge"),
        _row(
            "Accepts Healthy Volunteers",
            words.yes_no(criteria.healthy_volunteers),
            "eligibilityModule.healthyVolunteers",
        ),
        _row("Contacts", contacts, "contactsLocationsModule.centralContacts"),
        _row("Listed Location Countries", ", ".join(words.countries(protocol)), "contactsLocationsModule.locations"),
        Row("Removed Location Countries", icmje=False, text=", ".join(removed)),
    )


def _administrative(protocol: ProtocolSection, past: _Past) -> tuple[Row, ...]:
    identification, sponsors = protocol.identification_module, protocol.sponsor_collaborators_module
    data = past.history.original_data if past.history else None
    officials = protocol.contacts_locations_module.overall_officials
    sponsor = sponsors.lead_sponsor.name
    responsible = words.responsible_line(sponsors.responsible_party, sponsor)
    party = words.responsible_line(data.responsible_party, "") if data else ""
    first_party = past.original(same=bool(data and data.responsible_party_same), text=party)
    lead = data.lead_sponsor.name if data else ""
    first_sponsor = past.original(same=bool(data and data.lead_sponsor_same), text=lead)
    named = "\n".join(
        f"{one.role.replace('_', ' ').title()}: {one.name} | {one.affiliation}".rstrip(" |") for one in officials
    )
    verified = words.shown_date(protocol.status_module.status_verified_date)
    collaborators = "\n".join(one.name for one in sponsors.collaborators)
    return (
        _row("NCT Number", identification.nct_id, "identificationModule.nctId"),
        _row("Other Study ID Numbers", tabular_text.numbers(identification), "identificationModule.orgStudyIdInfo"),
        _row(
            "Has Data Monitoring Committee",
            words.yes_no(protocol.oversight_module.oversight_has_dmc),
            "oversightModule.oversightHasDmc",
            icmje=False,
        ),
        _row(
            "U.S. FDA-regulated Product",
            tabular_text.regulated(protocol),
            "oversightModule.isFdaRegulatedDrug",
            icmje=False,
        ),
        _row("IPD Sharing Statement", tabular_text.sharing(protocol), "ipdSharingStatementModule.ipdSharing"),
        _row("Current Responsible Party", responsible, "sponsorCollaboratorsModule.responsibleParty", icmje=False),
        _row("Original Responsible Party", first_party, "", icmje=False),
        _row("Current Study Sponsor", sponsor, "sponsorCollaboratorsModule.leadSponsor"),
        _row("Original Study Sponsor", first_sponsor, ""),
        _row("Collaborators", collaborators, "sponsorCollaboratorsModule.collaborators"),
        _row("Investigators", named, "contactsLocationsModule.overallOfficials"),
        _row("PRS Account", identification.organization.full_name, "identificationModule.organization", icmje=False),
        _row("Verification Date", verified, "statusModule.statusVerifiedDate", icmje=False),
    )
