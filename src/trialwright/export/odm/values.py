"""The values of a study as markup, all at once: of half a million, a few thousand are different."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import polars as pl

from trialwright.export.odm import document as odm
from trialwright.export.odm import xml_13, xml_20
from trialwright.export.odm.markup import Markup
from trialwright.export.odm.metadata import group_oid, item_oid, unit_oid
from trialwright.export.sdtm.timing import iso_date
from trialwright.model.quantity import PartialDate
from trialwright.model.study import Field

Fields = Mapping[tuple[str, str], Field]
Save = Callable[[str, str, str, int, odm.GroupData], odm.SubjectData]
"""One save of one row of a form, around a group of items."""

AT_A_TIME = 20_000
"""Values whose markup is held at a time: a study has millions, and each takes a kilobyte."""

MISSING = "missing"
_PLACE = ("participant_id", "visit", "form", "row")
_WHO = ("user", "participant_id", "at_utc", "reason")
_VERSIONS = ("of_13", "of_20")
_ANYBODY, _ANY_SOURCE = odm.Audit(user="", location="", at="", reason=""), "0"
_HERE, _GAP = odm.GroupData(group=""), "\0"
"""What stands for the groups of a save, and for the values of a group, while the markup around them is made."""


class Part(NamedTuple):
    """The values of one instrument on one row of a form, as markup."""

    participant_id: str
    visit: str
    form: str
    row: int
    instrument: str
    told: odm.Markups

    @property
    def place(self) -> tuple[str, str, str, int]:
        return self.participant_id, self.visit, self.form, self.row


class _Said(NamedTuple):
    """What is told of a value but by whom it was entered; `done` is what became of an earlier one."""

    form: str
    item: str
    kind: str
    text: str | None
    unit: str | None
    done: odm.Transaction


class _Around(NamedTuple):
    """Which of a few markups stands around each version, and what is before and behind it in each file."""

    at: pl.Series
    before: tuple[pl.Series, ...]
    behind: tuple[pl.Series, ...]


class Values:
    """Versions of a snapshot that become data of ODM, each with its audit record; `location` is a participant's."""

    def __init__(self, versions: pl.DataFrame, fields: Fields, location: Callable[[str], str]) -> None:
        self._versions = versions
        self._fields = fields
        self._location = location
        self._markup = Markup()
        self._writers = (xml_13.Clinical(), xml_20.Clinical(Markup(), ""))

    def in_order(self) -> Iterator[Part]:
        """By participant, visit, form and row, in the order of the form: what only an older build asked comes last."""
        asked = self._asked(self._versions, pl.lit("")).sort(*_PLACE, "order", "item", maintain_order=True)
        new = _new(asked, *_PLACE, "instrument")
        data, audits = (
            _around(asked, _Said._fields, lambda *said: self._datum(_Said(*said))),
            _around(asked, _WHO, self._audit),
        )
        for begin, end in _some(new):
            told = pl.DataFrame(_markup(asked["seq"][begin:end], data, audits, begin), schema=_VERSIONS)
            parts = told.group_by(new[begin:end].cum_sum(), maintain_order=True)
            joined = parts.agg(pl.col(_VERSIONS).str.join("")).select(_VERSIONS)
            places = asked[begin:end].filter(new[begin:end]).select(*_PLACE, "instrument")
            for (who, visit, form, row, instrument), texts in zip(places.iter_rows(), joined.iter_rows(), strict=True):
                yield Part(who, visit, form, row, instrument, odm.Markups(*texts))

    def by_save(self, save: Save) -> Iterator[odm.Markups]:
        """In the order of the ledger, some saves at a time, each with what became of it: a cleared value is removed."""
        asked = self._asked(self._versions.sort("seq"), _done())
        new, opens = _new(asked, "group", *_PLACE), _new(asked, "group", *_PLACE, "instrument")
        data, audits = (
            _around(asked, _Said._fields, lambda *said: self._datum(_Said(*said))),
            _around(asked, _WHO, self._audit),
        )
        saves = _around(asked, _PLACE, lambda who, visit, form, row: self._save(save(who, visit, form, row, _HERE)))
        groups = _around(asked, ("form", "instrument"), self._group)
        seqs = asked["seq"]
        del asked
        for begin, end in _some(new):
            told = _markup(seqs[begin:end], data, audits, begin)
            ends, closes = (each[begin:end].shift(-1, fill_value=True) for each in (new, opens))
            yield odm.Markups(*(
                pl.select(pl.concat_str(
                    _where(new[begin:end], saves.at, saves.before[of], begin),
                    _where(opens[begin:end], groups.at, groups.before[of], begin),
                    text,
                    _where(closes, groups.at, groups.behind[of], begin),
                    _where(ends, saves.at, saves.behind[of], begin),
                    ignore_nulls=True,
                ).str.join("")).item()
                for of, text in enumerate(told)
            ))  # fmt: skip

    def _asked(self, versions: pl.DataFrame, done: pl.Expr) -> pl.DataFrame:
        """The versions, each with the place of its item in the definition, the instrument, and what was `done`."""
        once = versions.select("form", "item").unique()
        names = [(str(form), str(item)) for form, item in once.iter_rows()]
        order = {name: at for at, name in enumerate(self._fields)}
        known = once.with_columns(
            pl.Series("order", [order.get(name, len(order)) for name in names], dtype=pl.Int64()),
            pl.Series("instrument", [self._instrument(*name) for name in names], dtype=pl.Categorical()),
        )
        held = versions.select("seq", "group", "visit", "row", *_Said._fields[:-1], *_WHO, done.alias("done"))
        return held.join(known, on=["form", "item"], how="left", maintain_order="left")

    def _instrument(self, form: str, item: str) -> str:
        field = self._fields.get((form, item))
        return field.instrument if field is not None else item.partition(".")[0]

    def _told(self, asked: pl.DataFrame) -> tuple[_Around, _Around]:
        """What stands around the audit records, and around their sources."""
        data = _around(asked, _Said._fields, lambda *said: self._datum(_Said(*said)))
        return data, _around(asked, _WHO, self._audit)

    def _datum(self, said: _Said) -> Sequence[str]:
        """What stands before the audit record of a value and behind it."""
        value, reason = _value(said.kind, said.text or "")
        datum = odm.Datum(
            item=item_oid(said.form, said.item), value=value, unit=unit_oid(said.unit) if said.unit else "",
            transaction=said.done, audit=_ANYBODY, source=_ANY_SOURCE, remarks=reason,
        )  # fmt: skip
        audit = self._markup.audit(_ANYBODY, _ANY_SOURCE)
        return [part for writer in self._writers for part in writer.datum(datum).split(audit)]

    def _audit(self, user: str, participant: str, at: str, reason: str | None) -> Sequence[str]:
        """What stands before the source of an audit record and behind it; both files have the same."""
        audit = odm.Audit(user=f"U.{user}", location=self._location(participant), at=at, reason=reason or "")
        begin, _, end = self._markup.audit(audit, _ANY_SOURCE).rpartition(_ANY_SOURCE)
        return begin, end

    def _save(self, save: odm.SubjectData) -> Sequence[str]:
        """What stands before the groups of a save and behind them."""
        return [part for writer in self._writers for part in writer.subject(save).split(writer.group(_HERE))]

    def _group(self, form: str, instrument: str) -> Sequence[str]:
        """What stands before the values of a group and behind them."""
        group = odm.GroupData(group=group_oid(form, instrument), told=odm.Markups(_GAP, _GAP), transaction="Upsert")
        return [part for writer in self._writers for part in writer.group(group).split(_GAP)]


def _value(kind: str, text: str) -> tuple[str | None, tuple[odm.Remark, ...]]:
    """A value as ODM writes it; where there is none, the reason why, if one was given."""
    if kind == "missing":
        return None, (odm.Remark(number=1, text=text, flag=text, kind=MISSING),)
    if kind == "blank":
        return None, ()
    return iso_date(PartialDate(text)) if kind == "date" else text, ()


def _done() -> pl.Expr:
    """What a version did."""
    removed, changed = pl.col("kind") == "blank", pl.col("replaces") != 0
    return pl.when(removed).then(pl.lit("Remove")).when(changed).then(pl.lit("Update")).otherwise(pl.lit("Insert"))


def _new(asked: pl.DataFrame, *names: str) -> pl.Series:
    """Whether a version differs in one of these from the one before it; the first does."""
    told = asked.select(new=pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift()) for name in names))
    return told["new"]


def _around(asked: pl.DataFrame, names: Sequence[str], make: Callable[..., Sequence[str]]) -> _Around:
    """What `make` gives for the cells of these names, once for all versions that are alike."""
    once = asked.select(names).unique(maintain_order=True)
    places = once.with_row_index("at")
    at = asked.select(names).join(places, on=names, how="left", nulls_equal=True, maintain_order="left")["at"]
    made = zip(*(make(*cells) for cells in once.iter_rows()), strict=True)
    texts = tuple(pl.Series(each, dtype=pl.String()) for each in made)
    return _Around(at, texts[::2], texts[1::2])


def _markup(seqs: pl.Series, data: _Around, audits: _Around, begin: int) -> list[pl.Series]:
    """The markup of each value from `begin` on, in both files."""
    at, by = (each.at[begin : begin + len(seqs)] for each in (data, audits))
    audit = audits.before[0].gather(by) + seqs.cast(pl.String()) + audits.behind[0].gather(by)
    pairs = zip(data.before, data.behind, strict=True)
    return [before.gather(at) + audit + behind.gather(at) for before, behind in pairs]


def _where(there: pl.Series, at: pl.Series, texts: pl.Series, begin: int) -> pl.Series:
    """The text of each version from `begin` on that has one; else nothing."""
    return texts.gather(
        at[begin : begin + len(there)].zip_with(there, pl.repeat(None, len(there), dtype=at.dtype, eager=True))
    )


def _some(new: pl.Series) -> Iterator[tuple[int, int]]:
    """From where to where versions are written at a time: nothing that belongs together is parted."""
    starts = [*new.arg_true().to_list(), len(new)]
    begin = 0
    while begin < len(new):
        end = starts[min(bisect_left(starts, begin + AT_A_TIME), len(starts) - 1)]
        yield begin, end
        begin = end
