"""
Installation and operational qualification: checks run here and now, on this computer, with this build.

The checks use a ledger of their own in a folder that goes afterwards; the trial's ledger is only looked at. The report
names program, build and hash, so that it is of no use for another one, and ends in lines to be signed.
"""

import datetime as dt
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import msgspec

from trialwright.catalog import Catalog
from trialwright.model.analysis import Cell, Table
from trialwright.model.ledger import NewDatapoint, NewEvent, Slot, Stamp
from trialwright.model.quantity import Quantity
from trialwright.model.study import Study
from trialwright.pipeline.doctor import Check, examine
from trialwright.pipeline.place import database_of, real_clock, real_nonces
from trialwright.pipeline.requirements import Requirement, read_requirements
from trialwright.pipeline.study import check_study
from trialwright.report.document import Block, Document, Facts, Heading, Paragraph
from trialwright.store import Ledger, LedgerProblem, open_ledger
from trialwright.store import restore as restore_ledger

_SLOT = Slot("P001", "W0", "qualification", "item.value")


class Validation(msgspec.Struct, frozen=True, kw_only=True):
    """What was run: installation, operation, and the requirements as the release claims them."""

    study: Study
    program: str
    at_utc: str
    installation: tuple[Check, ...]
    operation: tuple[Check, ...]
    requirements: tuple[Requirement, ...]

    @property
    def passed(self) -> bool:
        return all(check.ok is not False for check in (*self.installation, *self.operation))


def validate(study: Study, folder: Path, db: str | None, catalog: Catalog) -> Validation:
    """
    Every check, whatever fails; nothing of the trial is written.

    Raises: LedgerProblem where the trial's ledger is there and cannot be opened.
    """
    del catalog  # `check_study` loads it: the worked cases are part of the checks
    url = database_of(folder, db)
    there = "://" in url or Path(url).exists()
    found = examine(folder, db) if there else []
    none = Check(what="ledger", found="none yet", expected="", ok=None)
    return Validation(
        study=study,
        program=f"trialwright {version('trialwright')}",
        at_utc=real_clock().isoformat(timespec="seconds"),
        installation=tuple(found or [none]),
        operation=(*_definition(study, folder), *_operation()),
        requirements=read_requirements(),
    )


def _definition(study: Study, folder: Path) -> Iterator[Check]:
    report = check_study(folder, real_clock().date())
    errors = [finding for finding in report.findings if finding.severity == "error"]
    told = errors[0].code if errors else "no error; every worked case gives its answer"
    yield Check(what="definition and its worked cases", found=told, expected="no error", ok=not errors)
    yield Check(what="definition is frozen", found=f"build {study.build}", expected="a frozen build",
                ok=study.build > 0)  # fmt: skip


def _operation() -> Iterator[Check]:
    """Each act on a fresh ledger, in order; one that raises is a check that failed, and the next goes on."""
    with tempfile.TemporaryDirectory(prefix="trialwright-validate-") as name:
        path = Path(name) / "ledger.sqlite"
        with open_ledger(path, clock=real_clock, nonces=real_nonces, create=True) as ledger:
            for what, expected, act in _ACTS:
                try:
                    found = act(ledger, path)
                except (LedgerProblem, sqlite3.Error, ValueError, OSError) as trouble:
                    found = type(trouble).__name__
                yield Check(what=what, found=found, expected=expected, ok=found == expected)


def _saved(ledger: Ledger, _: Path) -> str:
    for text, reason in (("5.0", ""), ("6.0", "misread")):
        point = NewDatapoint(slot=_SLOT, raw=text, value=Quantity(text, "cm"))
        ledger.write(Stamp(user="validation", build=1, origin="typed", reason=reason), [point])
    return ", ".join(f"{d.raw} ({d.reason or 'first entry'})" for d in ledger.history(_SLOT))


def _refused(ledger: Ledger, path: Path) -> str:
    """By the database itself, on a connection that knows nothing of this program."""
    del ledger
    refused = 0
    with sqlite3.connect(path) as held:
        for text in (
            "UPDATE content SET raw = '9'",
            "DELETE FROM entry",
            "INSERT OR REPLACE INTO entry SELECT * FROM entry",
        ):
            try:
                held.execute(text)
            except sqlite3.IntegrityError as told:
                refused += "ledger guard" in str(told)
    return f"{refused} of 3 refused"


def _verified(ledger: Ledger, _: Path) -> str:
    return "whole" if ledger.verify().ok else "broken"


def _tampered(ledger: Ledger, path: Path) -> str:
    """A copy is altered past its guards; the chain must name the row."""
    copy = path.with_name("tampered.sqlite")
    ledger.backup(copy)
    with sqlite3.connect(copy) as held:
        held.execute("DROP TRIGGER content_UPDATE")
        held.execute("UPDATE content SET raw = '9' WHERE seq = 1")
    with open_ledger(copy, clock=real_clock, nonces=real_nonces) as altered:
        return f"first bad row {altered.verify().first_bad}"


def _restored(ledger: Ledger, path: Path) -> str:
    copy = path.with_name("backup.sqlite")
    same = ledger.backup(copy) == restore_ledger(copy, str(path.with_name("restored.sqlite"))) == ledger.head()
    return "the same head" if same else "another head"


def _erased(ledger: Ledger, _: Path) -> str:
    ledger.erase(1, ("first person", "second person"), "validation")
    verified = ledger.verify()
    return f"row {verified.erased[0]} erased, chain {'whole' if verified.ok else 'broken'}"


def _set_back(ledger: Ledger, path: Path) -> str:
    """A second program on the same ledger whose clock is a year behind."""
    last = ledger.last_moment()
    past = dt.datetime.now(dt.UTC) - dt.timedelta(days=365)
    with open_ledger(path, clock=lambda: past, nonces=real_nonces) as other:
        event = NewEvent(kind="report_made")
        receipt = other.write(Stamp(user="validation", build=1, origin="typed"), [event])
    return "not earlier" if getattr(receipt, "at_utc", "") >= last else "earlier"


_ACTS: tuple[tuple[str, str, Callable[[Ledger, Path], str]], ...] = (
    ("a value, its correction and its reason are kept", "5.0 (first entry), 6.0 (misread)", _saved),
    ("UPDATE, DELETE and REPLACE past the program", "3 of 3 refused", _refused),
    ("the chain of the ledger", "whole", _verified),
    ("an altered copy is found", "first bad row 1", _tampered),
    ("a backup restores", "the same head", _restored),
    ("two persons erase a value", "row 1 erased, chain whole", _erased),
    ("a clock set back", "not earlier", _set_back),
)


_CHINESE = {
    "operating system": "操作系统",
    "clock": "时钟",
    "disk": "磁盘空间",
    "ledger": "台账",
    "none yet": "尚无",
    "served now": "当前是否提供服务",
    "yes": "是",
    "no": "否",
    "rights of the folder": "文件夹权限",
    "database: tables, keys and guards": "数据库：表、键与保护规则",
    "as Trialwright made them": "与程序创建时一致",
    "as in requirements.lock": "与 requirements.lock 一致",
    "the last entry does not lie in the future": "最后一条记录的时间不在将来",
    "its owner only (0600)": "仅所有者可访问（0600）",
    "not writable by everybody": "并非任何人可写",
    "definition and its worked cases": "方案定义及其示例",
    "no error; every worked case gives its answer": "无错误；全部示例结果正确",
    "no error": "无错误",
    "definition is frozen": "方案定义已冻结",
    "a frozen build": "已冻结版本",
    "a value, its correction and its reason are kept": "数值、更正及其原因均予保留",
    "5.0 (first entry), 6.0 (misread)": "5.0（首次录入），6.0（误读）",
    "UPDATE, DELETE and REPLACE past the program": "绕过程序的修改、删除与替换",
    "3 of 3 refused": "3 项均被拒绝",
    "the chain of the ledger": "台账记录链",
    "whole": "完整",
    "broken": "已断裂",
    "an altered copy is found": "能发现被篡改的副本",
    "first bad row 1": "首个异常记录：1",
    "a backup restores": "备份可恢复",
    "the same head": "校验值相同",
    "another head": "校验值不同",
    "two persons erase a value": "两人共同删除一项数值",
    "row 1 erased, chain whole": "记录 1 已删除，记录链完整",
    "a clock set back": "时钟被调回",
    "not earlier": "时间未倒退",
    "earlier": "时间倒退",
    "met": "已满足",
    "in part": "部分满足",
    "postponed": "暂缓",
}
"""Checks and what they find, in the words of the Chinese report; versions, numbers and names stay as they are."""


def validation_report(validation: Validation, language: str = "en") -> Document:
    """The report, ready to be signed: what was checked, what came out, what the release claims, who answers for it."""
    zh = language == "zh"

    def say(en: str, chinese: str) -> str:
        return chinese if zh else en

    def told(text: str) -> Cell:
        return Cell(_CHINESE.get(text, text) if zh else text)

    study = validation.study
    word = {True: say("as expected", "符合"), False: say("NOT AS EXPECTED", "不符合"), None: "–"}
    verdict = (
        say("Every check came out as expected.", "全部检查结果均符合预期。")
        if validation.passed
        else say("At least one check did NOT come out as expected: do not use this installation.",
                 "至少一项检查不符合预期：请勿使用本安装。")
    )  # fmt: skip
    facts = Facts((
        (say("Program", "程序"), validation.program), (say("Study", "研究"), study.name),
        (say("Build", "版本"), f"{study.build} ({study.status})"), (say("Hash of the build", "版本校验值"), study.hash),
        (say("Run at", "运行时间"), validation.at_utc),
    ))  # fmt: skip
    blocks: list[Block] = [facts, Paragraph(verdict, "key")]
    columns = (say("Check", "检查"), say("Found", "结果"), say("Expected", "预期"), "")
    for title, checks in ((say("Installation", "安装确认"), validation.installation),
                          (say("Operation", "运行确认"), validation.operation)):  # fmt: skip
        rows = tuple((told(c.what), told(c.found), told(c.expected or "–"), Cell(word[c.ok])) for c in checks)
        blocks += [Heading(title), _table(columns, rows, language)]
    blocks += [
        Heading(say("Requirements and their tests", "需求与测试")),
        Paragraph(
            say(
                "As this release claims them; the named tests ran when it was built.",
                "以本发布版本的声明为准；所列测试在构建时运行。各项说明为英文原文。",
            )
        ),
    ]
    rows = tuple(
        (Cell(r.number), told(r.state), Cell(r.says), Cell("\n".join(t.rpartition("::")[2] for t in r.tests) or "–"))
        for r in validation.requirements
    )  # fmt: skip
    blocks.append(_table(("", say("State", "状态"), say("What", "内容"), say("Tests", "测试")), rows, language))
    blocks.append(Heading(say("Signatures", "签名")))
    line = "____________________"
    signers = ((say("Performed by", "执行人"), line, line), (say("Reviewed by", "复核人"), line, line),
               (say("Approved for use by", "批准人"), line, line))  # fmt: skip
    signed = tuple(tuple(Cell(text) for text in row) for row in signers)
    blocks.append(_table(("", say("Name and signature", "姓名与签名"), say("Date", "日期")), signed, language))
    return Document(
        name="validation", title=say("Validation report", "验证报告"), subtitle=(study.title.of(language),),
        date=validation.at_utc[:10], foot=f"{validation.program} · {study.name} · {study.hash[:16]}", language=language,
        contents=0, blocks=tuple(blocks),
    )  # fmt: skip


def _table(columns: tuple[str, ...], rows: tuple[tuple[Cell, ...], ...], language: str) -> Table:
    return Table(number="", title="", population="", columns=columns, rows=rows, language=language)
