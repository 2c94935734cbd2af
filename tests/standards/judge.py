"""
`make standards`: outside judges on a finished demo, and their verdict kept in verdict.json.

The schema of Define-XML 2.1 from ../shared/standards; CDISC CORE 0.17.1 in its own environment (.core, made by
`make core`), once on the Dataset-JSON and once on the transport files.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from lxml import etree

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SHARED = ROOT.parent / "shared" / "standards"
CORE = ROOT / ".core" / "bin" / "python"
VERDICT = HERE / "verdict.json"
DEFINE = SHARED / "xsd" / "cdisc-arm-1.0-definexml-2.1" / "arm1-0-0.xsd"
RULES = ("--standard", "sdtmig", "--version", "3.4", "--ct", "sdtmct-2025-03-28")


def schema_errors(schema: Path, document: Path) -> list[str]:
    """What an XML schema finds in a document, as sentences with their line."""
    judge = etree.XMLSchema(etree.parse(schema))
    judge.validate(etree.parse(document))
    return [f"{document.name}:{error.line} {error.message}" for error in judge.error_log]


def core_findings(data: Path, cache: Path) -> dict[str, str]:
    """Rule -> datasets, of every rule that CORE reports on or cannot evaluate."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "core.json"
        tool = SHARED / "tools" / "core_check.py"
        command = [CORE, tool, "--cache", cache, *RULES, "--data", data, "--define", data / "define.xml", "--out", out]
        subprocess.run([str(each) for each in command], check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
        told = json.loads(out.read_text("utf-8"))
    found: dict[str, set[str]] = {}
    for each in told["findings"]:
        if each["status"] == "issue reported":
            found.setdefault(each["rule"], set()).add(each["dataset"])
    for rule, status in told["rule_status"].items():
        if status == "error":
            found.setdefault(rule, set()).add("execution error")
    return {rule: ", ".join(sorted(where)) for rule, where in sorted(found.items())}


def digest_of(folder: Path) -> str:
    """SHA-256 over the names and bytes of a folder's files."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def main(demo: str) -> int:
    sdtm = Path(demo) / "exports" / "sdtm"
    cache = ROOT / ".core" / "cache"
    verdict = {
        "engine": "cdisc-rules-engine 0.17.1, SDTMIG 3.4, terminology 2025-03-28",
        "data": digest_of(sdtm / "json"),
        "define": schema_errors(DEFINE, sdtm / "json" / "define.xml"),
        "json": core_findings(sdtm / "json", cache),
        "xpt": core_findings(sdtm / "xpt", cache),
    }
    VERDICT.write_text(json.dumps(verdict, indent=1) + "\n", "utf-8")
    print(json.dumps(verdict, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
