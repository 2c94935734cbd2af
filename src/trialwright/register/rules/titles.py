"""Titles, summary and identity."""

import re
from collections.abc import Iterator

from trialwright.register.passages import Passage, Phrase, around, lowered
from trialwright.register.rule import Found, rule
from trialwright.register.rules.phrases import plain
from trialwright.register.subject import Subject, quoted
from trialwright.register.vocabulary import lines

_ID = "protocolSection.identificationModule"
_TEXT = "protocolSection.descriptionModule"
_DEFINITIONS = "PRS data element definitions"
# these alone settle most summaries; the pattern is asked of the rest
_SURE_AIMS = ("purpose", "objective", "hypothes", "evaluat", "assess", "investigat", "compar", "to determine")
_AIM = Phrase(
    r"\b(?:purpose|aims?|aimed|aiming|objectives?|goals?|hypothes\w+|whether|determin\w+|evaluat\w+|assess\w*"
    r"|investigat\w+|"
    r"compar\w+|examin\w+|explor\w+|test(?:s|ed|ing)?|learn|find out|to (?:study|see|show|understand|establish"
    r"|demonstrate|measure|"
    r"identify|describe|develop|characteri[sz]e|provide|improve|confirm|verify|observe|estimate|quantify|address"
    r"|reduce)|"
    r"designed to|intended to|seeks?|will (?:study|look|be studied|show|help|provide|collect|measure|receive)"
    r"|looking (?:at|for)|"
    r"(?:phase|pilot|randomi[sz]ed|trial|registry|study) (?:of|to|on|in)|stud(?:y|ies) (?:the|how|is|will|was))\b"
)
_GIVEN = Phrase(
    r"\b(?:will|were|was|are|is|be|being)\s+(?:be\s+|been\s+)?(?:\w+ly\s+)?(?:treated|given|randomi[sz]ed"
    r"|assigned|enrolled|asked|offered|followed|"
    r"administered|allocated|recruited|included|invited|implanted|infused|trained|divided|compared|measured"
    r"|tested|studied|evaluated|assessed)"
    r"|\b(?:receiv|undergo|tak)(?:e|es|ed|ing)?\b|\bunderwent\b"
)
_JARGON = Phrase(
    r"\b(?:exploratory|efficacy|pharmacokinetics?|randomi[sz]ed|double[- ]blind|placebo[- ]controlled"
    r"|open[- ]label|multi-?cent\w+|prospective|single[- ]arm)\b"
)
# each way begins with a letter of its own, so that a text is searched at these letters alone
_FIRST_PERSON = re.compile(
    r"(?:W(?<!\wW)e|w(?<!\ww)e|O(?<!\wO)ur|o(?<!\wo)ur|I(?<!\wI) (?:will|plan|propose))\b(?!\s*(?:[.:]|bod(?:y|ies)\b))"
)
_NEAR_FIRST_PERSON = {
    "we": ("We ", " we ", "we,", "we'"),
    "our": ("Our ", " our "),
    "i": ("I will", "I plan", "I propose"),
}
_FUNDER = re.compile(
    r"\b(?:science foundation|ministry|research council|institutes? of health|funds?|funding"
    r"|science|agency|department of"
    r"|national institute|national heart|national cancer|ministerio|ministère)\b",
    re.I,
)
_WORKS_ITSELF = re.compile(r"hospital|universit|cent(?:er|re)\b|clinic\b|college|school", re.I)
_ABSENCE = Phrase(
    r"\b(?:there (?:is|are|has been|have been)|has|have)\s+(?:currently\s+|also\s+|so far\s+)?(?:been\s+)?(?:no"
    r"|not any)\s+"
    r"(?:\w+\s+){0,3}(?:report|reports|study|studies|trial|trials|registration|research)\b(?![- ](?:specific"
    r"|related|procedure|medication|drug|visit|staff))|"
    r"\bno (?:\w+ ){0,2}(?:studies|trials|study|trial|reports?) (?:has|have) (?:\w+ ){0,2}(?:been|investigated"
    r"|evaluated|examined|tested|compared)\b",
    *(f"no {word}" for word in lines("absence")),
    "not any",
)
_ABSENT = tuple(lines("absence"))


@rule(
    "TW-REG-201",
    "warning",
    "brief title and official title are the same",
    why="The brief title is the one that patients read; a protocol title tells them little.",
    source=f"{_DEFINITIONS}: Brief Title is short and in lay language, Official Title is the protocol's",
    expected="A brief title for the public and an official title from the protocol.",
    cure="Write a brief title that a patient understands: what is tried, in whom.",
    example="both titles read alike, 107 characters",
    needs=("identificationModule.briefTitle", "identificationModule.officialTitle"),
    catches=(21,),
)
def same_titles(subject: Subject) -> Iterator[Found]:
    titles = subject.protocol.identification_module
    if titles.brief_title and plain(titles.brief_title) == plain(titles.official_title):
        jargon = sorted({found.group(0) for found in _JARGON.finditer(lowered(titles.brief_title))})
        more = f' It is not in lay language ("{", ".join(jargon)}").' if jargon else ""
        yield Found(
            where=f"{_ID}.briefTitle", found=f"Brief and official title are the same.{more}", quote=titles.brief_title
        )


@rule(
    "TW-REG-202",
    "warning",
    "a title in capitals",
    why="Capitals are hard to read and hide which words are names.",
    source=f"{_DEFINITIONS}: titles are in mixed upper and lower case",
    expected="Mixed case.",
    cure="Write the title in normal case.",
    example='"EFFECT OF DRUG X ON ..."',
    needs=("identificationModule.briefTitle",),
)
def shouted_title(subject: Subject) -> Iterator[Found]:
    titles = subject.protocol.identification_module
    for key, title in (("briefTitle", titles.brief_title), ("officialTitle", titles.official_title)):
        if sum(map(title.count, "aeio")) >= 0.2 * len(title):  # so many small vowels leave no place for capitals
            continue
        capitals = sum(map(str.isupper, title))
        if capitals > 16 and capitals > 0.8 * (letters := sum(map(str.isalpha, title))) and letters > 20:
            yield Found(where=f"{_ID}.{key}", found=f"The title is in capitals: {quoted(title)}", quote=title)


@rule(
    "TW-REG-204",
    "note",
    "no other identifying number",
    why="Records of one trial in several registries are counted as several trials unless they name each other.",
    source="WHO Trial Registration Data Set 1.3.1, item 3 (secondary identifying numbers, UTN)",
    expected="A Universal Trial Number, the numbers in other registries, and grant numbers, where there are any.",
    cure="Add the UTN, the ethics committee's and national registry's numbers (and the ethics approval to the "
    "protocol).",
    example="only the sponsor's own number is given",
    needs=("identificationModule.secondaryIdInfos",),
    catches=(23,),
    common="seven records of ten, most of them with no other number to give",
    interventional=True,
)
def no_secondary_ids(subject: Subject) -> Iterator[Found]:
    if not subject.protocol.identification_module.secondary_id_infos:
        yield Found(
            where=f"{_ID}.secondaryIdInfos",
            found="No secondary identifying number (UTN, other registry, grant) is given.",
        )


@rule(
    "TW-REG-205",
    "note",
    "a public funder without a grant number",
    why="The funder's public register and this record cannot be joined.",
    source="WHO Trial Registration Data Set 1.3.1, items 3 and 4; PRS data element definitions, Secondary IDs",
    expected="The number of the grant beside the funder.",
    cure="Add the grant number as a secondary identifier of type grant.",
    example="a national science foundation is collaborator, no grant number is given",
    needs=("sponsorCollaboratorsModule.collaborators", "identificationModule.secondaryIdInfos"),
    catches=(23,),
)
def funder_without_grant(subject: Subject) -> Iterator[Found]:
    kinds = {number.type for number in subject.protocol.identification_module.secondary_id_infos}
    grants = kinds & {"NIH", "OTHER_GRANT", "FDA", "VA", "CDC", "AHRQ", "SAMHSA"}
    for at, funder in enumerate(subject.protocol.sponsor_collaborators_module.collaborators):
        public = funder.kind == "NIH" or (
            bool(_FUNDER.search(funder.name)) and not _WORKS_ITSELF.search(funder.name) and funder.kind != "INDUSTRY"
        )
        if public and not grants:
            yield Found(
                where=f"protocolSection.sponsorCollaboratorsModule.collaborators[{at}]",
                found=f"{quoted(funder.name)} is a collaborator; no grant number is given.",
                quote=funder.name,
            )
            return


@rule(
    "TW-REG-206",
    "note",
    "no keywords",
    why="Search by drug class, instrument or synonym does not find the record.",
    source=f"{_DEFINITIONS}: Keywords",
    expected="Words by which the record is found.",
    cure="Add the drug class, the instrument of the primary outcome and synonyms of the disease (MeSH terms "
    "where they exist).",
    example="no keyword is given",
    needs=("conditionsModule.keywords",),
    catches=(23,),
    common="three records of ten",
)
def no_keywords(subject: Subject) -> Iterator[Found]:
    if not subject.protocol.conditions_module.keywords:
        yield Found(where="protocolSection.conditionsModule.keywords", found="No keyword is given.")


@rule(
    "TW-REG-211",
    "note",
    "the brief summary states no aim",
    why="A patient cannot learn from it what is asked and what will be done.",
    source=f"{_DEFINITIONS}: Brief Summary is a short description in lay language, with the study's hypothesis or aim",
    expected="What is asked, in whom, and what participants will receive.",
    cure="Begin: The purpose of this study is to learn whether ... Participants will receive ...",
    example="three sentences of background, no aim, no word on what participants receive",
    needs=("descriptionModule.briefSummary",),
    catches=(27,),
)
def aimless_summary(subject: Subject) -> Iterator[Found]:
    summary = subject.protocol.description_module.brief_summary
    if not summary:
        return
    lower = lowered(summary)
    if not any(word in lower for word in _SURE_AIMS) and not _AIM.search(lower):
        more = "" if _GIVEN.search(lower) else " and never says what is done to participants"
        yield Found(
            where=f"{_TEXT}.briefSummary", found=f"The summary states no aim or hypothesis{more}.", quote=summary[:120]
        )


@rule(
    "TW-REG-212",
    "note",
    "a summary in the first person",
    why="On a public page it is unclear who is speaking.",
    source="PRS review criteria: the record speaks in the third person",
    expected="The investigators, the study, participants.",
    cure='Replace "we" and "our" by "the investigators".',
    example='"We will compare ..."',
    needs=("descriptionModule.briefSummary",),
)
def first_person(subject: Subject) -> Iterator[Found]:
    near = [told for word, ways in _NEAR_FIRST_PERSON.items() if word in subject.words for told in ways]
    if not near:
        return
    description = subject.protocol.description_module
    for key, text in (
        ("briefSummary", description.brief_summary),
        ("detailedDescription", description.detailed_description),
    ):
        found = _FIRST_PERSON.search(text) if any(told in text for told in near) else None
        if found:
            line = around(text, found.start(), found.end())
            yield Found(where=f"{_TEXT}.{key}", found=f'"{found.group(0)}" stands in {quoted(line)}', quote=line)


@rule(
    "TW-REG-213",
    "note",
    "a claim that there is no other study",
    why="The claim is old as soon as another trial is registered, and it is often mistaken.",
    source="Registry record of knowledge at one date; such claims are checked by search, not by assertion",
    expected="The search that was made, its date and what it found.",
    cure="Search the registries under every name of drug and disease, then cite the search, or leave the claim out.",
    example='"no trial has ever studied this combination"',
    needs=("descriptionModule.detailedDescription",),
    catches=(18,),
)
def claim_of_absence(subject: Subject) -> Iterator[Found]:
    not_any = subject.words.issuperset(("not", "any"))
    if "no" not in subject.words and not not_any:
        return
    seen: set[str] = set()
    for passage in subject.prose:
        for found in _ABSENCE.finditer(passage.lower) if _may_deny(passage, not_any) else ():
            line = around(passage.text, found.start(), found.end())
            if line not in seen:
                seen.add(line)
                yield Found(
                    where=passage.path,
                    found=f"It is claimed that no such study exists: {quoted(line)}",
                    quote=line,
                    severity="warning" if "regist" in line.lower() else "note",
                )


def _may_deny(passage: Passage, not_any: bool) -> bool:
    """A summary or description with "no trial" or the like in it; the text is read once for all these words."""
    if not passage.path.startswith(_TEXT):
        return False
    behind = passage.lower.split("no ")[1:]
    return any(part.startswith(_ABSENT) for part in behind) or (not_any and "not any" in passage.lower)


RULES = (
    same_titles,
    shouted_title,
    no_secondary_ids,
    funder_without_grant,
    no_keywords,
    aimless_summary,
    first_person,
    claim_of_absence,
)
