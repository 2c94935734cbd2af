"""The cells of the classic page, one function a kind of cell: text in, v2 pieces out."""

import re

from trialwright.register.reading import tabular_cells
from trialwright.register.reading.display import ARM_TYPE, INTERVENTION_TYPE, PHASE, STATUS, Built, code, filled

_TYPED = re.compile(r"^(" + "|".join(re.escape(kind) for kind in INTERVENTION_TYPE) + r"):\s*(.+)$")
_ARM = re.compile(r"^(" + "|".join(re.escape(kind) for kind in ARM_TYPE) + r"):\s*(.+)$")
_OTHER_NAMES = re.compile(r"^Other Names?:\s*(.*)$")
_NUMBER = re.compile(r"NCT\d{8}")
_NUMBERED = re.compile(r"^\s*(?:\d{1,3}\.\s+|[•*]\s+)")
_FRAME = "[ Time Frame:"
_PHASES = re.compile("|".join(sorted(map(re.escape, PHASE), key=len, reverse=True)))
_ONE_LINE = (
    "conditionsModule.conditions: the page writes several conditions on one line with nothing between them; {how}"
)


def nct_number(text: str) -> str:
    found = _NUMBER.search(text)
    return found[0] if found else text.split("\n")[0].strip()


def _cells(text: str) -> list[str]:
    """The cells of a pasted table: tabs, bars and line ends part them alike."""
    return [cell.strip() for cell in re.split(r"[\t\n|]", text) if cell.strip()]


def _is_phase(cell: str) -> bool:
    return bool(_PHASES.match(cell)) and not _PHASES.sub("", cell).strip(" /")


def phases(text: str) -> list[str]:
    """The last column of the table of conditions: "Phase 1 Phase 2" is two entries."""
    cells = [cell for cell in _cells(text) if _is_phase(cell)]
    return [code(PHASE, word) for cell in cells[-1:] for word in _PHASES.findall(cell)]


def conditions(text: str) -> tuple[list[str], tuple[str, ...]]:
    """
    The first column of the table, and what was inferred to read it.

    Missing:  several conditions on one line cannot be told apart; only the name of an intervention among them can.
    """
    cells = _cells(text)
    typed = [match[2] for cell in cells if (match := _TYPED.match(cell))]
    before = next((at for at, cell in enumerate(cells) if _TYPED.match(cell) or _is_phase(cell)), len(cells))
    told = cells[:before]
    if len(told) != 1 or " " not in told[0]:
        return told, ()
    line = told[0]
    for name in typed:
        parts = [part.strip() for part in line.partition(name) if part.strip()]
        if name in parts and len(parts) > 1:
            how = f"cut where the name of the intervention {name} stands"
            return parts, (_ONE_LINE.format(how=how),)
    return told, (_ONE_LINE.format(how="read as one"),)


def outcomes(text: str) -> list[Built]:
    """Numbered measures, each with its time frame on the line and its description under it."""
    lines = [_NUMBERED.sub("", line) if _FRAME in line else line.strip() for line in text.split("\n")]
    return tabular_cells.outcomes("\n".join(lines).strip())


def arms(text: str) -> tuple[list[Built], list[Built]]:
    """
    The table of arms: an arm with its description, then each intervention it is given with its own.

    Missing:  a second "Other: ..." within an arm is read as an intervention: the page uses the word for both.
    """
    groups: list[dict[str, object]] = []
    given: dict[str, dict[str, object]] = {}
    target: list[str] = []
    for line in _cells(text):
        arm, typed, others = _ARM.match(line), _TYPED.match(line), _OTHER_NAMES.match(line)
        if arm and not (typed and groups and arm[1] == "Other"):
            target = []
            groups.append({"label": arm[2], "type": ARM_TYPE[arm[1]], "description": target, "interventionNames": []})
        elif typed:
            target = []
            one = given.setdefault(
                line,
                {"type": INTERVENTION_TYPE[typed[1]], "name": typed[2], "description": target,
                 "armGroupLabels": [], "otherNames": []},
            )  # fmt: skip
            if groups:
                _list(groups[-1], "interventionNames").append(line)
                _list(one, "armGroupLabels").append(groups[-1]["label"])
        elif others and given:
            names = _list(next(reversed(given.values())), "otherNames")
            names.extend(part for part in [others[1]] if part)
            target = names  # type: ignore[assignment]  # the names stand one a line under their heading
        elif not groups and not given:
            target = []
            groups.append({"label": line, "description": target, "interventionNames": []})
        else:
            target.append(line)
    return [_told(group) for group in groups], [_told(one) for one in given.values()]


def _list(piece: dict[str, object], key: str) -> list[object]:
    found = piece[key]
    return found if isinstance(found, list) else []


def _told(piece: dict[str, object]) -> Built:
    return filled({**piece, "description": "\n\n".join(str(line) for line in _list(piece, "description"))})


def contacts(text: str) -> list[Built]:
    """ "Contact: Name | telephone | e-mail", one a line."""
    found = []
    for line in text.split("\n"):
        head, colon, person = line.strip().partition(":")
        if colon and head.startswith("Contact"):
            name, *rest = [part.strip() for part in re.split(r"\t|\||\s{3,}", person) if part.strip()] or [""]
            mail = next((part for part in rest if "@" in part), "")
            phone = next((part for part in rest if "@" not in part), "")
            found.append(filled({"name": name, "role": "CONTACT", "phone": phone, "email": mail}))
    return found


def officials(text: str) -> list[Built]:
    """ "Principal Investigator: Name | Organisation", the columns parted by tabs or wide gaps."""
    return tabular_cells.officials("\n".join(re.sub(r"\t+|\s{3,}", "|", line.strip()) for line in text.split("\n")))


def locations(text: str) -> list[Built]:
    """
    The sites: a heading with the country, then per site its name and its address.

    Missing:  a country with no site under it is a site without a name; status and people of a site are not read.
    """
    people = ("Contact", "Principal", "Sub-")
    lines = [line for line in _cells(text) if line not in STATUS and not line.startswith(people)]
    found: list[Built] = []
    country, unnamed = "", False
    for at, line in enumerate(lines):
        parts = [part.strip() for part in line.split(",")]
        below = [part.strip() for part in lines[at + 2].split(",")] if at + 2 < len(lines) else []
        if len(parts) <= 2 and parts[0] in below and parts[0] != country:
            country, unnamed = parts[0], False
        elif country and country in parts and len(parts) >= 2 and at:
            city, state = parts[0], parts[1] if parts[1] != country else ""
            code_ = next((part for part in parts[2:] if any(letter.isdigit() for letter in part)), "")
            name = lines[at - 1]
            found.append(filled({"facility": name, "city": city, "state": state, "zip": code_, "country": country}))
        elif not country and len(lines) == 1:
            unnamed = True
    return found or ([{"country": lines[0].split(",")[0].strip()}] if unnamed else [])
