"""Names for the elements of a definition, made of the words of a record or of another system."""

import re
from collections.abc import Iterable

_LONGEST = 40


class Names:
    """Names that are each given once: a second one gets a number."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._given = set(taken)

    def of(self, words: str, otherwise: str) -> str:
        """ "Placebo, oral" as placebo_oral; `otherwise` where no letter or digit is left."""
        plain = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")[:_LONGEST].strip("_")
        base = plain if re.match(r"[a-z]", plain) else f"{otherwise}_{plain}".strip("_")
        name, number = base, 2
        while name in self._given:
            name, number = f"{base}_{number}", number + 1
        self._given.add(name)
        return name
