"""CDISC ODM 1.3.2 and 2.0: the definition and all data, as they stand and with every version."""

import tempfile
from collections.abc import Iterator, Sequence
from itertools import chain

from trialwright.export.files import PIECE, File
from trialwright.export.formats import Format, Source, lost_file
from trialwright.export.odm import clinical, xml_13, xml_20
from trialwright.export.odm import document as odm
from trialwright.export.odm.metadata import has_structure, study_metadata
from trialwright.export.odm.reading import Read, read
from trialwright.model.problem import Lost
from trialwright.model.signature import Signature
from trialwright.model.text import Text

LOST: tuple[Lost, ...] = (
    Lost("ledger: hashes, commitments and nonces", "ODM has no chain; the ledger's own backup carries it"),
    Lost("ledger: the typed form of a value", "ODM carries the value as understood; CSV carries both"),
    Lost(
        "ledger: acts that are no data (sign-ins, roles, looks, locks)", "ODM has no element for them; CSV carries them"
    ),
    Lost("definition: estimands, analysis sets, displays", "they have no element that fits"),
    Lost("definition: roles, consent versions, gates", "they have no element that fits"),
    Lost("definition: the exact factors between units", "a MeasurementUnit has a symbol and no factor"),
    Lost("eligibility rules", "they are conditions over several visits; the questions and their answers are carried"),
)
"""What ODM cannot carry, and why."""

LOST_OF_ARMS: tuple[Lost, ...] = (
    Lost("1.3.2: the arms and epochs of the definition", "1.3.2 has no element for them; 2.0 carries them"),
    Lost("the arm that a participant was allotted to", "ODM has no element for it; SDTM, ADaM and CSV carry it"),
)
"""The same of a study that has several arms, or declares its epochs."""


def _head(source: Source, kind: str) -> odm.Document:
    """The head of a file: everything but its participants, who are streamed."""
    study, moment = source.study, source.snapshot.as_of_utc
    metadata = study_metadata(study)
    return odm.Document(
        kind=kind,
        oid=f"ODM.{study.name}.{study.build}.{kind}.{source.snapshot.hash[:12]}",
        made_at=moment,
        as_of=moment,
        source_system="Trialwright",
        source_version=source.version,
        metadata=metadata,
        study=metadata.study,
        version=metadata.oid,
        people=clinical.people(source.snapshot),
        places=clinical.places(study),
        meanings=_meanings(source.signatures),
    )


def _meanings(signed: Sequence[Signature]) -> tuple[odm.Meaning, ...]:
    meanings = dict.fromkeys(each.meaning for each in signed)
    return tuple(
        odm.Meaning(oid=f"SIG.{name}", meaning=name, legal="Electronic signature, 21 CFR 11.50") for name in meanings
    )


def write(source: Source) -> Iterator[File]:
    """
    `1.3.2/` and `2.0/`, in each `snapshot.xml` (what stands now) and `transactions.xml` (every version with who, when
    and why), and `lost.json`.
    """
    study, snapshot = source.study, source.snapshot
    now = clinical.current_subjects(study, snapshot, source.signatures)
    yield from _in_both(_head(source, "Snapshot"), now, "snapshot.xml")
    saves = clinical.every_save(study, snapshot)
    yield from _in_both(_head(source, "Transactional"), saves, "transactions.xml")
    counts = {"datapoints": snapshot.current.height, "versions": snapshot.versions.height}
    yield File("lost.json", (lost_file((*LOST, *(LOST_OF_ARMS if has_structure(study) else ())), counts),))


def _in_both(head: odm.Document, subjects: Iterator[odm.SubjectData | odm.Markups], name: str) -> Iterator[File]:
    """
    One document in both versions.

    Shape:   the participants are gone through once: while 1.3.2 is read, 2.0 is put aside on the disk.
    """
    later = xml_20.Writer(head)
    with tempfile.TemporaryFile() as aside:

        def noted() -> Iterator[odm.SubjectData | odm.Markups]:
            for subject in subjects:
                aside.write(later.subject(subject).encode())
                yield subject

        yield File(f"1.3.2/{name}", xml_13.pieces(head, noted()))
        aside.seek(0)
        kept = iter(lambda: aside.read(PIECE), b"")
        yield File(f"2.0/{name}", chain([later.head().encode()], kept, [later.end().encode()]))


FORMAT = Format(
    name="odm",
    title=Text("ODM 1.3.2 and 2.0", "ODM 1.3.2 与 2.0"),
    says=Text(
        "The forms and all data with their audit trail, for other data capture systems and for archives.",
        "表单与全部数据及其稽查轨迹，供其他数据采集系统和归档使用。",
    ),
    write=write,
)

__all__ = ["FORMAT", "LOST", "Read", "read", "write"]
