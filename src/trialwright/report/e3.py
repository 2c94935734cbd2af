"""The study report in the chapters of ICH E3, written from results: no sentence with a number is typed by hand."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from trialwright.model.study import DisplayUse
from trialwright.report import chapters, words
from trialwright.report.document import Block, Document, Facts, Heading, PageBreak, Paragraph, Points
from trialwright.report.e3_results import efficacy, numbered, participants, safety
from trialwright.report.material import Material

Chapter = Callable[[Material], list[Block]]


def study_report(m: Material) -> Document:
    """
    The whole report as one document, chapters 1 to 16.

    Shape:   guidance, not a template: a chapter that the definition cannot fill says what is missing.
    Source:  ICH E3 (1995), the list of sections; wording is ours.
    """
    study, w = m.writing.study, m.writing
    registration = study.registration
    subtitle = (
        m.say("Clinical study report", "临床研究报告"),
        f"{registration.registry} {registration.registry_id}",
        m.say("Definition build {n} ({hash})", "研究定义第 {n} 版（{hash}）", n=study.build, hash=study.hash[:16]),
        m.say("Data as of {at}", "数据截至 {at}", at=f"{m.snapshot.as_of_utc[:16].replace('T', ' ')} UTC"),
        m.say("Snapshot {hash}", "数据快照 {hash}", hash=m.snapshot.hash[:16]),
        m.say(
            "Ledger head: row {n}, {hash}",
            "记录末条：第 {n} 条，{hash}",
            n=m.snapshot.head.seq,
            hash=m.snapshot.head.hash,
        ),
    )
    return Document(
        name="report",
        title=w.of(study.title),
        subtitle=subtitle,
        date=m.snapshot.as_of_utc[:10],
        foot=f"{study.name} · {m.say('build {n}', '第 {n} 版', n=study.build)} · {m.snapshot.hash[:12]}"
        + (f" · {m.mark}" if m.mark else ""),
        mark=m.mark,
        language=w.language,
        contents=3,
        blocks=tuple(_all(m)),
    )


def _all(m: Material) -> Iterable[Block]:
    for number, english, chinese, chapter in CHAPTERS:
        yield Heading(m.say(english, chinese), 1, number)
        yield from chapter(m)


def _synopsis(m: Material) -> list[Block]:
    study, w = m.writing.study, m.writing
    primary = [each for each in study.estimands if each.level == "primary"]
    inclusion = [w.of(each.text) for each in study.eligibility if each.kind == "inclusion"]
    facts = [
        (m.say("Title", "题目"), w.of(study.title)),
        (m.say("Registered as", "注册号"), f"{study.registration.registry} {study.registration.registry_id}"),
        (m.say("Sponsor", "申办者"), study.registration.sponsor or "–"),
        (m.say("Phase, as registered", "分期（登记）"), chapters.phases(w)),
        (m.say("Study period", "研究期间"), _period(m)),
        (m.say("Objective", "研究目的"), "\n".join(each.says.strip() for each in primary)),
        (m.say("Design", "设计"), _text(chapters.design(w))),
        (m.say("Participants", "参与者"), _numbers(m)),
        (m.say("Main criteria for entry", "主要入选标准"), "\n".join(inclusion[:3])),
        (m.say("Treatment", "治疗"), _text(chapters.treatments(w)[:1])),
        (m.say("Endpoint", "终点"), "\n".join(chapters.variable_words(w, each) for each in primary)),
        (m.say("Methods", "统计方法"), "\n".join(chapters.methods_words(w, each) for each in primary)),
        (m.say("Result", "结果"), "\n".join(f"{each.seen} {each.held_against}" for each in m.headlines)),
        (m.say("Conclusion", "结论"), "\n".join(each.conclusion for each in m.headlines)),
    ]
    return [Facts(tuple(facts))]


def _text(blocks: Sequence[Block]) -> str:
    return " ".join(block.text for block in blocks if isinstance(block, Paragraph))


def _period(m: Material) -> str:
    days = sorted(event.at_utc[:10] for event in m.snapshot.events if event.participant_id)
    if not days:
        return "–"
    return m.say("{first} to {last} (acts of the ledger)", "{first} 至 {last}（依记录）", first=days[0], last=days[-1])


def _numbers(m: Material) -> str:
    return m.say(
        "{planned} planned; {screened} screened, {enrolled} enrolled, {dosed} treated, {completed} completed",
        "计划 {planned} 例；筛选 {screened} 例，入组 {enrolled} 例，接受治疗 {dosed} 例，完成 {completed} 例",
        planned=m.writing.study.enrolment_planned,
        **{row: m.value("disposition", row, "n") for row in ("screened", "enrolled", "dosed", "completed")},
    )


def _abbreviations(m: Material) -> list[Block]:
    """Those of every report, and of the catalog's those that this study's own endpoints and displays use."""
    study, catalog = m.writing.study, m.writing.catalog
    said = " ".join((*(f"{e.title.en} {e.says}" for e in study.estimands), *(use.title.en for use in study.displays)))
    used = {short: full for short, full in catalog.abbreviations.items() if short in said}
    every = sorted({**words.ABBREVIATIONS, **used}.items())
    return [Facts(tuple((short, m.writing.of(full)) for short, full in every))]


def _ethics(m: Material) -> list[Block]:
    acts = [e for e in m.snapshot.events if e.kind in ("ethics_approval", "site_opened")]
    names: dict[str, str] = {gate.event: m.writing.of(gate.title) for gate in m.writing.study.gates}
    told = [f"{names.get(e.kind, e.kind)}{m.say(': ', '：')}{e.details.get('date', e.at_utc[:10])}" for e in acts]
    consents = [e.participant_id for e in m.snapshot.events if e.kind == "consent_given"]
    text = m.say(
        "{people} people gave {n} consents (a new version of the form is signed anew), each before the first study "
        "procedure that needs one.",
        "{people} 人签署知情同意 {n} 份（新版同意书须重新签署），均先于需要同意的研究操作。",
        n=len(consents), people=len(set(consents)),
    )  # fmt: skip
    return [Points(tuple(told) or (m.say("No approval stands in the ledger.", "记录中没有批准。"),)), Paragraph(text)]


def _administration(m: Material) -> list[Block]:
    sites = [(m.writing.of(site.title), site.country) for site in m.writing.study.sites]
    roles = {role.name: m.writing.of(role.title) for role in m.writing.study.roles}
    granted = Counter(
        (e.details.get("user", e.user), e.details.get("role", ""))
        for e in m.snapshot.events
        if e.kind == "role_granted"
    )
    rows = [(user, roles.get(role, role)) for user, role in granted]
    blocks: list[Block] = [Facts(tuple(sites))]
    if rows:
        blocks.append(m.writing.table((m.say("Account", "账户"), m.say("Role", "角色")), rows))
    return blocks


def _introduction(m: Material) -> list[Block]:
    brief = m.writing.study.registration.brief_title
    return [
        Paragraph(m.say("Registered under the title:", "登记题目：")),
        m.writing.english(brief or m.writing.study.title.en),
        Paragraph(
            m.say(
                "The definition holds no background text; the protocol gives the reasons for the study.",
                "研究定义不含背景文字；研究理由见方案。",
            )
        ),
    ]


def _plan(m: Material) -> list[Block]:
    w = m.writing
    parts: list[tuple[str, str, str, list[Block]]] = [
        ("9.1", "Overall design", "总体设计", chapters.design(w)),
        ("9.2", "The choice of control", "对照的选择", _control(m)),
        ("9.3", "Selection of participants", "参与者的选择", chapters.eligibility(w)),
        ("9.4", "Treatments", "治疗", chapters.treatments(w)),
        ("9.5", "Visits and measures", "访视与指标", chapters.schedule(w)),
        ("9.6", "Quality of the data", "数据质量", _quality(m)),
        ("9.7", "Statistical methods", "统计方法", [
            *chapters.analysis_sets(w), *chapters.intercurrent_events(w),
            *chapters.estimands(w, ("primary", "secondary", "other")), *chapters.methods_used(w, m.methods),
        ]),
        ("9.8", "Changes", "变更", _changes(m)),
    ]  # fmt: skip
    return numbered(m, parts)


def _control(m: Material) -> list[Block]:
    if len(m.writing.study.arms) > 1:
        return [Paragraph(m.writing.of(words.POOLED))]
    return [Paragraph(each.held_against) for each in m.headlines]


def _quality(m: Material) -> list[Block]:
    versions, current = m.snapshot.versions.height, m.snapshot.current.height
    kinds = Counter(event.kind for event in m.snapshot.events)
    text = m.say(
        "{current} datapoints in {versions} versions; queries opened: {queries}, closed: {closed}. "
        "A lock with something still open gives its reason (listing of locks). Every version and act is chained by "
        "hash and names its author.",
        "{current} 个数据点，共 {versions} 个版本；提出质疑 {queries} 条，关闭 {closed} 条；"
        "若带未决事项锁定，锁定记录中注明理由。各版本与操作以哈希相链并注明作者。",
        current=current, versions=versions, queries=kinds["query_opened"], closed=kinds["query_closed"],
    )  # fmt: skip
    return [Paragraph(text)]


def _changes(m: Material) -> list[Block]:
    published = [e for e in m.snapshot.events if e.kind == "build_published"]
    registered = [
        (each.measure, each.time_frame, m.writing.of(m.writing.study.estimand(each.estimand).title))
        for each in m.writing.study.outcomes
    ]
    columns = (
        m.say("Registered outcome measure", "登记的结局指标"),
        m.say("Time frame", "时间"),
        m.say("Computed as", "计算所用估计目标"),
    )
    told = [
        m.say("{day}: build {n} of the definition was put in force. {why}", "{day}：研究定义第 {n} 版生效。{why}",
              day=e.at_utc[:10], n=e.build, why=e.reason).strip()
        for e in published
    ]  # fmt: skip
    unchanged = m.say(
        "No other build of the definition was in force while data were collected.",
        "数据收集期间无其他版本的研究定义生效。",
    )
    after: list[Block] = [Points(tuple(told))] if told else []
    if len(told) == 1:
        after.append(Paragraph(unchanged))
    return [m.writing.table(columns, registered), *after]


def _discussion(m: Material) -> list[Block]:
    blocks: list[Block] = []
    for each in m.headlines:
        blocks += [Paragraph(each.seen), Paragraph(each.conclusion, cell=each.conclusion_cell)]
    if len(m.writing.study.arms) == 1:
        of = m.writing.of
        blocks.append(Heading(of(words.CAVEAT_HEADING), 2, ""))
        blocks += chapters.caveats(of(words.CAVEAT_LEAD), [of(each) for each in words.CAVEATS], of(words.CAVEAT_END))
    return blocks


PARTS = (
    ("14.1", "Participants", "参与者"),
    ("14.2", "Efficacy", "疗效"),
    ("14.3", "Safety", "安全性"),
)


def _displays(m: Material) -> list[Block]:
    blocks: list[Block] = []
    for number, english, chinese in PARTS:
        found = [display for use, display in m.shown if _part_of(use.number) == number]
        if found:
            blocks += [Heading(m.say(english, chinese), 2, number), *found]
    others = [d for use, d in m.shown if _part_of(use.number) not in {n for n, _, _ in PARTS} and not _is_listing(use)]
    return [*blocks, *others]


def _part_of(number: str) -> str:
    return ".".join(number.removeprefix("F").split(".")[:2])


def _is_listing(use: DisplayUse) -> bool:
    return use.number.startswith("16")


def _references(m: Material) -> list[Block]:
    return chapters.references(m.writing, m.methods)


def _appendices(m: Material) -> list[Block]:
    return numbered(m, [
        ("16.1.1", "What was found in the registration", "注册信息核查结果", _findings(m)),
        ("16.1.2", "What is assumed", "所作假设", chapters.assumptions(m.writing, m.assumptions)),
        ("16.1.9", "Documentation of the methods", "统计方法文件", [
            Paragraph(m.say(
                "Each method, its formula and its source stand on its page of the methods catalog.",
                "各统计方法及其公式、出处见方法目录各页。",
            )),
        ]),
        ("16.2", "Listings", "清单", [PageBreak(), *(d for use, d in m.shown if _is_listing(use))]),
    ])  # fmt: skip


def _place(where: str) -> str:
    """A path of the record that may be broken at each step: a long one would run into the next column."""
    told = where.removeprefix("protocolSection.")
    return told if told == where else told.replace(".", ". ")


def _findings(m: Material) -> list[Block]:
    if m.registration is None:
        return [Paragraph(m.say("The registration was not checked for this report.", "本报告未核查注册信息。"))]
    columns = (m.say("Severity", "级别"), m.say("Found", "发现"), m.say("Where", "位置"), m.say("Code", "代码"))
    grades = {"error": m.say("error", "错误"), "warning": m.say("warning", "警告"), "note": m.say("note", "提示")}
    order = list(grades)
    found = sorted(m.registration.findings, key=lambda each: order.index(each.severity))
    rows = [(grades[each.severity], each.found, _place(each.where), each.code) for each in found]
    lead = m.say("Checked as of {day}.", "核查日期 {day}。", day=m.registration.checked_on)
    return [Paragraph(lead, "lead"), m.writing.table(columns, rows)]


CHAPTERS: tuple[tuple[str, str, str, Chapter], ...] = (
    ("2", "Synopsis", "摘要", _synopsis),
    ("4", "Abbreviations", "缩略语", _abbreviations),
    ("5", "Ethics", "伦理", _ethics),
    ("6", "Investigators and administrative structure", "研究者与管理结构", _administration),
    ("7", "Introduction", "引言", _introduction),
    ("8", "Study objectives", "研究目的", lambda m: chapters.objectives(m.writing)),
    ("9", "Investigational plan", "研究计划", _plan),
    ("10", "Study participants", "研究参与者", participants),
    ("11", "Efficacy evaluation", "疗效评价", efficacy),
    ("12", "Safety evaluation", "安全性评价", safety),
    ("13", "Discussion and overall conclusions", "讨论与总体结论", _discussion),
    ("14", "Tables and figures", "图表", _displays),
    ("15", "References", "参考文献", _references),
    ("16", "Appendices", "附录", _appendices),
)
"""The chapters in the order of ICH E3. Chapter 1 is the title page, chapter 3 the contents."""
