"""
The protocol part of a ClinicalTrials.gov API v2 record, typed, as the rules read it.

Only what a rule asks for is named; the record's own document keeps everything else. Absent text is "", an absent list
is empty, an absent number or flag is None: the registry itself knows no other kind of absence.
"""

import msgspec


class _Part(msgspec.Struct, frozen=True, rename="camel"):
    """A piece of a v2 document; keys it does not know are passed over."""


class DateStruct(_Part, frozen=True):
    date: str = ""
    type: str = ""


class OrgStudyId(_Part, frozen=True):
    id: str = ""


class SecondaryId(_Part, frozen=True):
    id: str = ""
    type: str = ""
    domain: str = ""


class Organization(_Part, frozen=True):
    full_name: str = ""
    kind: str = msgspec.field(default="", name="class")


class Identification(_Part, frozen=True):
    nct_id: str = ""
    org_study_id_info: OrgStudyId = OrgStudyId()
    secondary_id_infos: tuple[SecondaryId, ...] = ()
    brief_title: str = ""
    official_title: str = ""
    acronym: str = ""
    organization: Organization = Organization()


class Status(_Part, frozen=True):
    status_verified_date: str = ""
    overall_status: str = ""
    last_known_status: str = ""
    why_stopped: str = ""
    start_date_struct: DateStruct = DateStruct()
    primary_completion_date_struct: DateStruct = DateStruct()
    completion_date_struct: DateStruct = DateStruct()
    study_first_submit_date: str = ""
    study_first_submit_qc_date: str = ""
    study_first_post_date_struct: DateStruct = DateStruct()
    results_first_submit_date: str = ""
    last_update_submit_date: str = ""
    last_update_post_date_struct: DateStruct = DateStruct()


class ResponsibleParty(_Part, frozen=True):
    type: str = ""
    investigator_full_name: str = ""
    investigator_title: str = ""
    investigator_affiliation: str = ""
    old_name_title: str = ""
    old_organization: str = ""


class Sponsor(_Part, frozen=True):
    name: str = ""
    kind: str = msgspec.field(default="", name="class")


class SponsorCollaborators(_Part, frozen=True):
    responsible_party: ResponsibleParty = ResponsibleParty()
    lead_sponsor: Sponsor = Sponsor()
    collaborators: tuple[Sponsor, ...] = ()


class Oversight(_Part, frozen=True):
    oversight_has_dmc: bool | None = None
    is_fda_regulated_drug: bool | None = None
    is_fda_regulated_device: bool | None = None


class Description(_Part, frozen=True):
    brief_summary: str = ""
    detailed_description: str = ""


class Conditions(_Part, frozen=True):
    conditions: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


class Masking(_Part, frozen=True):
    masking: str = ""
    masking_description: str = ""
    who_masked: tuple[str, ...] = ()


class DesignInfo(_Part, frozen=True):
    allocation: str = ""
    intervention_model: str = ""
    intervention_model_description: str = ""
    primary_purpose: str = ""
    observational_model: str = ""
    time_perspective: str = ""
    masking_info: Masking = Masking()


class Enrollment(_Part, frozen=True):
    count: int | None = None
    type: str = ""


class Design(_Part, frozen=True):
    study_type: str = ""
    phases: tuple[str, ...] = ()
    design_info: DesignInfo = DesignInfo()
    enrollment_info: Enrollment = Enrollment()


class ArmGroup(_Part, frozen=True):
    label: str = ""
    type: str = ""
    description: str = ""
    intervention_names: tuple[str, ...] = ()


class Intervention(_Part, frozen=True):
    type: str = ""
    name: str = ""
    description: str = ""
    arm_group_labels: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()


class ArmsInterventions(_Part, frozen=True):
    arm_groups: tuple[ArmGroup, ...] = ()
    interventions: tuple[Intervention, ...] = ()


class Outcome(_Part, frozen=True):
    measure: str = ""
    description: str = ""
    time_frame: str = ""


class Outcomes(_Part, frozen=True):
    primary_outcomes: tuple[Outcome, ...] = ()
    secondary_outcomes: tuple[Outcome, ...] = ()
    other_outcomes: tuple[Outcome, ...] = ()


class Eligibility(_Part, frozen=True):
    eligibility_criteria: str = ""
    healthy_volunteers: bool | None = None
    sex: str = ""
    gender_description: str = ""
    minimum_age: str = ""
    maximum_age: str = ""
    std_ages: tuple[str, ...] = ()
    study_population: str = ""
    sampling_method: str = ""


class Person(_Part, frozen=True):
    name: str = ""
    affiliation: str = ""
    role: str = ""


class Location(_Part, frozen=True):
    facility: str = ""
    city: str = ""
    country: str = ""
    status: str = ""
    contacts: tuple[Person, ...] = ()


class ContactsLocations(_Part, frozen=True):
    central_contacts: tuple[Person, ...] = ()
    overall_officials: tuple[Person, ...] = ()
    locations: tuple[Location, ...] = ()


class IpdSharing(_Part, frozen=True):
    ipd_sharing: str = ""
    description: str = ""
    info_types: tuple[str, ...] = ()
    time_frame: str = ""
    access_criteria: str = ""
    url: str = ""


class Protocol(_Part, frozen=True):
    """The section a sponsor writes at registration."""

    identification_module: Identification = Identification()
    status_module: Status = Status()
    sponsor_collaborators_module: SponsorCollaborators = SponsorCollaborators()
    oversight_module: Oversight = Oversight()
    description_module: Description = Description()
    conditions_module: Conditions = Conditions()
    design_module: Design = Design()
    arms_interventions_module: ArmsInterventions = ArmsInterventions()
    outcomes_module: Outcomes = Outcomes()
    eligibility_module: Eligibility = Eligibility()
    contacts_locations_module: ContactsLocations = ContactsLocations()
    ipd_sharing_statement_module: IpdSharing = IpdSharing()


class Document(_Part, frozen=True):
    """A whole v2 record, of which the protocol section is read."""

    protocol_section: Protocol
    has_results: bool | None = None
