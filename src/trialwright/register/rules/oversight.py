"""Contacts, oversight, sites and data sharing."""

import datetime as dt
import re
from collections.abc import Iterator

from trialwright.register.passages import Phrase
from trialwright.register.rule import Found, rule
from trialwright.register.rules.phrases import is_dosed
from trialwright.register.subject import MEDICINES, Subject, quoted

_PEOPLE = "protocolSection.contactsLocationsModule"
_OVERSIGHT = "protocolSection.oversightModule"
_SHARING = "protocolSection.ipdSharingStatementModule"
_DEFINITIONS = "PRS data element definitions"
_FACILITY_SINCE = dt.date(2017, 1, 18)
_SHARING_SINCE = dt.date(2019, 1, 1)


@rule(
    "TW-REG-701",
    "warning",
    "nobody to ask about the science",
    why="Nobody can be asked about the science of the study.",
    source="WHO Trial Registration Data Set 1.3.1, item 8: contact for scientific queries",
    expected="An overall official (study chair, director or principal investigator) with affiliation.",
    cure="Name the principal investigator as overall official.",
    example="no overall official",
    needs=("contactsLocationsModule.overallOfficials",),
    catches=(22,),
)
def no_official(subject: Subject) -> Iterator[Found]:
    if not subject.protocol.contacts_locations_module.overall_officials:
        yield Found(
            where=f"{_PEOPLE}.overallOfficials",
            found="No overall official, so no contact for scientific queries, is given.",
        )


@rule(
    "TW-REG-702",
    "warning",
    "recruiting without anybody to contact",
    why="Patients who want to take part find nobody.",
    source=f"{_DEFINITIONS}: Central Contact or Facility Contact, required while recruiting",
    expected="A contact with telephone or e-mail while the study recruits.",
    cure="Give a central contact, or one for each site.",
    example="status Recruiting, no contact",
    needs=("contactsLocationsModule.centralContacts",),
)
def no_contact(subject: Subject) -> Iterator[Found]:
    module = subject.protocol.contacts_locations_module
    recruiting = subject.protocol.status_module.overall_status in ("RECRUITING", "NOT_YET_RECRUITING")
    if recruiting and not module.central_contacts and not any(site.contacts for site in module.locations):
        yield Found(
            where=f"{_PEOPLE}.centralContacts", found="The study recruits and nobody is named whom a patient could ask."
        )


@rule(
    "TW-REG-703",
    "note",
    "no data monitoring committee",
    why="Readers cannot see who guards the participants' safety.",
    source="ICH E9 4.5; FDA guidance on data monitoring committees (2006)",
    expected="An answer, and for a treatment study a reason where there is none.",
    cure="Say who watches safety, or why no committee is needed.",
    example="Has Data Monitoring Committee: No, in a study of a medicine",
    needs=("oversightModule.oversightHasDmc",),
    catches=(24,),
    interventional=True,
)
def no_monitoring(subject: Subject) -> Iterator[Found]:
    answer = subject.protocol.oversight_module.oversight_has_dmc
    given = subject.protocol.arms_interventions_module.interventions
    medicines = any(one.type in MEDICINES and is_dosed(one.name) for one in given)
    treats = subject.protocol.design_module.design_info.primary_purpose in ("TREATMENT", "PREVENTION")
    if answer is None:
        yield Found(
            where=f"{_OVERSIGHT}.oversightHasDmc", found="The question on a data monitoring committee is not answered."
        )
    elif not answer and medicines and treats:
        yield Found(
            where=f"{_OVERSIGHT}.oversightHasDmc",
            found="A medicine is studied and there is no data monitoring committee.",
        )


@rule(
    "TW-REG-704",
    "warning",
    "no answer on sharing the data",
    why="Journals of the ICMJE publish no trial without a statement; it must stand here before the first participant.",
    source="ICMJE: data sharing statement in the registration of trials that enrol from 2019-01-01",
    expected="A plan to share individual participant data: yes, no or undecided.",
    cure="Answer, and say when, how and what is shared.",
    example="no answer, start 2021-02-01",
    needs=("ipdSharingStatementModule.ipdSharing",),
    interventional=True,
)
def no_sharing_answer(subject: Subject) -> Iterator[Found]:
    if not subject.protocol.ipd_sharing_statement_module.ipd_sharing and subject.started_since(_SHARING_SINCE):
        yield Found(where=f"{_SHARING}.ipdSharing", found="No plan on sharing individual participant data is given.")


@rule(
    "TW-REG-705",
    "note",
    "data are shared, but nothing is said about it",
    why="A promise without terms cannot be claimed.",
    source="ICMJE data sharing statements: what, when, by what access",
    expected="Description, time frame and access criteria where the answer is yes.",
    cure="Say what is shared, from when to when, with whom and how.",
    example="answer Yes, no time frame, no access criteria",
    needs=("ipdSharingStatementModule.ipdSharing",),
    interventional=True,
)
def empty_sharing(subject: Subject) -> Iterator[Found]:
    plan = subject.protocol.ipd_sharing_statement_module
    pieces = (
        ("description", plan.description),
        ("time frame", plan.time_frame),
        ("access criteria", plan.access_criteria),
    )
    missing = [word for word, text in pieces if not text]
    if plan.ipd_sharing == "YES" and missing:
        yield Found(
            where=f"{_SHARING}.ipdSharing", found=f"Data are to be shared; no {', no '.join(missing)} is given."
        )


@rule(
    "TW-REG-706",
    "warning",
    "no site",
    why="Patients and inspectors cannot see where the study takes place.",
    source=f"{_DEFINITIONS}: Facility Information, required since 2017-01-18",
    expected="At least one facility with city and country.",
    cure="Name the facility.",
    example="no location, or a country without a facility",
    needs=("contactsLocationsModule.locations", "contactsLocationsModule.locations[].facility"),
    interventional=True,
)
def no_site(subject: Subject) -> Iterator[Found]:
    sites = subject.protocol.contacts_locations_module.locations
    if not subject.started_since(_FACILITY_SINCE):
        return
    if not sites and subject.status not in ("WITHDRAWN", "NOT_YET_RECRUITING", "WITHHELD"):
        yield Found(where=f"{_PEOPLE}.locations", found="No location is given.")
    bare = sum(1 for site in sites if not site.facility)
    if sites and bare:
        yield Found(where=f"{_PEOPLE}.locations", found=f"{bare} of {len(sites)} locations name no facility.")


@rule(
    "TW-REG-707",
    "warning",
    "payment of participants is mentioned",
    why="The registry does not allow it, because payment would attract participants.",
    source="PRS Major Comment: payment to participants may not be mentioned",
    expected="No word on payment or compensation.",
    cure="Remove the sentence.",
    example='"participants will be paid $50"',
    needs=("descriptionModule.briefSummary",),
)
def payment(subject: Subject) -> Iterator[Found]:
    told = subject.told_lower
    signs = "$" in told or "€" in told or "£" in told
    if not signs and subject.words.isdisjoint(_PAID) and "compensat" not in told and "reimburs" not in told:
        return
    for passage in subject.prose:
        if not passage.path.startswith("protocolSection.descriptionModule"):
            continue
        found = _PAYMENT.search(passage.lower)
        if found:
            words_there = passage.text[found.start() : found.end()]
            yield Found(where=passage.path, found=f"Payment is mentioned: {quoted(words_there)}", quote=words_there)


_PAID = ("paid", "payment", "gift")
_PAYMENT = Phrase(
    r"\b(?:participants?|subjects?|patients?|volunteers?|you) (?:will|are|is|may) (?:be |receive )?(?:paid"
    r"|compensat\w+|reimburs\w+|(?:a )?gift cards?|payment)\b.{0,60}"
    r"|[$€£]\s?\d+.{0,40}\b(?:for|per) (?:participat\w+|visit|completing)\b",
    "paid",
    "compensat",
    "reimburs",
    "gift card",
    "payment",
    "$",
    "€",
    "£",
)


@rule(
    "TW-REG-708",
    "warning",
    "contact details in free text",
    why="Addresses in free text are copied everywhere and grow old unseen.",
    source="PRS review criteria: contact information belongs in the contact elements",
    expected="No e-mail address, no telephone number in summary, description or criteria.",
    cure="Move it to the contact elements.",
    example="an e-mail address in the brief summary",
    needs=("descriptionModule.briefSummary",),
)
def contact_in_text(subject: Subject) -> Iterator[Found]:
    text = subject.protocol.description_module
    for path, words in (
        ("descriptionModule.briefSummary", text.brief_summary),
        ("descriptionModule.detailedDescription", text.detailed_description),
        ("eligibilityModule.eligibilityCriteria", subject.protocol.eligibility_module.eligibility_criteria),
    ):
        if "@" in words and re.search(r"[\w.+-]+@[\w-]+\.\w{2,}", words):
            # the address itself is not repeated: a report travels further than the record
            yield Found(where=f"protocolSection.{path}", found="An e-mail address stands in the text.")


@rule(
    "TW-REG-709",
    "warning",
    "the sites' status against the study's",
    why="A patient is sent to a site that takes nobody, or does not learn of one that does.",
    source=f"{_DEFINITIONS}: Individual Site Status; a study recruits while at least one site recruits",
    expected="A recruiting site where the study recruits, and none where it does not.",
    cure="Correct the status of the study, or of the sites.",
    example="status Completed, one of four sites Recruiting",
    needs=("contactsLocationsModule.locations", "statusModule.overallStatus"),
)
def sites_against_study(subject: Subject) -> Iterator[Found]:
    sites = subject.protocol.contacts_locations_module.locations
    kinds = {site.status for site in sites}
    taking = sum(site.status in _TAKING for site in sites)
    status = subject.protocol.status_module.overall_status  # the registry derives UNKNOWN for the sites too
    if status == "RECRUITING" and sites and "" not in kinds and not taking:
        found = f"The study recruits, and none of its {len(sites)} sites does."
    elif status in ("COMPLETED", "TERMINATED", "WITHDRAWN", "ACTIVE_NOT_RECRUITING", "SUSPENDED") and taking:
        found = f"The status is {status}, and {taking} of {len(sites)} sites still recruit."
    else:
        return
    yield Found(where=f"{_PEOPLE}.locations", found=found)


_TAKING = ("RECRUITING", "ENROLLING_BY_INVITATION")

RULES = (
    sites_against_study,
    no_official,
    no_contact,
    no_monitoring,
    no_sharing_answer,
    empty_sharing,
    no_site,
    payment,
    contact_in_text,
)
