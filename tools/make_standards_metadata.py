"""Writes the two data files of export/sdtm from ../shared/standards: names and labels of variables, and code lists."""

import gzip
import json
from pathlib import Path

SHARED = Path("../shared/standards/core-cache")
TO = Path("src/trialwright/export/sdtm")
DOMAINS = (
    "TA", "TE", "TV", "TI", "TS", "DM", "SE", "SV", "DS", "DV", "IE", "EX", "DA", "CM", "MH", "AE", "LB", "VS", "QS",
    "RS", "MK", "FT", "FA", "PR", "CE", "SUPPQUAL", "RELREC",
)  # fmt: skip
ALSO = ("NCOMPLT", "PROTMLST", "CCCAT", "QSCAT", "MHEDTTYP", "TSPARM", "LAT", "LOC", "EVAL")
OF_ANALYSIS = ("DATEFL", "DTYPE", "PARAMTYP")  # of ADaM's own terminology, which has a day of its own
OF_PARAMETERS = (
    "TPHASE", "TBLIND", "INTMODEL", "STYPE", "TINDTP", "TTYPE", "INTTYPE", "SEXPOP", "NY", "AGEU", "TCNTRL", "FREQ",
    "ROUTE",
)  # fmt: skip


def read(name: str) -> dict:
    with gzip.open(SHARED / f"{name}.json.gz", "rt", encoding="utf-8") as file:
        return json.load(file)


def list_of(held: dict) -> dict:
    return {
        "name": held["submissionValue"],
        "title": held["name"],
        "extensible": held["extensible"],
        # the kept copy lost "NA", which R took for a missing value
        "terms": {term["submissionValue"] or "NA": term["conceptId"] for term in held["terms"]},
    }


def write_analysis_terms() -> None:
    package = read("adamct-2026-03-27")
    held = sorted(package["codelists"], key=lambda each: each["conceptId"])
    lists = {each["conceptId"]: list_of(each) for each in held if each["submissionValue"] in OF_ANALYSIS}
    text = json.dumps({"version": "2026-03-27", "lists": lists}, ensure_ascii=False, sort_keys=True, indent=1)
    (TO.parent / "terminology_adam.json").write_text(text + "\n", "utf-8")


def main() -> None:
    standard = read("standards_details")["standards/sdtmig/3-4"]
    package = read("sdtmct-2025-03-28")
    by_code = {each["conceptId"]: each for each in package["codelists"]}
    domains, used = {}, set()
    for of_class in standard["classes"]:
        for dataset in of_class.get("datasets", []):
            if dataset["name"] not in DOMAINS:
                continue
            lines = []
            for variable in dataset["datasetVariables"]:
                codes = [link["href"].rpartition("/")[2] for link in variable["_links"].get("codelist", [])]
                codes = [code for code in codes if code in by_code]
                used |= set(codes)
                lines.append(
                    [
                        variable["name"], variable["label"], variable["simpleDatatype"], variable["core"],
                        variable["role"], codes[0] if codes else "",
                    ]
                )  # fmt: skip
            if dataset["name"] == "MH":  # CORE-000328 asks for it beside MHSTDTC; the guide's table leaves it out
                lines.append(["MHSTDY", "Study Day of Start of Observation", "Num", "Perm", "Timing", ""])
            domains[dataset["name"]] = {
                "label": dataset["label"], "class": of_class["name"], "structure": dataset["datasetStructure"],
                "variables": lines,
            }  # fmt: skip
    used |= {each["conceptId"] for each in package["codelists"] if each["submissionValue"] in (*ALSO, *OF_PARAMETERS)}
    lists = {code: list_of(by_code[code]) for code in sorted(used)}
    (TO / "domains.json").write_text(
        "{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in domains.items()) + "\n}\n", "utf-8"
    )
    text = json.dumps({"version": "2025-03-28", "lists": lists}, ensure_ascii=False, sort_keys=True)
    (TO.parent / "terminology.json.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    write_analysis_terms()


if __name__ == "__main__":
    main()
