"""
One participant on paper: every form with every value, who entered it and who signed it, and the whole audit trail.

The same document blank, without a participant, is what a ward fills in when there is no computer. Values are told in
the words of the build they were entered under.
"""

import datetime as dt
import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from zoneinfo import ZoneInfo

import msgspec
import polars as pl

from trialwright.capture.signatures import signatures
from trialwright.capture.status import STATUS_WORDS, participant_status
from trialwright.capture.values import fields_of, shown_text, stored_value
from trialwright.capture.words import EVENTS, MISSING, YES_NO
from trialwright.model.analysis import Cell, Table
from trialwright.model.ledger import LedgerEvent, Snapshot
from trialwright.model.quantity import Code
from trialwright.model.quantity import Missing as NoValue
from trialwright.model.signature import Signature
from trialwright.model.study import Field, Form, Study, Visit
from trialwright.report.document import Block, Document, Facts, Heading, Paragraph

StudyAt = Callable[[int], Study]
"""The definition of an earlier build."""
Version = dict[str, object]
_LONG, _PIECE, _MAY_END = re.compile(r"\S{25,}"), 16, "\u200b"
_VERSION = (
    "seq", "replaces", "visit", "form", "row", "item", "raw", "kind", "text", "unit", "user", "at_utc", "reason",
    "build",
)  # fmt: skip


class Casebook(msgspec.Struct, frozen=True, kw_only=True):
    """What a casebook is made from. `study_at` gives the builds under which values were entered."""

    study: Study
    snapshot: Snapshot
    study_at: StudyAt
    language: str = "en"

    def say(self, en: str, zh: str) -> str:
        return zh if self.language == "zh" else en

    def local(self, at_utc: str) -> str:
        """UTC as stored, and the clock on the wall of the site."""
        zone = ZoneInfo(self.study.sites[0].time_zone) if self.study.sites else dt.UTC
        wall = dt.datetime.fromisoformat(at_utc).astimezone(zone)
        return f"{at_utc[:19].replace('T', ' ')} UTC ({wall:%Y-%m-%d %H:%M})"


def participant_casebook(book: Casebook, participant_id: str) -> Document:
    """
    Everything of one participant.

    Shape:  facts and acts, then every form of every visit with value, text as typed, who, when and build, then every
            version in the order of the ledger with its reason. Nothing is left out because a build no longer asks it.
    Raises: KeyError for a participant the snapshot does not know.
    """
    events = [event for event in book.snapshot.events if event.participant_id == participant_id]
    if not events:
        raise KeyError(participant_id)
    mine = book.snapshot.versions.filter(pl.col("participant_id") == participant_id)
    versions: list[Version] = mine.select(_VERSION).to_dicts()
    current = {int(str(v["seq"])) for v in book.snapshot.current.filter(pl.col("participant_id") == participant_id)
               .select("seq").to_dicts()}  # fmt: skip
    signed = signatures(book.snapshot, participant_id)
    blocks: list[Block] = [*_facts(book, participant_id, events, versions), *_acts(book, events)]
    for visit, title in _visits(book, versions):
        forms = dict.fromkeys(str(v["form"]) for v in versions if v["visit"] == visit)
        here = [name for name in _forms_at(book, visit) if name in forms]
        here += [name for name in forms if name not in here]
        if here:
            blocks.append(Heading(title, 1))
        for name in here:
            standing = [v for v in versions if (v["visit"], v["form"]) == (visit, name) and v["seq"] in current]
            blocks += _form(book, visit, name, standing, signed)
    blocks += _audit(book, versions)
    simulated = any(event.origin == "simulated" for event in events)
    title = book.say("Casebook of {who}", "{who} 的病例报告表").format(who=participant_id)
    return _document(book, f"casebook-{participant_id}", title, blocks, simulated=simulated)


def blank_casebook(book: Casebook) -> Document:
    """Every form of the study without an answer, in the order of the schedule, each form once."""
    blocks: list[Block] = [
        Facts(((book.say("Participant", "参与者"), "____________"), (book.say("Visit", "访视"), "____________"),
               (book.say("Date", "日期"), "____________"), (book.say("Signature", "签名"), "____________"))),
    ]  # fmt: skip
    for form in book.study.forms:
        rows = tuple(
            (Cell(field.item.label.of(book.language)), Cell(_choices(book, field)), Cell(""))
            for field in fields_of(form)
        )
        columns = (book.say("Item", "项目"), book.say("Unit or choices", "单位或选项"), book.say("Answer", "答案"))
        blocks += [Heading(form.title.of(book.language), 1), _table(book, columns, rows)]
    title = book.say("Blank forms", "空白病例报告表")
    return _document(book, "casebook-blank", title, blocks, simulated=False)


def _document(book: Casebook, name: str, title: str, blocks: Sequence[Block], *, simulated: bool) -> Document:
    head, study = book.snapshot.head, book.study
    mark = book.say("Virtual participant: nobody was treated", "虚拟参与者：没有任何人接受治疗") if simulated else ""
    return Document(
        name=name,
        title=title,
        subtitle=(
            study.title.of(book.language),
            book.say("Definition build {n}", "方案定义第 {n} 版").format(n=study.build),
        ),
        date=(book.snapshot.as_of_utc or "1970-01-01")[:10],
        foot=f"{study.name} · {book.say('ledger', '台账')} {head.seq}:{head.hash[:16]}",
        mark=mark,
        language=book.language,
        contents=2,
        blocks=tuple(blocks),
    )


def _facts(book: Casebook, who: str, events: Sequence[LedgerEvent], versions: Sequence[Version]) -> list[Block]:
    status = STATUS_WORDS[participant_status(events)].of(book.language)
    builds = sorted({str(version["build"]) for version in versions})
    pairs = (
        (book.say("Participant", "参与者"), who),
        (book.say("Status", "状态"), status),
        (book.say("Data as of", "数据截止"), book.local(book.snapshot.as_of_utc) if book.snapshot.as_of_utc else "–"),
        (book.say("Versions of values", "数值版本数"), str(len(versions))),
        (book.say("Entered under builds", "录入所用版本"), ", ".join(builds) or "–"),
        (book.say("Head of the ledger", "台账校验值"), f"{book.snapshot.head.seq}:{book.snapshot.head.hash}"),
    )
    return [Facts(pairs)]


def _acts(book: Casebook, events: Sequence[LedgerEvent]) -> list[Block]:
    rows = tuple(
        (
            Cell(book.local(event.at_utc)), Cell(event.user), Cell(EVENTS[event.kind].of(book.language)),
            Cell(_place(book, event.visit, event.form, event.row)), Cell(_details(event)), Cell(event.reason),
        )
        for event in events
    )  # fmt: skip
    columns = (book.say("When", "时间"), book.say("Who", "人员"), book.say("What", "事项"), book.say("Where", "位置"),
               book.say("Details", "详情"), book.say("Reason", "原因"))  # fmt: skip
    return [Heading(book.say("Acts", "操作记录"), 1), _table(book, columns, rows)]


def _details(event: LedgerEvent) -> str:
    told = {name: text for name, text in event.details.items() if not name.endswith("_zh")}
    return "; ".join(f"{name}: {_breakable(text)}" for name, text in told.items())


def _breakable(text: str) -> str:
    """A list of names or a hash with places where a line may end: on paper nothing runs into the next column."""
    spaced = text.replace(",", ", ").replace(",  ", ", ")
    return _LONG.sub(lambda found: _MAY_END.join(textwrap.wrap(found[0], _PIECE)), spaced)


def _visits(book: Casebook, versions: Sequence[Version]) -> list[tuple[str, str]]:
    """Names and titles: the schedule first, then what only an earlier build or an unscheduled visit has."""
    held = dict.fromkeys(str(version["visit"]) for version in versions)
    planned = [visit for visit in book.study.visits if visit.name in held]
    others = [name for name in held if all(visit.name != name for visit in planned)]
    found = [(visit.name, visit.title.of(book.language)) for visit in planned]
    return found + [(name, _title(book, name)) for name in others]


def _title(book: Casebook, visit: str) -> str:
    found = _visit(book, visit)
    return found.title.of(book.language) if found else visit


def _visit(book: Casebook, visit: str) -> Visit | None:
    try:
        return book.study.visit(visit)
    except KeyError:
        return None


def _forms_at(book: Casebook, visit: str) -> tuple[str, ...]:
    found = _visit(book, visit)
    return found.forms if found else ()


def _form(
    book: Casebook, visit: str, name: str, standing: Sequence[Version], signed: Iterable[Signature]
) -> list[Block]:
    builds = {int(str(version["build"])) for version in standing}
    form = _known(book, name, max(builds, default=book.study.build))
    blocks: list[Block] = [Heading(form.title.of(book.language) if form else name, 2)]
    for row in sorted({int(str(version["row"])) for version in standing}):
        if row:
            blocks.append(Heading(book.say("Row {n}", "第 {n} 行").format(n=row), 3))
        own = {str(version["item"]): version for version in standing if int(str(version["row"])) == row}
        order = [field.name for field in fields_of(form)] if form else []
        names = [item for item in order if item in own] + [item for item in own if item not in order]
        blocks.append(_values(book, name, [own[item] for item in names]))
    blocks += [
        Paragraph(_signature(book, each))
        for each in signed
        if each.scope.covers(each.scope.participant_id, visit, name)
    ]
    return blocks


def _known(book: Casebook, name: str, build: int) -> Form | None:
    for study in (book.study_at(build), book.study):
        found = next((form for form in study.forms if form.name == name), None)
        if found is not None:
            return found
    return None


def _values(book: Casebook, form: str, versions: Sequence[Version]) -> Table:
    rows = tuple(
        (
            Cell(_label(book, form, version)), Cell(_value(book, form, version)), Cell(str(version["raw"])),
            Cell(str(version["user"])), Cell(book.local(str(version["at_utc"]))), Cell(str(version["build"])),
        )
        for version in versions
    )  # fmt: skip
    columns = (book.say("Item", "项目"), book.say("Value", "数值"), book.say("As typed", "原始输入"),
               book.say("Who", "人员"), book.say("When", "时间"), book.say("Build", "版本"))  # fmt: skip
    return _table(book, columns, rows)


def _audit(book: Casebook, versions: Sequence[Version]) -> list[Block]:
    by_seq = {version["seq"]: version for version in versions}
    rows = []
    for version in versions:
        old = by_seq.get(version["replaces"])
        form = str(version["form"])
        rows.append((
            Cell(str(version["seq"])), Cell(book.local(str(version["at_utc"]))), Cell(str(version["user"])),
            Cell(_place(book, str(version["visit"]), form, int(str(version["row"])))),
            Cell(_label(book, form, version)), Cell(_value(book, form, old) if old else ""),
            Cell(_value(book, form, version)), Cell(str(version["reason"])),
        ))  # fmt: skip
    titles = (("When", "时间"), ("Who", "人员"), ("Where", "位置"), ("Item", "项目"), ("Before", "修改前"),
              ("After", "修改后"), ("Reason", "原因"))  # fmt: skip
    columns = ("#", *(book.say(*title) for title in titles))
    return [
        Heading(book.say("Audit trail of every value", "全部数值的稽查轨迹"), 1),
        _table(book, columns, tuple(rows)),
    ]


def _place(book: Casebook, visit: str, form: str, row: int) -> str:
    known = next((each for each in book.study.forms if each.name == form), None)
    parts = [_title(book, visit) if visit else "", known.title.of(book.language) if known else form]
    parts.append(book.say("row {n}", "第 {n} 行").format(n=row) if row else "")
    return " · ".join(part for part in parts if part)


def _field(book: Casebook, form: str, version: Version) -> Field | None:
    known = _known(book, form, int(str(version["build"])))
    fields = fields_of(known) if known else ()
    return next((field for field in fields if field.name == version["item"]), None)


def _label(book: Casebook, form: str, version: Version) -> str:
    field = _field(book, form, version)
    return field.item.label.of(book.language) if field else str(version["item"])


def _value(book: Casebook, form: str, version: Version) -> str:
    value = stored_value(str(version["kind"]), str(version["text"]), str(version["unit"]))
    if isinstance(value, NoValue):
        return MISSING[value.reason].of(book.language)
    if isinstance(value, Code):
        field = _field(book, form, version)
        labels = {choice.code: choice.label for choice in field.item.choices} if field else {}
        word = labels.get(value.code) or YES_NO.get(value.code)
        return f"{value.code} ({word.of(book.language)})" if word else value.code
    return shown_text(value) or book.say("(empty)", "（空）")


def _choices(book: Casebook, field: Field) -> str:
    item = field.item
    if item.choices:
        return "\n".join(f"☐ {choice.label.of(book.language)}" for choice in item.choices)
    if item.kind == "yes_no":
        return "   ".join(f"☐ {word.of(book.language)}" for word in YES_NO.values())
    limits = f"{item.low} – {item.high}" if item.low is not None and item.high is not None else ""
    return " ".join(part for part in (limits, item.unit) if part)


def _signature(book: Casebook, signature: Signature) -> str:
    """Printed name, time and meaning, as 21 CFR 11.50 asks for on every copy; a broken one says by whom and when."""
    state = "" if signature.state == "valid" else book.say(" – BROKEN by a later change", " – 因后续修改而失效")
    if signature.broken_by:
        state += book.say(" of {user}, {when}", "（{user}，{when}）").format(
            user=signature.broken_user, when=book.local(signature.broken_at)
        )
    said = book.say("Signed by {name}, {when}: {meaning}", "签署人：{name}，{when}：{meaning}")
    return said.format(name=signature.name, when=book.local(signature.at_utc),
                       meaning=signature.statement.of(book.language) or signature.meaning) + state  # fmt: skip


def _table(book: Casebook, columns: tuple[str, ...], rows: tuple[tuple[Cell, ...], ...]) -> Table:
    return Table(number="", title="", population="", columns=columns, rows=rows, listing=True, language=book.language)
