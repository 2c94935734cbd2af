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


def day(text: str) -> date:
    return date.fromisoformat(text)
