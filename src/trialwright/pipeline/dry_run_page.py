"""The page of a dry run: what was true, what the report says, and why the two differ where they do."""

from collections.abc import Sequence

from trialwright.model.analysis import Cell, Table
from trialwright.pipeline.dry_run import DryRun
from trialwright.report.document import Block, Document, Facts, Heading, Paragraph
from trialwright.report.html_file import write_html

CAUSES = {
    "rounding": ("steps", "步长"),
    "noise": ("noise", "误差"),
    "missing": ("missing", "缺失"),
    "events": ("rule", "规则"),
    "unexplained": ("NOT EXPLAINED", "无法解释"),
}
WORDS = {"Y": ("yes", "是"), "N": ("no", "否"), "U": ("open", "无法判定"), "": ("–", "–")}


class _Speaker:
    def __init__(self, language: str) -> None:
        self.language, self.place = language, 1 if language == "zh" else 0

    def say(self, english: str, chinese: str) -> str:
        return (english, chinese)[self.place]

    def verdict(self, verdict: str) -> str:
        return WORDS[verdict][self.place]

    def causes(self, causes: Sequence[str]) -> str:
        return self.say("; ", "；").join(CAUSES[cause][self.place] for cause in causes) or "–"

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
        cells = tuple(tuple(Cell(text) for text in row) for row in rows)
        return Table(number="", title="", population="", columns=tuple(columns), rows=cells, language=self.language)


def dry_run_page(run: DryRun, language: str = "en") -> bytes:
    """One self-contained page in "en" or "zh"; the same bytes for the same run."""
    s = _Speaker(language)
    blocks: list[Block] = [*_verdict(run, s), *_people(run, s), *_cells(run, s), *_values(run, s)]
    document = Document(
        name="dry-run",
        title=s.say("Dry run: what was true, what the report says", "试运行：真实情况与报告结论"),
        subtitle=(run.study.title.of(language), s.say("Virtual participants only", "仅含虚拟参与者")),
        date="",
        foot=f"{run.study.name} · {run.study.hash[:16]}",
        language=language,
        contents=0,
        blocks=tuple(blocks),
    )
    return write_html(document)


def _verdict(run: DryRun, s: _Speaker) -> list[Block]:
    n = len(run.steps)
    true = sum(each.true == "Y" for each in run.steps)
    said = sum(each.reported == "Y" for each in run.steps)
    told = (
        s.say("Every difference has its cause.", "每一处差异均有原因。")
        if not run.unexplained
        else s.say(
            f"{len(run.unexplained)} difference(s) are NOT explained: do not rely on this build.",
            f"有 {len(run.unexplained)} 处差异无法解释：请勿使用本版本。",
        )
    )
    lead = s.say(
        f"Of {n} participants, {true} had truly improved; the report says {said}. {told}",
        f"{n} 例参与者中真正改善 {true} 例，报告为 {said} 例。{told}",
    )
    facts = (
        (s.say("Question", "问题"), run.estimand.title.of(s.language)),
        (s.say("Seed", "随机种子"), str(run.seed)),
        (s.say("Acts played", "执行的操作"), str(run.acts)),
        (s.say("Values compared", "核对的数据"), f"{run.values}"),
        (s.say("Changed afterwards, or not as typed", "其后更改或与录入不符"), f"{len(run.differing)}"),
        (s.say("Cells counted from the truth", "由真实情况重算的单元格"), f"{len(run.cells)} / {run.all_cells}"),
        (s.say("Not eligible when asked", "核对时不合格"), ", ".join(run.turned_away) or "–"),
    )
    found: list[Block] = [Paragraph(lead, "key"), Facts(facts)]
    if run.unexplained:
        found += [s.table((s.say("Not explained", "无法解释"),), [(each,) for each in run.unexplained])]
    return found


def _people(run: DryRun, s: _Speaker) -> list[Block]:
    columns = (
        s.say("Participant", "参与者"), s.say("True", "真实"), s.say("Recorded", "记录后"),
        s.say("With noise", "含误差"),
        s.say("With what is missing", "含缺失"), s.say("Expected", "应为"), s.say("Reported", "报告"),
        s.say("What changed it", "变化原因"),
    )  # fmt: skip
    rows = [
        (each.participant_id, *(s.verdict(v) for v in (each.true, each.recorded, each.read, each.measured,
                                                       each.expected, each.reported)), s.causes(each.causes))
        for each in run.steps
    ]  # fmt: skip
    note = s.say(
        "True: exact, without noise, everything measured at every visit, by the criterion alone. Each further column "
        "adds one thing, and where it changes the verdict it is the cause: the steps in which people record, noise, "
        "what is missing, and the rule for intercurrent events and missing data. Expected is worked out from what was "
        "meant, without forms, ledger or derivation.",
        "“真实”：精确、无误差、各访视均测量，仅按标准判定；其后各列依次加入一个因素，改变判定者即为原因：记录步长、误差、缺失、"
        "伴发事件与缺失数据规则。“应为”由计划直接推出，不经表单、账本或派生程序。",
    )
    return [Heading(s.say("Each participant", "逐例")), Paragraph(note, "note"), s.table(columns, rows)]


def _cells(run: DryRun, s: _Speaker) -> list[Block]:
    columns = (s.say("Cell", "单元格"), s.say("From the truth", "由真实情况"), s.say("In the report", "报告"), "")
    rows = [(c.cell, c.expected, c.reported or "–", s.say("same", "一致") if c.same else "✗") for c in run.cells]
    note = s.say(
        "Counted from the plan alone. The other cells of the report are not worked out a second time here: their "
        "values stand in the ledger as they were meant, and trace --all recomputes them from those.",
        "仅由计划计数。报告其余单元格未在此重算：其数据与计划一致地存于账本，可用 trace --all 由数据重算。",
    )
    return [Heading(s.say("Cells of the report", "报告单元格")), Paragraph(note, "note"), s.table(columns, rows)]


def _values(run: DryRun, s: _Speaker) -> list[Block]:
    if not run.differing:
        return []
    columns = (s.say("Participant", "参与者"), s.say("Where", "位置"), s.say("Meant", "计划"), s.say("Kept", "账本"),
               s.say("Reason given", "所述原因"))  # fmt: skip
    rows = [(d.participant_id, d.where, d.meant, d.found, d.reason or "✗") for d in run.differing]
    return [Heading(s.say("Values changed afterwards", "其后更改的数据")), s.table(columns, rows)]
