"""A small study made by hand: one form of each shape, four visits, five roles. Built from the catalog's instruments."""

import msgspec

from trialwright.catalog import load
from trialwright.model.declared import ProductPlan, Recipient, SafetyPlan, SignatureMeaning
from trialwright.model.entry import Choice, Item
from trialwright.model.expression import CodeIs, Column, Compare, Constant
from trialwright.model.quantity import PartialDate
from trialwright.model.study import (
    Arm,
    ConsentVersion,
    EditCheck,
    EligibilityCriterion,
    Field,
    Form,
    Gate,
    Intervention,
    Provenance,
    Registration,
    Role,
    Section,
    Site,
    Study,
    Visit,
)
from trialwright.model.text import Text

PASSWORD = "a long enough passphrase"
HERE = Provenance(kind="protocol")


def section(name: str, *, options: dict[str, str] | None = None, shown: dict[str, object] | None = None) -> Section:
    """One instrument of the catalog as a section, with the items that its options ask for."""
    instrument = load().instrument(name)
    chosen = [f"{key}={choice}" for key, choice in (options or {}).items()]
    fields = tuple(
        Field(
            name=f"{name}.{item.name}",
            instrument=name,
            item=item,
            required=item.required,
            shown_when=(shown or {}).get(item.name),
        )
        for item in instrument.items
        if not item.asked_when or set(item.asked_when) & set(chosen)
    )
    return Section(instrument=name, title=instrument.title, options=options or {}, fields=fields, origin=HERE)


ELIGIBILITY = Section(
    instrument="eligibility",
    title=Text("Eligibility", "入选条件"),
    options={},
    fields=(
        Field(
            name="eligibility.inc1",
            instrument="eligibility",
            item=Item(
                name="inc1",
                label=Text("Agreed by the investigator", "研究者确认符合"),
                kind="yes_no",
                required=False,
                choices=(Choice("Y", Text("Yes", "是")), Choice("N", Text("No", "否"))),
            ),
            required=False,
        ),
    ),
    origin=HERE,
)


def form(name: str, en: str, zh: str, *instruments: Section, **more: object) -> Form:
    return Form(name=name, title=Text(en, zh), sections=instruments, origin=HERE, **more)


def small_study() -> Study:
    """The study; its single eligibility criterion is decided by the investigator."""
    serious = CodeIs(column="adverse_event.serious", codes=("Y",))
    details = ("serious_death", "serious_life_threatening", "serious_hospitalisation", "serious_disability",
               "serious_congenital", "serious_important")  # fmt: skip
    forms = (
        form("visit_date", "Visit", "访视", section("visit_record"), ELIGIBILITY),
        form("background", "Background", "基本资料", section("demographics"), section("weight")),
        form("physician", "Physician's assessment", "医生评估", section("physician_global"),
             section("mmt8", options={"scale": "bilateral", "side": "bilateral"}), core_set=True,
             checks=(EditCheck(name="high_global",
                               holds=Compare(Column("physician_global.vas"), "<=", Constant(9)),
                               message=Text("An unusually high global. Is it right?", "该总体评分异常偏高，是否正确？"),
                               items=("physician_global.vas",)),)),
        form("function", "Daily activities", "日常活动能力",
             section("haq_di", options={"variant": "standard", "missing_rule": "six_of_eight"}), core_set=True),
        form("laboratory", "Laboratory", "实验室检查", section("muscle_enzymes"), core_set=True),
        form("adverse_events", "Adverse events", "不良事件",
             section("adverse_event", shown=dict.fromkeys(details, serious)), repeating=True),
        form("dosing", "Study treatment", "研究药物", section("dosing_log"), repeating=True),
        form("deviations", "Protocol deviations", "方案偏离", section("protocol_deviation"), repeating=True),
    )  # fmt: skip
    measured = ("visit_date", "physician", "function", "laboratory")

    def visit(name: str, en: str, zh: str, kind: str, day: int | None, forms: tuple[str, ...]) -> Visit:
        return Visit(name=name, title=Text(en, zh), kind=kind, study_day=day, early=0 if day == 1 else 3,
                     late=0 if day == 1 else 3, forms=forms, dosing=day is not None, origin=HERE)  # fmt: skip

    return Study(
        name="small",
        build=1,
        hash="0" * 64,
        status="registered",
        title=Text("A small study of a treatment", "一项治疗的小型研究"),
        registration=Registration(
            registry="none",
            registry_id="NONE",
            record_path="",
            start_date=PartialDate("2021-01"),
            first_submitted=PartialDate("2021-01"),
        ),
        enrolment_planned=20,
        arms=(
            Arm(
                name="only",
                title=Text("Treatment", "治疗组"),
                kind="EXPERIMENTAL",
                description="",
                interventions=("drug",),
                origin=HERE,
            ),
        ),
        interventions=(Intervention(name="drug", title=Text("Drug", "药物"), kind="DRUG", origin=HERE),),
        sites=(Site(name="one", title=Text("Hospital", "医院"), country="CN", time_zone="Asia/Shanghai"),),
        gates=(
            Gate(event="ethics_approval", title=Text("Ethics approval", "伦理批准")),
            Gate(event="site_opened", title=Text("Site opening", "研究中心启动")),
        ),
        consents=(ConsentVersion(name="1.0", title=Text("Consent form", "知情同意书"), origin=HERE),),
        eligibility=(
            EligibilityCriterion(
                name="inc1",
                kind="inclusion",
                text=Text("Agreed by the investigator", "研究者确认符合"),
                met_when=None,
                evidence=(),
                origin=HERE,
            ),
        ),
        visits=(
            visit("SCR", "Screening", "筛选", "screening", None, ("visit_date", "background")),
            visit("W0", "Baseline", "基线", "baseline", 1, measured),
            visit("W4", "Week 4", "第4周", "planned", 29, measured),
            visit("W12", "Week 12", "第12周", "planned", 85, measured),
            visit("LOG", "Running logs", "持续记录", "log", None, ("adverse_events", "dosing", "deviations")),
        ),
        forms=forms,
        outcomes=(),
        analysis_sets=(),
        intercurrent_events=(),
        estimands=(),
        displays=(),
        signatures=(
            SignatureMeaning(
                name="reviewed",
                title=Text("I have reviewed these data", "本人已审阅上述数据"),
                levels=("form", "visit", "participant"),
                by=("investigator",),
                owed_at=("W0",),
                origin=HERE,
            ),
        ),
        safety=SafetyPlan(
            log="adverse_events",
            hours_to_sponsor=24,
            origin=HERE,
            recipients=(
                Recipient(name="authority", title=Text("Authority", "药监部门"), expedited=True),
                Recipient(name="ethics_committee", title=Text("Ethics committee", "伦理委员会")),
            ),
        ),
        product=ProductPlan(
            intervention="drug", log="dosing", dose_by="abatacept_iv", weight="SCR/weight.weight", origin=HERE
        ),
        roles=(
            Role(name="study_nurse", title=Text("Study nurse", "研究护士"), may=("enter", "complete_visit")),
            Role(
                name="investigator",
                title=Text("Investigator", "研究者"),
                may=(
                    "enter",
                    "complete_visit",
                    "enrol",
                    "identify",
                    "record_deviation",
                    "sign",
                    "report_safety",
                    "keep_product",
                ),
            ),
            Role(name="monitor", title=Text("Monitor", "监查员"), may=("verify",)),
            Role(
                name="data_manager",
                title=Text("Data manager", "数据管理员"),
                may=("lock", "grant", "review", "record_deviation"),
            ),
            Role(name="sponsor", title=Text("Sponsor", "申办者"), may=("assess_safety",)),
            Role(name="administrator", title=Text("Administrator", "系统管理员"), may=("keep_accounts",)),
            Role(name="statistician", title=Text("Statistician", "统计师"), may=("look", "see_results")),
        ),
    )


def with_second_site(study: Study) -> Study:
    """The same study at a second hospital too."""
    there = Site(name="two", title=Text("Other hospital", "另一医院"), country="CN", time_zone="Asia/Shanghai")
    return msgspec.structs.replace(study, sites=(*study.sites, there))
