"""The 24 items of the WHO Trial Registration Data Set, version 1.3.1, filled from a record."""

from html import escape

import msgspec

from trialwright.model.record import RegistryRecord
from trialwright.model.v2.protocol import ContactsLocationsModule, Outcome, ProtocolSection
from trialwright.register.markdown import plain, plain_protocol
from trialwright.register.writing import words
from trialwright.register.writing.table_page import table_page
from trialwright.register.writing.written import UNCHECKED, Owed, Written

_NAMES = (
    "Primary Registry and Trial Identifying Number",
    "Date of Registration in Primary Registry",
    "Secondary Identifying Numbers",
    "Source(s) of Monetary or Material Support",
    "Primary Sponsor",
    "Secondary Sponsor(s)",
    "Contact for Public Queries",
    "Contact for Scientific Queries",
    "Public Title",
    "Scientific Title",
    "Countries of Recruitment",
    "Health Condition(s) or Problem(s) Studied",
    "Intervention(s)",
    "Key Inclusion and Exclusion Criteria",
    "Study Type",
    "Date of First Enrollment",
    "Sample Size",
    "Recruitment Status",
    "Primary Outcome(s)",
    "Key Secondary Outcomes",
    "Ethics Review",
    "Completion date",
    "Summary Results",
    "IPD sharing statement",
)
_ETHICS = "ClinicalTrials.gov shows no ethics review: status, date of approval and contact of the committee"
_RESULTS_DUE = "no results are posted; the item stays open until they are"
REMARK = f"WHO Trial Registration Data Set 1.3.1; {UNCHECKED}."


class Item(msgspec.Struct, frozen=True):
    """One of the 24 items; "" where the record does not give it."""

    number: int
    name: str
    text: str


def who_items(record: RegistryRecord) -> tuple[Item, ...]:
    """
    The 24 items in their order.

    Missing:  an item the record does not give is ""; the date of registration is the day of first submission, as the
              WHO's own portal takes it.
    Source:   WHO TRDS 1.3.1 (2017); the v2 path of each item by the registry's own mapping.
    """
    protocol = plain_protocol(record)
    identification, status = protocol.identification_module, protocol.status_module
    people = protocol.contacts_locations_module
    sponsors = protocol.sponsor_collaborators_module
    partners = [one.name for one in sponsors.collaborators]
    secondary = [
        f"{one.id} ({one.domain or one.type.replace('_', ' ').lower()})" if one.domain or one.type else one.id
        for one in identification.secondary_id_infos
    ]
    texts = (
        f"ClinicalTrials.gov: {identification.nct_id}" if identification.nct_id else "",
        status.study_first_submit_date,
        "\n".join(filter(None, (identification.org_study_id_info.id, *secondary))),
        "\n".join(filter(None, (*partners, sponsors.lead_sponsor.name))),
        sponsors.lead_sponsor.name,
        "\n".join(partners),
        _public_contact(people),
        _scientific_contact(record, people),
        identification.brief_title,
        identification.official_title,
        "\n".join(words.countries(protocol)),
        "\n".join(protocol.conditions_module.conditions),
        _interventions(protocol),
        _criteria(protocol),
        _study_type(protocol),
        _dated(status.start_date_struct.date, words.date_kind(status.start_date_struct)),
        _sample_size(protocol),
        words.word("status", status.overall_status),
        _outcomes(protocol.outcomes_module.primary_outcomes),
        _outcomes(protocol.outcomes_module.secondary_outcomes),
        "",
        _dated(status.completion_date_struct.date, words.date_kind(status.completion_date_struct)),
        _results(record),
        _sharing(protocol),
    )
    numbered = enumerate(zip(_NAMES, texts, strict=True), 1)
    return tuple(Item(number, name, text.strip()) for number, (name, text) in numbered)


def write_who(record: RegistryRecord) -> Written:
    """The 24 items as text, "owed" where one is empty."""
    items = who_items(record)
    lines = [REMARK, ""]
    for item in items:
        lines.append(f"{item.number}. {item.name}")
        lines += [f"    {line}".rstrip() for line in (item.text or "[owed]").split("\n")]
    return _written("\n".join(lines) + "\n", items)


def write_who_html(record: RegistryRecord) -> Written:
    """The same as one self-contained web page; an item that is owed is marked and says why."""
    items = who_items(record)
    rows = "".join(_row(item) for item in items)
    title = plain_protocol(record).identification_module.brief_title or record.source_name
    return _written(table_page(title, f'<table>{rows}</table><p class="note">{escape(REMARK)}</p>'), items)


def _row(item: Item) -> str:
    mark = "" if item.text else ' class="owed"'
    text = item.text or f"Owed. {_owed(item)}"
    return f'<tr{mark}><th scope="row">{item.number}. {escape(item.name)}</th><td>{escape(text)}</td></tr>'


def _written(text: str, items: tuple[Item, ...]) -> Written:
    owed = tuple(Owed(f"item {item.number}", _owed(item)) for item in items if not item.text)
    return Written(content=text.encode(), owed=owed, remarks=(REMARK,))


def _owed(item: Item) -> str:
    if item.name == "Ethics Review":
        return f"{item.name}: {_ETHICS}."
    return f"{item.name}: {_RESULTS_DUE}." if item.name == "Summary Results" else f"{item.name}."


def _dated(date: str, kind: str) -> str:
    return f"{date} ({kind.lower()})" if date and kind else date


def _public_contact(people: ContactsLocationsModule) -> str:
    contacts = people.central_contacts or tuple(
        one for place in people.locations for one in place.contacts if one.role == "CONTACT"
    )
    return "\n".join(", ".join(filter(None, (one.name, one.phone, one.email))) for one in contacts[:2])


def _scientific_contact(record: RegistryRecord, people: ContactsLocationsModule) -> str:
    if people.overall_officials:
        return "\n".join(", ".join(filter(None, (one.name, one.affiliation))) for one in people.overall_officials)
    point = plain(record).results_section.more_info_module.point_of_contact
    return ", ".join(filter(None, (point.title, point.organization, point.phone, point.email)))


def _interventions(protocol: ProtocolSection) -> str:
    return "\n".join(
        f"{words.intervention_type(one.type)}: {one.name}" + (f". {one.description}" if one.description else "")
        for one in protocol.arms_interventions_module.interventions
    )


def _criteria(protocol: ProtocolSection) -> str:
    module = protocol.eligibility_module
    lines = (module.eligibility_criteria, words.age_line(module), words.word("sex", module.sex))
    labels = ("", "Ages: ", "Sex: ")
    return "\n".join(f"{label}{line}" for label, line in zip(labels, lines, strict=True) if line)


def _study_type(protocol: ProtocolSection) -> str:
    module = protocol.design_module
    phase = words.phase_line(module)
    kind = words.word("study_type", module.study_type) if module.study_type else ""
    return "\n".join(filter(None, (kind, *words.design_lines(module), f"Phase: {phase}" if phase else "")))


def _sample_size(protocol: ProtocolSection) -> str:
    info = protocol.design_module.enrollment_info
    number = words.enrolment_number(info)
    return number and f"{'enrolled' if info.type == 'ACTUAL' else 'planned'}: {number}"


def _outcomes(outcomes: tuple[Outcome, ...]) -> str:
    told = [
        "\n".join(
            f"{label}: {text}"
            for label, text in (
                ("Name", outcome.measure),
                ("Metric and method", outcome.description),
                ("Time point", outcome.time_frame),
            )
            if text
        )
        for outcome in outcomes
    ]
    return "\n\n".join(told)


def _results(record: RegistryRecord) -> str:
    protocol = plain_protocol(record)
    status = protocol.status_module
    posted = status.results_first_post_date_struct.date
    results = [one for one in protocol.references_module.references if one.type == "RESULT"]
    lines = [f"Results posted {posted}"] if posted else []
    return "\n".join([*lines, *(one.citation or f"PubMed {one.pmid}" for one in results)])


def _sharing(protocol: ProtocolSection) -> str:
    module = protocol.ipd_sharing_statement_module
    answer = module.ipd_sharing.capitalize()
    kinds = ", ".join(kind.replace("_", " ").lower() for kind in module.info_types)
    parts = (
        f"Plan to share: {answer}" if answer else "",
        module.description,
        f"Documents: {kinds}" if kinds else "",
        f"Time frame: {module.time_frame}" if module.time_frame else "",
        f"Access: {module.access_criteria}" if module.access_criteria else "",
        module.url,
    )
    return "\n".join(filter(None, parts))
