"""`design` as a person calls it: where it writes, and that no number depends on how many processes computed."""

from trialwright.pipeline.study import packaged_study


def test_one_two_and_eight_workers_write_the_same_table(trialwright, tmp_path):
    made = []
    for workers in (1, 2, 8):
        out = tmp_path / str(workers)
        said = trialwright("design", packaged_study("aba_dm"), "--trials", 100, "--workers", workers, "-o", out)

        assert said.code == 0, said.err
        made.append((out / "trials.parquet").read_bytes())

    assert made[0] == made[1] == made[2]


def test_a_file_in_the_place_of_the_folder_is_refused(trialwright, tmp_path):
    (tmp_path / "taken").write_text("mine")
    said = trialwright("design", packaged_study("aba_dm"), "--exact", "-o", tmp_path / "taken")

    assert said.code == 2
    assert (tmp_path / "taken").read_text() == "mine"


def test_the_exact_part_alone_writes_no_trials(trialwright, tmp_path):
    said = trialwright("design", packaged_study("aba_dm"), "--exact", "-o", tmp_path)

    assert said.code == 0, said.err
    assert {p.name for p in tmp_path.iterdir()} == {"index.html", "index.zh.html", "design.json"}
