"""
Draws two samples of sixty records, a third of forty, a fourth and a fifth of sixty, and writes what rules read.

The argument is the folder of the 299 records.

The draw is a sort by SHA-256 of seed and number, so that any language can repeat it. The first sixty measured the rules
and were used to mend them; the next sixty were read afterwards, by records that no rule had been mended on.
From the third sample on each has a seed of its own; no two samples share a record.
"""

import gzip
import hashlib
import json
import sys
from pathlib import Path

SEED = "trialwright-precision-1"
COUNT = 60
THIRD_SEED = "trialwright-precision-3"
THIRD_COUNT = 40
FOURTH_SEED = "trialwright-precision-4"
FIFTH_SEED = "trialwright-precision-5"
HERE = Path(__file__).parent
FOLDERS = (HERE, HERE / "second", HERE / "third", HERE / "fourth", HERE / "fifth")
NOT_READ = ("referencesModule",)
SITES = 3  # as many sites as rules need; those without a facility or of another status are kept beside them


def drawn(names: list[str], sample: int) -> list[str]:
    """The numbers of the first (0) to the fifth (4) sample, in order."""
    ranked = _ranked(names, SEED)
    if sample < 2:
        return sorted(ranked[sample * COUNT : (sample + 1) * COUNT])
    third = _ranked(ranked[2 * COUNT :], THIRD_SEED)
    if sample == 2:
        return sorted(third[:THIRD_COUNT])
    fourth = _ranked(third[THIRD_COUNT:], FOURTH_SEED)
    return sorted(fourth[:COUNT] if sample == 3 else _ranked(fourth[COUNT:], FIFTH_SEED)[:COUNT])


def _ranked(names: list[str], seed: str) -> list[str]:
    return sorted(names, key=lambda name: hashlib.sha256(f"{seed}:{name}".encode()).hexdigest())


def trimmed(document: dict) -> dict:
    """The protocol section without what no rule reads: references, results, most sites, contact data."""
    section = {key: module for key, module in document["protocolSection"].items() if key not in NOT_READ}
    people = section.get("contactsLocationsModule", {})
    sites = people.get("locations", [])
    kept = sites[:SITES]
    for site in sites[SITES:]:
        if not site.get("facility") or site.get("status") not in {one.get("status") for one in kept}:
            kept.append(site)
    contacted = any(site.get("contacts") for site in sites)
    section["contactsLocationsModule"] = {
        "centralContacts": [{"name": "withheld"} for _ in people.get("centralContacts", [])],
        "overallOfficials": [
            {"name": "withheld", "role": one.get("role", "")} for one in people.get("overallOfficials", [])
        ],
        "locations": [
            {key: site[key] for key in ("facility", "city", "country", "status") if key in site}
            | ({"contacts": [{"name": "withheld"}]} if contacted and at == 0 else {})
            for at, site in enumerate(kept)
        ],
    }
    day = document.get("derivedSection", {}).get("miscInfoModule", {}).get("versionHolder", "")
    derived = {"miscInfoModule": {"versionHolder": day}}
    return {"protocolSection": section, "derivedSection": derived, "hasResults": document.get("hasResults", False)}


def main(records: Path) -> None:
    names = [path.stem for path in records.glob("*.json")]
    for sample, folder in enumerate(FOLDERS):
        lines = [
            json.dumps(trimmed(json.loads((records / f"{name}.json").read_bytes()))) for name in drawn(names, sample)
        ]
        folder.mkdir(exist_ok=True)
        (folder / "records.jsonl.gz").write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
