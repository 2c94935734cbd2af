"""The files of a definition skeleton."""

from importlib.resources import files

from trialwright.catalog import Catalog
from trialwright.define.registry_elements import REGISTRATION
from trialwright.define.yaml_text import render
from trialwright.model.record import RegistryRecord
from trialwright.register.markdown import plain_protocol
from trialwright.register.skeleton.analysis_part import analysis_tree
from trialwright.register.skeleton.outcomes import named_outcomes
from trialwright.register.skeleton.registry_part import registry_tree
from trialwright.register.skeleton.schedule_part import schedule_tree
from trialwright.register.skeleton.study_part import study_tree
from trialwright.register.writing.v2_json import write_v2

_RECORD = "registered/record.json"
_HEAD = (
    "# A skeleton made from {source}. What the record says is marked registered, what we add proposed; whatever\n"
    "# nobody has decided yet reads <decide ...>, and trialwright check lists it.\n\n"
)
_REGISTRY_HEAD = "# What the registration says beyond the definition, under the registry's own names (API v2).\n\n"


def write_definition(record: RegistryRecord, catalog: Catalog) -> dict[str, bytes]:
    """
    A study folder by file name: the three parts, registration.yaml, general forms, and the record itself.

    Missing:  every decision that the record does not take is a gap that names it; lost cells of the copy are gaps too.
    """
    protocol = plain_protocol(record)
    outcomes = named_outcomes(protocol)
    head = _HEAD.format(source=protocol.identification_module.nct_id or "a registry record")
    registry = registry_tree(protocol, record.lost)
    told = {
        "study.yaml": head + render(study_tree(protocol, outcomes, _RECORD)),
        "schedule.yaml": head + render(schedule_tree(outcomes)),
        "analysis.yaml": head + render(analysis_tree(outcomes, catalog)),
        **({REGISTRATION: _REGISTRY_HEAD + render(registry)} if registry else {}),
        **_forms(),
    }
    return {_RECORD: write_v2(record).content, **{name: text.encode() for name, text in told.items()}}


def _forms() -> dict[str, str]:
    folder = files("trialwright.register").joinpath("skeleton", "forms")
    return {
        f"forms/{path.name}": path.read_text(encoding="utf-8")
        for path in sorted(folder.iterdir(), key=lambda each: each.name)
        if path.name.endswith(".yaml")
    }
