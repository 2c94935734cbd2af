"""What every piece of a registry record has alike: frozen, strict about keys, and silent about what is absent."""

import msgspec


class Part(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    rename="camel",
    omit_defaults=True,
    forbid_unknown_fields=True,
    gc=False,  # no piece can ever point back to itself
):
    """A piece of a record. A key it does not know is refused here and kept beside the record by its reader."""
