"""A new instrument costs one folder of the catalog and one line of a form file: nothing else is touched."""

import filecmp
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from house.house import ROOT

HERE = Path(__file__).resolve().parent
NEW = "itch_scale"
FOLDER = f"src/trialwright/catalog/instruments/{NEW}"
FORM = "studies/aba_dm/forms/core_set.yaml"
LINE = f"  - {{instrument: {NEW}, assumed: Added to show what a new instrument costs.}}\n"
BYTECODE = shutil.ignore_patterns("__pycache__", ".trialwright")


@pytest.fixture(scope="module")
def trees(tmp_path_factory) -> tuple[Path, Path]:
    """The source and the studies as they are, and a copy with the new instrument in it."""
    before, after = (tmp_path_factory.mktemp("cost") / name for name in ("before", "after"))
    for name in ("src", "studies"):
        shutil.copytree(ROOT / name, before / name, ignore=BYTECODE)
        shutil.copytree(before / name, after / name)
    shutil.copytree(HERE / NEW, after / FOLDER, ignore=BYTECODE)
    form = after / FORM
    text = form.read_text("utf-8")
    assert text.count("\nchecks:\n") == 1
    form.write_text(text.replace("\nchecks:\n", f"\n{LINE}checks:\n"), "utf-8")
    return before, after


@pytest.fixture(scope="module")
def seen(trees, tmp_path_factory):
    """What the walk through the whole route saw, in a process that knows the changed copy only."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("TRIALWRIGHT_", "DJANGO_"))}
    environment |= {"PYTHONPATH": str(trees[1] / "src"), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
    command = [sys.executable, str(HERE / "walk_new_instrument.py"), NEW, str(tmp_path_factory.mktemp("cost") / "out")]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, encoding="utf-8", check=False)

    assert run.returncode == 0, run.stderr[-3000:]
    found = json.loads(run.stdout)
    assert str(trees[1] / "src") == found["source"]
    return found


def test_the_demo_runs_with_the_new_instrument_as_a_draft(seen):
    assert seen["build"] == [0, "draft"]
    assert seen["entries"] == []
    assert [told for told in seen["refused"] if NEW in told] == []


def test_its_form_is_shown_in_both_languages(seen):
    for language, title, labels in (
        ("en", "Itch scale (invented)", ("Itch now", "Worst itch of the past week")),
        ("zh", "瘙痒量表（虚构）", ("当前瘙痒程度", "过去一周最重瘙痒程度")),
    ):
        page = seen["pages"][language]

        assert title in page
        assert all(label in page for label in labels)
        assert f'name="{NEW}.now"' in page and f'name="{NEW}.worst"' in page


def test_what_is_typed_on_its_form_is_saved_and_scored(seen):
    assert seen["saved"] == {"status": 302, "told": []}
    assert f'name="{NEW}.now" value="7"' in seen["again"]
    assert seen["value"] == ["10"]


def test_it_appears_in_a_listing(seen):
    (line,) = seen["listing"]

    assert (line["number"], line["Itch scale (invented)"]) == ("16.2.8.1", "10")


def test_a_click_on_the_listing_ends_in_its_datapoints(seen):
    assert seen["trace_link"] != ""
    assert f"{NEW}.now" in seen["trace_page"] and f"{NEW}.worst" in seen["trace_page"]
    assert [(f"{NEW}.now", "7"), (f"{NEW}.worst", "3")] == [(item, raw) for item, raw, _ in seen["ends"]]
    assert all(user for _, _, user in seen["ends"])


def test_it_appears_in_the_baseline_table(seen):
    assert f"14.1.5:{NEW}.total:mean" in seen["baseline"]


def test_it_appears_in_the_csv_export(seen):
    names = {Path(name).name.removesuffix(".csv").removesuffix("-virtual-participants") for name in seen["csv"]}

    assert {"datapoints", "analysis", "codebook", f"form_{seen['form']}", "results"} <= names


def test_the_change_is_one_folder_and_one_line(trees, seen):
    before, after = trees
    added, changed = _differences(filecmp.dircmp(before, after), Path())
    old, new = ((tree / FORM).read_text("utf-8").splitlines(keepends=True) for tree in trees)

    assert [Path(FOLDER)] == added
    assert [Path(FORM)] == changed
    assert [line for line in new if line not in old] == [LINE]
    assert old == [line for line in new if line != LINE]
    assert sorted(p.name for p in (after / FOLDER).iterdir()) == ["cases.yaml", "compute.py", "entry.yaml", "page.md"]


def _differences(compared: filecmp.dircmp, at: Path) -> tuple[list[Path], list[Path]]:
    """Paths that stand in one tree only, and files that differ."""
    lonely = [at / name for name in compared.left_only + compared.right_only]
    # byte for byte: dircmp alone trusts size and time
    unlike = [
        at / n
        for n in compared.common_files
        if Path(compared.left, n).read_bytes() != Path(compared.right, n).read_bytes()
    ]
    for name, below in compared.subdirs.items():
        more, differ = _differences(below, at / name)
        lonely, unlike = lonely + more, unlike + differ
    return lonely, unlike
