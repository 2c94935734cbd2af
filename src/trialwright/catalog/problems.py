"""Every Problem of the catalog is built here, so that a code means one thing (docs/reference/problems/catalog.md)."""

from trialwright.model.problem import Problem


def broken_yaml(where: str, found: str, cure: str) -> Problem:
    return Problem(code="TW-CAT-001", where=where, found=found, expected="This must be plain YAML in UTF-8", cure=cure)


def second_document(where: str) -> Problem:
    return Problem(
        code="TW-CAT-002",
        where=where,
        found="a second document begins here (---)",
        expected="A file holds one document",
        cure="Remove the line, or move what follows to a file of its own",
    )


def anchor(where: str, found: str) -> Problem:
    return Problem(
        code="TW-CAT-003",
        where=where,
        found=found,
        expected="Anchors and aliases are not allowed: what is said stands where it is used",
        cure="Write the content out",
    )


def tag(where: str, found: str) -> Problem:
    return Problem(
        code="TW-CAT-004",
        where=where,
        found=f"a tag, {found}",
        expected="Tags are not allowed: every value is text until the schema types it",
        cure="Remove the tag",
    )


def odd_key(where: str) -> Problem:
    return Problem(
        code="TW-CAT-005",
        where=where,
        found="a key that is itself a list or a mapping",
        expected="A key is one word",
        cure="Put quotes around it, or look for a stray { or [",
    )


def repeated_key(where: str, key: str, first: int) -> Problem:
    return Problem(
        code="TW-CAT-006",
        where=where,
        found=f'the key "{key}" stands here for the second time (first on line {first})',
        expected="Every key stands once",
        cure="Remove one of the two",
    )


def unknown_key(where: str, key: str, expected: str, cure: str) -> Problem:
    return Problem(code="TW-CAT-007", where=where, found=f'"{key}" is not known here', expected=expected, cure=cure)


def missing_key(where: str, key: str, expected: str) -> Problem:
    return Problem(
        code="TW-CAT-008",
        where=where,
        found=f'"{key}" is missing',
        expected=expected,
        cure=f'Add the line "{key}: ..."',
    )


def wrong_value(where: str, found: str, expected: str, cure: str) -> Problem:
    return Problem(code="TW-CAT-009", where=where, found=found, expected=expected, cure=cure)


def taken_name(where: str, name: str) -> Problem:
    return Problem(
        code="TW-CAT-011",
        where=where,
        found=f'an entry called "{name}" is already in the catalog',
        expected="A name belongs to one entry",
        cure="Rename the folder",
    )


def unreadable_entry(where: str, found: str) -> Problem:
    return Problem(
        code="TW-CAT-012",
        where=where,
        found=found,
        expected="A folder of the catalog holds entry.yaml in UTF-8",
        cure="Add the file, or remove the folder",
    )


def unknown_entry(where: str, found: str, expected: str, cure: str) -> Problem:
    return Problem(code="TW-CAT-013", where=where, found=found, expected=expected, cure=cure)


def unknown_reading(where: str, found: str, expected: str, cure: str) -> Problem:
    return Problem(code="TW-CAT-014", where=where, found=found, expected=expected, cure=cure)


def unknown_parameter(where: str, found: str, expected: str, cure: str) -> Problem:
    return Problem(code="TW-CAT-015", where=where, found=found, expected=expected, cure=cure)


def wrong_parameter(where: str, found: str, expected: str, cure: str) -> Problem:
    return Problem(code="TW-CAT-016", where=where, found=found, expected=expected, cure=cure)


def missing_parameter(where: str, name: str, says: str) -> Problem:
    return Problem(
        code="TW-CAT-017", where=where, found=f'"{name}" is not given', expected=f"It must be decided: {says}",
        cure=f"Give {name}",
    )  # fmt: skip


def impossible_arguments(where: str, found: str, expected: str, cure: str) -> Problem:
    """A method's arguments are each well formed, but no answer exists for them together."""
    return Problem(code="TW-CAT-018", where=where, found=found, expected=expected, cure=cure)
