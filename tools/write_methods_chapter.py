"""Writes docs/reference/methods: one page a statistical method, from the catalog alone. A test holds it current."""

import sys
from collections.abc import Iterable
from pathlib import Path

from trialwright import catalog
from trialwright.catalog.strict_yaml import YamlList, YamlMap, read_yaml
from trialwright.model.entry import Method, Parameter

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference" / "methods"
SEEN = {
    "original": "seen in the original",
    "secondary": "seen in another text that quotes it",
    "recalled": "from memory, not checked",
}
INTRODUCTION = """# Methods

Every statistical method of the catalog, one page each: what it answers, its formula, where it comes from, where other
programs differ, and worked examples that run as tests. These pages are written by
`python tools/write_methods_chapter.py` from the entries themselves (`entry.yaml`, `page.md`, `cases.yaml`); a test
holds them current. Ask a method from the command line with one JSON object a line:

    echo '{"x": 8, "n": 20}' | trialwright estimate proportion_ci

Stored results of R are in `tests/data/r`.
[Decision 0040](../../decisions/0040-exact-methods-are-built-not-wrapped.md) says why the methods are our own;
[decision 0041](../../decisions/0041-imputation-draws-are-a-function-of-their-place.md) where the draws of an
imputation come from.

| method | what it answers |
|---|---|
"""


def chapter() -> dict[str, str]:
    """File name -> text of every page of the chapter."""
    known = catalog.load()
    methods = [known.method(name) for name in known.names("method")]
    index = INTRODUCTION + "".join(
        f"| [{each.name}]({each.name}.md) | {each.title.en}: {_one_line(each.says)} |\n" for each in methods
    )
    pages = {f"{each.name}.md": _page(known, each) for each in methods}
    return {"README.md": index, **pages}


def _page(known: catalog.Catalog, method: Method) -> str:
    title, _, body = known.text_file(method.name, "method", "page.md").partition("\n")
    parts = [
        f"{title}\n",
        f"`{method.name}`: {_one_line(method.says)}\n",
        body.strip() + "\n",
        "## Arguments\n",
        "| name | kind | default | what it is |\n|---|---|---|---|\n" + "".join(map(_argument, method.parameters)),
        f"It returns {', '.join(f'`{name}`' for name in method.returns)}; every estimate with its interval, level and "
        "p value is a row besides.\n",
        "## Sources\n",
        "".join(f"- {source.text} ({SEEN[source.seen]})\n" for source in method.source),
        "## Worked examples\n",
        "".join(_examples(known, method.name)),
    ]
    return "\n".join(parts)


def _argument(parameter: Parameter) -> str:
    kind = "one of " + ", ".join(parameter.choices) if parameter.kind == "choice" else parameter.kind.replace("_", " ")
    return f"| `{parameter.name}` | {kind} | {parameter.default or 'must be given'} | {_cell(parameter.says)} |\n"


def _examples(known: catalog.Catalog, name: str) -> Iterable[str]:
    node, _ = read_yaml(known.text_file(name, "method", "cases.yaml"), f"{name}/cases.yaml")
    cases = node["cases"] if isinstance(node, YamlMap) else []
    for case in cases if isinstance(cases, YamlList) else []:
        if not isinstance(case, YamlMap):
            continue
        source = case["source"]
        told = source["text"] if isinstance(source, YamlMap) else source
        yield f"- {case['title']}: {_outcome(case)}. Source: {told}.\n"


def _outcome(case: YamlMap) -> str:
    if "problem" in case:
        return f"refused ({case['problem']})"
    values = case.get("values", {})
    named = [f"{key} = {value}" for key, value in values.items()] if isinstance(values, YamlMap) else []
    shapes = case.get("shapes", {})
    named += [f"{key} {_told(shapes[key])}" for key in shapes] if isinstance(shapes, YamlMap) else []
    return ", ".join(named) or "answered without a number"


def _told(value: object) -> str:
    """A number, a pair or a few rows as a reader would write them."""
    if isinstance(value, YamlMap):
        return "(" + ", ".join(f"{key} {_told(part)}" for key, part in value.items()) + ")"
    if isinstance(value, YamlList):
        return "[" + ", ".join(_told(part) for part in value) + "]"
    return str(value) or "none"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return _one_line(text).replace("|", "\\|")


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in chapter().items():
        (FOLDER / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
