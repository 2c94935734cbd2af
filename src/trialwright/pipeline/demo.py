"""The whole route with virtual participants: registry record, definition, ledger, entry, lock, results, report."""

import contextlib
import datetime as dt
import hashlib
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from trialwright.catalog import Catalog
from trialwright.design.cohort import Act, plan_cohort, read_cohort
from trialwright.model.ledger import Nonces
from trialwright.model.problem import Problem
from trialwright.model.record import CheckReport
from trialwright.model.study import Study
from trialwright.pipeline import conduct, readout
from trialwright.pipeline.place import is_served
from trialwright.pipeline.play import Player
from trialwright.pipeline.study import load_study, packaged_study
from trialwright.store import LedgerProblem, open_ledger
from trialwright.store.lock import WriterLock

STUDY = "aba_dm"


class Demo(msgspec.Struct, frozen=True, kw_only=True):
    """Where everything of a finished demo lies."""

    study: Study
    study_folder: Path
    database: Path
    report: Path
    registration: CheckReport | None
    participants: int
    acts: int
    refused: tuple[Problem, ...]
    kept: Path | None  # an earlier ledger that held typed data, put aside


class VirtualClock:
    """The demo's declared clock: stands where the act that is being played stands."""

    def __init__(self, start: dt.datetime) -> None:
        self.now = start

    def __call__(self) -> dt.datetime:
        return self.now


def seeded_nonces(seed: int) -> Nonces:
    """Nonces of a demo ledger: drawn from its seed, so that two demos are alike. Never for real data."""
    count = 0

    def draw() -> bytes:
        nonlocal count
        count += 1
        return hashlib.sha256(f"virtual ledger {seed} {count}".encode()).digest()

    return draw


def prepare_folder(out: Path) -> tuple[Path, Path | None]:
    """
    The editable copy of the definition in `out/study` (an edited one is kept) and room for a new ledger.

    An earlier ledger that holds anything typed by a person is put aside, never deleted.
    """
    folder = out / "study"
    if not (folder / "study.yaml").exists():
        unfinished = out / "study.part"  # whole or not at all, however the demo is stopped
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(packaged_study(STUDY), unfinished, ignore=shutil.ignore_patterns("__pycache__", ".trialwright"))
        unfinished.rename(folder)
    return folder, _set_aside(out / "ledger.sqlite")


def run_demo(
    out: Path,
    catalog: Catalog,
    *,
    participants: int | None = None,
    seed: int | None = None,
    tell: Callable[[CheckReport], None],
    advance: Callable[[int, int], None],
) -> Demo | list[Problem]:
    """
    Everything, end to end, into `out`; or the Problems of the definition that stand in the way.

    Shape:  out/study, out/ledger.sqlite, out/registration.json, out/report/, out/exports/csv/.
    Source: the virtual participants are those of out/study/cohort.yaml; the clock is virtual and starts on the
            registered start date.
    """
    if is_foreign(out):
        return [_foreign(out)]
    if is_served(out / "ledger.sqlite"):
        return [_served(out)]
    out.mkdir(parents=True, exist_ok=True)
    lock = WriterLock(out / "demo.lock", seconds=1)
    with contextlib.ExitStack() as stack:
        stack.callback(lock.close)
        try:
            stack.enter_context(lock.held())
        except LedgerProblem:
            return [_busy(out)]
        return _run(out, catalog, participants=participants, seed=seed, tell=tell, advance=advance)


def is_foreign(out: Path) -> bool:
    """Whether `out` holds something that no demo made: its files might be overwritten."""
    if not out.is_dir() or (out / "study" / "study.yaml").is_file():
        return False
    return any(each.name not in ("study.part", "demo.lock", "ledger.sqlite.served") for each in out.iterdir())


def _foreign(out: Path) -> Problem:
    return Problem(
        code="TW-DMO-001",
        where=str(out),
        found="the folder holds files that no demo made",
        expected="An empty folder, a new one, or that of an earlier demo",
        cure="Name another one with --out; nothing was changed",
    )


def _busy(out: Path) -> Problem:
    return Problem(
        code="TW-DMO-002",
        where=str(out),
        found="another demo is being made in this folder",
        expected="One demo at a time in a folder",
        cure="Wait for it to end, or name another folder with --out",
    )


def _served(out: Path) -> Problem:
    return Problem(
        code="TW-DMO-003",
        where=str(out),
        found="the demo of this folder is being served; running it again would take the ledger from under its pages",
        expected="A folder whose demo no server has open",
        cure="Stop that server with Ctrl-C first, or name another folder with --out; nothing was changed",
    )


def _run(
    out: Path,
    catalog: Catalog,
    *,
    participants: int | None,
    seed: int | None,
    tell: Callable[[CheckReport], None],
    advance: Callable[[int, int], None],
) -> Demo | list[Problem]:
    folder, kept = prepare_folder(out)
    study, problems = load_study(folder, catalog)
    cohort = read_cohort(folder / "cohort.yaml")
    if study is None or isinstance(cohort, list):
        found = [p for p in problems if p.severity == "error"]
        return found + (cohort if isinstance(cohort, list) else [])
    registration = readout.registration_findings(folder, study, None)
    if registration is not None:
        tell(registration)
    acts = plan_cohort(study, cohort, catalog, participants=participants, seed=seed)
    nonces = seeded_nonces(cohort.seed if seed is None else seed)
    refused = enter_cohort(str(out / "ledger.sqlite"), study, acts, nonces, advance=advance)
    made = _write_out(out, folder, study, catalog)
    if isinstance(made, Problem):
        return [made, *refused[:5]]
    return Demo(
        study=study,
        study_folder=folder,
        database=out / "ledger.sqlite",
        report=out / "report" / "index.html",
        registration=registration,
        participants=made,
        acts=len(acts),
        refused=refused,
        kept=kept,
    )


def enter_cohort(
    url: str,
    study: Study,
    acts: Sequence[Act],
    nonces: Nonces,
    *,
    create: bool = True,
    advance: Callable[[int, int], None] | None = None,
) -> tuple[Problem, ...]:
    """
    Play the acts through the conduct service on the virtual clock, into any ledger, and lock the data at the end.

    Problems: what the service refused, as it would have refused a person.
    """
    clock = VirtualClock(acts[0].at - dt.timedelta(hours=3) if acts else dt.datetime(2021, 1, 1, tzinfo=dt.UTC))
    with open_ledger(url, clock=clock, nonces=nonces, create=create) as ledger:
        player = Player(ledger, study)
        player.open_study(clock.now.date())
        player.receive_product(acts, clock.now.date())
        for number, act in enumerate(acts, 1):
            clock.now = act.at
            player.play(act)
            if advance is not None:
                advance(number, len(acts))
        clock.now += dt.timedelta(days=7)
        player.finish(clock.now.date())
        player.check_data(clock)
        clock.now += dt.timedelta(days=7)
        player.close_study()
        return player.refused


def _write_out(out: Path, folder: Path, study: Study, catalog: Catalog) -> int | Problem:
    with open_ledger(str(out / "ledger.sqlite"), clock=_no_clock, nonces=_no_nonces) as ledger:
        results = readout.read_out(study, catalog, ledger)
    if isinstance(results, Problem):
        return results
    report = readout.make_report(folder, results, catalog)
    readout.write_files(report.files, out / "report")
    for name, files in readout.exports(results, catalog, [each.name for each in readout.export_formats()]):
        readout.write_export(files, out / "exports" / name)
    readout.write_files({name: report.files[name] for name in ("report.pdf",)}, out)
    readout.write_files({"registration.json": readout.registration_file(folder, study)}, out)
    return len(results.analysis.participants)


def _set_aside(database: Path) -> Path | None:
    """Make room for a new ledger: a purely virtual one is replaced, one with typed data is renamed."""
    if not database.exists():
        return None
    with open_ledger(str(database), clock=_no_clock, nonces=_no_nonces) as ledger:
        snapshot = ledger.snapshot()
        typed = any(e.origin != "simulated" and e.kind not in conduct.SESSION_KINDS for e in snapshot.events)
        typed = typed or (snapshot.versions["origin"] != "simulated").any()
    number = 1
    while (kept := database.with_name(f"ledger.before-{number}.sqlite")).exists():
        number += 1
    for suffix in ("", "-wal", "-shm"):
        part = database.with_name(database.name + suffix)
        if part.exists() and typed:
            part.rename(kept.with_name(kept.name + suffix))
        elif part.exists():
            part.unlink()
    return kept if typed else None


def _no_clock() -> dt.datetime:
    raise RuntimeError("a readout writes nothing, so it needs no clock")


def _no_nonces() -> bytes:
    raise RuntimeError("a readout writes nothing, so it needs no nonce")
