"""What a rule looks at: the protocol, the day of the check, and the texts every rule would otherwise cut again."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from trialwright.model.quantity import PartialDate
from trialwright.register.derived import ACTIVE, last_given_status
from trialwright.register.once import once
from trialwright.register.passages import Passage, Phrase, letters_of, lowered, on_one_line
from trialwright.register.spans import days_named, read_date
from trialwright.register.v2 import Outcome, Protocol

# the sign first: a line is searched for it much faster than for what does not stand before a place
_SENTENCE_END = re.compile(r"[.!?;](?:(?<!;)\s+(?=[A-Z(\[\"'])|(?<=[a-z)][.;])(?=[A-Z]))")
_APART = "\n.\n"
_LEVELS = (
    ("primary", "primaryOutcomes"),
    ("secondary", "secondaryOutcomes"),
    ("other", "otherOutcomes"),
)
_TOLD = ("protocolSection.identificationModule", "protocolSection.descriptionModule")
STOPPED = ("TERMINATED", "SUSPENDED", "WITHDRAWN")
MEDICINES = ("DRUG", "BIOLOGICAL", "COMBINATION_PRODUCT")


def sentences(text: str) -> list[str]:
    """The sentences of a passage; list items and lines count as sentences."""
    found: list[str] = []
    for line in text.split("\n"):
        # most lines of a list hold one sentence, and the pattern costs fifty times as much as this question
        if "." in line or ";" in line or "!" in line or "?" in line:
            begin = 0
            for end in _SENTENCE_END.finditer(line):
                found.append(line[begin : end.start() + 1].strip())
                begin = end.end()
            found.append(line[begin:].strip())
        else:
            found.append(line.strip())
    return [part for part in found if part]


class PlacedOutcome(msgspec.Struct, frozen=True, eq=False, gc=False):
    """
    An outcome measure with its level and v2 path, and its words in lower case.

    `told` is measure and description, `both` the same in lower case with each character at its place in `told`;
    `title`, `description` and `frame` are measure, description and time frame in lower case.
    """

    level: str
    path: str
    outcome: Outcome
    told: str
    both: str
    title: str
    description: str
    frame: str


def placed_outcomes(protocol: Protocol) -> tuple[PlacedOutcome, ...]:
    """Every outcome measure of a record, primary ones first."""
    module = protocol.outcomes_module
    lists = (module.primary_outcomes, module.secondary_outcomes, module.other_outcomes)
    return tuple(
        [
            _placed(level, f"protocolSection.outcomesModule.{key}[{at}]", outcome)
            for (level, key), outcomes in zip(_LEVELS, lists, strict=True)
            for at, outcome in enumerate(outcomes)
        ]
    )


@lru_cache(maxsize=512)  # the same few paths in every record
def _parts_of(path: str) -> tuple[str, str, str]:
    return f"{path}.measure", f"{path}.description", f"{path}.timeFrame"


def _placed(level: str, path: str, outcome: Outcome) -> PlacedOutcome:
    told = f"{outcome.measure}. {outcome.description}"
    both, size = lowered(told), len(outcome.measure)
    return PlacedOutcome(level, path, outcome, told, both, both[:size], both[size + 2 :], lowered(outcome.time_frame))


@dataclass(frozen=True)
class Subject:
    """
    A record under check. `on` is the only clock a rule may read; `lost` are the v2 paths that the copy lost.

    Not a seam value: it lives for one check and keeps what is computed once (dates, outcomes, the lower-case text).
    """

    protocol: Protocol
    on: dt.date
    lost: frozenset[str] = frozenset()
    has_results: bool = False

    @once
    def start(self) -> PartialDate | None:
        return read_date(self.protocol.status_module.start_date_struct.date)

    @once
    def primary_completion(self) -> PartialDate | None:
        return read_date(self.protocol.status_module.primary_completion_date_struct.date)

    @once
    def completion(self) -> PartialDate | None:
        return read_date(self.protocol.status_module.completion_date_struct.date)

    @once
    def submitted(self) -> PartialDate | None:
        return read_date(self.protocol.status_module.study_first_submit_date)

    @once
    def verified(self) -> PartialDate | None:
        return read_date(self.protocol.status_module.status_verified_date)

    @property
    def interventional(self) -> bool:
        return self.protocol.design_module.study_type in ("INTERVENTIONAL", "")

    @property
    def status(self) -> str:
        """The status the sponsor last gave: the registry puts UNKNOWN over it and keeps the last known one beside."""
        return last_given_status(self.protocol.status_module)

    @property
    def active(self) -> bool:
        return self.status in ACTIVE

    def started_since(self, day: dt.date) -> bool:
        """The study started on or after `day`; a record without a start date counts by its first submission."""
        start = self.start or self.submitted
        return start is None or start.latest >= day

    @once
    def outcomes(self) -> tuple[PlacedOutcome, ...]:
        return placed_outcomes(self.protocol)

    def outcomes_of(self, *levels: str) -> tuple[PlacedOutcome, ...]:
        found = self._by_levels.get(levels)
        if found is None:
            found = self._by_levels[levels] = tuple([placed for placed in self.outcomes if placed.level in levels])
        return found

    @once
    def _by_levels(self) -> dict[tuple[str, ...], tuple[PlacedOutcome, ...]]:
        return {}

    @once
    def primary_days(self) -> tuple[int, ...]:
        """The longest time that each primary time frame names, in days; 0 where it names none."""
        return tuple(max(days_named(placed.outcome.time_frame), default=0) for placed in self.outcomes_of("primary"))

    @once
    def _criteria_lines(self) -> list[tuple[str, str]]:
        text = self.protocol.eligibility_module.eligibility_criteria
        return list(zip(text.split("\n"), self.criteria_lower.split("\n"), strict=True))

    def criteria_with(self, *words: str) -> Iterator[str]:
        """The sentences of those lines of the criteria in which one of the words stands, small and capital alike."""
        for line, lower in self._criteria_lines:
            for word in words:
                if word in lower:
                    yield from sentences(line)
                    break

    @once
    def criteria_lower(self) -> str:
        """The criteria in lower case, for asking cheaply whether a word stands in them at all."""
        path = "protocolSection.eligibilityModule.eligibilityCriteria"
        return next((passage.lower for passage in self.prose if passage.path == path), "")

    @once
    def criteria_cut(self) -> tuple[str, str, str]:
        """The criteria before the heading of the exclusion list, the heading, and what follows it."""
        text = self.protocol.eligibility_module.eligibility_criteria
        found = _exclusion_heading(self.criteria_lower)
        return (text[: found.start()], found.group(0), text[found.end() :]) if found else (text, "", "")

    @once
    def prose(self) -> tuple[Passage, ...]:
        """Titles, summary, detailed description and criteria: those of them that are not empty."""
        protocol = self.protocol
        told = (
            ("protocolSection.identificationModule.briefTitle", protocol.identification_module.brief_title),
            ("protocolSection.identificationModule.officialTitle", protocol.identification_module.official_title),
            ("protocolSection.descriptionModule.briefSummary", protocol.description_module.brief_summary),
            ("protocolSection.descriptionModule.detailedDescription", protocol.description_module.detailed_description),
            ("protocolSection.eligibilityModule.eligibilityCriteria", protocol.eligibility_module.eligibility_criteria),
        )
        return tuple([Passage(path, text, lowered(text)) for path, text in told if text])

    @once
    def passages(self) -> tuple[Passage, ...]:
        """Every free text of the record that is not empty, to tell where something stands that `whole` has."""
        protocol = self.protocol
        told: list[tuple[str, str]] = []
        for at, condition in enumerate(protocol.conditions_module.conditions):
            told.append((f"protocolSection.conditionsModule.conditions[{at}]", condition))
        for at, arm in enumerate(protocol.arms_interventions_module.arm_groups):
            told.append((f"protocolSection.armsInterventionsModule.armGroups[{at}].label", arm.label))
            told.append((f"protocolSection.armsInterventionsModule.armGroups[{at}].description", arm.description))
        for at, one in enumerate(protocol.arms_interventions_module.interventions):
            told.append((f"protocolSection.armsInterventionsModule.interventions[{at}].name", one.name))
            told.append((f"protocolSection.armsInterventionsModule.interventions[{at}].description", one.description))
        found = [*self.prose, *(Passage(path, text, lowered(text)) for path, text in told if text)]
        for placed in self.outcomes:
            outcome, (measure, description, frame) = placed.outcome, _parts_of(placed.path)
            if outcome.measure:
                found.append(Passage(measure, outcome.measure, placed.title))
            if outcome.description:
                found.append(Passage(description, outcome.description, placed.description))
            if outcome.time_frame:
                found.append(Passage(frame, outcome.time_frame, placed.frame))
        return tuple(found)

    @once
    def _short_texts(self) -> list[str]:
        """The texts behind the prose, in the order of the passages, empty ones among them."""
        module = self.protocol.arms_interventions_module
        texts = [*self.protocol.conditions_module.conditions]
        for arm in module.arm_groups:
            texts += (arm.label, arm.description)
        for one in module.interventions:
            texts += (one.name, one.description)
        for placed in self.outcomes:
            outcome = placed.outcome
            texts += (outcome.measure, outcome.description, outcome.time_frame)
        return texts

    @once
    def whole(self) -> str:
        """All free text in the order of the passages; a line with a full stop keeps neighbours apart."""
        return _APART.join(filter(None, [*[passage.text for passage in self.prose], *self._short_texts]))

    @once
    def encoded(self) -> bytes:
        """The same in UTF-8, each text once: many outcome measures share their time frame or description."""
        texts = [*[passage.text for passage in self.prose], *dict.fromkeys(self._short_texts)]
        return _APART.join(filter(None, texts)).encode()

    @once
    def letters(self) -> str:
        """The same in lower case, with a space in the place of everything that is no letter of ASCII."""
        return letters_of(self.encoded)

    @once
    def running_words(self) -> list[str]:
        """Every run of letters of the same, in their order."""
        return self.letters.split()

    @once
    def words(self) -> set[str]:
        """The same, each once."""
        return set(self.running_words)

    @once
    def outcomes_lower(self) -> str:
        """Measures and descriptions of all outcomes in lower case, for asking whether a word stands in them at all."""
        return _APART.join([placed.both for placed in self.outcomes])

    @once
    def outcomes_told(self) -> str:
        """The same as written."""
        return _APART.join([placed.told for placed in self.outcomes])

    @once
    def titles_lower(self) -> str:
        """The titles of all outcome measures in lower case, to ask the same."""
        return _APART.join([placed.title for placed in self.outcomes])

    @once
    def frames(self) -> tuple[str, ...]:
        """Their time frames in lower case, each once: most outcome measures of a record share a few."""
        return tuple(dict.fromkeys([placed.frame for placed in self.outcomes]))

    @once
    def frames_lower(self) -> str:
        """The same as one text, to ask whether a word stands in it at all."""
        return _APART.join(self.frames)

    @once
    def told_lower(self) -> str:
        """Titles, summary and detailed description in lower case."""
        return _APART.join(passage.lower for passage in self.prose if passage.path.startswith(_TOLD))

    @once
    def background(self) -> str:
        """Summary and detailed description on one line."""
        summary = on_one_line(self.protocol.description_module.brief_summary)
        return f"{summary} {self.detailed_line}" if summary and self.detailed_line else summary or self.detailed_line

    @once
    def detailed_line(self) -> str:
        """The detailed description on one line."""
        return on_one_line(self.protocol.description_module.detailed_description)

    def own_words(self, phrase: Phrase) -> str:
        """
        What the record says of this study itself, a line each: titles, and sentences that speak of "this study".

        Lines of its texts in which none of the plain words of `phrase` stands are left out.
        """
        identification = self.protocol.identification_module
        description = self.protocol.description_module
        lines = [*description.brief_summary.split("\n"), *description.detailed_description.split("\n")]
        told = [sentence for line in lines if phrase.hinted(lowered(line)) for sentence in sentences(line)]
        own = [sentence for sentence in told if _OF_THIS_STUDY.search(lowered(sentence))]
        return "\n".join([identification.brief_title, identification.official_title, *own])


def _exclusion_heading(lower: str) -> re.Match[str] | None:
    """The line that heads the exclusion list, looked for from the line with the first "exclusion" on."""
    at = lower.find("exclusion")
    if at < 0:
        return None
    at = max(lower.rfind("\n", 0, at), 0)
    while at and not (lower[at - 1].isalnum() or lower[at - 1] == "_"):  # blank lines before it belong to the heading
        at -= 1
    return _EXCLUSION_HEADING.search(lower, at)


_EXCLUSION_HEADING = re.compile(r"(?:^|\n)\W*(?:key |main |major |general )?exclusion(?: criteria)?\W*(?=\n|$)")
_OF_THIS_STUDY = re.compile(
    r"\b(?:this|our|the (?:present|current|purpose|aim|objective|goal)|the proposed|we (?:will|plan|propose|aim))\b"
)


def quoted(text: str, most: int = 90) -> str:
    """The record's words between quotation marks, cut to `most` characters."""
    line = " ".join(text.split())
    return f'"{line}"' if len(line) <= most else f'"{line[: most - 3].rstrip()}..."'
