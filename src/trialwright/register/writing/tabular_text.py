"""The longer cells of the tabular view, written the way its page shows them and its reader reads them."""

from trialwright.model.v2.protocol import IdentificationModule, PartialDateStruct, ProtocolSection
from trialwright.register.writing import words

_FINAL = "(Final data collection date for primary outcome measure)"


def dated_label(label: str, dated: PartialDateStruct) -> str:
    """The kind of a date stands in its label: "Actual Study Start Date"."""
    return f"{words.date_kind(dated)} {label}".strip()


def primary_completion(dated: PartialDateStruct) -> str:
    """The date with the page's explanation of it."""
    return f"{words.shown_date(dated.date)} {_FINAL}" if dated.date else ""


def interventions(protocol: ProtocolSection) -> str:
    """Type and name, description, other names; one under the other."""
    told = []
    for one in protocol.arms_interventions_module.interventions:
        lines = [f"{words.intervention_type(one.type)}: {one.name}", one.description]
        if one.other_names:
            lines.append("Other Names: " + "; ".join(one.other_names))
        told.append("\n".join(filter(None, lines)))
    return "\n".join(told)


def arms(protocol: ProtocolSection) -> str:
    """Type and label, description, and the interventions of each arm."""
    told = []
    for arm in protocol.arms_interventions_module.arm_groups:
        head = f"{words.word('arm', arm.type)}: {arm.label}" if arm.type else arm.label
        names = arm.intervention_names
        given = f"Intervention{'s' if len(names) > 1 else ''}: " + "\n".join(names) if names else ""
        told.append("\n".join(filter(None, (head, arm.description, given))))
    return "\n".join(told)


def publications(protocol: ProtocolSection) -> str:
    return "\n".join(one.citation or f"PubMed {one.pmid}" for one in protocol.references_module.references)


def numbers(module: IdentificationModule) -> str:
    """The sponsor's own number first, then the others with their registry or funder in brackets."""
    others = [f"{one.id} ( {one.domain} )" if one.domain else one.id for one in module.secondary_id_infos]
    return "\n".join(filter(None, (module.org_study_id_info.id, *others)))


def regulated(protocol: ProtocolSection) -> str:
    module = protocol.oversight_module
    lines = (
        ("Studies a U.S. FDA-regulated Drug Product", module.is_fda_regulated_drug),
        ("Studies a U.S. FDA-regulated Device Product", module.is_fda_regulated_device),
    )
    return "\n".join(f"{label}: {words.yes_no(answer)}" for label, answer in lines if answer is not None)


def sharing(protocol: ProtocolSection) -> str:
    module = protocol.ipd_sharing_statement_module
    lines = (
        ("Plan to Share IPD", module.ipd_sharing.capitalize()),
        ("Plan Description", module.description),
        ("Time Frame", module.time_frame),
        ("Access Criteria", module.access_criteria),
        ("URL", module.url),
    )
    return "\n".join(f"{label}: {text}" for label, text in lines if text)
