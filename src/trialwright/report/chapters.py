"""Chapters that come from the definition alone: the analysis plan is made of them, and a part of the study report."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

import msgspec

from trialwright.catalog import Catalog
from trialwright.catalog.displays.printing import print_percent
from trialwright.define.wording import condition_text
from trialwright.model.analysis import Cell, Table
from trialwright.model.entry import Source
from trialwright.model.study import Assumption, Estimand, Provenance, Study, Visit
from trialwright.model.text import Text
from trialwright.report import words
from trialwright.report.document import Block, Heading, Paragraph, Points
from trialwright.report.wording import element_of

LEVELS = {
    "primary": Text("Primary", "主要"),
    "secondary": Text("Secondary", "次要"),
    "other": Text("Other", "其他"),
    "sensitivity": Text("Sensitivity", "敏感性"),
    "supplementary": Text("Supplementary", "补充"),
}
STRATEGIES = {
    "composite": Text("composite: a failure of the endpoint", "复合策略：计为终点失败"),
    "treatment_policy": Text("treatment policy: the observed value counts", "疗法策略：采用实测值"),
    "hypothetical": Text("hypothetical: as if it had not happened", "假想策略：按未发生估计"),
    "while_on_treatment": Text("while on treatment: the last visit before it", "在治策略：取事件前末次访视"),
    "while_alive": Text("while alive: the last visit before death", "在世策略：取死亡前末次访视"),
}
MISSING = {
    "nonresponder": Text(
        "A response that missing values leave open counts as no response.", "缺失数据使应答无法判定时，计为未应答。"
    ),
    "undetermined": Text(
        "A response that missing values leave open stays open and is counted apart.",
        "缺失数据使应答无法判定时，保持未定并单独计数。",
    ),
    "bounds": Text(
        "A response that missing values leave open is counted both ways, as a lower and an upper bound.",
        "缺失数据使应答无法判定时，按两种可能分别计，给出上下界。",
    ),
    "observed": Text("Only observed values count; nothing is filled in.", "仅计实测值，不作填补。"),
    "imputed": Text(
        "Missing values are filled in many times over, and what that leaves uncertain is added to the interval.",
        "缺失值经多重插补，由此产生的不确定性计入区间。",
    ),
    "last_observed": Text(
        "A response that missing values leave open is that of the last visit before at which it was decided.",
        "缺失数据使应答无法判定时，取此前最近一次可判定访视的结果。",
    ),
}
ORIGINS = {
    "registered": Text("registered", "已登记"),
    "mirror": Text("registered (recovered from a copy)", "已登记（由副本恢复）"),
    "protocol": Text("protocol", "方案"),
    "assumed": Text("assumed", "假设"),
    "proposed": Text("proposed", "拟议"),
}


class Writing(msgspec.Struct, frozen=True, kw_only=True):
    """What every chapter is written from: the definition, the catalog, and the reader's language."""

    study: Study
    catalog: Catalog
    language: str = "en"

    def say(self, english: str, chinese: str, **fields: object) -> str:
        return Text(english, chinese).of(self.language).format(**fields)

    def of(self, text: Text) -> str:
        return text.of(self.language)

    def english(self, text: str) -> Paragraph:
        """Words that the study's author wrote in English only."""
        return Paragraph(text, language="en" if self.language.startswith("zh") else "")

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]], notes: Sequence[str] = ()) -> Table:
        """A plain table of words without a number of its own."""
        return Table(
            number="", title="", population="", columns=tuple(columns),
            rows=tuple(tuple(Cell(text) for text in row) for row in rows),
            footnotes=tuple(notes), language=self.language,
        )  # fmt: skip

    def origin(self, origin: Provenance) -> str:
        return self.of(ORIGINS[origin.kind])


def objectives(w: Writing) -> list[Block]:
    """The question of every estimand that is not a variation of another."""
    asked = [each for each in w.study.estimands if not each.is_variation]
    rows = [(w.of(LEVELS[each.level]), w.of(each.title), each.says.strip()) for each in asked]
    columns = (w.say("Level", "级别"), w.say("Endpoint", "终点"), w.say("The question", "研究问题（英文原文）"))
    return [w.table(columns, rows)]


def design(w: Writing) -> list[Block]:
    """Arms, size and what stands in for a control, in sentences."""
    study = w.study
    arms = w.say("one arm", "单臂") if len(study.arms) == 1 else w.say("{n} arms", "{n} 个组", n=len(study.arms))
    text = w.say(
        "{arms}, {n} participants planned, sites: {sites}, masking as registered: {masking}.",
        "{arms}，计划入组 {n} 例，中心数：{sites}，登记的设盲方式：{masking}。",
        arms=arms, n=study.enrolment_planned, sites=len(study.sites),
        masking=_coded(w, words.MASKINGS, study.registration.masking),
    )  # fmt: skip
    blocks: list[Block] = [Paragraph(text[:1].upper() + text[1:])]
    if len(study.arms) == 1:
        blocks.append(
            Paragraph(
                w.say(
                    "There is no concurrent control. Results are held against a declared range of rates from "
                    "elsewhere; chapter 13 says what cannot be concluded from that.",
                    "无同期对照。结果与所声明的外部参照范围比较；由此不能得出的结论见第 13 章。",
                )
            )
        )
    return blocks


def phases(w: Writing) -> str:
    """The phase as registered, in words."""
    return w.say(", ", "、").join(_coded(w, words.PHASES, code) for code in w.study.registration.phases) or "–"


def _coded(w: Writing, meant: Mapping[str, Text], code: str) -> str:
    return w.of(meant[code]) if code in meant else code or "–"


def eligibility(w: Writing) -> list[Block]:
    """Who may enter, word for word, and what decides it."""
    columns = (
        w.say("Kind", "类别"),
        w.say("Criterion", "标准"),
        w.say("Decided by", "判定依据"),
        w.say("From", "来源"),
    )
    kinds = {"inclusion": w.say("inclusion", "纳入"), "exclusion": w.say("exclusion", "排除")}
    judged = w.say("the investigator", "研究者判断")
    rows = [
        (
            kinds[each.kind],
            w.of(each.text),
            judged
            if each.met_when is None
            else w.say("data: ", "数据：") + w.say("; ", "；").join(_items(w, each.evidence)),
            w.origin(each.origin),
        )
        for each in w.study.eligibility
    ]
    return [w.table(columns, rows)]


def _items(w: Writing, names: Sequence[str]) -> list[str]:
    """Items by their labels, each once."""
    found = []
    for name in names:
        instrument, _, item = name.rpartition("/")[2].partition(".")
        known = w.catalog.instrument(instrument).items if instrument in w.catalog.names("instrument") else ()
        found.append(next((w.of(each.label) for each in known if each.name == item), name))
    return list(dict.fromkeys(found))


def treatments(w: Writing) -> list[Block]:
    """What is given, how much by body weight, when; with the reason where that is assumed."""
    blocks: list[Block] = []
    for each in w.study.interventions:
        visits = [w.of(w.study.visit(name).title) for name in each.dosing_visits]
        comma = w.say(", ", "、")
        text = w.say(
            "{name}: {route}; at {visits}.", "{name}：{route}；给药访视：{visits}。",
            name=w.of(each.title), route=each.route or "–", visits=comma.join(visits) or "–",
        )  # fmt: skip
        blocks.append(Paragraph(text))
        if each.tiers:
            rows = [
                (_weights(tier.low, tier.high, tier.high_included), f"{tier.dose} {tier.unit}") for tier in each.tiers
            ]
            blocks.append(w.table((w.say("Body weight, kg", "体重，千克"), w.say("Dose", "剂量")), rows))
        if each.origin.reason:
            blocks += [Paragraph(w.say("Assumed:", "所作假设（英文原文）：")), w.english(each.origin.reason)]
    return blocks


def _weights(low: str | None, high: str | None, high_included: bool) -> str:
    upper = f"{'≤' if high_included else '<'} {high}" if high else ""
    return f"≥ {low}, {upper}" if low and upper else upper or f"> {low}"


def schedule(w: Writing) -> list[Block]:
    """Visits, their windows, and the forms filled in at each."""
    visits = [visit for visit in w.study.visits if visit.kind != "log"]
    columns = (w.say("Visit", "访视"), w.say("Study day", "研究日"), w.say("Window", "时间窗"), w.say("Forms", "表单"))
    rows = [
        (w.of(v.title), "–" if v.study_day is None else str(v.study_day), _window(v), _forms(w, v.forms))
        for v in visits
    ]
    note = w.say(
        "Day 1 is the day of the first dose; there is no day 0. A record counts for the visit it was entered under; "
        "outside its window it still counts and is flagged.",
        "第 1 天为首次给药当日，无第 0 天。记录按其录入的访视计；窗外记录仍计入并加标记。",
    )
    return [w.table(columns, rows, (note,))]


def _window(visit: Visit) -> str:
    if visit.study_day is None:
        return "–"
    return f"−{visit.early} / +{visit.late}" if visit.early or visit.late else "0"


def _forms(w: Writing, names: Sequence[str]) -> str:
    return w.say(", ", "、").join(w.of(w.study.form(name).title) for name in names) or "–"


def analysis_sets(w: Writing) -> list[Block]:
    """Who is analysed: the sentence and the condition that decides it."""
    columns = (
        w.say("Set", "分析集"),
        w.say("In words", "说明（英文原文）"),
        w.say("Condition", "条件"),
        w.say("From", "来源"),
    )
    rows = [(w.of(s.title), s.says, condition_text(s.includes), w.origin(s.origin)) for s in w.study.analysis_sets]
    return [w.table(columns, rows)]


def intercurrent_events(w: Writing) -> list[Block]:
    """What may come between treatment and endpoint, and how each main estimand answers it."""
    main = [each for each in w.study.estimands if not each.is_variation and each.intercurrent]
    columns = (w.say("Intercurrent event", "伴发事件"), *(w.of(each.title) for each in main))
    rows = [
        (w.of(event.title), *(_strategy(w, each, event.name) for each in main)) for event in w.study.intercurrent_events
    ]
    note = w.say(
        "A principal stratum strategy is refused: who would have had the event under another treatment cannot be "
        "identified in one arm.",
        "主层策略不予采用：单臂研究无法识别在另一治疗下会发生该事件的参与者。",
    )
    return [w.table(columns, rows, (note,) if len(w.study.arms) == 1 else ())]


def _strategy(w: Writing, estimand: Estimand, event: str) -> str:
    strategy = estimand.intercurrent.get(event)
    return w.of(STRATEGIES[strategy]).partition(w.say(": ", "："))[0] if strategy else "–"


def estimands(w: Writing, levels: Sequence[str], *, heading: int = 3) -> list[Block]:
    """Every estimand of these levels in its five attributes, with its missing-data rule, methods and benchmarks."""
    blocks: list[Block] = []
    for each in w.study.estimands:
        if each.level in levels:
            blocks.append(Heading(w.of(each.title), heading))
            blocks.append(w.table((w.say("Attribute", "要素"), w.say("As declared", "声明")), _attributes(w, each)))
            blocks += _benchmarks(w, each)
    return blocks


def _attributes(w: Writing, estimand: Estimand) -> list[tuple[str, str]]:
    rows = [
        (w.say("Question", "研究问题"), estimand.says.strip()),
        (w.say("Treatment", "治疗"), estimand.treatment),
        (w.say("Population", "人群"), w.of(w.study.analysis_set(estimand.population).title)),
        (w.say("Variable", "变量"), variable_words(w, estimand)),
        (w.say("Intercurrent events", "伴发事件"), _answers(w, estimand)),
        (w.say("Summary", "总体指标"), methods_words(w, estimand)),
        (w.say("Missing data", "缺失数据"), w.of(MISSING[estimand.missing_rule])),
    ]
    if estimand.alpha:
        rows.append((w.say("Level", "检验水准"), estimand.alpha))
    if estimand.of:
        rows.insert(0, (w.say("Varies", "所变化的估计目标"), w.of(w.study.estimand(estimand.of).title)))
    return rows


def variable_words(w: Writing, estimand: Estimand) -> str:
    """What is computed for one participant, in the words of its catalog entry."""
    variable = estimand.variable
    name = variable.entry.partition(".")[0]
    kind = "criterion" if variable.kind == "response" else "instrument"
    title = w.of(w.catalog.entry(name, "criterion" if kind == "criterion" else "instrument").title)
    parts = [title]
    if variable.reading:
        parts.append(w.say("reading “{name}”", "判定方式“{name}”", name=variable.reading))
    for key, value in sorted(variable.parameters.items()):
        told = _roles(w, estimand, value) if key == "measures" else value
        parts.append(f"{w.say(key.replace('_', ' '), '指标' if key == 'measures' else key)}{w.say(': ', '：')}{told}")
    if variable.visit:
        parts.append(w.of(w.study.visit(variable.visit).title))
    return "; ".join(parts) if not w.language.startswith("zh") else "；".join(parts)


def _roles(w: Writing, estimand: Estimand, named: str) -> str:
    roles = w.catalog.criterion(estimand.variable.entry).roles
    names = [name.strip() for name in named.split(",")]
    return w.say(", ", "、").join(w.of(roles[name]) if name in roles else name for name in names)


def _answers(w: Writing, estimand: Estimand) -> str:
    titles = {event.name: event.title for event in w.study.intercurrent_events}
    told = [
        f"{w.of(titles[name])}{w.say(': ', '：')}{w.of(STRATEGIES[s])}" for name, s in estimand.intercurrent.items()
    ]
    return "\n".join(told) or "–"


def methods_words(w: Writing, estimand: Estimand) -> str:
    """The summary methods, each with the parameters the definition gives it."""
    told = []
    for use in estimand.summary:
        given = w.say(", ", "，").join(_choice(w, key, value) for key, value in sorted(use.parameters.items()))
        title = w.of(w.catalog.method(use.method).title)
        told.append(w.say("{title} ({given})", "{title}（{given}）", title=title, given=given) if given else title)
    return "\n".join(told) or w.say("counts and percentages", "例数与百分比")


def _choice(w: Writing, key: str, value: str) -> str:
    chosen = w.of(words.CHOSEN[value]) if value in words.CHOSEN else value
    if key in words.CHOICES:
        return w.of(words.CHOICES[key]).format(v=chosen)
    return f"{key.replace('_', ' ')}{w.say(': ', '：')}{chosen}"


def _benchmarks(w: Writing, estimand: Estimand) -> list[Block]:
    if not estimand.benchmarks or estimand.is_variation:
        return []
    columns = (w.say("Benchmark", "参照值"), "n/N", "%", w.say("Source", "出处"), w.say("From", "来源"))
    rows = [
        (
            w.of(each.label),
            f"{each.responders}/{each.participants}",
            print_percent(Fraction(each.responders, each.participants)),
            each.source,
            w.origin(each.origin),
        )
        for each in estimand.benchmarks
    ]
    return [w.table(columns, rows)]


def methods_used(w: Writing, shown: Sequence[str] = ()) -> list[Block]:
    """Each statistical method of the definition, and of the displays `shown`, once: what it says."""
    names = dict.fromkeys([*(use.method for estimand in w.study.estimands for use in estimand.summary), *shown])
    columns = (w.say("Method", "方法"), w.say("What it does", "说明"))
    entries = [w.catalog.method(name) for name in names]
    return [w.table(columns, [(w.of(e.title), w.of(e.sentences.get("says", Text(e.says)))) for e in entries])]


def references(w: Writing, shown: Sequence[str] = ()) -> list[Block]:
    """The sources of every response criterion, method and benchmark used, numbered, and what their marks mean."""
    sources = _sources(w, shown)
    blocks: list[Block] = [Points(tuple(sources), numbered=True, language="en")]
    if any(source.endswith("]") for source in sources):
        blocks.append(Paragraph(w.of(words.RECALLED), "note"))
    return blocks


def _sources(w: Writing, shown: Sequence[str]) -> list[str]:
    found: dict[str, None] = {}
    for estimand in w.study.estimands:
        names = [(use.method, "method") for use in estimand.summary]
        if estimand.variable.kind == "response":
            names.insert(0, (estimand.variable.entry, "criterion"))
        for name, kind in names:
            entry = w.catalog.entry(name, "method" if kind == "method" else "criterion")
            found.update(dict.fromkeys(_source(source) for source in entry.source))
        found.update(dict.fromkeys(each.source for each in estimand.benchmarks))
    for name in shown:
        found.update(dict.fromkeys(_source(source) for source in w.catalog.method(name).source))
    return [text for text in found if not text.endswith(_OURS)]


_OURS = "our rule, declared"
"""What is nobody's paper stands among the assumptions, not among the references."""


def _source(source: Source) -> str:
    return source.text if source.seen == "original" else f"{source.text} [{source.seen}]"


def assumptions(w: Writing, found: Sequence[Assumption]) -> list[Block]:
    """What is in no public record, and why it was put in its place."""
    if not found:
        return [Paragraph(w.say("Nothing is assumed.", "无假设。"))]
    columns = (w.say("What", "内容"), w.say("Why", "理由"), w.say("Where", "位置"))
    rows = [(w.of(element_of(w.study, each.what)), each.reason, each.where.split(" ")[0]) for each in found]
    lead = w.say(
        "What the public record does not say, and what was put in its place.",
        "公开注册信息未载明、由研究定义补充的内容（英文原文）。",
    )
    return [Paragraph(lead, "lead"), w.table(columns, rows)]


def caveats(lead: str, points: Sequence[str], end: str) -> list[Block]:
    """What a single arm cannot show."""
    return [Paragraph(lead), Points(tuple(points)), Paragraph(end)]
