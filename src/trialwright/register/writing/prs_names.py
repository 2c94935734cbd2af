"""A person's name in the four elements of the upload schema, and back."""

_INITIAL = 2  # letters of a middle initial with its full stop


def split_name(name: str) -> dict[str, str]:
    """
    First, middle and last name and degrees, empty ones left out.

    A name is cut only where the cut is certain: "Name, degrees", and two words or a middle initial before the comma.
    Everything else ("Call Center", "Ana de Sousa, MD") stays whole as the last name, which the registry shows alike.
    """
    whole, comma, degrees = name.partition(", ")
    words = whole.split(" ")
    parts = {"last_name": whole, "degrees": degrees}
    if comma and len(words) == 2:
        parts = {"first_name": words[0], "last_name": words[1], "degrees": degrees}
    elif comma and len(words) == 3 and len(words[1]) <= _INITIAL:
        parts = {"first_name": words[0], "middle_name": words[1], "last_name": words[2], "degrees": degrees}
    parts = {key: part for key, part in parts.items() if part}
    return parts if join_name(parts) == name else {"last_name": name}


def join_name(parts: dict[str, str]) -> str:
    """The name as the registry shows it: "First M. Last, MD, PhD"."""
    whole = " ".join(parts[key] for key in ("first_name", "middle_name", "last_name") if parts.get(key))
    return ", ".join(part for part in (whole, parts.get("degrees", "")) if part)
