"""Where things stand on the pages of a PDF: read back word by word, each with its box."""

import re
import shutil
import subprocess
from collections import defaultdict
from itertools import pairwise

import pytest

from trialwright.model.analysis import Cell, Table
from trialwright.report.document import Document, Heading, Paragraph, is_wide
from trialwright.report.pdf import write_pdf

WORD = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>')
PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', re.DOTALL)


def table(columns, rows, **more):
    cells = tuple(tuple(Cell(text) for text in row) for row in rows)
    return Table(**{"number": "1", "title": "Made", "population": "", "columns": columns, "rows": cells, **more})


def pages(blocks, folder):
    """Page -> (width, height, words with their boxes)."""
    return pages_of(
        Document(name="a", title="t", subtitle=(), date="2021-03-01", foot="", blocks=tuple(blocks)), folder
    )


def pages_of(document, folder):
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    file = folder / "made.pdf"
    file.write_bytes(write_pdf(document))
    told = subprocess.run(["pdftotext", "-bbox", file, "-"], capture_output=True, check=True).stdout.decode()
    return [
        (float(w), float(h), [(*map(float, box[:4]), box[4]) for box in WORD.findall(inside)])
        for w, h, inside in PAGE.findall(told)
    ]


def pages_with(found, text):
    return [at for at, (_, _, words) in enumerate(found) if any(text in word for *_, word in words)]


def collisions(words):
    """Words that stand on one another: in one line, with more than a hair of width in common."""
    lines = defaultdict(list)
    for x0, y0, x1, y1, word in words:
        lines[round((y0 + y1) / 2)].append((x0, x1, word))
    found = []
    for line in lines.values():
        ordered = sorted(line)
        found += [(a[2], b[2]) for a, b in pairwise(ordered) if b[0] < a[1] - 0.5]
    return found


LONG_WORDS = tuple(f"{'abcdefghijklmnopqrstuv'[:size]}{size}" for size in (20, 21, 19, 22, 20, 21, 20, 22, 19, 20))


def test_long_words_get_smaller_letters_and_run_into_no_neighbour(tmp_path):
    wide = table(LONG_WORDS, [LONG_WORDS] * 5)

    for width, _, words in pages([wide], tmp_path):
        assert collisions(words) == []
        assert [word for x0, _, x1, _, word in words if x0 < 0 or x1 > width] == []


def test_a_wide_table_stands_on_a_page_turned_sideways_with_its_heading(tmp_path):
    wide = table(tuple("a wide column" for _ in range(12)), [("some words here",) * 12] * 3)
    heading = Heading("Measures", 2, "11.9")
    found = pages([Paragraph("Before."), heading, wide, Paragraph("Afterwards.")], tmp_path)
    turned = [width > height for width, height, _ in found]

    assert is_wide(wide)
    at = pages_with(found, "Made")[-1]
    assert turned[at] and pages_with(found, "Measures")[-1] == at
    assert not turned[pages_with(found, "Afterwards.")[0]]


def test_a_table_that_fits_a_page_is_not_broken_over_two(tmp_path):
    short = table(("Row", "n"), [(f"first{n}", str(n)) for n in range(20)])
    for above in range(16, 44, 2):
        filler = [Paragraph(f"Line {n} of what stands above.") for n in range(above)]
        found = pages([*filler, short], tmp_path)

        assert pages_with(found, "first0") == pages_with(found, "first19")


def test_a_table_longer_than_a_page_repeats_its_headings(tmp_path):
    long = table(("Characteristic", "n"), [(f"row{n}", str(n)) for n in range(120)])
    found = pages([long], tmp_path)

    assert len(pages_with(found, "Characteristic")) == len(pages_with(found, "row")) > 1


def test_a_percentage_is_not_torn_from_its_sign(tmp_path):
    words = "Of all of them 55.5 % did, and of the others 44.4 % did not. "
    moved = [Paragraph("x" * shift + " " + words * 3) for shift in range(60)]
    first = []
    for _, _, read in pages(moved, tmp_path):
        lines = defaultdict(list)
        for x0, y0, _, _, word in read:
            lines[round(y0)].append((x0, word))
        first += [min(line)[1] for line in lines.values()]

    assert "did" in first or "them" in first
    assert "%" not in first


def test_a_chinese_stop_after_latin_letters_stands_low_as_in_the_mainland(tmp_path):
    document = Document(
        name="a", title="t", subtitle=(), date="2021-03-01", foot="", language="zh", contents=0,
        blocks=(Paragraph("P001。"),),
    )  # fmt: skip
    ((_, height, words),) = [page for page in pages_of(document, tmp_path) if any(w[4] == "P001。" for w in page[2])]
    (_, y0, x1, y1, _) = next(word for word in words if word[4] == "P001。")
    assert height > y1
    drawn = subprocess.run(
        ["pdftoppm", "-gray", "-r", "288", "-f", "1", "-singlefile", tmp_path / "made.pdf"],
        capture_output=True,
        check=True,
    ).stdout
    wide, _ = map(int, drawn.split(b"\n", 3)[1].split())
    pixels, scale = drawn.split(b"\n", 3)[3], 4
    stop = range(int((x1 - 9) * scale), int(x1 * scale))
    ink = [y for y in range(int(y0 * scale), int(y1 * scale)) for x in stop if pixels[y * wide + x] < 128]

    # The ring of a stop set in mid-height has its ink around 0.5 of the line.
    assert (sum(ink) / len(ink) / scale - y0) / (y1 - y0) > 0.6


@pytest.mark.parametrize("sign", ["\U0001f600", "\u0e44", "\U0001f469\u200d\u2695\ufe0f"])
def test_a_sign_that_no_font_has_stands_as_its_number_and_the_report_is_made(sign, tmp_path):
    blocks = [Heading("h", 1), Paragraph(f"before {sign} after ℃ ≥ 한"), table(("a",), [(f"cell {sign}",)])]
    told = " ".join(word for *_, words in pages(blocks, tmp_path) for *_, word in words)

    assert told.count(f"[U+{ord(sign[0]):04X}]") == 2
    assert "before" in told and "after ℃ ≥ 한" in told
