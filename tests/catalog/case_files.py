"""Worked examples of the catalog's entries, read for the test that runs them."""

from datetime import date
from fractions import Fraction

from trialwright import catalog
from trialwright.catalog.parameters import exact
from trialwright.catalog.strict_yaml import YamlList, YamlMap, read_yaml
from trialwright.model.entry import Instrument, Item
from trialwright.model.quantity import Code, Missing, PartialDate, Quantity, Value, Words

KINDS = ("instrument", "criterion", "method", "display")


def all_cases() -> list:
    known = catalog.load()
    return [(kind, name, case) for kind in KINDS for name in known.names(kind) for case in cases_of(kind, name)]


def cases_of(kind: str, name: str) -> list:
    text = catalog.load().text_file(name, kind, "cases.yaml")
    node, problems = read_yaml(text, f"{kind}/{name}/cases.yaml")
    assert [p.sentence() for p in problems] == []
    return list(node.get("cases", [])) if isinstance(node, YamlMap) else []


def title(case) -> str:
    kind, name, body = case
    return f"{kind} {name}: {body['title']}"


def answers(entry: Instrument, written) -> dict[str, Value]:
    items = {item.name: item for item in entry.items}
    assert [name for name in written if name not in items] == [], "answers name items of the entry"
    return {name: answer(items[name], text) for name, text in written.items()}


def answer(item: Item, written) -> Value:
    if isinstance(written, YamlMap):
        return Missing(str(written["missing"]))
    text = str(written)
    match item.kind:
        case "number" | "integer":
            number, _, unit = text.partition(" ")
            return Quantity(number, unit or item.unit)
        case "choice" | "yes_no":
            return Code(text)
        case "date" | "partial_date":
            return PartialDate(text)
    return Words(text)


def scored(written) -> Fraction | Missing:
    return Missing(str(written["missing"])) if isinstance(written, YamlMap) else exact(str(written))


def table_columns(values) -> dict[str, list[str]]:
    """`phga: [5, 4]` as the columns phga_b and phga_f; a single value as a column of its own."""
    columns: dict[str, list[str]] = {}
    for name, written in values.items():
        if isinstance(written, YamlList):
            columns |= {f"{name}_b": [str(written[0])], f"{name}_f": [str(written[1])]}
        else:
            columns[str(name)] = [str(written)]
    return columns


def method_argument(written):
    """An argument of a method: a list, rows of a table (numbers where they read so), names with numbers, or a text."""
    if isinstance(written, YamlMap):
        return {str(name): exact(str(value)) for name, value in written.items()}
    if isinstance(written, YamlList):
        if written and isinstance(written[0], YamlMap):
            return [{str(name): _cell(str(value)) for name, value in row.items()} for row in written]
        return [str(part) for part in written]
    return str(written)


def _cell(text: str) -> str | Fraction | None:
    try:
        return exact(text) if text else None
    except ValueError:
        return text


def near(written, got, tolerance: Fraction) -> bool:
    """Whether this came out: texts equal, numbers within the tolerance, lists and rows part by part."""
    if isinstance(written, YamlMap):
        return all(near(value, got[str(name)], tolerance) for name, value in written.items())
    if isinstance(written, YamlList):
        return len(written) == len(got) and all(near(w, g, tolerance) for w, g in zip(written, got, strict=True))
    if got is None or isinstance(got, bool):
        return str(written) == {None: "", True: "yes", False: "no"}[got]
    if isinstance(got, str):
        return str(written) == got
    return abs(exact(str(written)) - Fraction(got)) <= tolerance


def day(text: str) -> date:
    return date.fromisoformat(text)
