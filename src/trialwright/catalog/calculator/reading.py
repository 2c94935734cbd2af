"""What a reading of a criterion says: its parameters and their values in the words of a reader, in both languages."""

from collections.abc import Mapping

from trialwright.catalog.parameters import NO_AMOUNTS
from trialwright.catalog.typing_nodes import TRUTHS
from trialwright.model.entry import Criterion, Parameter, Sheet
from trialwright.model.text import Text

_TRUTH = {True: Text("yes", "是"), False: Text("no", "否")}
_NONE = Text("none", "无")


def said(entry: Criterion, sheet: Sheet, texts: Mapping[str, str]) -> tuple[Text, ...]:
    """
    One "name: value" a parameter, in the order of the entry.

    Shape:    `texts` are complete settings. Choices are called as the parameter words them, measures as on the sheet.
    Missing:  a parameter without a label is told by its own name.
    """
    told = []
    for parameter in entry.parameters:
        label = parameter.label or Text(parameter.name.replace("_", " "))
        value = _value(entry, sheet, parameter, texts[parameter.name])
        told.append(Text(f"{label.of('en')}: {value.of('en')}", f"{label.of('zh')}：{value.of('zh')}"))
    return tuple(told)


def _value(entry: Criterion, sheet: Sheet, parameter: Parameter, text: str) -> Text:
    roles = {**entry.roles, **sheet.labels}
    match parameter.kind:
        case "truth":
            return _TRUTH[TRUTHS[text]]
        case "choice":
            return parameter.words.get(text) or Text(text)
        case "names" | "amounts" if text != NO_AMOUNTS:
            pairs = [part.strip().partition("=") for part in text.split(",")]
            words = [(roles.get(name) or Text(name), f" {number}".rstrip()) for name, _, number in pairs]
            english, chinese = ([word.of(each) + number for word, number in words] for each in ("en", "zh"))
            return Text(", ".join(english), "、".join(chinese))
        case "names" | "amounts":
            return _NONE
    return Text(text)
