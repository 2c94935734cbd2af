"""A study's names in the reader's language: visits, forms, items, stored values, moments."""

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from zoneinfo import ZoneInfo

from trialwright.capture.locks import LEVEL_WORDS
from trialwright.capture.status import STATUS_WORDS, Status
from trialwright.capture.values import shown_text
from trialwright.capture.visits import PROGRESS_WORDS, TIMING_WORDS, Progress, Timing
from trialwright.capture.words import EVENTS, MISSING, YES_NO
from trialwright.catalog import load
from trialwright.define.scope import BEFORE, THIS
from trialwright.model.identity import once_for_each
from trialwright.model.ledger import Blank, EventKind, Stored
from trialwright.model.quantity import Code, Missing, Quantity
from trialwright.model.study import Field, Study
from trialwright.model.text import Text
from trialwright.web.wording import unit_word

_ORIGINS = {
    "typed": Text(en="typed", zh="手工录入"),
    "import": Text(en="imported", zh="导入"),
    "derived": Text(en="derived", zh="计算得出"),
    "simulated": Text(en="simulated", zh="模拟"),
    "migration": Text(en="migrated", zh="迁移"),
}
_DETAILS = {
    "user": Text(en="account", zh="账户"),
    "role": Text(en="role", zh="角色"),
    "version": Text(en="version", zh="版本"),
    "date": Text(en="date", zh="日期"),
    "reason": Text(en="reason", zh="原因"),
    "identity": Text(en="identity checked", zh="身份核实"),
    "name": Text(en="name", zh="姓名"),
    "purpose": Text(en="purpose", zh="目的"),
    "category": Text(en="category", zh="类别"),
    "description": Text(en="description", zh="描述"),
    "site": Text(en="site", zh="研究中心"),
    "arm": Text(en="arm", zh="组别"),
    "was": Text(en="before", zh="原为"),
    "act": Text(en="of the act", zh="登记内容"),
    "criteria": Text(en="criteria", zh="标准"),
    "owed": Text(en="answers owed", zh="未填项目"),
    "major": Text(en="major", zh="重大"),
    "body": Text(en="committee", zh="委员会"),
    "number": Text(en="number", zh="编号"),
    "file": Text(en="file", zh="文件"),
    "sha256": Text(en="fingerprint", zh="指纹"),
    "build": Text(en="build", zh="版本号"),
    "hash": Text(en="hash", zh="校验值"),
    "status": Text(en="status", zh="状态"),
    "scope": Text(en="scope", zh="范围"),
    "head": Text(en="head of the ledger", zh="台账校验值"),
    "open_queries": Text(en="open queries", zh="未关闭质疑"),
    "unfinished_visits": Text(en="unfinished visits", zh="未完成访视"),
    "check": Text(en="check", zh="核查规则"),
    "items": Text(en="items", zh="项目"),
    "message": Text(en="message", zh="内容"),
    "query": Text(en="query", zh="质疑"),
    "by": Text(en="by", zh="来源"),
    "move": Text(en="movement", zh="操作"),
    "lot": Text(en="lot", zh="批号"),
    "vials": Text(en="vials", zh="瓶数"),
    "expiry": Text(en="expiry", zh="有效期"),
    "stock": Text(en="by the papers", zh="记录库存"),
    "why": Text(en="why", zh="原因"),
    "meaning": Text(en="meaning", zh="含义"),
    "level": Text(en="level", zh="级别"),
    "signature": Text(en="signature no.", zh="签名序号"),
    "from": Text(en="from", zh="起"),
    "until": Text(en="until", zh="止"),
    "trained": Text(en="trained on", zh="培训日期"),
    "aware": Text(en="aware since", zh="获知时间"),
    "narrative": Text(en="narrative", zh="病例叙述"),
    "stage": Text(en="stage", zh="阶段"),
    "recipient": Text(en="to", zh="报告对象"),
    "sent": Text(en="sent", zh="递交时间"),
    "causality": Text(en="causality", zh="因果关系"),
    "unexpected": Text(en="unexpected", zh="非预期"),
    "rule": Text(en="rule", zh="规则"),
    "rows": Text(en="deviations", zh="偏离"),
    "to": Text(en="asked", zh="答复角色"),
    "what": Text(en="what", zh="内容"),
    "entries": Text(en="entries", zh="条目数"),
    "seal": Text(en="seal", zh="密封校验值"),
    "taken_back": Text(en="taken back", zh="撤回"),
    "exceptions": Text(en="exceptions", zh="例外项数"),
    "statement": Text(en="statement", zh="签名声明"),
    "versions": Text(en="values signed", zh="签名所含数据项数"),
    "files": Text(en="files", zh="文件数"),
    "format": Text(en="format", zh="格式"),
    "snapshot": Text(en="hash of the data cut", zh="数据截点校验值"),
    "seq": Text(en="entry", zh="记录号"),
    "first_person": Text(en="first person", zh="第一执行人"),
    "second_person": Text(en="second person", zh="第二执行人"),
}
_VALUES: dict[str, dict[str, Text]] = {
    "move": {
        "received": Text(en="received", zh="接收"),
        "returned": Text(en="returned", zh="退回"),
        "destroyed": Text(en="destroyed", zh="销毁"),
        "counted": Text(en="counted", zh="清点"),
    },
    "level": {
        "form": Text(en="form", zh="表单"),
        "visit": Text(en="visit", zh="访视"),
        "participant": Text(en="participant", zh="参与者"),
    },
    "why": {
        "name": Text(en="another user name", zh="用户名不符"),
        "password": Text(en="wrong password", zh="密码错误"),
        "code": Text(en="wrong code", zh="验证码错误"),
        "serious": Text(en="became serious", zh="判定为严重"),
        "fatal": Text(en="became fatal or life-threatening", zh="转为致死或危及生命"),
    },
    "stage": {
        "initial": Text(en="first report", zh="首次报告"),
        "follow_up": Text(en="follow-up", zh="随访报告"),
        "report": Text(en="report", zh="报告"),
        "completion": Text(en="completed report", zh="补充报告"),
    },
    "unexpected": YES_NO,
    "causality": {choice.code: choice.label for choice in load().terms("causality").choices},
    "what": {
        "calendar": Text(en="calendar of visits", zh="访视日历"),
        "audit": Text(en="lines of the audit trail", zh="稽查轨迹"),
        "late": Text(en="forms entered late", zh="延迟录入的表单"),
    },
    "scope": {"data": Text(en="all data", zh="全部数据"), **{str(level): word for level, word in LEVEL_WORDS.items()}},
    "status": {
        "registered": Text(en="as registered", zh="已注册"),
        "proposal": Text(en="a proposal", zh="修订建议"),
        "draft": Text(en="a draft", zh="草稿"),
    },
    "by": {
        "check": Text(en="the check holds again", zh="核查规则已满足"),
        "row_inactivated": Text(en="the row was taken out of use", zh="该行已作废"),
        "value": Text(en="a value was changed", zh="数据被修改"),
        "visit_reopened": Text(en="the visit was reopened", zh="访视被重新打开"),
        "administrator": Text(en="an administrator", zh="系统管理员"),
    },
    "reason": {choice.code: choice.label for choice in load().terms("withdrawal_reason").choices},
    "category": {choice.code: choice.label for choice in load().terms("deviation_category").choices},
}
_FOR_PROGRAMS = frozenset(
    {
        "check",
        "of",
        "query",
        "message_zh",
        "page",
        "record",
        "encoding",
        "statement_zh",
        "head_seq",
        "from_utc",
        "until_utc",
        "aware_utc",
        "sent_utc",
        "turn",
    }
)
"""Details by which programs find an act again; they say nothing to a reader."""
_EARLIER = Text(en="visit before", zh="前次访视")
BLANK = Text(en="(empty)", zh="（空）")


_Titles = tuple[
    dict[str, Text], dict[str, Text], dict[str, Field], dict[str, Text], dict[str, Text], ZoneInfo
]  # fmt: skip


@once_for_each
def _further(study: Study) -> tuple[dict[str, Text], dict[str, Text], dict[str, Text]]:
    """Arms, meanings of signatures and recipients of safety reports by name."""
    recipients = study.safety.recipients if study.safety else ()
    return (
        {arm.name: arm.title for arm in study.arms},
        {each.name: each.title for each in study.signatures},
        {each.name: each.title for each in recipients},
    )


@once_for_each
def _titles(study: Study) -> _Titles:
    """Visits, forms, fields, roles and sites by name, and the zone of the first site."""
    return (
        {visit.name: visit.title for visit in study.visits},
        {form.name: form.title for form in study.forms},
        {f.name: f for form in study.forms for s in form.sections for f in s.fields},
        {role.name: role.title for role in study.roles},
        {site.name: site.title for site in study.sites},
        ZoneInfo(study.sites[0].time_zone) if study.sites else ZoneInfo("UTC"),
    )


@lru_cache(maxsize=4096)  # the values of one save share it
def _local(at_utc: str, zone: ZoneInfo) -> str:
    try:
        moment = dt.datetime.fromisoformat(at_utc)
    except ValueError:
        return at_utc
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")


class Names:
    """Words for one study in one language; a name the definition no longer knows is shown as it is."""

    def __init__(self, study: Study, language: str) -> None:
        self.language = language
        self._study = study
        self._visits, self._forms, self._fields, self._roles, self._sites, self._zone = _titles(study)
        self._arms, self._meanings, self._recipients = _further(study)

    def visit_short(self, name: str) -> str:
        """A visit's title without what stands in brackets: room on a chart is small."""
        return self.visit(name).partition("(")[0].partition("（")[0].strip()

    def visit(self, name: str) -> str:
        if name in self._visits:
            return self._word(self._visits, name)
        try:
            return self._study.visit(name).title.of(self.language)
        except KeyError:
            return name

    def arm(self, name: str) -> str:
        return self._word(self._arms, name)

    def form(self, name: str) -> str:
        return self._word(self._forms, name)

    def item(self, name: str) -> str:
        """The label of an item; "VISIT/item" is told with its visit, "BEFORE/item" as an earlier value."""
        visit, _, item = name.rpartition("/")
        if visit == THIS:
            visit = ""
        elif visit == BEFORE:
            return f"{_EARLIER.of(self.language)} · {self.item(item)}"
        field = self._fields.get(item)
        label = field.item.label.of(self.language) if field else item
        return f"{self.visit(visit)} · {label}" if visit else label

    def field(self, name: str) -> Field | None:
        return self._fields.get(name)

    def status(self, status: Status) -> str:
        return STATUS_WORDS[status].of(self.language)

    def progress(self, progress: Progress) -> str:
        return PROGRESS_WORDS[progress].of(self.language)

    def timing(self, timing: Timing) -> str:
        return TIMING_WORDS[timing].of(self.language)

    def place(self, visit: str, form: str, row: int) -> str:
        """ "Week 4 · Laboratory", with the row of a log."""
        parts = [self.visit(visit) if visit else "", self.form(form) if form else ""]
        if row:
            parts.append(Text(en=f"row {row}", zh=f"第 {row} 行").of(self.language))
        return " · ".join(part for part in parts if part)

    def stored(self, item: str, kind: str, text: str, unit: str) -> str:
        """A stored version in words, from the columns of a snapshot."""
        if kind == "missing":
            return MISSING[text].of(self.language) if text in MISSING else text
        if kind == "blank":
            return BLANK.of(self.language)
        if kind == "code":
            return self._labels(item).get(text, text)
        return f"{text} {unit_word(unit, self.language)}".strip()

    def held(self, item: str, value: Stored) -> str:
        """A value at hand in words, as `stored` tells it from its columns."""
        match value:
            case Quantity(text, unit):
                return self.stored(item, "quantity", text, unit)
            case Code(code):
                return self.stored(item, "code", code, "")
            case Missing(reason):
                return self.stored(item, "missing", reason, "")
            case Blank():
                return self.stored(item, "blank", "", "")
            case _:
                return shown_text(value)

    def evidence(self, item: str, text: str) -> str:
        """The text of a value as capture tells it (a code, a number with unit), in words."""
        field = self._fields.get(item.rpartition("/")[2])
        if field is None:
            return text
        number, _, unit = text.rpartition(" ")
        if number and unit == field.item.unit:
            return f"{number} {unit_word(unit, self.language)}"
        return self._labels(field.name).get(text) or (MISSING[text].of(self.language) if text in MISSING else text)

    def _labels(self, item: str) -> dict[str, str]:
        """The labels of an item's codes; an item of yes or no has them without a list."""
        field = self._fields.get(item)
        choices = field.item.choices if field else ()
        words = {choice.code: choice.label for choice in choices} or (
            YES_NO if field and field.item.kind == "yes_no" else {}
        )
        return {code: label.of(self.language) for code, label in words.items()}

    def unit(self, unit: str) -> str:
        return unit_word(unit, self.language)

    def origin(self, origin: str) -> str:
        return self._word(_ORIGINS, origin)

    def event(self, kind: EventKind) -> str:
        return EVENTS[kind].of(self.language)

    def details(self, details: Mapping[str, str]) -> str:
        """Flat details of an act as one line of words."""
        colon = "：" if self.language == "zh" else ": "
        comma = "；" if self.language == "zh" else "; "
        told = {k: v for k, v in details.items() if v and k not in _FOR_PROGRAMS}
        for key in ("message", "statement"):
            if self.language == "zh" and details.get(f"{key}_zh"):
                told[key] = details[f"{key}_zh"]
        if "statement" in told:  # the words that were signed; their short name adds nothing
            told.pop("meaning", None)
        return comma.join(f"{self._word(_DETAILS, k)}{colon}{self._detail(k, v)}" for k, v in told.items())

    def moment(self, at_utc: str) -> str:
        """A stored moment in the site's own time, to the minute."""
        return _local(at_utc, self._zone)

    def _detail(self, key: str, value: str) -> str:
        if key == "items":
            return ("、" if self.language == "zh" else ", ").join(self.item(item) for item in value.split(","))
        if key in ("hash", "head", "seal", "sha256", "snapshot"):
            return f"{value[:12]}…"
        study: dict[str, Mapping[str, Text]] = {
            "role": self._roles, "to": self._roles, "site": self._sites, "arm": self._arms, "was": self._arms,
            "act": {str(kind): words for kind, words in EVENTS.items()},
            "meaning": self._meanings, "recipient": self._recipients,
        }  # fmt: skip
        words = study.get(key) or _VALUES.get(key) or (YES_NO if key in ("major", "taken_back") else {})
        return self._word(words, value)

    def _word(self, words: Mapping[str, Text], name: str) -> str:
        return words[name].of(self.language) if name in words else name
