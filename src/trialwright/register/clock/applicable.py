"""Is it an applicable clinical trial under 42 CFR 11.22(b)? Element by element, with what the record does not say."""

from trialwright.model.deadlines import Applicability, Reason
from trialwright.model.text import Text
from trialwright.register.subject import Subject

SOURCE = "42 CFR 11.22(b)(2) and the definition of an applicable clinical trial in 42 CFR 11.10"
_UNITED_STATES = frozenset(
    ("United States", "Puerto Rico", "Guam", "American Samoa", "Virgin Islands (U.S.)", "Northern Mariana Islands")
)
_LOCATIONS = "protocolSection.contactsLocationsModule.locations"
_OVERSIGHT = "protocolSection.oversightModule"
_NOT_SAID = Text("the record does not say", "记录未说明")
_LOST = Text("this copy of the record lost it", "此副本缺失该内容")


def decide_applicable(subject: Subject) -> Applicability:
    """
    The decision with its reasons. One plain "no" settles it; without one, whatever is unknown leaves it undetermined.

    Missing: an investigational new drug application is not public, so a trial without an American site that studies an
             FDA-regulated product stays undetermined.
    """
    reasons = (_interventional(subject), _product(subject), _phase(subject), _purpose(subject), _reach(subject))
    verdicts = {reason.verdict for reason in reasons}
    if "no" in verdicts:
        return Applicability(verdict="not applicable", reasons=reasons, source=SOURCE)
    if "unknown" in verdicts:
        return Applicability(verdict="undetermined", reasons=reasons, source=SOURCE)
    return Applicability(verdict="applicable", reasons=reasons, source=SOURCE)


def _interventional(subject: Subject) -> Reason:
    asked = Text("Interventional study?", "是否为干预性研究？")
    kind = subject.protocol.design_module.study_type
    ppsd = subject.protocol.oversight_module.is_ppsd
    if kind == "INTERVENTIONAL" or ppsd:
        return Reason(asked, Text("yes", "是"), "yes")
    if not kind:
        return Reason(asked, _NOT_SAID, "unknown")
    return Reason(asked, Text(f"no, {kind.lower().replace('_', ' ')}", "否"), "no")


def _product(subject: Subject) -> Reason:
    asked = Text(
        "A drug, biological product or device that the FDA regulates?", "是否研究美国 FDA 监管的药品、生物制品或器械？"
    )
    module = subject.protocol.oversight_module
    answers = (module.is_fda_regulated_drug, module.is_fda_regulated_device)
    if True in answers:
        return Reason(asked, Text("yes", "是"), "yes")
    if answers == (False, False):
        return Reason(asked, Text("no, neither drug nor device", "否"), "no")
    lost = any(f"{_OVERSIGHT}.{name}" in subject.lost for name in ("isFdaRegulatedDrug", "isFdaRegulatedDevice"))
    return Reason(asked, _LOST if lost else _NOT_SAID, "unknown")


def _phase(subject: Subject) -> Reason:
    asked = Text("Other than phase 1 (for a drug or biological product)?", "（药品或生物制品）是否非 1 期？")
    phases = subject.protocol.design_module.phases
    device_only = (
        subject.protocol.oversight_module.is_fda_regulated_device
        and not subject.protocol.oversight_module.is_fda_regulated_drug
    )
    if device_only:
        return Reason(asked, Text("a device only: the question does not arise", "仅涉及器械，不适用此项"), "yes")
    if not phases:
        return Reason(asked, _NOT_SAID, "unknown")
    told = ", ".join(phase.replace("_", " ").replace("PHASE", "PHASE ").title() for phase in phases)
    if phases in (("PHASE1",), ("EARLY_PHASE1",)):
        return Reason(asked, Text(f"no, {told}", f"否，{told}"), "no")
    return Reason(asked, Text(f"yes, {told}", f"是，{told}"), "yes")


def _purpose(subject: Subject) -> Reason:
    asked = Text("Other than a small device feasibility study?", "是否非小型器械可行性研究？")
    if subject.protocol.design_module.design_info.primary_purpose == "DEVICE_FEASIBILITY":
        return Reason(asked, Text("no, its purpose is device feasibility", "否，目的为器械可行性"), "no")
    return Reason(asked, Text("yes", "是"), "yes")


def _reach(subject: Subject) -> Reason:
    asked = Text(
        "A site in the United States, an American investigational application (IND or IDE), or a product exported "
        "from there?",
        "是否有美国研究地点、美国临床试验申请（IND/IDE），或产品自美国出口？",
    )
    countries = {place.country for place in subject.protocol.contacts_locations_module.locations if place.country}
    here = sorted(countries & _UNITED_STATES)
    if here:
        return Reason(asked, Text(f"yes, sites in {', '.join(here)}", f"是，研究地点：{'、'.join(here)}"), "yes")
    if subject.protocol.oversight_module.is_us_export:
        return Reason(asked, Text("yes, the product is exported from the United States", "是，产品自美国出口"), "yes")
    if not countries:
        lost = any(cell.startswith(_LOCATIONS) for cell in subject.lost)
        return Reason(asked, _LOST if lost else _NOT_SAID, "unknown")
    shown = ", ".join(sorted(countries)[:5])
    return Reason(
        asked,
        Text(
            f"no American site ({shown}); whether there is an IND or IDE is not public",
            f"无美国研究地点（{shown}）；是否有 IND/IDE 不公开",
        ),
        "unknown",
    )
