"""The same trial on SQLite and on PostgreSQL gives the same snapshot and the same results."""

import pytest

from trialwright import catalog
from trialwright.design.cohort import plan_cohort, read_cohort
from trialwright.pipeline.demo import enter_cohort, seeded_nonces
from trialwright.pipeline.place import real_clock, real_nonces
from trialwright.pipeline.readout import read_out
from trialwright.pipeline.study import load_study, packaged_study
from trialwright.store import open_ledger


def played(url, *, create):
    known = catalog.load()
    study, _ = load_study(packaged_study("aba_dm"), known)
    cohort = read_cohort(packaged_study("aba_dm") / "cohort.yaml")
    acts = plan_cohort(study, cohort, known, participants=3, seed=11)
    refused = enter_cohort(url, study, acts, seeded_nonces(11), create=create)

    assert refused == ()
    with open_ledger(url, clock=real_clock, nonces=real_nonces) as ledger:
        return read_out(study, known, ledger), ledger.verify()


def acts_of(readout):
    """The acts without the chain's own head, which each ledger begins anew."""
    return [
        (
            e.seq,
            e.kind,
            e.participant_id,
            e.visit,
            {k: v for k, v in e.details.items() if k != "head"},
            e.at_utc,
            e.reason,
        )
        for e in readout.snapshot.events
    ]


@pytest.mark.postgres
def test_a_trial_on_postgresql_equals_the_same_trial_on_sqlite(tmp_path, emptied_postgres):
    on_sqlite, sqlite_chain = played(str(tmp_path / "ledger.sqlite"), create=True)
    on_postgres, postgres_chain = played(emptied_postgres, create=False)

    assert sqlite_chain.ok
    assert postgres_chain.ok
    assert on_postgres.snapshot.versions.equals(on_sqlite.snapshot.versions)
    assert acts_of(on_postgres) == acts_of(on_sqlite)
    assert on_postgres.rows == on_sqlite.rows
