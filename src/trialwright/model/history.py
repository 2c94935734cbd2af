"""The versions of a registry record: the dates, what each changed, and what the first one said."""

import msgspec

from trialwright.model.v2.protocol import EnrollmentInfo, Outcome, ResponsibleParty, Sponsor


class Change(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One version. `version` counts from 0; `date` is the day it was submitted."""

    version: int
    date: str = ""
    status: str = ""
    study_type: str = ""
    module_labels: tuple[str, ...] = ()


class OriginalData(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """
    What the first version said. A part is given, or its `..._same` is true: the current one is the original.

    Missing:  neither given nor the same: the first version did not have it.
    """

    primary_outcomes: tuple[Outcome, ...] = ()
    primary_outcomes_same: bool = False
    secondary_outcomes: tuple[Outcome, ...] = ()
    secondary_outcomes_same: bool = False
    other_outcomes: tuple[Outcome, ...] = ()
    other_outcomes_same: bool = False
    enrollment_info: EnrollmentInfo = EnrollmentInfo()
    enrollment_count_same: bool = False
    responsible_party: ResponsibleParty = ResponsibleParty()
    responsible_party_same: bool = False
    lead_sponsor: Sponsor = Sponsor()
    lead_sponsor_same: bool = False
    org_full_name: str = ""
    org_full_name_same: bool = False


class LastUpdateVersions(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The version that last changed a part; None where no version did."""

    outcomes: int | None = None
    primary_outcomes: int | None = None
    secondary_outcomes: int | None = None
    other_outcomes: int | None = None
    enrollment_info: int | None = None


class History(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The registry's own summary of all versions of a record."""

    changes: tuple[Change, ...] = ()
    original_data: OriginalData = OriginalData()
    last_update_versions: LastUpdateVersions = LastUpdateVersions()
    outcomes_update_count: int | None = None
