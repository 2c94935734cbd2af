"""The way back inside the page: from a printed number to its derived values, to the keystrokes and who typed them."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

import msgspec
from markupsafe import Markup, escape

from trialwright.catalog.displays.printing import print_exact, print_number, print_signed
from trialwright.catalog.wording import Book
from trialwright.model.analysis import Analysis, AnalysisRecord, Cell, ResultRow
from trialwright.model.ledger import LedgerEvent, Snapshot
from trialwright.model.quantity import Missing
from trialwright.model.text import Text

_VERDICTS = {
    "Y": Text("Responder", "应答"),
    "N": Text("Not a responder", "未应答"),
    "U": Text("Undetermined", "无法判定"),
}
_AUDIT = ("seq", "participant_id", "visit", "form", "row", "item", "raw", "user", "at_utc", "reason")

Version = dict[str, str | int | None]


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What the way back is told with: the language, the names of the study, the book of another language."""

    language: str
    labels: Mapping[str, str]
    book: Book | None = None

    def say(self, english: str, chinese: str, **fields: object) -> str:
        return Text(english, chinese).of(self.language).format(**fields)

    def word(self, text: str) -> str:
        return self.book.say(text) if self.book is not None else text


class Traces:
    """
    Panels of the page, each opened by a link to its name: a line of a table, the values behind it, one derived value.

    No script opens them: a panel is shown while the address names it, so that the way back can also be sent on.
    """

    def __init__(self, rows: Iterable[ResultRow], analysis: Analysis, snapshot: Snapshot, words: Words) -> None:
        self._words = words
        self._records = {record.id: record for record in analysis.records}
        self._lines: dict[str, list[ResultRow]] = {}
        for row in rows:
            self._lines.setdefault(f"{row.display}:{row.row}", []).append(row)
        self._line_names = {name: f"l{place}" for place, name in enumerate(self._lines)}
        self._record_names = {name: f"r{place}" for place, name in enumerate(self._records)}
        sets = dict.fromkeys(self._behind(rows) for rows in self._lines.values())
        self._set_names = {ids: f"s{place}" for place, ids in enumerate(sets) if ids}
        self._versions, self._events = _versions(snapshot), {event.seq: event for event in snapshot.events}

    def link(self, cell: Cell) -> str | None:
        """Where a printed cell leads: to its line, or straight to the one derived value that a listing shows."""
        if cell.ref:
            name = self._line_names.get(cell.ref.rpartition(":")[0])
            return f"#{name}" if name else None
        name = self._record_names.get(cell.records[0]) if cell.records else None
        return f"#{name}" if name else None

    def record_link(self, record_id: str) -> str | None:
        """Where a point of a figure leads."""
        name = self._record_names.get(record_id)
        return f"#{name}" if name else None

    def panels(self) -> Markup:
        """Every panel, in the order of the displays; hidden until an address names it."""
        parts = [self._line(name, rows) for name, rows in self._lines.items()]
        parts += [self._set(ids, name) for ids, name in self._set_names.items()]
        parts += [self._record(record) for record in self._records.values()]
        # There are thousands of them: each is put together as text, every word of it escaped where it enters.
        return Markup("\n".join(parts))  # noqa: S704

    def _behind(self, rows: Sequence[ResultRow]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(i for row in rows for i in row.records if i in self._records))

    def _line(self, name: str, rows: Sequence[ResultRow]) -> str:
        say, first = self._words.say, rows[0]
        told = "".join(
            f'<tr><th scope="row"><code>{escape(row.statistic)}</code></th><td>{self._exact(row)}</td>'
            f"<td>{self._remarks(row)}</td></tr>"
            for row in rows
        )
        behind = self._behind(rows)
        values = escape(say("No derived value stands behind it.", "无派生数据。"))
        if behind:
            words = escape(say("Derived values behind it: {n}", "所依据的派生数据：{n} 条", n=len(behind)))
            values = Markup('<a href="#{}">{}</a>').format(self._set_names[behind], words)
        exact, method = escape(say("Exact value", "精确值")), escape(say("Method and remarks", "方法与说明"))
        head = f'<tr><td></td><th scope="col">{exact}</th><th scope="col">{method}</th></tr>'
        table = f"<table><thead>{head}</thead><tbody>{told}</tbody></table><p>{values}</p>"
        title = f"{escape(self._words.word(first.label))} <code>{escape(name)}</code>"
        return self._panel(self._line_names[name], f"d-{first.display}", title, table)

    def _remarks(self, row: ResultRow) -> Markup:
        return escape("; ".join(self._words.word(text) for text in (row.method, *row.warnings) if text))

    def _set(self, ids: Sequence[str], name: str) -> str:
        by_participant: dict[str, list[AnalysisRecord]] = {}
        for record in (self._records[i] for i in ids):
            by_participant.setdefault(record.participant_id, []).append(record)
        items = "".join(
            f"<li><b>{escape(pid)}</b> {' · '.join(self._linked(record) for record in records)}</li>"
            for pid, records in by_participant.items()
        )
        title = escape(self._words.say("Derived values, by participant", "派生数据（按参与者）"))
        return self._panel(name, "content", title, f"<ul>{items}</ul>")

    def _linked(self, record: AnalysisRecord) -> str:
        visit = "" if record.visit == "-" else escape(self._words.labels.get(record.visit, record.visit))
        return f'<a href="#{self._record_names[record.id]}">{visit} {self._value(record)}</a>'

    def _record(self, record: AnalysisRecord) -> str:
        say = self._words.say
        facts = [(say("Value", "数值"), self._value(record))]
        if record.baseline is not None:
            facts.append((say("Baseline", "基线"), escape(self._words.word(_number(record.baseline)))))
        if record.change is not None:
            change = record.change
            signed = print_signed(change, 2) if isinstance(change, Fraction) else self._words.word(_number(change))
            facts.append((say("Change", "变化"), escape(signed)))
        if record.date:
            facts.append((say("Date", "日期"), escape(record.date)))
        parts = [f"<dl>{''.join(f'<dt>{escape(k)}</dt><dd>{v}</dd>' for k, v in facts)}</dl>"]
        used = [self._records[i] for i in record.uses if i in self._records]
        if used:
            links = "".join(f"<li>{self._name(each)} {self._linked(each)}</li>" for each in used)
            parts.append(f"<p>{escape(say('Made from', '由以下数据得出'))}</p><ul>{links}</ul>")
        typed = [version for seq in record.inputs for version in self._versions.get(seq, ())]
        acts = [self._events[seq] for seq in record.inputs if seq in self._events]
        parts += [self._typed(typed)] if typed else []
        parts += [self._acts(acts)] if acts else []
        visit = escape(self._words.labels.get(record.visit, record.visit))
        title = f"{escape(record.participant_id)} · {visit} · {self._name(record)}"
        return self._panel(self._record_names[record.id], "content", title, "".join(parts))

    def _typed(self, typed: Sequence[Version]) -> str:
        """Every version of every value behind it, the earlier ones too, by who saved them and when: the audit trail."""
        saves: dict[tuple[str, str, str], list[Version]] = {}
        for each in typed:
            saves.setdefault((str(each["user"]), str(each["at_utc"]), str(each["reason"] or "")), []).append(each)
        told = "".join(self._save(*save, versions) for save, versions in saves.items())
        head = self._words.say("As typed, every version (entry of the ledger)", "原始录入，含历次版本（记录号）")
        return f"<p>{escape(head)}</p><ul>{told}</ul>"

    def _save(self, user: str, at_utc: str, reason: str, versions: Sequence[Version]) -> str:
        labels = self._words.labels
        items = "; ".join(
            f"{escape(labels.get(str(v['item']), v['item']))} <code>{escape(v['raw'] or '–')}</code> ({v['seq']})"
            for v in versions
        )
        foreign = ' lang="en"' if self._words.book is not None else ""
        why = f" <q{foreign}>{escape(reason)}</q>" if reason else ""
        when = escape(at_utc[:16].replace("T", " "))
        return f"<li><code>{escape(user)}</code> {when} UTC{why}: {items}</li>"

    def _acts(self, acts: Sequence[LedgerEvent]) -> str:
        items = "".join(
            f"<li><code>{escape(act.kind)}</code> {escape(act.at_utc[:16].replace('T', ' '))} UTC "
            f"<code>{escape(act.user)}</code> ({act.seq})</li>"
            for act in acts
        )
        return f"<p>{escape(self._words.say('Acts it rests on', '所依据的操作'))}</p><ul>{items}</ul>"

    def _name(self, record: AnalysisRecord) -> str:
        label = self._words.labels.get(record.parameter)
        return escape(label) if label else f"<code>{escape(record.parameter)}</code>"

    def _value(self, record: AnalysisRecord) -> str:
        if record.verdict in _VERDICTS:
            return escape(_VERDICTS[record.verdict].of(self._words.language))
        match record.value:
            case Fraction() as number:
                return escape(f"{print_exact(number)} {record.unit}".rstrip())
            case Missing(reason=reason):
                return escape(self._words.word(reason))
            case text:
                label = self._words.labels.get(f"{record.parameter}={text}")
                return escape(label) if label else f"<code>{escape(text)}</code>"

    def _exact(self, row: ResultRow) -> str:
        if isinstance(row.value, str):
            return escape(self._words.word(row.value))
        if row.value is None:
            return "–"
        of = f" / {row.denominator}" if row.statistic == "n" and row.denominator else ""
        return f"<code>{row.value}{of}</code>"

    def _panel(self, name: str, back: str, title: str, body: str) -> str:
        label, close = (escape(self._words.say(*each)) for each in (("The way back", "数据追溯"), ("Close", "关闭")))
        return (
            f'<section class="trace" id="{name}" aria-label="{label}"><p class="trace-h">{title} '
            f'<a class="shut" href="#{escape(back)}">{close}</a></p>{body}</section>'
        )


def _number(value: Fraction | Missing | str) -> str:
    match value:
        case Fraction() as number:
            return print_exact(number)
        case Missing(reason=reason):
            return reason
        case text:
            return print_number(text)


def _versions(snapshot: Snapshot) -> dict[int, tuple[Version, ...]]:
    """Sequence number of a version -> it and every earlier version of the same place, the newest first."""
    by_slot: dict[tuple[object, ...], list[Version]] = {}
    found: dict[int, tuple[Version, ...]] = {}
    if not snapshot.versions.height:
        return found
    for version in snapshot.versions.select(_AUDIT).sort("seq").iter_rows(named=True):
        slot = tuple(version[name] for name in _AUDIT[1:6])
        before = by_slot.setdefault(slot, [])
        before.append(version)
        found[version["seq"]] = tuple(reversed(before))
    return found
