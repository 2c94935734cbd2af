"""The statistical analysis plan, from the definition alone: what will be done, before anybody has seen a result."""

from collections.abc import Sequence
from fractions import Fraction

from trialwright.catalog.displays.layout import heading_of
from trialwright.catalog.displays.printing import print_percent
from trialwright.model.analysis import DisplayContext, Figure, Table
from trialwright.model.entry import MethodResult
from trialwright.model.study import Assumption, Benchmark, Estimand
from trialwright.report import chapters, words
from trialwright.report.chapters import Writing
from trialwright.report.document import Block, Document, Heading, Paragraph, Points, display_heading

POWER = "single_arm_power"
TRUE_RATES = ("3/10", "4/10", "5/10", "6/10", "7/10", "8/10")

_MAIN = ("primary", "secondary", "other")

Part = tuple[str, str, list[Block]]


def analysis_plan(
    w: Writing, shells: Sequence[Table | Figure], assumptions: Sequence[Assumption], *, date: str
) -> Document:
    """
    The plan as a document of numbered chapters, from the same definition that the report is computed from.

    Shape:    objectives, design, size, sets, endpoints, intercurrent events, missing data, methods, sensitivity,
              subgroups, safety, looks, changes, the displays with their columns, assumptions, references.
    Missing:  what the definition does not decide is not in the plan: it could not have been frozen so.
    Source:   the headings follow Gamble and others 2017, JAMA 318:2337-2343 (seen: recalled); wording is ours.
    """
    study, registration = w.study, w.study.registration
    subtitle = (
        w.say("Statistical analysis plan", "统计分析计划"),
        f"{registration.registry} {registration.registry_id}",
        w.say("Definition build {n} ({hash})", "研究定义第 {n} 版（{hash}）", n=study.build, hash=study.hash),
        w.say(
            "Made from the definition; no result has entered it.",
            "由研究定义生成，未使用任何结果。",
        ),
    )
    blocks: list[Block] = []
    for number, (english, chinese, part) in enumerate(_parts(w, shells, assumptions), 1):
        blocks += [Heading(w.say(english, chinese), 1, str(number)), *part]
    return Document(
        name="plan", title=w.of(study.title), subtitle=subtitle, date=date,
        foot=" · ".join((study.name, w.say("analysis plan", "分析计划"), study.hash[:12])),
        language=w.language, contents=2, blocks=tuple(blocks),
    )  # fmt: skip


def _methods(w: Writing) -> tuple[str, ...]:
    """The methods that the displays of the plan will use."""
    used = (w.catalog.display(use.display).methods for use in w.study.displays)
    return tuple(dict.fromkeys(name for names in used for name in names))


def _parts(w: Writing, shells: Sequence[Table | Figure], assumptions: Sequence[Assumption]) -> list[Part]:
    return [
        ("Objectives", "研究目的", chapters.objectives(w)),
        ("Design", "设计", [*chapters.design(w), *chapters.treatments(w), *chapters.schedule(w)]),
        ("What the number of participants can show", "样本量的检验能力", _size(w)),
        ("Participants and analysis sets", "参与者与分析集", [*chapters.eligibility(w), *chapters.analysis_sets(w)]),
        ("Endpoints as estimands", "估计目标", chapters.estimands(w, _MAIN, heading=2)),
        ("Intercurrent events", "伴发事件", chapters.intercurrent_events(w)),
        ("Missing data", "缺失数据", _missing(w)),
        ("Statistical methods", "统计方法", [*chapters.methods_used(w, _methods(w)), *_conventions(w)]),
        ("Would another choice change the answer?", "敏感性分析", _sensitivity(w)),
        ("Subgroups", "亚组", _subgroups(w)),
        ("Several questions, one primary", "多重性", _multiplicity(w)),
        ("Looks at the data", "数据查看", _looks(w)),
        ("What cannot be concluded", "不能得出的结论", _caveats(w)),
        ("Changes from the registered text", "与登记内容的差异", _changes(w)),
        ("Tables, figures and listings", "图表目录", _shells(w, shells)),
        ("What is assumed", "所作假设", chapters.assumptions(w, assumptions)),
        ("References", "参考文献", chapters.references(w, _methods(w))),
    ]


def _size(w: Writing) -> list[Block]:
    """The exact test of the planned number against every benchmark: what it needs, its size, its power."""
    n = w.study.enrolment_planned
    lead = w.say(
        "The registered number is {n} participants, without a calculation. What that number can show follows from the "
        "benchmarks.",
        "登记例数为 {n} 例，未附计算。以下给出该例数相对于各参照值的检验能力。",
        n=n,
    )
    blocks: list[Block] = [Paragraph(lead)]
    for estimand in (each for each in w.study.estimands if each.level == "primary" and each.alpha):
        rows = [row for benchmark in estimand.benchmarks for row in _power(w, estimand, benchmark)]
        columns = (
            w.say("Benchmark", "参照值"), w.say("Responders needed", "所需应答例数"),
            w.say("Attained size, %", "实际检验水准，%"),
            *(_power_heading(w, rate) for rate in TRUE_RATES),
        )  # fmt: skip
        note = w.say(
            "Exact one-sided binomial test at the declared level {alpha}; the attained size is never exactly that "
            "level.",
            "单侧精确二项检验，声明的检验水准为 {alpha}；实际检验水准不会恰好等于该值。",
            alpha=estimand.alpha,
        )
        blocks.append(w.table(columns, rows, (note,)))
    return blocks


def _power_heading(w: Writing, rate: str) -> str:
    return w.say("Power at {p} %, %", "真实应答率 {p}% 时的效能，%", p=print_percent(Fraction(rate), 0))


def _power(w: Writing, estimand: Estimand, benchmark: Benchmark) -> list[tuple[str, ...]]:
    rate = Fraction(benchmark.responders, benchmark.participants)
    result = w.catalog.estimate(
        POWER, {"n": w.study.enrolment_planned, "p0": rate, "alpha": estimand.alpha, "p1": list(TRUE_RATES)}
    )
    if not isinstance(result, MethodResult):
        return [(w.of(benchmark.label), *("–" for _ in range(2 + len(TRUE_RATES))))]
    power = [each.estimate for each in result.rows if each.name == "power"]
    needed = result.values.get("reject_if_x_at_least")
    return [
        (
            f"{w.of(benchmark.label)} ({benchmark.responders}/{benchmark.participants})",
            "–" if needed is None else str(needed),
            print_percent(result.values.get("size")),
            *(print_percent(each) for each in power),
        )
    ]


def _missing(w: Writing) -> list[Block]:
    columns = (w.say("Estimand", "估计目标"), w.say("Rule", "规则"))
    main = [each for each in w.study.estimands if not each.is_variation]
    rows = [(w.of(each.title), w.of(chapters.MISSING[each.missing_rule])) for each in main]
    text = w.say(
        "An intercurrent event is not a missing value: each has its strategy. Every possible answer of the open "
        "verdicts is "
        "enumerated, none is sampled.",
        "伴发事件不等于缺失值，各有其处理策略。对未定判定的全部可能结果逐一列举，不作抽样。",
    )
    return [Paragraph(text), w.table(columns, rows)]


def _conventions(w: Writing) -> list[Block]:
    points = (
        w.say(
            "Numbers are rounded once, on the exact value, halves away from zero.",
            "数值仅在精确值上舍入一次，半数远离零舍入。",
        ),
        w.say("Percentages name their denominator.", "百分比均注明分母。"),
        w.say(
            "p values have three decimals; below .001 they are printed so.",
            "P 值保留三位小数，小于 0.001 时如实标明。",
        ),
        w.say("Quartiles average at steps (type 2).", "四分位数在阶跃处取平均（第 2 型）。"),
        w.say("Day 1 is the day of the first dose; there is no day 0.", "第 1 天为首次给药当日，无第 0 天。"),
    )  # fmt: skip
    return [Heading(w.say("Conventions", "约定"), 2), Points(points)]


def _sensitivity(w: Writing) -> list[Block]:
    varied = [each for each in w.study.estimands if each.is_variation]
    if not varied:
        return [Paragraph(w.say("No variation is declared.", "未声明敏感性分析。"))]
    columns = (
        w.say("Variation", "变化"),
        w.say("The question", "研究问题（英文原文）"),
        w.say("Why", "理由（英文原文）"),
    )
    rows = [(w.of(each.title), each.says.strip(), each.origin.reason or "–") for each in varied]
    return [w.table(columns, rows)]


def _subgroups(w: Writing) -> list[Block]:
    if not w.study.subgroups:
        return [Paragraph(w.say("No subgroup is declared.", "未声明亚组。"))]
    text = w.say(
        "Described and not tested: with {n} participants no difference between groups could be told from chance.",
        "仅作描述，不作检验：{n} 例参与者无法将组间差异与机遇区分。",
        n=w.study.enrolment_planned,
    )
    columns = (w.say("Subgroup", "亚组"), w.say("Split by", "划分依据"), w.say("Cut at", "分界"))
    labels = {f.name: w.of(f.item.label) for form in w.study.forms for section in form.sections for f in section.fields}
    rows = [(w.of(each.title), labels.get(each.by, each.by), ", ".join(each.cuts) or "–") for each in w.study.subgroups]
    return [Paragraph(text), w.table(columns, rows)]


def _multiplicity(w: Writing) -> list[Block]:
    primary = [w.of(each.title) for each in w.study.estimands if each.level == "primary"]
    text = w.say(
        "One question is primary: {name}. Every other result is descriptive; its p values and intervals are "
        "nominal and "
        "are not adjusted for their number.",
        "主要问题只有一个：{name}。其余结果均为描述性，其 P 值与区间为名义值，未作多重性校正。",
        name=w.say(", ", "、").join(primary) or "–",
    )
    return [Paragraph(text)]


def _looks(w: Writing) -> list[Block]:
    text = w.say(
        "Aggregate results stay hidden until the data are locked or a look is declared with its reason; every look "
        "stands in "
        "the ledger and in the report. No look stops the study by a rule: none is declared.",
        "数据锁定前，或未声明查看及理由前，汇总结果保持隐藏；每次查看均记入记录与报告。未声明任何期中停止规则。",
    )
    return [Paragraph(text)]


def _caveats(w: Writing) -> list[Block]:
    if len(w.study.arms) > 1:
        return [Paragraph(w.of(words.POOLED))]
    return chapters.caveats(w.of(words.CAVEAT_LEAD), [w.of(each) for each in words.CAVEATS], w.of(words.CAVEAT_END))


def _changes(w: Writing) -> list[Block]:
    rows = [(each.measure, each.time_frame, w.of(w.study.estimand(each.estimand).title)) for each in w.study.outcomes]
    columns = (
        w.say("Registered outcome measure", "登记的结局指标"), w.say("Time frame", "时间"),
        w.say("Computed as", "计算所用估计目标"),
    )  # fmt: skip
    return [w.table(columns, rows)]


def _shells(w: Writing, shells: Sequence[Table | Figure]) -> list[Block]:
    """Every display before there is data: number, title, and the columns it will have."""
    columns = (w.say("Number", "编号"), w.say("Title", "标题"), w.say("Columns", "栏目"))
    drawn = w.say("a figure", "图")
    rows = [
        (display_heading(each), each.title, drawn if isinstance(each, Figure) else _columns(w, each)) for each in shells
    ]
    note = w.say(
        "Columns as they stand before there is any data; a statistic that a method adds has a column of its own.",
        "所列为尚无数据时的栏目；方法另行给出的统计量将另立一栏。",
    )
    return [w.table(columns, rows, (note,))]


def _columns(w: Writing, table: Table) -> str:
    context = DisplayContext(number=table.number, title=table.title)
    named = [heading_of(each, context) if each.islower() and "_" in each else each for each in table.columns if each]
    return w.say(", ", "、").join(named) or "–"
