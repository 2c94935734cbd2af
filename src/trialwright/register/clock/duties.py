"""Each duty of a registration as one function: what it counts from, when it is due, and whether it shows as done."""

import datetime as dt
from collections.abc import Callable

import msgspec

from trialwright.model.deadlines import Applicability
from trialwright.model.text import Text
from trialwright.register.clock import basis as from_
from trialwright.register.clock.basis import Basis
from trialwright.register.clock.conduct import Conduct
from trialwright.register.clock.days import add_days, add_months
from trialwright.register.derived import unknown_since
from trialwright.register.subject import Subject

ICMJE = "ICMJE Recommendations, section III.L: register at or before the time of first participant enrolment"
ICMJE_SHARING = (
    "ICMJE Recommendations, section III.L: a data sharing plan in the registration, enrolment from 2019-01-01"
)
CFR_REGISTER = "42 CFR 11.24(a): not later than 21 calendar days after the first participant is enrolled"
CFR_UPDATE = "42 CFR 11.64(a)(1)(ii): within 30 calendar days after the change"
CFR_AMENDMENT = "42 CFR 11.64(a)(1)(iv): within 30 calendar days after approval of an amendment told to participants"
CFR_VERIFY = "42 CFR 11.64(a)(1)(i): at least once every 12 months"
CFR_RESULTS = "42 CFR 11.44(a): not later than 1 year after the primary completion date"
COMMON_RULE = "45 CFR 46.116(h): no later than 60 days after the last study visit, for federally funded trials"
DERIVED = "ClinicalTrials.gov glossary, Unknown status; rule measured on 2,075 records of February 2026"
_SHARING_SINCE = dt.date(2019, 1, 1)
_US_FUNDERS = frozenset(("NIH", "FED"))
_OUTCOME = "protocolSection.ipdSharingStatementModule"


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """One record with what its ledger knows and the decision about United States law."""

    subject: Subject
    conduct: Conduct | None
    applicability: Applicability
    consent_form_posted: bool = False


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    """
    A duty before it is judged against the day of the check.

    `done` is the day it was done, "" where it was not; `fulfilled` where the record shows it without a day.
    `unless` says why it does not apply; `lost` that the copy lost what shows it.
    """

    code: str
    what: Text
    source: str
    basis: Basis
    due: dt.date | None
    done: str = ""
    fulfilled: bool = False
    unless: Text = Text("")
    lost: bool = False
    says: Text = Text("")


def _american(situation: Situation) -> Text:
    if situation.applicability.verdict == "not applicable":
        return Text("not an applicable clinical trial under 42 CFR 11", "不属于 42 CFR 11 规定的适用临床试验")
    return Text("")


def _if_american(situation: Situation) -> Text:
    if situation.applicability.verdict == "undetermined":
        return Text("If it is an applicable clinical trial.", "如属于适用临床试验。")
    return Text("")


def _by_registry(situation: Situation) -> Text:
    if situation.applicability.verdict == "not applicable":
        return Text(
            "United States law does not ask it of this trial; the registry asks it of every record.",
            "美国法规对本试验无此要求；登记平台要求所有记录遵守。",
        )
    return Text("")


def _nobody_enrolled(situation: Situation) -> Text:
    """Why a duty that an enrolment begins is not owed: a withdrawn study ended before anybody entered it."""
    subject, conduct = situation.subject, situation.conduct
    counted = subject.protocol.design_module.enrollment_info.count
    if subject.status != "WITHDRAWN" or counted or (conduct is not None and conduct.first_enrolled):
        return Text("")
    return Text("the study was withdrawn before anybody was enrolled", "研究在入组任何参与者之前已撤销")


def register_before_enrolment(situation: Situation) -> Duty:
    """ICMJE: registered at or before the first enrolment; the day of first submission counts."""
    subject = situation.subject
    basis = from_.first_enrolment(subject, situation.conduct)
    observational = subject.protocol.design_module.study_type == "OBSERVATIONAL"
    return Duty(
        code="icmje-registration",
        what=Text("Register before the first participant is enrolled", "首例参与者入组前完成注册"),
        source=ICMJE,
        basis=basis,
        due=basis.day,
        done=subject.protocol.status_module.study_first_submit_date,
        unless=Text("purely observational studies are exempt", "纯观察性研究豁免")
        if observational
        else _nobody_enrolled(situation),
        says=Text("The day the record was first submitted counts.", "以首次提交日期为准。"),
    )


def register_before_consent(situation: Situation) -> Duty:
    """ICMJE's best practice: registered before the first consent."""
    subject = situation.subject
    basis = from_.first_consent(subject, situation.conduct)
    known = situation.conduct is not None and bool(situation.conduct.first_consent)
    return Duty(
        code="icmje-best-practice",
        what=Text("Register before the first consent (best practice)", "首例知情同意前完成注册（推荐做法）"),
        source=ICMJE,
        basis=basis,
        due=basis.day,
        done=subject.protocol.status_module.study_first_submit_date,
        unless=Text("") if known else Text("no consent stands in a ledger", "台账中无知情同意记录"),
    )


def share_statement(situation: Situation) -> Duty:
    """ICMJE: a data sharing plan in the registration, for trials that enrol from 2019 on."""
    subject = situation.subject
    basis = from_.first_enrolment(subject, situation.conduct)
    earlier = basis.day is not None and basis.day < _SHARING_SINCE
    observational = subject.protocol.design_module.study_type != "INTERVENTIONAL"
    return Duty(
        code="icmje-data-sharing",
        what=Text("State a data sharing plan in the registration", "在注册信息中说明数据共享计划"),
        source=ICMJE_SHARING,
        basis=basis,
        due=basis.day,
        fulfilled=bool(subject.protocol.ipd_sharing_statement_module.ipd_sharing),
        lost=any(cell == _OUTCOME or cell.startswith(f"{_OUTCOME}.") for cell in subject.lost),
        unless=Text("enrolment began before 2019", "2019 年前开始入组")
        if earlier
        else Text("asked of clinical trials only", "仅适用于临床试验")
        if observational
        else _nobody_enrolled(situation),
    )


def register_within_21_days(situation: Situation) -> Duty:
    """42 CFR 11.24: within 21 days after the first participant is enrolled, counted from consent."""
    subject = situation.subject
    basis = from_.first_enrolled_consent(subject, situation.conduct)
    return Duty(
        code="cfr-registration",
        what=Text("Register under United States law", "按美国法规完成注册"),
        source=CFR_REGISTER,
        basis=basis,
        due=add_days(basis.day, 21) if basis.day else None,
        done=subject.protocol.status_module.study_first_submit_date,
        unless=_american(situation) if _american(situation).en else _nobody_enrolled(situation),
        says=_if_american(situation),
    )


def make_start_actual(situation: Situation) -> Duty:
    """42 CFR 11.64: the actual start within 30 days after the first enrolment."""
    status = situation.subject.protocol.status_module
    basis = from_.first_enrolment(situation.subject, situation.conduct)
    return Duty(
        code="update-start",
        what=Text("Enter the actual start date", "填写实际开始日期"),
        source=CFR_UPDATE,
        basis=basis,
        due=add_days(basis.day, 30) if basis.day else None,
        fulfilled=status.start_date_struct.type == "ACTUAL",
        unless=_nobody_enrolled(situation),
        says=_by_registry(situation),
    )


def make_primary_completion_actual(situation: Situation) -> Duty:
    """42 CFR 11.64: actual primary completion and actual enrolment within 30 days after it was reached."""
    protocol = situation.subject.protocol
    basis = from_.primary_completion(situation.subject, situation.conduct)
    return Duty(
        code="update-primary-completion",
        what=Text(
            "Enter the actual primary completion date and the actual enrolment", "填写实际主要完成日期和实际入组人数"
        ),
        source=CFR_UPDATE,
        basis=basis,
        due=add_days(basis.day, 30) if basis.day else None,
        fulfilled=protocol.status_module.primary_completion_date_struct.type == "ACTUAL"
        and protocol.design_module.enrollment_info.type == "ACTUAL",
        unless=_nobody_enrolled(situation),
        says=_by_registry(situation),
    )


def make_completion_actual(situation: Situation) -> Duty:
    """42 CFR 11.64: the actual completion within 30 days after the last visit."""
    basis = from_.completion(situation.subject, situation.conduct)
    return Duty(
        code="update-completion",
        what=Text("Enter the actual study completion date", "填写实际研究完成日期"),
        source=CFR_UPDATE,
        basis=basis,
        due=add_days(basis.day, 30) if basis.day else None,
        fulfilled=situation.subject.protocol.status_module.completion_date_struct.type == "ACTUAL",
        unless=_nobody_enrolled(situation),
        says=_by_registry(situation),
    )


def update_status(situation: Situation) -> Duty:
    """42 CFR 11.64: the overall status within 30 days after it changed, as far as a ledger tells that it did."""
    conduct, registered = situation.conduct, situation.subject.status
    changed, now = "", ""
    if conduct is not None:
        now = conduct.status
        changed = {
            "COMPLETED": conduct.completed,
            "ACTIVE_NOT_RECRUITING": conduct.recruitment_ended,
            "RECRUITING": conduct.site_opened or conduct.first_consent,
        }.get(now, "")
    day = dt.date.fromisoformat(changed) if changed else None
    words = now.replace("_", " ").lower()
    return Duty(
        code="update-status",
        what=Text("Keep the overall status true", "保持招募状态准确"),
        source=CFR_UPDATE,
        basis=Basis(
            day=day,
            estimated=False,
            says=Text(f"{words} since {changed} (ledger)", f"自 {changed} 起为“{_STATUS_ZH[now]}”（台账）")
            if changed
            else Text("a change of status in the ledger", "台账中的状态变化"),
        ),
        due=add_days(day, 30) if day else None,
        fulfilled=registered == now,
        unless=Text("") if conduct is not None else Text("no ledger tells what happened", "无台账记录"),
        says=_by_registry(situation),
    )


_STATUS_ZH = {"RECRUITING": "正在招募", "ACTIVE_NOT_RECRUITING": "进行中，不再招募", "COMPLETED": "已完成"}


def follow_amendment(situation: Situation) -> Duty:
    """42 CFR 11.64: the record within 30 days after an amendment that was told to participants was approved."""
    conduct = situation.conduct
    amended = conduct.amended if conduct is not None else ""
    day = dt.date.fromisoformat(amended) if amended else None
    later = [date for date in conduct.submitted if date >= amended] if conduct is not None and amended else []
    return Duty(
        code="update-amendment",
        what=Text("Submit the record of an amendment", "提交方案修正后的注册信息"),
        source=CFR_AMENDMENT,
        basis=Basis(
            day=day,
            estimated=False,
            says=Text(f"build published {amended} (ledger)", f"方案定义发布 {amended}（台账）")
            if amended
            else Text("an amendment after the first enrolment", "首例入组后的方案修正"),
        ),
        due=add_days(day, 30) if day else None,
        done=later[0] if later else "",
        unless=Text("") if conduct is not None else Text("no ledger tells of amendments", "无台账记录"),
        says=_by_registry(situation),
    )


def verify(situation: Situation) -> Duty:
    """42 CFR 11.64: verified at least every 12 months, until the study is over and its results are in."""
    subject = situation.subject
    verified = subject.verified
    over = subject.status in ("COMPLETED", "TERMINATED", "WITHDRAWN") and (
        subject.has_results or subject.status == "WITHDRAWN" or bool(_american(situation).en)
    )
    return Duty(
        code="verify",
        what=Text("Read the record through and verify it", "通读并核实注册信息"),
        source=CFR_VERIFY,
        basis=Basis(
            day=verified.latest if verified else None,
            estimated=False,
            says=Text(f"last verified {verified.text}", f"上次核实 {verified.text}")
            if verified
            else Text("verification date, not given", "核实日期，未提供"),
        ),
        due=add_months(verified.latest, 12) if verified else None,
        unless=Text("the study is over", "研究已结束") if over else Text(""),
        says=_by_registry(situation),
    )


def submit_results(situation: Situation) -> Duty:
    """42 CFR 11.44: results within a year after the actual primary completion; a certified delay moves the day."""
    subject = situation.subject
    status = subject.protocol.status_module
    basis = from_.primary_completion(subject, situation.conduct)
    certified = status.disp_first_submit_date
    return Duty(
        code="cfr-results",
        what=Text("Submit results, or certify a delay", "提交结果，或申请延迟"),
        source=CFR_RESULTS,
        basis=basis,
        due=add_months(basis.day, 12) if basis.day else None,
        done=status.results_first_submit_date or certified,
        unless=_american(situation) if _american(situation).en else _nobody_enrolled(situation),
        says=Text(f"A delay was certified on {certified}.", f"已于 {certified} 申请延迟。")
        if certified and not status.results_first_submit_date
        else _if_american(situation),
    )


def post_consent_form(situation: Situation) -> Duty:
    """Common Rule: a consent form posted within 60 days after the last visit, for trials with federal money."""
    module = situation.subject.protocol.sponsor_collaborators_module
    federal = [one.name for one in (module.lead_sponsor, *module.collaborators) if one.kind in _US_FUNDERS]
    basis = from_.completion(situation.subject, situation.conduct)
    return Duty(
        code="common-rule-consent",
        what=Text("Post a consent form", "公布知情同意书"),
        source=COMMON_RULE,
        basis=basis,
        due=add_days(basis.day, 60) if basis.day else None,
        fulfilled=situation.consent_form_posted,
        unless=_nobody_enrolled(situation) if federal else Text("no federal funder is named", "未列出美国联邦资助方"),
    )


def before_unknown(situation: Situation) -> Duty:
    """The last day before the registry shows the status as unknown."""
    subject = situation.subject
    since = unknown_since(subject.protocol.status_module)
    verified = subject.verified
    return Duty(
        code="derived-unknown",
        what=Text("The registry shows the status as UNKNOWN from this day", "自该日起登记平台将状态显示为“未知”"),
        source=DERIVED,
        basis=Basis(
            day=verified.latest if verified else None,
            estimated=False,
            says=Text(f"last verified {verified.text}, completion passed", f"上次核实 {verified.text}，完成日期已过")
            if verified
            else Text("verification date, not given", "核实日期，未提供"),
        ),
        due=since,
        unless=Text("") if since else Text("not from these dates and this status", "按现有日期与状态不会发生"),
        says=Text("Verifying the record, or entering the true status, moves it.", "核实信息或填写真实状态即可推迟。"),
    )


DUTIES: tuple[Callable[[Situation], Duty], ...] = (
    register_before_consent,
    register_before_enrolment,
    share_statement,
    register_within_21_days,
    make_start_actual,
    update_status,
    follow_amendment,
    verify,
    make_primary_completion_actual,
    make_completion_actual,
    submit_results,
    post_consent_form,
    before_unknown,
)
