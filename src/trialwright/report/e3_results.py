"""Chapters 10 to 12 of the study report: who took part, what came out, what harm was seen; every number from a row."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from trialwright.model.analysis import ResultRow
from trialwright.model.study import DisplayUse, Estimand
from trialwright.report import words
from trialwright.report.document import Block, Heading, Paragraph, Points
from trialwright.report.material import NOTHING, Material

Part = tuple[str, str, str, list[Block]]

_FIRST = 5
"""Adverse events named in the text; all of them stand in the tables."""


def numbered(m: Material, parts: Iterable[Part], level: int = 2) -> list[Block]:
    """Parts of a chapter under their numbered headings."""
    blocks: list[Block] = []
    for number, english, chinese, part in parts:
        blocks += [Heading(m.say(english, chinese), level, number), *part]
    return blocks


def participants(m: Material) -> list[Block]:
    """Chapter 10: everybody accounted for, and how the protocol was departed from."""
    flow = m.say(
        "Of {screened} screened, {failed} did not enter and {enrolled} were enrolled; {dosed} received the treatment; "
        "{completed} completed and {withdrawn} withdrew{where}.",
        "筛选 {screened} 例，{failed} 例未入组，入组 {enrolled} 例；接受治疗 {dosed} 例；"
        "完成 {completed} 例，退出 {withdrawn} 例{where}。",
        failed=m.value("disposition", "screen_failure", "n"),
        where=m.refer("disposition", "flow_diagram"),
        **{r: m.value("disposition", r, "n") for r in ("screened", "enrolled", "dosed", "completed", "withdrawn")},
    )
    reasons = [
        f"{_label(m, row)}{m.say(': ', '：')}{m.value('disposition', row.row, 'n')}"
        for row in _rows(m, "disposition", "n")
        if row.row.startswith("withdrawn.") and row.value
    ]
    departed = m.say(
        "Participants with a protocol deviation: {n} ({events} in all); with a major one: {major}{where}. "
        "The data show {open} more in {more} participants that nobody has judged yet. Both are listed.",
        "发生方案偏离的参与者：{n} 例（共 {events} 项）；有重大偏离者：{major} 例{where}。"
        "另有数据显示、尚无人判定者 {open} 项，涉及 {more} 例。二者均予列出。",
        n=m.value("deviation_table", "any", "n"), events=m.value("deviation_table", "any", "events"),
        major=m.value("deviation_table", "major", "n"), where=m.refer("deviation_table"),
        open=m.value("deviation_table", "shown", "events"), more=m.value("deviation_table", "shown", "n"),
    )  # fmt: skip
    kept = [
        m.say("{visit}: {n}, of them {inside} inside the window", "{visit}：{n} 例，其中窗内 {inside} 例",
              visit=_label(m, row), n=m.value("visit_table", row.row, "n"),
              inside=m.value("visit_table", row.row, "in_window"))
        for row in _rows(m, "visit_table", "n")
    ]  # fmt: skip
    held = m.say("Visits held{where}:", "各访视完成人数{where}：", where=m.refer("visit_table"))
    return numbered(m, [
        ("10.1", "Disposition", "流向", [Paragraph(flow), *_points(reasons)]),
        ("10.2", "Protocol deviations", "方案偏离", [Paragraph(departed), *([Paragraph(held)] if kept else []),
                                                 *_points(kept)]),
    ])  # fmt: skip


def efficacy(m: Material) -> list[Block]:
    """Chapter 11: sets, baseline, compliance, the primary result with every reading of it, the other endpoints."""
    sets = [
        m.say("{name}: {n}", "{name}：{n} 例", name=m.writing.of(s.title), n=m.value("analysis_sets", s.name, "n"))
        for s in m.writing.study.analysis_sets
    ]
    who = m.say("Who is in which set, and why{where}.", "逐例所属分析集及原因{where}。", where=m.refer("set_listing"))
    results: list[Block] = []
    for each in m.headlines:
        results += [Paragraph(each.seen, "key", each.estimand), Paragraph(each.held_against)]
        results += [Paragraph(each.conclusion, cell=each.conclusion_cell)]
    where = m.refer("responder_table", "response_listing")
    results.append(Paragraph(m.say("Details and each participant{where}.", "详见各表与逐例结果{where}。", where=where)))
    return numbered(m, [
        ("11.1", "Data sets analysed", "分析集", [Points(tuple(sets)), Paragraph(who)]),
        ("11.2", "Demographics and other baseline", "人口学与基线特征", _baseline(m)),
        ("11.3", "Treatment compliance", "依从性", _compliance(m)),
        ("11.4", "Results", "疗效结果", [
            *numbered(m, [
                ("11.4.1", "Primary endpoint", "主要终点", results),
                ("11.4.2", "Other readings and missing values", "其他判定方式与缺失值", _readings(m)),
                ("11.4.3", "Other endpoints", "其他终点", _others(m)),
                ("11.4.4", "Statistical issues", "统计学问题", _issues(m)),
            ], 3),
        ]),
    ])  # fmt: skip


def safety(m: Material) -> list[Block]:
    """Chapter 12: exposure, adverse events, the worst of them, laboratory, other findings, what can be said."""
    return numbered(m, [
        ("12.1", "Extent of exposure", "暴露程度", _compliance(m)),
        ("12.2", "Adverse events", "不良事件", _events(m)),
        ("12.3", "Deaths, serious adverse events and treatment stopped", "死亡、严重不良事件与停药", _worst(m)),
        ("12.4", "Laboratory values", "实验室检查", _laboratory(m)),
        ("12.5", "Vital signs and other observations", "生命体征及其他", _observed(m)),
        ("12.6", "Safety conclusions", "安全性结论", [Paragraph(m.writing.of(words.LEADS["safety"]))]),
    ])  # fmt: skip


def _rows(m: Material, display: str, statistic: str) -> list[ResultRow]:
    numbers = {use.number for use, _ in m.shown if use.display == display}
    return [row for row in m.rows if row.display in numbers and row.statistic == statistic]


def _label(m: Material, row: ResultRow) -> str:
    return m.book.say(row.label) if m.book is not None and m.writing.language.startswith("zh") else row.label


def _points(items: Sequence[str]) -> list[Block]:
    return [Points(tuple(items))] if items else []


def _baseline(m: Material) -> list[Block]:
    blocks: list[Block] = []
    women, men = (m.value("baseline", f"demographics.sex={code}", "n") for code in ("F", "M"))
    age = {name: m.value("baseline", "demographics.age", name) for name in ("mean", "sd", "min", "max")}
    if NOTHING not in (women, men, *age.values()):
        text = m.say(
            "{women} women and {men} men were enrolled, {min} to {max} years old (mean {mean}, SD {sd}).",
            "入组女性 {women} 例、男性 {men} 例，年龄 {min} 至 {max} 岁（均值 {mean}，标准差 {sd}）。",
            women=women, men=men, **age,
        )  # fmt: skip
        blocks.append(Paragraph(text))
    told = [
        m.say("{label}: {mean} ({sd}), {min} to {max}; n = {n}", "{label}：{mean}（{sd}），{min} 至 {max}；{n} 例",
              label=_with_unit(_label(m, row), row.unit),
              **{name: m.value("baseline", row.row, name) for name in ("mean", "sd", "min", "max", "n")})
        for row in _rows(m, "baseline", "mean")
        if row.value is not None and row.row.partition(".")[0] in _instruments(m)
    ]  # fmt: skip
    lead = m.say(
        "Disease activity before the first dose, mean (SD) and range:", "首次给药前疾病活动度，均值（标准差）与范围："
    )
    where = m.say("More{where}.", "详见{where}。", where=m.refer("baseline"))
    return [*blocks, *([Paragraph(lead)] if told else []), *_points(told), Paragraph(where)]


def _with_unit(label: str, unit: str) -> str:
    return f"{label}, {unit}" if unit and unit.lower() not in label.lower() else label


def _instruments(m: Material) -> set[str]:
    """The instruments that the main estimands are computed from."""
    main = [each for each in m.writing.study.estimands if not each.is_variation and each.variable.kind != "event"]
    measured = {name.partition(".")[0] for each in main for name in each.variable.measures.values()}
    return measured | {each.variable.entry.partition(".")[0] for each in main}


def _compliance(m: Material) -> list[Block]:
    def of(row: str, name: str) -> str:
        return m.value("exposure", row, name)

    text = m.say(
        "{n} participants were treated. Doses a participant: {low} to {high} (median {middle}); total dose: {less} to "
        "{more} mg (median {total}); time from the first to the last dose: {short} to {long} weeks (median {weeks}). "
        "Infusions interrupted in {stopped} participants, reactions in {reacted}{where}.",
        "接受治疗 {n} 例。每例给药次数：{low} 至 {high} 次（中位数 {middle}）；总剂量：{less} 至 {more} 毫克"
        "（中位数 {total}）；首次至末次给药的时间：{short} 至 {long} 周（中位数 {weeks}）。"
        "输注中断 {stopped} 例，输注反应 {reacted} 例{where}。",
        n=of("doses", "n"), low=of("doses", "min"), high=of("doses", "max"), middle=of("doses", "median"),
        less=of("total_dose", "min"), more=of("total_dose", "max"), total=of("total_dose", "median"),
        short=of("weeks", "min"), long=of("weeks", "max"), weeks=of("weeks", "median"),
        stopped=of("interrupted", "n"), reacted=of("reaction", "n"), where=m.refer("exposure"),
    )  # fmt: skip
    return [Paragraph(text)]


def _readings(m: Material) -> list[Block]:
    rates = [row for row in _rows(m, "sensitivity_grid", "rate") if isinstance(row.value, Fraction)]
    if not rates:
        return [Paragraph(m.say("No other reading is declared.", "未声明其他判定方式。"))]
    low, high = (min(rates, key=_rate), max(rates, key=_rate))
    text = m.say(
        "Under every declared reading of the question, bounds included, the responders are between {low} % ({least}) "
        "and {high} % ({most}){where}.",
        "在所声明的各种判定方式下（含上下界），应答率介于 {low}%（{least}）与 {high}%（{most}）之间{where}。",
        low=m.value("sensitivity_grid", low.row, "rate"), least=_label(m, low),
        high=m.value("sensitivity_grid", high.row, "rate"), most=_label(m, high),
        where=m.refer("sensitivity_grid", "forest"),
    )  # fmt: skip
    counts = _rows(m, "tipping_table", "n")
    blocks: list[Block] = [Paragraph(text)]
    if counts:
        open_verdicts = m.say(
            "Whatever the open verdicts would have been, there would be {low} to {high} responders{where}.",
            "无论未定者结果如何，应答者介于 {low} 至 {high} 例之间{where}。",
            low=m.value("tipping_table", counts[0].row, "n"), high=m.value("tipping_table", counts[-1].row, "n"),
            where=m.refer("tipping_table"),
        )  # fmt: skip
        blocks.append(Paragraph(open_verdicts))
    return blocks


def _rate(row: ResultRow) -> Fraction:
    return row.value if isinstance(row.value, Fraction) else Fraction(0)


def _others(m: Material) -> list[Block]:
    values = [each for each in m.writing.study.estimands if each.variable.kind == "value" and not each.is_variation]
    blocks: list[Block] = [block for each in values for block in _change(m, each)]
    told = [
        m.say("{label}: {hl} % ({low} to {high} %), n = {n}", "{label}：{hl}%（{low}% 至 {high}%），{n} 例",
              label=_label(m, row), **{
                  name: m.value("improvement_table", row.row, statistic)
                  for name, statistic in (("hl", "hl"), ("low", "lower"), ("high", "upper"), ("n", "n"))})
        for row in _rows(m, "improvement_table", "hl")
        if row.value is not None
    ]  # fmt: skip
    lead = m.say(
        "Improvement of each measure in percent of baseline at the endpoint, Hodges-Lehmann estimate with its interval"
        "{where}:",
        "终点时各指标相对基线的改善百分比，霍奇斯－莱曼估计及区间{where}：",
        where=m.refer("improvement_table"),
    )
    if told:
        blocks += [Paragraph(lead), *_points(told)]
    return blocks or [Paragraph(m.say("No other endpoint is declared.", "未声明其他终点。"))]


def _change(m: Material, estimand: Estimand) -> list[Block]:
    use = next((u for u, _ in m.shown if u.display == "dose_change" and estimand.name in u.estimands), None)
    if use is None:
        return []

    def of(name: str) -> str:
        return m.at(use.number, estimand.variable.visit, name)

    text = m.say(
        "{title}: mean {mean} (SD {sd}), median {median}, n = {n}; Hodges-Lehmann estimate {hl} (interval {low} to "
        "{high}), p = {p} by the exact signed rank test, nominal{where}.",
        "{title}：均值 {mean}（标准差 {sd}），中位数 {median}，{n} 例；霍奇斯－莱曼估计 {hl}（区间 {low} 至 {high}），"
        "精确符号秩检验名义 P 值 {p}{where}。",
        title=m.writing.of(estimand.title), mean=of("change_mean"), sd=of("change_sd"), median=of("change_median"),
        n=of("change_n"), hl=of("hl"), low=of("lower"), high=of("upper"), p=of("p_pratt"),
        where=m.refer("dose_change"),
    )  # fmt: skip
    return [Paragraph(text.replace("p = <", "p <"))]


def _issues(m: Material) -> list[Block]:
    lost = m.value("responder_table", "nonresponders.missing", "n")
    primary = next((e for e in m.writing.study.estimands if e.level == "primary"), None)
    text = m.say(
        "There is one primary question; every other p value and interval is nominal, and nothing is adjusted for "
        "their number. Verdicts that missing values leave open: {lost}; the rule for them stands in the definition "
        "(build {build}), and every other answer is shown{where}. Subgroups are described and not compared.",
        "主要问题只有一个；其余 P 值与区间均为名义值，未作多重性校正。因缺失而未定的判定：{lost} 例；"
        "其处理规则见研究定义（第 {build} 版），其他各种可能均已列出{where}。亚组仅作描述，不作比较。",
        lost=lost, build=m.writing.study.build, where=m.refer("tipping_table"),
    )  # fmt: skip
    assumed = m.say(
        "Not everything of this question was registered: what is assumed is marked below its table{where}.",
        "该问题并非全部经登记：假定之处均在相应表下标明{where}。",
        where=m.refer("responder_table"),
    )
    return [Paragraph(text), *([Paragraph(assumed)] if primary is not None and primary.assumed else [])]


def _events(m: Material) -> list[Block]:
    def of(row: str, name: str = "n") -> str:
        return m.value("adverse_event_overview", row, name)

    seen = m.say(
        "Participants with at least one adverse event in the time counted: {n} ({rate} %), with {events} events; with "
        "one related to the treatment: {related}; of grade 3 or higher: {severe}{where}.",
        "统计期内至少发生一次不良事件者 {n} 例（{rate}%），共 {events} 个事件；与治疗有关者 {related} 例；"
        "3 级及以上者 {severe} 例{where}。",
        n=of("any"), rate=of("any", "rate"), events=of("any", "events"), related=of("related"), severe=of("severe"),
        where=m.refer("adverse_event_overview", "event_bars"),
    )  # fmt: skip
    common = [f"{label}{m.say(': ', '：')}{count}" for label, count in m.terms("adverse_event_terms", _FIRST)]
    lead = m.say("Most often (participants):", "最常见者（例数）：")
    return [Paragraph(seen), *([Paragraph(lead)] if common else []), *_points(common)]


def _worst(m: Material) -> list[Block]:
    def of(row: str) -> str:
        return m.value("adverse_event_overview", row, "n")

    text = m.say(
        "Participants who died of an adverse event: {fatal}; with a serious one: {serious}; who stopped the treatment "
        "for one: {stopped}. Each is told below{where}.",
        "因不良事件死亡 {fatal} 例；发生严重不良事件 {serious} 例；因不良事件停药 {stopped} 例。逐例叙述见后{where}。",
        fatal=of("fatal"), serious=of("serious"), stopped=of("stopped"), where=m.refer("narratives"),
    )  # fmt: skip
    return [Paragraph(text)]


def _laboratory(m: Material) -> list[Block]:
    found = [row for row in _rows(m, "laboratory_shift", "n") if row.row.endswith(".high")]
    told = [f"{_label(m, row)}{m.say(': ', '：')}{m.value('laboratory_shift', row.row, 'n')}" for row in found]
    lead = m.say(
        "At baseline (participants); where each stood at its worst afterwards{where}:",
        "基线时（例数）；其后最差值的变化{where}：",
        where=m.refer("laboratory_shift"),
    )
    none = Paragraph(m.say("No laboratory value with a limit was collected.", "未收集带上限的实验室指标。"))
    return [Paragraph(lead), *_points(told)] if told else [none]


def _observed(m: Material) -> list[Block]:
    uses = [use for use, _ in m.shown if use.display == "measure_change" and use.parameters.get("section") == "safety"]
    told = [text for use in uses for text in _last_change(m, use)]
    none = Paragraph(m.say("No other observation was declared.", "未声明其他观察项目。"))
    return _points(told) or [none]


def _last_change(m: Material, use: DisplayUse) -> list[str]:
    """The change at the last visit of a display of one measure."""
    rows = [row for row in m.rows if row.display == use.number and row.statistic == "change_mean"]
    if not rows or "." in rows[-1].row:
        return []
    last = rows[-1]
    where = m.say(" (Table {n})", "（表 {n}）", n=use.number)
    return [
        m.say("{title}: mean change at {visit} {mean} {unit} (SD {sd}), n = {n}{where}.",
              "{title}：{visit}平均变化 {mean} {unit}（标准差 {sd}），{n} 例{where}。",
              title=m.writing.of(use.title), visit=_label(m, last), mean=m.at(use.number, last.row, "change_mean"),
              unit=last.unit, sd=m.at(use.number, last.row, "change_sd"), n=m.at(use.number, last.row, "change_n"),
              where=where)
    ]  # fmt: skip
