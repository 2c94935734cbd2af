"""A record on one page, as a person reads it: what is studied, in whom, how, by whom; and what is still owed."""

import re
import textwrap
from collections.abc import Iterator
from html import escape

import msgspec

from trialwright.model.record import RegistryRecord
from trialwright.model.v2.protocol import ProtocolSection
from trialwright.register.markdown import plain_protocol
from trialwright.register.subject import placed_outcomes
from trialwright.register.writing import words
from trialwright.register.writing.owed import owed_elements
from trialwright.register.writing.written import UNCHECKED, Owed, Written

REMARK = f"A registry record on one page, drawn by Trialwright; {UNCHECKED}."
_WIDTH = 96
_MOST_PLACES = 12  # a page stays a page; the count tells how many more there are
_BULLET = re.compile(r"^\s*(?:[*•-]|\d{1,3}[.)])\s+")
_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;margin:1.5rem auto;max-width:50rem;padding:0 1rem;color:#1b1b1b;background:#fff}
h1{font-size:1.5rem;line-height:1.25;margin:.2rem 0}
h2{font-size:1.05rem;margin:1.6rem 0 .3rem;border-bottom:1px solid #aebccb}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.8rem 0} .facts dt{font-weight:600}
.facts dd{margin:0} p{margin:.4rem 0;white-space:pre-line;overflow-wrap:anywhere}
.owed{background:#fff4d6;padding:.4rem .8rem}
.note{color:#444;font-size:.9rem} @media(max-width:32rem){.facts{display:block} .facts dt{margin-top:.4rem}}
@media print{body{margin:0;max-width:none;font-size:11pt}}
"""


class Part(msgspec.Struct, frozen=True):
    """A heading and the paragraphs under it, in plain text."""

    title: str
    paragraphs: tuple[str, ...]


def page_facts(protocol: ProtocolSection) -> tuple[tuple[str, str], ...]:
    """The facts at the head of the page, those that the record gives."""
    status, design = protocol.status_module, protocol.design_module
    kind = words.word("study_type", design.study_type) if design.study_type else ""
    phase = words.phase_line(design)
    count = words.enrolment_number(design.enrollment_info)
    counted = {"ACTUAL": "enrolled", "ESTIMATED": "planned"}.get(design.enrollment_info.type, "")
    facts = (
        ("Number", protocol.identification_module.nct_id),
        ("Status", _status(protocol)),
        ("Study", ", ".join(filter(None, (kind, phase and f"phase {phase}" if phase[:1].isdigit() else phase)))),
        ("Participants", f"{count} {counted}".strip()),
        ("Start", _dated(status.start_date_struct.date, words.date_kind(status.start_date_struct))),
        (
            "Primary completion",
            _dated(status.primary_completion_date_struct.date, words.date_kind(status.primary_completion_date_struct)),
        ),
        ("Completion", _dated(status.completion_date_struct.date, words.date_kind(status.completion_date_struct))),
        ("Conditions", "; ".join(protocol.conditions_module.conditions)),
        ("Sponsor", protocol.sponsor_collaborators_module.lead_sponsor.name),
        ("Registered", _dated(status.study_first_submit_date, "first submitted")),
        ("Verified", words.shown_date(status.status_verified_date)),
    )
    return tuple((label, text) for label, text in facts if text)


def _status(protocol: ProtocolSection) -> str:
    status = protocol.status_module
    if not status.overall_status:
        return ""
    told = words.word("status", status.overall_status)
    if status.last_known_status:
        told += f", last known as {words.word('status', status.last_known_status).lower()}"
    return f"{told}: {status.why_stopped}" if status.why_stopped else told


def _dated(date: str, kind: str) -> str:
    return f"{words.shown_date(date)} ({kind.lower()})" if date and kind else words.shown_date(date)


def page_parts(protocol: ProtocolSection) -> tuple[Part, ...]:
    """The parts of the page that the record fills, in the order a reader asks for them."""
    parts = (
        Part("Why", (protocol.description_module.brief_summary,)),
        Part("What is given", tuple(_given(protocol))),
        Part("What is measured", tuple(_measured(protocol))),
        Part("Who may take part", tuple(_who(protocol))),
        Part("How it is built", tuple(words.design_lines(protocol.design_module))),
        Part("Where and by whom", tuple(_where(protocol))),
        Part("Sharing of data", tuple(_sharing(protocol))),
        Part("More", (protocol.description_module.detailed_description,)),
    )
    filled = (Part(part.title, tuple(text for text in part.paragraphs if text.strip())) for part in parts)
    return tuple(part for part in filled if part.paragraphs)


def _given(protocol: ProtocolSection) -> Iterator[str]:
    module = protocol.arms_interventions_module
    for arm in module.arm_groups:
        kind = f" ({words.word('arm', arm.type).lower()})" if arm.type else ""
        listed = "; ".join(name.partition(": ")[2] or name for name in arm.intervention_names)
        yield f"{arm.label}{kind}: {listed or 'nothing named'}" + (f"\n{arm.description}" if arm.description else "")
    for one in module.interventions:
        head = f"{one.name} ({words.intervention_type(one.type).lower()})"
        yield f"{head}: {one.description}" if one.description else head


def _measured(protocol: ProtocolSection) -> Iterator[str]:
    for placed in placed_outcomes(protocol):
        outcome = placed.outcome
        frame = f" [{outcome.time_frame}]" if outcome.time_frame else ""
        repeated = outcome.description.strip().lower() == outcome.measure.strip().lower()
        told = f"\n{outcome.description}" if outcome.description and not repeated else ""
        yield f"{placed.level.capitalize()}: {outcome.measure}{frame}{told}"


def _who(protocol: ProtocolSection) -> Iterator[str]:
    module = protocol.eligibility_module
    healthy = {True: "healthy volunteers too", False: "no healthy volunteers"}.get(module.healthy_volunteers, "")  # type: ignore[arg-type]  # nobody may have answered
    sex = f"sex: {words.word('sex', module.sex).lower()}" if module.sex else ""
    yield ", ".join(filter(None, (words.age_line(module), sex, healthy)))
    yield module.study_population
    yield module.eligibility_criteria


def _where(protocol: ProtocolSection) -> Iterator[str]:
    module, sponsors = protocol.contacts_locations_module, protocol.sponsor_collaborators_module
    places = [
        ", ".join(filter(None, (place.facility, place.city, place.country)))
        for place in module.locations[:_MOST_PLACES]
    ]
    more = len(module.locations) - len(places)
    yield "\n".join([*places, *([f"and {more} more places"] if more > 0 else [])])
    for one in module.overall_officials:
        yield f"{one.role.replace('_', ' ').capitalize()}: {', '.join(filter(None, (one.name, one.affiliation)))}"
    for contact in module.central_contacts:
        yield f"Contact: {', '.join(filter(None, (contact.name, contact.phone, contact.email)))}"
    responsible = words.responsible_line(sponsors.responsible_party, "")
    yield f"Responsible: {responsible}" if responsible else ""
    partners = "; ".join(one.name for one in sponsors.collaborators)
    yield f"With: {partners}" if partners else ""


def _sharing(protocol: ProtocolSection) -> Iterator[str]:
    module = protocol.ipd_sharing_statement_module
    if module.ipd_sharing:
        yield f"{module.ipd_sharing.capitalize()}. {module.description}".strip()
        yield " ".join(filter(None, (module.time_frame, module.access_criteria, module.url)))


def write_page(record: RegistryRecord) -> Written:
    """The page as text for a terminal or a letter."""
    protocol, owed = plain_protocol(record), owed_elements(record)
    title = protocol.identification_module.brief_title or record.source_name
    lines = [*textwrap.wrap(title, _WIDTH), "=" * min(len(title), _WIDTH), ""]
    facts = page_facts(protocol)
    widest = max((len(label) for label, _ in facts), default=0) + 2
    for label, text in facts:
        lines += textwrap.wrap(f"{label + ':':<{widest}}{text}", _WIDTH, subsequent_indent=" " * widest)
    for part in page_parts(protocol):
        lines += ["", part.title, "-" * len(part.title)]
        for at, paragraph in enumerate(part.paragraphs):
            lines += [""] if at and part.title not in ("How it is built", "Where and by whom") else []
            lines += [line for text in paragraph.split("\n") for line in _wrapped(text)]
    if owed:
        lines += ["", "Still owed", "----------", *(line for one in owed for line in _wrapped(f"- {one.what}"))]
    lines += ["", *textwrap.wrap(REMARK, _WIDTH)]
    return Written(content=("\n".join(lines) + "\n").encode(), lost=record.lost, owed=owed, remarks=(REMARK,))


def _wrapped(text: str) -> list[str]:
    bullet = _BULLET.match(text)
    indent = len(bullet[0]) if bullet else len(text) - len(text.lstrip())
    return textwrap.wrap(text, _WIDTH, subsequent_indent=" " * indent, break_on_hyphens=False) or [""]


def write_page_html(record: RegistryRecord) -> Written:
    """The same as one self-contained web page that prints."""
    protocol, owed = plain_protocol(record), owed_elements(record)
    title = escape(protocol.identification_module.brief_title or record.source_name)
    facts = "".join(f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>" for label, text in page_facts(protocol))
    body = "".join(
        f"<h2>{escape(part.title)}</h2>{''.join(f'<p>{escape(text)}</p>' for text in part.paragraphs)}"
        for part in page_parts(protocol)
    )
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>"
        f'<dl class="facts">{facts}</dl>{body}{_owed_html(owed)}<p class="note">{escape(REMARK)}</p></body></html>\n'
    )
    return Written(content=page.encode(), lost=record.lost, owed=owed, remarks=(REMARK,))


def _owed_html(owed: tuple[Owed, ...]) -> str:
    if not owed:
        return ""
    listed = "".join(f"<li>{escape(one.what)}</li>" for one in owed)
    return f'<h2>Still owed</h2><ul class="owed" style="list-style-position:inside">{listed}</ul>'
