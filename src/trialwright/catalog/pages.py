"""
An entry of the catalog as a page to read: what it says, its choices, its numbers with their sources, its worked cases.

Everything comes from the entry's own files; the same page is printed by the command and stands in the documentation.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Union

import polars as pl

from trialwright.catalog.catalog import Catalog
from trialwright.catalog.evaluator import RowResult, compile_rule
from trialwright.catalog.exact_text import exact_text
from trialwright.catalog.numerators import exact_rows
from trialwright.catalog.strict_yaml import YamlList, YamlMap, YamlNode, read_yaml
from trialwright.model.entry import Criterion, Entry, EntryKind, Instrument, Item, Method, NumberTable, Source
from trialwright.model.text import Text

Plain = Union[str, list["Plain"], dict[str, "Plain"]]  # noqa: UP007 - a name in quotes knows no |
Case = dict[str, Plain]

SEEN = {
    "original": "seen in the source",
    "secondary": "seen in a secondary source",
    "recalled": "from memory, not checked",
    "declared": "ours, declared",
}
GIVEN = (
    "reading", "parameters", "options", "arguments", "values", "answers", "baseline", "now", "measure", "rows", "on",
    "typed",
)  # fmt: skip
CAME = ("expect", "scores", "pair", "log", "told", "stored", "problem", "refused", "shapes", "alt")


def entry_page(catalog: Catalog, name: str, kind: EntryKind | None = None, level: int = 1) -> str:
    """
    The page in Markdown, its headings from `level` on.

    Raises: LookupError where there is no such entry.
    """
    entry = catalog.entry(name, kind)
    mark, under = "#" * level, "#" * (level + 1)
    parts = [f"{mark} {entry.title.en}", f"`{entry.name}` · {entry.title.zh or entry.title.en}", entry.says.strip()]
    body = _without_title(catalog.text_file(entry.name, entry.kind, "page.md"))
    parts += [body] if body else []
    if isinstance(entry, Instrument):
        parts += _instrument(entry, under)
    if isinstance(entry, Criterion | Method):
        parts += _parameters(entry, under)
    roles = entry.roles if isinstance(entry, Criterion) else {}
    for table in catalog.number_tables(name) if entry.kind in ("instrument", "criterion") else ():
        parts += [f"{under} {table.title.en}{f' (version {table.version})' if table.version != '1' else ''}"]
        parts += [*([table.says] if table.says else []), _numbers(table, roles)]
    parts += [f"{under} Sources", _listed(_source(source) for source in entry.source)]
    if isinstance(entry, Instrument) and entry.licence:
        parts += [f"Licence: {entry.licence.strip()}"]
    cases = _cases(catalog, entry)
    line = next((str(case["line"]) for case in cases if "line" in case and "refused" not in case), "")
    if line:
        parts += [
            f"{under} As a JSON line",
            f"`trialwright score {entry.name} IN.jsonl -o OUT.jsonl` answers lines like",
            _code(line),
        ]
    if cases:
        parts += [f"{under} Worked cases", *(_case(catalog, entry, case) for case in cases)]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def chapter(catalog: Catalog, kind: EntryKind, title: str, lead: str, links: Mapping[str, str] | None = None) -> str:
    """All entries of one kind as one document, with a list of them in front; `links` stand below a name."""
    names = catalog.names(kind)
    index = _listed(
        f"[{catalog.entry(n, kind).title.en}](#{_anchor(catalog.entry(n, kind).title.en)}): `{n}`" for n in names
    )
    pages = [_linked(entry_page(catalog, name, kind, level=2), (links or {}).get(name, "")) for name in names]
    return "\n\n".join([f"# {title}", lead.strip(), index, *(page.rstrip("\n") for page in pages)]) + "\n"


def _linked(page: str, link: str) -> str:
    """`page` with one more paragraph below its title and its name."""
    title, name, rest = page.split("\n\n", 2)
    return "\n\n".join([title, name, *([link] if link else []), rest])


def index(catalog: Catalog, kinds: Sequence[EntryKind]) -> list[tuple[EntryKind, list[tuple[str, str, str]]]]:
    """Name, title and first sentence of every entry, by kind."""
    return [
        (
            kind,
            [
                (n, catalog.entry(n, kind).title.en, _first_sentence(catalog.entry(n, kind).says))
                for n in catalog.names(kind)
            ],
        )
        for kind in kinds
    ]


def _instrument(entry: Instrument, under: str) -> list[str]:
    parts: list[str] = []
    if entry.options:
        rows = [(o.name, o.label.en, ", ".join(o.choices), o.default or "must be decided") for o in entry.options]
        parts += [f"{under} What the study decides", _table(("option", "decides", "choices", "default"), rows)]
    if entry.items:
        alike = [list(run) for _, run in groupby(entry.items, _kind_of_item)]
        shown = [
            (_ends([i.name for i in run]), _ends([i.label.en for i in run]), _asked(run[0]), _limits(run[0]))
            for run in alike
        ]
        parts += [f"{under} What is asked", _table(("item", "label", "answer", "limits"), shown)]
    if entry.scores:
        parts += [
            f"{under} What comes out",
            _table(("score", "label", "unit"), [(s.name, s.label.en, s.unit) for s in entry.scores]),
        ]
    return parts


def _kind_of_item(item: Item) -> tuple[str, ...]:
    """The same for numbered items that differ in their number alone, as the sites of a skin score."""
    unnumbered = (re.sub(r"\d+", "#", text) for text in (item.name, item.label.en))
    return (*unnumbered, _asked(item), _limits(item))


def _ends(texts: Sequence[str]) -> str:
    """ "Site 1 to 15: redness" of fifteen labels."""
    last = iter(re.findall(r"\d+", texts[-1]))
    return re.sub(r"\d+", lambda first: " to ".join(dict.fromkeys((first[0], next(last)))), texts[0])


def _asked(item: Item) -> str:
    if item.kind == "choice":
        return ", ".join(choice.label.en for choice in item.choices)
    return {"yes_no": "yes or no", "partial_date": "date, perhaps partial"}.get(item.kind, item.kind)


def _limits(item: Item) -> str:
    ends = f"{item.low or ''} to {item.high or ''}" if item.low is not None or item.high is not None else ""
    return f"{ends} {item.unit}".strip()


def _parameters(entry: Criterion | Method, under: str) -> list[str]:
    if not entry.parameters:
        return []
    rows = [
        (
            f"`{p.name}`",
            p.says,
            p.default or "must be given",
            ", ".join(p.choices),
            _source(p.source) if p.source else "",
        )
        for p in entry.parameters
    ]
    parts = [f"{under} Parameters", _table(("parameter", "decides", "default", "choices", "source"), rows)]
    if isinstance(entry, Criterion) and entry.readings:
        lines = []
        for name, texts in entry.readings.items():
            source = entry.reading_sources.get(name)
            said = ", ".join(f"{k}={v}" for k, v in texts.items())
            lines.append(f"`{name}`: {said}{f' ({_source(source)})' if source else ''}")
        parts += [f"{under} Readings", _listed(lines)]
    return parts


def _numbers(table: NumberTable, roles: Mapping[str, Text]) -> str:
    heads = ("for", f"number{f' ({table.unit})' if table.unit else ''}", "source")
    return _table(
        heads, [(roles.get(row.of.en, row.of).en, exact_text(row.number), _source(row.source)) for row in table.rows]
    )


def _source(source: Source) -> str:
    return f"{source.text} ({SEEN[source.seen]})"


def _cases(catalog: Catalog, entry: Entry) -> list[Case]:
    node, _ = read_yaml(catalog.text_file(entry.name, entry.kind, "cases.yaml"), "cases.yaml")
    whole = _plain(node) if node is not None else ""
    found = whole.get("cases", []) if isinstance(whole, dict) else []
    return [case for case in found if isinstance(case, dict)] if isinstance(found, list) else []


def _plain(node: YamlNode) -> Plain:
    match node:
        case YamlMap():
            return {str(key): _plain(part) for key, part in node.items()}
        case YamlList():
            return [_plain(part) for part in node]
    return str(node)


def _case(catalog: Catalog, entry: Entry, case: Case) -> str:
    """One worked case: its title, what goes in, what comes out and why, and where the numbers come from."""
    source = _texts(case, "source")
    given = [str(case["line"])] if "line" in case else []
    given += [f"{key}: {_flow(case[key])}" for key in GIVEN if key in case]
    out = [f"{key}: {_flow(case[key])}" for key in CAME if key in case]
    lines = [f"**{case['title']}** ({case['kind']})", "", *(f"    {text}" for text in given)]
    lines += [f"    -> {text}" for text in out]
    if isinstance(entry, Criterion) and "values" in case:
        en, zh = _why(catalog, entry, case)
        lines += ["", f"> {en}", ">", f"> {zh}"]
    doubt = "" if source["seen"] == "original" else f" ({SEEN[source['seen']]})"
    return "\n".join([*lines, "", f"Numbers: {source['text']}{doubt}"])


def _texts(case: Case, key: str) -> dict[str, str]:
    found = case.get(key, {})
    return {name: str(text) for name, text in found.items()} if isinstance(found, dict) else {}


def _why(catalog: Catalog, entry: Criterion, case: Case) -> tuple[str, str]:
    """The sentences that the criterion itself gives for a case, in both languages."""
    settled, _ = catalog.settings(entry.name, str(case.get("reading", "")), _texts(case, "parameters"))
    values = case["values"]
    if settled is None or not isinstance(values, dict):
        raise ValueError(f"a case of {entry.name} cannot be worked")
    columns: dict[str, str] = {}
    for name, written in values.items():
        match written:
            case [before, now]:
                columns |= {f"{name}_b": str(before), f"{name}_f": str(now)}
            case _:
                columns[name] = str(written)
    (row,) = exact_rows([pl.Series(name, [text]) for name, text in columns.items()])
    answered: Mapping[str, RowResult] = compile_rule(catalog.rule(entry.name, settled.texts))(row)
    reasons = catalog.explain(entry.name, answered, settled.texts)
    return catalog.word(entry.name, reasons, "en"), catalog.word(entry.name, reasons, "zh")


def _flow(part: Plain) -> str:
    """As YAML writes it on one line; the sentences of a case stand below it, not in it."""
    match part:
        case dict():
            return "{" + ", ".join(f"{key}: {_flow(value)}" for key, value in part.items() if key != "why") + "}"
        case list():
            return "[" + ", ".join(map(_flow, part)) + "]"
    return part or '""'


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    return "\n".join(
        [*lines, *(f"| {' | '.join(cell.replace('|', '/').replace('<', '&lt;') for cell in row)} |" for row in rows)]
    )


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _code(text: str) -> str:
    return f"```json\n{text}\n```"


def _without_title(page: str) -> str:
    lines = page.strip().split("\n")
    return "\n".join(lines[1:] if lines[0].startswith("# ") else lines).strip()


def _first_sentence(says: str) -> str:
    text = " ".join(says.split())
    return text.partition(". ")[0].rstrip(".") + "."


def _anchor(title: str) -> str:
    kept = "".join(c for c in title.lower() if c.isalnum() or c in " -_")
    return kept.replace(" ", "-")
