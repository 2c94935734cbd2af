"""
`make standards`: outside judges on a finished demo, and their verdict kept in verdict.json.

Schemas of ../shared/standards: Define-XML 2.1 with analysis results metadata, ODM 1.3.2 and 2.0, Dataset-JSON 1.1 and
USDM 4.0. CDISC CORE 0.17.1 in its own environment (.core, made by `make core`) on SDTM as Dataset-JSON, on SDTM as
transport files, and on USDM. Transport files are read by pyreadstat and, where it is installed, by R's haven, and
compared with Dataset-JSON cell by cell.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import jsonschema
from lxml import etree

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE.parent)]

from standards.transport import has_haven, haven_differences, pyreadstat_differences  # noqa: E402  # found by then

SHARED = ROOT.parent / "shared" / "standards"
CORE = ROOT / ".core" / "bin" / "python"
CACHE = ROOT / ".core" / "cache"
VERDICT = HERE / "verdict.json"
DEFINE = SHARED / "xsd" / "cdisc-arm-1.0-definexml-2.1" / "arm1-0-0.xsd"
ODM = {
    "1.3.2": SHARED / "xsd" / "cdisc-odm-1.3.2" / "ODM1-3-2.xsd",
    "2.0": SHARED / "xsd" / "odm2" / "ODM.xsd",
}
DATASET_JSON = SHARED / "json-schema" / "dataset-json-1.1" / "dataset.schema.json"
USDM = SHARED / "json-schema" / "USDM_API_v4.json"
SDTM_RULES = ("--standard", "sdtmig", "--version", "3.4", "--ct", "sdtmct-2025-03-28")
USDM_RULES = ("--standard", "usdm", "--version", "4.0", "--ct", "ddfct-2025-09-26")
RESOURCES = os.environ.get("TRIALWRIGHT_CORE_RESOURCES", "")
"""
A folder that holds resources/jsonata and resources/schema of the engine's repository: its wheel lacks them, and without
them 93 of the 207 rules of USDM cannot be evaluated.
"""

JUDGED = {
    "sdtm": ("json/*.json", "json/define.xml", "xpt/*.xpt", "xpt/define.xml"),
    "adam": ("json/*.json", "json/define.xml", "xpt/*.xpt", "xpt/define.xml"),
    "odm": ("*/*.xml",),
    "usdm": ("usdm.json",),
}
"""The files of each export that a judge reads: the verdict holds for these bytes and no others."""


def schema_errors(schema: Path, document: Path) -> list[str]:
    """What an XML schema finds in a document, as sentences with their line."""
    judge = etree.XMLSchema(etree.parse(schema))
    judge.validate(etree.parse(document))
    return [f"{document.name}:{error.line} {error.message}" for error in judge.error_log]


def json_errors(schema: Path, document: Path, root: str = "") -> list[str]:
    """What a JSON schema finds in a document; `root` names the part of the schema that the document is."""
    told = json.loads(schema.read_text("utf-8"))
    if root:
        told["$ref"] = root
    judge = jsonschema.Draft202012Validator(told)
    held = json.loads(document.read_text("utf-8"))
    return [
        f"{document.name} {'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in judge.iter_errors(held)
    ]


def core_findings(rules: tuple[str, ...], data: Path, *more: str | Path) -> tuple[dict[str, str], dict[str, int]]:
    """Rule -> datasets of every rule that CORE reports on or cannot evaluate; and how many rules ended how."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "core.json"
        tool = SHARED / "tools" / "core_check.py"
        command = [CORE, tool, "--cache", CACHE, *rules, "--data", data, "--out", out, *more]
        subprocess.run([str(each) for each in command], check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
        told = json.loads(out.read_text("utf-8"))
    found: dict[str, set[str]] = {}
    for each in told["findings"]:
        # USDM's rules end in "success" where they found something.
        if each["status"] in ("issue reported", "success"):
            found.setdefault(each["rule"], set()).add(each["dataset"])
    for rule, status in told["rule_status"].items():
        if status in ("error", "crash"):
            found.setdefault(rule, set()).add("execution error")
    counts = Counter(str(status) for status in told["rule_status"].values())
    return {rule: ", ".join(sorted(where)) for rule, where in sorted(found.items())}, dict(sorted(counts.items()))


def core_on_sdtm(data: Path) -> tuple[dict[str, str], dict[str, int]]:
    return core_findings(SDTM_RULES, data, "--define", data / "define.xml")


def core_on_usdm(document: Path) -> tuple[dict[str, str], dict[str, int]]:
    """The same of USDM; the counts say how many rules ended in an error for want of RESOURCES."""
    if RESOURCES:
        return core_findings(USDM_RULES, document, "--resources", RESOURCES)
    found, counts = core_findings(USDM_RULES, document)
    return {rule: where for rule, where in found.items() if where != "execution error"}, counts


def digests_of(exports: Path) -> dict[str, str]:
    """SHA-256 over the names and bytes of what is judged of each export."""
    return {name: _digest(exports / name, patterns) for name, patterns in JUDGED.items()}


def _digest(folder: Path, patterns: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for path in sorted({path for pattern in patterns for path in folder.glob(pattern)}):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def schema_verdicts(exports: Path) -> dict[str, list[str]]:
    """Every document that has a schema, by its path: what the schema finds in it."""
    found: dict[str, list[str]] = {}
    for name in ("sdtm", "adam"):
        for form in ("json", "xpt"):
            found[f"{name}/{form}/define.xml"] = schema_errors(DEFINE, exports / name / form / "define.xml")
        for path in sorted((exports / name / "json").glob("*.json")):
            found[f"{name}/json/{path.name}"] = json_errors(DATASET_JSON, path)
    for version, schema in ODM.items():
        for path in sorted((exports / "odm" / version).glob("*.xml")):
            found[f"odm/{version}/{path.name}"] = schema_errors(schema, path)
    found["usdm/usdm.json"] = json_errors(USDM, exports / "usdm" / "usdm.json", "#/components/schemas/Wrapper-Input")
    return found


def transport_verdicts(exports: Path) -> dict[str, list[str] | str]:
    """Cells of the transport files that another program reads otherwise than they stand in Dataset-JSON."""
    folders = [exports / name for name in ("sdtm", "adam")]
    return {
        "pyreadstat": [each for folder in folders for each in pyreadstat_differences(folder)],
        "haven": [each for folder in folders for each in haven_differences(folder)]
        if has_haven()
        else "R with haven is not installed here",
    }


def main(demo: str) -> int:
    exports = Path(demo) / "exports"
    sdtm = exports / "sdtm"
    core, ended = {}, {}
    for name, (found, counts) in {
        "sdtm json": core_on_sdtm(sdtm / "json"),
        "sdtm xpt": core_on_sdtm(sdtm / "xpt"),
        "usdm": core_on_usdm(exports / "usdm" / "usdm.json"),
    }.items():
        core[name], ended[name] = found, counts
    verdict = {
        "engine": "cdisc-rules-engine 0.17.1",
        "rules of": [" ".join(rules) for rules in (SDTM_RULES, USDM_RULES)],
        "data": digests_of(exports),
        "schemas": schema_verdicts(exports),
        "core": core,
        "rules": ended,
        "transport": transport_verdicts(exports),
    }
    VERDICT.write_text(json.dumps(verdict, indent=1) + "\n", "utf-8")
    print(json.dumps(verdict, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
