"""What SDTMIG 3.4 says of its domains: names, labels, types and code lists of their variables."""

import json
from functools import cache
from importlib.resources import files

import msgspec

from trialwright.export.terminology import code_list

VERSION = "3.4"
MODEL = "2.0"


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A variable of the implementation guide."""

    name: str
    label: str
    is_number: bool
    core: str
    role: str
    codelist: str


class Domain(msgspec.Struct, frozen=True, kw_only=True):
    """A domain of the implementation guide, its variables in their fixed order."""

    name: str
    label: str
    kind: str
    structure: str
    variables: dict[str, Known]

    @property
    def is_findings(self) -> bool:
        return self.kind.startswith("Findings")


@cache
def domains() -> dict[str, Domain]:
    """Every domain we write, by its two letters; SUPPQUAL stands for all supplemental ones."""
    held = json.loads((files(__package__) / "domains.json").read_text("utf-8"))
    return {
        name: Domain(
            name=name,
            label=each["label"],
            kind=each["class"],
            structure=each["structure"],
            variables={
                line[0]: Known(
                    name=line[0],
                    label=line[1],
                    is_number=line[2] == "Num",
                    core=line[3],
                    role=line[4],
                    codelist=line[5],
                )
                for line in each["variables"]
            },
        )
        for name, each in held.items()
    }


@cache
def countries() -> dict[str, str]:
    """ISO 3166-1 alpha-3 by the names that registries and everyday English use."""
    held: dict[str, str] = json.loads((files(__package__) / "countries.json").read_text("utf-8"))
    return held


@cache
def name_of_test(domain: str, test: str) -> str:
    """The terminology's own name of a test code; "" where it has none and a sponsor's name must stand there."""
    known = domains()[domain].variables
    short, long = known[f"{domain}TESTCD"].codelist, known[f"{domain}TEST"].codelist
    codes, names = code_list(short), code_list(long)
    if codes is None or names is None or test not in codes.terms:
        return ""
    return next((name for name, code in names.terms.items() if code == codes.terms[test]), "")
