"""The plain summary: two pages for everybody who is not of the trade, and first of all for those who took part."""

from collections.abc import Iterable

from trialwright.model.text import Text
from trialwright.report.chapters import Writing
from trialwright.report.document import Block, Document, Heading, Paragraph, Points
from trialwright.report.material import Material
from trialwright.report.words import PLAIN_MARK

_FIRST = 5
"""Side effects named one by one; the others are counted."""

_WORST = (
    ("serious", Text("People with a serious one", "发生严重不良事件的人数")),
    ("stopped", Text("People who stopped the medicine for one", "因此停药的人数")),
    ("fatal", Text("People who died of one", "因此死亡的人数")),
)
_LONGEST = 160
"""Letters of a text that somebody typed or declared: two pages hold it, whatever was typed."""


def plain_summary(m: Material) -> Document:
    """
    What was asked, who took part, what came out, what is not known: in short sentences with whole numbers of people.

    Shape:    never more than two pages: nothing in it grows with the number of participants or of events.
    Missing:  before there are results it says so and shows none.
    """
    study, w = m.writing.study, m.writing
    blocks: list[Block] = []
    if m.mark:
        blocks.append(Paragraph(w.of(PLAIN_MARK), "mark"))
    for heading, part in _parts(m):
        blocks += [Heading(heading, 1), *part]
    return Document(
        name=f"plain-summary-{w.language}",
        title=m.say("What the study found, in plain words", "研究结果通俗说明"),
        subtitle=(_short(w.of(study.title)), f"{study.registration.registry} {study.registration.registry_id}"),
        date=m.snapshot.as_of_utc[:10],
        foot=f"{study.name} · {m.say('plain summary', '通俗说明')} · {m.snapshot.hash[:12]}"
        + (f" · {m.mark}" if m.mark else ""),
        language=w.language,
        contents=0,
        blocks=tuple(blocks),
    )


def _parts(m: Material) -> Iterable[tuple[str, list[Block]]]:
    yield m.say("What was the study about?", "研究什么？"), _about(m)
    yield m.say("Who took part?", "谁参加了？"), _who(m)
    yield m.say("What was given?", "用了什么治疗？"), _given(m)
    yield m.say("What was found?", "发现了什么？"), _found(m)
    yield m.say("What harm was seen?", "出现了哪些不良情况？"), _harm(m)
    yield m.say("What does this not tell us?", "哪些问题仍不清楚？"), _open(m)
    yield m.say("Where can I read more?", "在哪里可以了解更多？"), _more(m)


def _about(m: Material) -> list[Block]:
    study = m.writing.study
    visit = next(
        (w for w in (_visit(m.writing, e.variable.visit) for e in study.estimands if e.level == "primary") if w), ""
    )
    text = m.say(
        "{title}. Everybody in it was to get the same treatment; there was no comparison group. The main question "
        "was how "
        "many people would be better at {visit}, by a rule that counts several signs of the disease together.",
        "{title}。所有参与者均拟接受同一治疗，没有对照组。主要问题是：按综合多项疾病表现的规则，在{visit}有多少人好转。",
        title=_short(m.writing.of(study.title)), visit=visit,
    )  # fmt: skip
    return [Paragraph(text)]


def _who(m: Material) -> list[Block]:
    people = m.say(
        "{screened} people were asked and examined; {enrolled} took part and {dosed} were treated. {completed} "
        "stayed to the "
        "end and {withdrawn} left early.",
        "共筛选 {screened} 人，{enrolled} 人参加，{dosed} 人接受治疗；{completed} 人完成研究，{withdrawn} 人提前退出。",
        **{
            row: m.value("disposition", row, "n") for row in ("screened", "enrolled", "dosed", "completed", "withdrawn")
        },
    )
    women, men = (m.value("baseline", f"demographics.sex={code}", "n") for code in ("F", "M"))
    ages = tuple(m.value("baseline", "demographics.age", name) for name in ("min", "max"))
    told = [people]
    if "–" not in (women, men, *ages):
        told.append(
            m.say(
                "{women} were women and {men} were men, between {low} and {high} years old.",
                "其中女性 {women} 人，男性 {men} 人，年龄 {low} 至 {high} 岁。",
                women=women, men=men, low=ages[0], high=ages[1],
            )
        )  # fmt: skip
    return [Paragraph(" ".join(told) if not m.writing.language.startswith("zh") else "".join(told))]


def _given(m: Material) -> list[Block]:
    w = m.writing
    told = [
        m.say(
            "{name}, planned {n} times; the dose depends on body weight. People kept taking their other medicines."
            if each.tiers
            else "{name}, planned {n} times. People kept taking their other medicines.",
            "{name}，计划给药 {n} 次，剂量按体重确定；参与者继续使用原有药物。"
            if each.tiers
            else "{name}，计划给药 {n} 次；参与者继续使用原有药物。",
            name=w.of(each.title), n=len(each.dosing_visits),
        )
        for each in w.study.interventions
    ]  # fmt: skip
    return [Paragraph(text) for text in told[:3]]


def _found(m: Material) -> list[Block]:
    responders, of = m.counted("responder_table", "responders")
    if of in ("–", "0"):
        return [Paragraph(m.say("Nothing has been computed yet.", "尚未计算任何结果。"))]
    low, high = (m.value("responder_table", "responders", name) for name in ("lower", "upper"))
    main = m.say(
        "{x} of {n} people were better by the rule ({rate} %). With so few people the true share may be anywhere "
        "between "
        "about {low} % and {high} %.",
        "按该规则，{n} 人中有 {x} 人好转（{rate}%）。由于人数很少，真实比例可能在约 {low}% 至 {high}% 之间。",
        x=responders, n=of, rate=m.value("responder_table", "responders", "rate"), low=low, high=high,
    )  # fmt: skip
    events = m.value("responder_table", "nonresponders.event", "n")
    missing = m.value("responder_table", "nonresponders.missing", "n")
    counted = m.say(
        "People who needed another treatment or had to stop ({events}), and people of whom too little was measured "
        "({missing}), were counted as not better.",
        "需要其他治疗或不得不停药者（{events} 人）以及测量资料不足者（{missing} 人）均按未好转计。",
        events=events, missing=missing,
    )  # fmt: skip
    elsewhere = [
        m.say(
            "Elsewhere, {x} of {n} people got better without this medicine ({name}).",
            "在其他研究中，未用该药者 {n} 人中有 {x} 人好转（{name}）。",
            x=each.responders, n=each.participants, name=_short(m.writing.of(each.label)),
        )
        for estimand in m.writing.study.estimands if estimand.level == "primary"
        for each in estimand.benchmarks
    ]  # fmt: skip
    return [Paragraph(main, "key"), Paragraph(counted), Points(tuple(elsewhere[:_FIRST]))]


def _harm(m: Material) -> list[Block]:
    n, of = m.counted("adverse_event_overview", "any")
    if of in ("–", "0"):
        return [Paragraph(m.say("Nothing has been counted yet.", "尚未统计。"))]
    seen = m.say(
        "{n} of {of} people had at least one unwanted event during the study, whether or not the medicine caused it.",
        "{of} 人中有 {n} 人在研究期间至少发生一次不良事件（不论是否由药物引起）。",
        n=n, of=of,
    )  # fmt: skip
    worst = Points(
        tuple(f"{m.writing.of(words)}: {m.value('adverse_event_overview', row, 'n')}" for row, words in _WORST)
    )
    points = [f"{_short(label, 60)}: {count}" for label, count in m.terms("adverse_event_terms", _FIRST)]
    lead = m.say("Most often (people):", "最常见者（人数）：")
    listed: list[Block] = [
        Paragraph(lead),
        Points(tuple(points), language="en" if m.writing.language.startswith("zh") else ""),
    ]
    return [Paragraph(seen), worst, *(listed if points else [])]


def _open(m: Material) -> list[Block]:
    points = [
        m.say(
            "Whether the medicine made people better. Nobody was observed at the same time without it, and some "
            "get better "
            "by themselves.",
            "好转是否由该药引起。没有同期未用药者可比较，有些人会自行好转。",
        ),
        m.say(
            "Whether it would be the same in many more people. Rare harms cannot be seen in so few.",
            "在更多人中是否相同。人数如此之少，罕见的不良情况难以发现。",
        ),
        m.say("How people do for longer than the study lasted.", "研究结束之后的长期情况。"),
    ]
    return [Points(tuple(points))]


def _more(m: Material) -> list[Block]:
    registration = m.writing.study.registration
    text = m.say(
        "The study is registered as {id} in {registry}. The full report, from which every number here is taken, "
        "bears the data "
        "mark {hash}. If you took part, ask the study team about your own results.",
        "本研究在 {registry} 登记，编号 {id}。此处每个数字均取自完整报告，其数据校验值为 {hash}。"
        "如您参加了本研究，可向研究团队询问个人结果。",
        id=registration.registry_id, registry=registration.registry, hash=m.snapshot.hash[:12],
    )  # fmt: skip
    return [Paragraph(text)]


def _visit(w: Writing, name: str) -> str:
    # "Week 12 (endpoint)" is our word for it, not theirs.
    return w.of(w.study.visit(name).title).partition(" (")[0].partition("（")[0] if name else ""


def _short(text: str, longest: int = _LONGEST) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
