"""What a derived value is, in the reader's words: a measure, an answer, an endpoint, a fact, an analysis set."""

from collections.abc import Callable

from trialwright.capture.words import EVENTS
from trialwright.catalog import load
from trialwright.model.study import Study
from trialwright.model.text import Text
from trialwright.report import study_labels

_FACTS = {
    "consented": Text(en="Consented", zh="已签署知情同意"),
    "enrolled": Text(en="Enrolled", zh="入组"),
    "dosed": Text(en="Dosed", zh="已给药"),
    "completed": Text(en="Completed the study", zh="完成研究"),
    "withdrawn": Text(en="Withdrawn", zh="退出"),
    "withdrawn_reason": Text(en="Reason for withdrawal", zh="退出原因"),
    "died": Text(en="Died", zh="死亡"),
    "screen_failure": Text(en="Screen failure", zh="筛选失败"),
    "major_deviation": Text(en="Major deviation", zh="重大偏离"),
    "baseline_complete": Text(en="Baseline complete", zh="基线完整"),
}
"""Facts that every study has; others are intercurrent events, which the study names."""

_PARTS = {
    "criterion": Text(en="the criterion alone", zh="仅按判定标准"),
    "course": Text(en="by visit", zh="各访视"),
}
_SET = Text(en="Analysis set: ", zh="分析集：")
_VISIT = Text(en="Visit", zh="访视")


def parameter_words(study: Study, language: str) -> Callable[[str], str]:
    """The words for a parameter of an analysis record; "" where nobody gave it any, and its name must do."""
    labels = study_labels(study, load(), language)
    for form in study.forms:
        for section in form.sections:  # a row of a log bears the name of what is asked there
            labels.setdefault(section.instrument, form.title.of(language))
    labels |= {name: text.of(language) for name, text in ({"visit": _VISIT} | EVENTS).items()}

    def words(parameter: str) -> str:
        kind, _, name = parameter.partition(".")
        if kind == "fact":
            part, _, of_set = name.partition(".")
            if part == "set":
                return f"{_SET.of(language)}{labels[of_set]}" if of_set in labels else ""
            return _FACTS[name].of(language) if name in _FACTS else labels.get(name, "")
        told, _, reading = parameter.partition("@")
        first, *parts = told.split(":")
        if first not in labels or (reading and reading not in labels):
            return ""
        rest = [_part(each, language) for each in parts] + ([labels[reading]] if reading else [])
        return " · ".join([labels[first], *rest])

    return words


def _part(name: str, language: str) -> str:
    """What stands behind the name of an endpoint, or the row of a log."""
    if name.isdecimal():
        return Text(en=f"row {name}", zh=f"第 {name} 行").of(language)
    return _PARTS[name].of(language) if name in _PARTS else name
