"""The shape of a definition's files. Pydantic stays inside define: it collects every problem of a file at once."""

from typing import Literal

from trialwright.define.blocks import Block, TextBlock, WithOrigin, WordingBlock
from trialwright.define.scalars import (
    DateText,
    Days,
    Decimal,
    EpochTerm,
    Name,
    ParameterText,
    Truth,
    VisitName,
    Whole,
    Words,
    Years,
)
from trialwright.model.entry import ItemKind
from trialwright.model.epochs import Begins


class RegistrationBlock(Block):
    registry: Words
    id: Words
    record: str = ""
    page: str = ""
    start_date: DateText
    first_submitted: DateText
    primary_completion: DateText | None = None
    brief_title: str = ""
    phases: list[str] = []
    conditions: list[str] = []
    primary_purpose: str = ""
    allocation: str = ""
    model: str = ""
    masking: str = ""
    sponsor: str = ""
    collaborators: list[str] = []


class TierBlock(Block):
    """A dose for a body weight in kg. The first tier that fits counts: a limit included here does not count above."""

    low: Decimal | None = None
    high: Decimal | None = None
    high_included: Truth = False
    dose: Decimal
    unit: Words


class InterventionBlock(WithOrigin):
    name: Name
    title: TextBlock
    kind: Words
    route: str = ""
    description: str = ""
    other_names: list[str] = []
    tiers: list[TierBlock] = []
    dosing_visits: list[VisitName] = []


class ArmBlock(WithOrigin):
    name: Name
    title: WordingBlock
    kind: Words
    description: Words
    interventions: list[Name]
    ratio: Whole | None = None


class SiteBlock(WithOrigin):
    name: Name
    title: WordingBlock
    country: Words
    time_zone: Words


class GateBlock(Block):
    event: Literal["ethics_approval", "site_opened"]
    title: TextBlock
    known: Truth


class ConsentBlock(WithOrigin):
    """A version of the consent form. From `effective` on it is the one to sign; `reconsent` asks everybody again."""

    name: Words
    title: TextBlock
    effective: DateText | None = None
    reconsent: Truth = False


class EligibilityBlock(WithOrigin):
    name: Name
    kind: Literal["inclusion", "exclusion"]
    text: TextBlock
    met_when: Words | None = None
    evidence: list[str] = []


class OutcomeBlock(Block):
    level: Literal["primary", "secondary", "other"]
    measure: Words
    description: str = ""
    time_frame: Words
    estimand: Name


Act = Literal[
    "enter", "complete_visit", "enrol", "identify", "review", "sign", "record_deviation", "keep_product",
    "report_safety", "assess_safety", "verify", "lock", "look", "see_results", "grant", "keep_accounts",
    "keep_record",
]  # fmt: skip


class RoleBlock(Block):
    name: Name
    title: TextBlock
    may: list[Act]
    trained_first: Truth = False  # nobody gets it without a day of training that has come


class SignatureBlock(WithOrigin):
    """One thing that may be signed: its sentence, where it stands, the roles that sign it, the visits that wait."""

    name: Name
    title: TextBlock
    levels: list[Literal["form", "visit", "participant"]]
    by: list[Name]
    owed_at: list[VisitName] = []


class RecipientBlock(Block):
    name: Name
    title: TextBlock
    expedited: Truth = False


class SafetyBlock(WithOrigin):
    """How serious events are reported: the log they stand in, the hours to the sponsor, and who else is told."""

    log: Name
    hours_to_sponsor: Whole
    recipients: list[RecipientBlock]


class ProductBlock(WithOrigin):
    """How the product is counted: the log of doses, and the catalog instrument that says dose and vials."""

    intervention: Name
    log: Name
    dose_by: Name
    weight: Words


class RecordsBlock(WithOrigin):
    """Within how many days of a visit its data are entered, and for how many years after the data lock all is kept."""

    entered_within_days: Days | None = None
    kept_years: Years | None = None


class ChoiceBlock(Block):
    code: Words
    label: WordingBlock


class OpenBlock(Block):
    """A decision that is still to be taken, and what stands in its place until then so that the forms can be opened."""

    what: Words
    for_now: Words


class StudyFile(Block):
    """study.yaml: who, what, where; the eligibility criteria and the registered outcome measures."""

    study: Words
    title: WordingBlock
    registration: RegistrationBlock
    enrolment_planned: Whole
    arms: list[ArmBlock]
    interventions: list[InterventionBlock]
    sites: list[SiteBlock]
    gates: list[GateBlock]
    consents: list[ConsentBlock]
    eligibility: list[EligibilityBlock]
    outcomes: list[OutcomeBlock]
    roles: list[RoleBlock]
    signatures: list[SignatureBlock] = []
    safety: SafetyBlock | None = None
    product: ProductBlock | None = None
    records: RecordsBlock | None = None
    code_lists: dict[Name, list[ChoiceBlock]] = {}
    still_open: list[OpenBlock] = []


class VisitBlock(WithOrigin):
    name: VisitName
    title: WordingBlock
    kind: Literal["screening", "baseline", "planned", "unscheduled", "log"]
    study_day: Whole | None = None
    early: Whole | None = None
    late: Whole | None = None
    forms: list[Name]
    dosing: Truth = False


class EpochBlock(WithOrigin):
    """An epoch under the standard's term, until the next one begins. `visit` goes with visit and after_visit."""

    name: EpochTerm
    title: WordingBlock
    begins: Begins
    visit: VisitName | None = None
    treated: Truth = False


class ScheduleFile(Block):
    """schedule.yaml: the visits, their windows and their forms; the epochs, where there are more than the usual two."""

    epochs: list[EpochBlock] = []
    visits: list[VisitBlock]


class ItemBlock(Block):
    """A question that the form asks itself; `choices` is the name of one of the study's own code lists."""

    name: Name
    label: WordingBlock
    kind: ItemKind
    unit: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    decimals: Whole | None = None
    choices: Name | None = None
    required: Truth = True
    hint: WordingBlock | None = None
    mapping: dict[Name, Words] = {}


class SectionBlock(WithOrigin):
    """
    One line of a form: an instrument with its options; `eligibility` asks what no expression decides.

    With `items` the section asks questions of its own, and `instrument` is the name that they stand under.
    """

    instrument: Name
    title: WordingBlock | None = None
    items: list[ItemBlock] = []
    options: dict[Name, ParameterText] = {}
    leave_out: list[str] = []
    optional: list[str] = []
    shown_when: dict[str, Words] = {}

    def _inherits_origin(self) -> bool:
        return True


class CheckBlock(Block):
    name: Name
    holds: Words
    message: TextBlock


class FormFile(WithOrigin):
    """forms/<name>.yaml: one form."""

    form: Name
    title: WordingBlock
    repeating: Truth = False
    core_set: Truth = False
    before_consent: Truth = False
    show_earlier: Truth = False
    verify: Truth = False
    review: Truth = False
    sections: list[SectionBlock]
    checks: list[CheckBlock] = []


class AnalysisSetBlock(WithOrigin):
    name: Name
    title: TextBlock
    says: Words
    includes: Words


class IntercurrentBlock(WithOrigin):
    name: Name
    title: TextBlock
    says: Words
    found: Words


class VariableBlock(Block):
    """Exactly one of response, value, event names the catalog entry."""

    response: Name | None = None
    value: Words | None = None
    event: Name | None = None
    reading: str | None = None
    parameters: dict[Name, ParameterText] | None = None
    measures: dict[Name, Words] | None = None
    options: dict[Name, dict[Name, ParameterText]] | None = None
    visit: str | None = None
    window: Literal["as_entered", "in_window", "nearest"] | None = None


class MethodBlock(Block):
    method: Name
    parameters: dict[Name, ParameterText] = {}


class BenchmarkBlock(WithOrigin):
    label: TextBlock
    responders: Whole
    participants: Whole
    source: Words
    published: str = ""


class AssumedBlock(Block):
    what: Words
    reason: Words


# "principal_stratum" is read so that it can be refused with its reason, and not as a spelling mistake.
Strategy = Literal[
    "composite", "treatment_policy", "hypothetical", "while_on_treatment", "while_alive", "principal_stratum"
]


class SubgroupBlock(WithOrigin):
    """A split by what was known before treatment: the codes of a choice, or the cut points of a number."""

    name: Name
    title: TextBlock
    by: Words
    cuts: list[Decimal] = []


class EstimandBlock(WithOrigin):
    """
    One endpoint. A sensitivity or supplementary one says in `of` what it varies, and takes from there what it omits.

    Whatever stays undecided is not filled in: it is answered with the list of missing decisions.
    """

    name: Name
    title: TextBlock
    level: Literal["primary", "secondary", "other", "sensitivity", "supplementary"]
    of: str = ""
    says: str = ""
    treatment: str | None = None
    population: str | None = None
    variable: VariableBlock | None = None
    intercurrent: dict[Name, Strategy] | None = None
    missing: Literal["nonresponder", "undetermined", "bounds", "observed", "last_observed", "imputed"] | None = None
    summary: list[MethodBlock] | None = None
    benchmarks: list[BenchmarkBlock] | None = None
    alpha: Decimal | None = None
    also_assumed: list[AssumedBlock] | None = None


class DisplayBlock(Block):
    number: Words
    display: Name
    title: TextBlock
    estimands: list[Name] = []
    parameters: dict[Name, ParameterText] = {}


class AnalysisFile(Block):
    """analysis.yaml: analysis sets, intercurrent events, estimands and where each is shown."""

    analysis_sets: list[AnalysisSetBlock]
    intercurrent_events: list[IntercurrentBlock]
    baseline: Literal["visit", "last_before_dose"] = "visit"
    subgroups: list[SubgroupBlock] = []
    estimands: list[EstimandBlock]
    displays: list[DisplayBlock]
