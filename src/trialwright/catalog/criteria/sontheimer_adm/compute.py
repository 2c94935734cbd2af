"""Sontheimer: dermatomyositis of the skin without weakness, amyopathic or hypomyopathic, provisional or confirmed."""

from fractions import Fraction

from trialwright.catalog.criteria.checklists import asked, decided, found_reasons, not_known
from trialwright.catalog.criteria.operators import Outputs, amount, flag
from trialwright.catalog.exact_text import exact_text
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Reason
from trialwright.model.expression import All, AnyOf, Column, Compare, Expr, Not, Rule, Truth

TESTS = ("enzymes", "emg", "biopsy", "mri")
QUESTIONS = ("skin", "skin_biopsy", "weakness", *TESTS, "early_treatment")
NOT_CADM = "not CADM"
WORDS_FROM = ("clinically_amyopathic", "long_enough", "amyopathic", "hypomyopathic")


def rule(parameters: Parameters) -> Rule:
    """
    Clinically amyopathic, long enough, and of the kind that is asked for.

    Shape:    `verdict`; `clinically_amyopathic` (with the shorter time), `long_enough` (the longer time), `amyopathic`,
              `hypomyopathic`; `has_x` a question; `for_months` and `scale`, whose quotient is the time.
    Units:    months.
    Missing:  three-valued. A test that was not made may be abnormal: amyopathic is then undetermined, while the wider
              "clinically amyopathic" needs no test.
    Source:   entry.yaml.
    """
    provisional = Compare(Column("months"), ">=", amount(parameters.number("provisional_months"), "months"))
    confirmed = Compare(Column("months"), ">=", amount(parameters.number("confirmed_months"), "months"))
    abnormal = AnyOf(tuple(flag(test) for test in TESTS))
    clinically = All((*_clinical(parameters), provisional))
    kinds: dict[str, Truth] = {
        "either": clinically,
        "amyopathic": All((clinically, Not(abnormal))),
        "hypomyopathic": All((clinically, abnormal)),
    }
    wanted = kinds[parameters.choice("subtype")]
    verdict = All((wanted, confirmed)) if parameters.choice("certainty") == "confirmed" else wanted
    outputs: dict[str, Expr] = {
        "verdict": verdict,
        "clinically_amyopathic": clinically,
        "long_enough": confirmed,
        "amyopathic": kinds["amyopathic"],
        "hypomyopathic": kinds["hypomyopathic"],
        **asked(QUESTIONS),
        "for_months": Column("months"),
        "scale": Column("months_scale"),
    }
    return Rule((*QUESTIONS, "months", "months_scale"), outputs, optional=("early_treatment", *TESTS))


def words(outputs: Outputs, _parameters: Parameters) -> dict[str, str]:
    """`category`: provisional or confirmed, amyopathic, hypomyopathic or only CADM; "not CADM"; "undetermined"."""
    return {"category": _category(outputs)}


def explain(outputs: Outputs, parameters: Parameters) -> list[Reason]:
    """The category, how long, what is present, absent and unknown, and what would have changed the verdict."""
    category = _category(outputs)
    needed = exact_text(_months(parameters))
    lasted = outputs["for_months"]
    if lasted is None:
        lasting = Reason("lasting_unknown", {"needed": needed})
    else:
        months = exact_text(_lasted(outputs))
        lasting = Reason("lasting", {"months": months, "needed": needed})
    open_ = [*not_known(outputs, QUESTIONS), *(["months"] if lasted is None else [])]
    return [
        decided(outputs["verdict"], category, category, open_),
        lasting,
        *found_reasons(outputs, QUESTIONS),
        *_turning(outputs, parameters),
    ]


def _clinical(parameters: Parameters) -> list[Truth]:
    clauses = [flag("skin"), Not(flag("weakness"))]
    if parameters.truth("skin_biopsy_needed"):
        clauses.append(flag("skin_biopsy"))
    if parameters.truth("early_treatment_excludes"):
        clauses.append(Not(flag("early_treatment")))
    return clauses


def _months(parameters: Parameters) -> Fraction:
    return parameters.number(f"{parameters.choice('certainty')}_months")


def _lasted(outputs: Outputs) -> Fraction:
    return Fraction(outputs["for_months"] or 0) / Fraction(outputs["scale"] or 1)


def _category(outputs: Outputs) -> str:
    if outputs["clinically_amyopathic"] is None:
        return "undetermined"
    if not outputs["clinically_amyopathic"]:
        return NOT_CADM
    time = "confirmed" if outputs["long_enough"] else "provisional"
    kind = "amyopathic" if outputs["amyopathic"] else "hypomyopathic" if outputs["hypomyopathic"] else "CADM"
    return f"{time} {kind}"


def _turning(outputs: Outputs, parameters: Parameters) -> list[Reason]:
    """What alone would have changed the verdict; nothing where something unknown still decides."""
    if outputs["verdict"] is None:
        return []
    if outputs["verdict"]:
        return [Reason("all_needed")]
    wanting = ["skin", *(["skin_biopsy"] if parameters.truth("skin_biopsy_needed") else [])]
    lacking = [m for m in wanting if not outputs[f"has_{m}"]]
    against = ["weakness", *(["early_treatment"] if parameters.truth("early_treatment_excludes") else [])]
    present = [m for m in against if outputs[f"has_{m}"] is not False]
    short = outputs["for_months"] is None or _lasted(outputs) < _months(parameters)
    subtype = parameters.choice("subtype")
    wrong_kind = subtype != "either" and any(outputs[f"has_{t}"] for t in TESTS) != (subtype == "hypomyopathic")
    found = [bool(lacking), bool(present), short, wrong_kind]
    if sum(found) != 1 or len(lacking) > 1 or len(present) > 1:
        return [Reason("several_against")]
    if lacking:
        return [Reason("with_would", {"measures": lacking[0]})]
    if present:
        return [Reason("without_would", {"measures": present[0]})]
    return [Reason("longer_would", {"needed": exact_text(_months(parameters))}) if short else Reason("other_kind")]
