"""The study report as PDF, RTF and DOCX: the same values as the page, the same bytes again, nothing of the machine."""

import io
import re
import shutil
import subprocess
from functools import cache

import docx
import msgspec
import polars as pl
import pytest
from docx.enum.section import WD_ORIENT
from docx.shared import Mm

from support.results import people, read_small
from trialwright import catalog
from trialwright.catalog.displays.layout import formatted_rows
from trialwright.export import ars
from trialwright.model.analysis import Cell, Figure, Table
from trialwright.register.readout import draft_results
from trialwright.report import build_report, write_plan
from trialwright.report.document import Document, Heading, Paragraph, column_widths, is_wide
from trialwright.report.docx_file import write_docx
from trialwright.report.e3 import _place
from trialwright.report.pdf import write_pdf
from trialwright.report.rtf import escaped, write_rtf

ODD = "50 % {braces} \\back #hash *star* $x$ _low_ [b] <a> @ref 直 −5 “q” 𝒳"


@cache
def made(language="en"):
    small = read_small(people(7), simulated=True)
    return build_report(
        small.study, small.snapshot, small.analysis, small.rows, catalog=catalog.load(), language=language,
        formats=("pdf", "rtf", "docx"),
    )  # fmt: skip


def pdf_text(content, tmp_path):
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    file = tmp_path / "made.pdf"
    file.write_bytes(content)
    told = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, check=True)
    return told.stdout.decode()


def rtf_text(content):
    """The letters of an RTF file: codes read back, control words left out."""
    text = re.sub(r"\{\\\*.*?\}\}?", "", content.decode("ascii"))
    text = re.sub(r"(?<!\\)\\u(-?\d+)\?", lambda found: chr(int(found[1]) % 65536), text)
    text = text.replace("\\~", "\N{NO-BREAK SPACE}").replace("\\line ", "\n")
    text = re.sub(r"(?<!\\)\\[a-z]+-?\d* ?", "", text)
    return re.sub(r"\\([\\{}])", r"\1", re.sub(r"(?<!\\)[{}]", "", text))


def docx_text(content):
    sheet = docx.Document(io.BytesIO(content))
    cells = [box.text for table in sheet.tables for row in table.rows for box in row.cells]
    return "\n".join([*(line.text for line in sheet.paragraphs), *cells])


def spaced(text):
    """Any run of blanks is one: a line may be broken anywhere."""
    return re.sub(r"\s+", " ", text.replace("\N{NO-BREAK SPACE}", " "))


def test_the_same_value_stands_in_every_format(tmp_path):
    small, report = read_small(people(7), simulated=True), made()
    printed = formatted_rows(small.rows)
    texts = {
        "page": report.files["index.html"].decode(),
        "pdf": pdf_text(report.files["report.pdf"], tmp_path),
        "rtf": rtf_text(report.files["report.rtf"]),
        "docx": docx_text(report.files["report.docx"]),
    }
    lower, upper = printed["14.2.1.1:responders:lower"], printed["14.2.1.1:responders:upper"]
    flat = pl.read_parquet(io.BytesIO(report.files["results.parquet"]))
    cell = flat.filter(pl.col("cell") == "14.2.1.1:responders:lower").row(0, named=True)
    event = ars.write(small.study, small.snapshot, small.rows)["reporting-event.json"]
    told = [
        each["formattedValue"]
        for analysis in msgspec.json.decode(event)["analyses"]
        for each in analysis["results"]
        if (analysis["id"], each["operationId"]) == ("An_14.2.1.1", "Mth_14.2.1.1_lower")
    ]

    draft = draft_results(small.study, None, small.rows, catalog.load())
    registered = draft.section.outcome_measures_module.outcome_measures[0].analyses[0]

    assert (registered.ci_lower_limit, registered.ci_upper_limit) == (lower, upper)
    assert {name: f"{lower} to {upper}" in spaced(text) for name, text in texts.items()} == dict.fromkeys(texts, True)
    assert lower == cell["formatted"]
    assert lower in told


def test_the_rows_of_the_table_are_all_rows_with_their_keys():
    small = read_small(people(7), simulated=True)
    flat = pl.read_parquet(io.BytesIO(made().files["results.parquet"]))

    assert [row.cell for row in small.rows] == flat["cell"].to_list()
    assert {small.study.hash} == set(flat["study_hash"])
    assert {small.snapshot.hash} == set(flat["snapshot_hash"])
    assert flat["group"].null_count() == flat["variable"].null_count() == 0


@pytest.mark.parametrize("form", ["pdf", "rtf"])
def test_a_document_has_the_same_bytes_again(form):
    small = read_small(people(7), simulated=True)
    again = build_report(
        small.study, small.snapshot, small.analysis, small.rows, catalog=catalog.load(), formats=(form,)
    ).files

    assert made().files[f"report.{form}"] == again[f"report.{form}"]


def test_the_pdf_is_tagged_archival_and_counts_its_pages(tmp_path):
    content = made().files["report.pdf"]
    text = pdf_text(content, tmp_path)
    pages = int(re.findall(r"/Count (\d+)", content.decode("latin-1"))[0])

    assert b"/MarkInfo" in content
    assert b"/StructTreeRoot" in content
    assert b"<pdfaid:part>2</pdfaid:part>" in content
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in content
    assert b"pdfuaid:part" in content
    assert f"Page {pages} of {pages}" in text
    assert "Contents" in text


def test_chinese_text_comes_back_out_of_the_pdf(tmp_path):
    text = spaced(pdf_text(made("zh").files["report.pdf"], tmp_path))

    for words in ("第 12 周应答者（按登记方案）", "不能得出的结论", "向均值回归", "虚拟参与者", "目录"):
        assert words.replace(" ", "") in text.replace(" ", "")


def test_chapters_stand_in_the_order_of_e3(tmp_path):
    text = pdf_text(made().files["report.pdf"], tmp_path)
    body = text[text.index("2 Synopsis" if "2 Synopsis" in text else "Synopsis") :]
    order = ["Synopsis", "Ethics", "Study objectives", "Investigational plan", "Efficacy evaluation", "Appendices"]
    places = [body.index(each) for each in order]

    assert sorted(places) == places


def test_signs_that_a_format_uses_itself_are_only_letters(tmp_path):
    table = Table(
        number="1", title=ODD, population=ODD, columns=(ODD, "n"), rows=((Cell(ODD), Cell("1")),), footnotes=(ODD,)
    )
    document = Document(
        name="odd",
        title=ODD,
        subtitle=(ODD,),
        date="2021-03-01",
        foot=ODD,
        blocks=(Heading(ODD), Paragraph(ODD), table),
    )
    rtf = rtf_text(write_rtf(document)).replace("\ud835\udcb3", "𝒳")
    pdf = spaced(pdf_text(write_pdf(document), tmp_path)).replace("\N{SOFT HYPHEN}", "")

    assert rtf.count("{braces} \\back #hash *star* $x$ _low_ [b] <a> @ref 直 −5") >= 6
    assert pdf.count("\\back #hash *star*") >= 3


def test_rtf_is_plain_ascii_whatever_it_says():
    assert escaped("𝒳") == "\\u-10187?\\u-9037?"
    assert escaped("{\\}") == "\\{\\\\\\}"
    write_rtf(Document(name="a", title=ODD, subtitle=(), date="2021-03-01", foot="")).decode("ascii")


def test_a_figure_without_words_is_refused_for_who_cannot_see_it():
    figure = Figure(
        number="F1", title="t", svg='<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>', alt=""
    )

    with pytest.raises(Exception, match="alt"):
        write_pdf(Document(name="a", title="t", subtitle=(), date="2021-03-01", foot="", blocks=(figure,)))


def test_a_table_too_wide_for_a_page_is_turned():
    narrow = Table(number="1", title="", population="", columns=("a", "b"), rows=())
    wide = Table(number="1", title="", population="", columns=tuple("a" * 20 for _ in range(8)), rows=())

    assert [is_wide(narrow), is_wide(wide)] == [False, True]
    assert len(column_widths(wide)) == 8


def test_wide_tables_in_a_row_share_one_turned_section_of_a_docx_and_columns_fit_their_words():
    wide = Table(number="1", title="", population="", columns=("x" * 40,) * 8, rows=((Cell("y" * 30),) * 8,))
    narrow = Table(number="2", title="", population="", columns=("Word", "n"), rows=((Cell("a"), Cell("1")),))
    blocks = (Paragraph("before"), Heading("Wide"), wide, wide, narrow)
    assert (is_wide(wide), is_wide(narrow)) == (True, False)

    made = Document(name="a", title="t", subtitle=(), date="2021-03-01", foot="", blocks=blocks)
    sheet = docx.Document(io.BytesIO(write_docx(made)))
    turned = [section.orientation for section in sheet.sections]

    assert turned == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE, WD_ORIENT.PORTRAIT]
    assert sum(box.width for box in sheet.tables[0].rows[0].cells) <= Mm(
        297 - 36 + 1
    )  # each width is rounded to a twentieth of a point
    assert sum(box.width for box in sheet.tables[2].rows[0].cells) < Mm(40)


def test_a_path_of_the_record_may_be_broken_at_each_step_and_a_file_may_not():
    assert (
        _place("protocolSection.outcomesModule.primaryOutcomes[0].measure")
        == "outcomesModule. primaryOutcomes[0]. measure"
    )
    assert _place("study.yaml") == "study.yaml"


def pages_of(content):
    return int(re.findall(rb"/Count (\d+)", content)[0])


LONG = "an event that somebody told at great length, " * 12


@pytest.mark.parametrize("count", [0, 1, 7])
def test_the_plain_summary_never_has_more_than_two_pages_in_either_language(count):
    small = read_small(people(count, term=LONG) if count else people(0), simulated=True)
    made_now = build_report(
        small.study, small.snapshot, small.analysis, small.rows, catalog=catalog.load(), formats=("pdf",)
    )
    summaries = {name: made_now.files[f"plain-summary-{name}.pdf"] for name in ("en", "zh")}

    assert {name: 1 <= pages_of(each) <= 2 for name, each in summaries.items()} == {"en": True, "zh": True}


def test_every_number_of_the_plain_summary_stands_in_the_report(tmp_path):
    summary = spaced(pdf_text(made().files["plain-summary-en.pdf"], tmp_path))
    small = read_small(people(7), simulated=True)
    printed = formatted_rows(small.rows)
    x, n = printed["14.2.1.1:responders:n"], len(small.analysis.participants)
    low, high = printed["14.2.1.1:responders:lower"], printed["14.2.1.1:responders:upper"]

    assert f"{x} of {n} people were better by the rule" in summary
    assert f"between about {low} % and {high} %" in summary


def test_the_chinese_of_the_plain_summary_extracts_back(tmp_path):
    text = pdf_text(made().files["plain-summary-zh.pdf"], tmp_path).replace("\n", "").replace(" ", "")

    assert "研究结果通俗说明" in text
    assert "没有任何人接受治疗" in text


def test_the_plan_is_made_from_the_definition_alone_and_says_what_the_number_can_show(tmp_path):
    study = read_small(people(0)).study
    plan = write_plan(study, catalog.load(), date="2024-01-31")["plan.pdf"]
    text = spaced(pdf_text(plan, tmp_path))
    # 13 of 20 against 31/73 at one-sided 5 %: attained size 3.6 %, power 41.6 % at a true 60 % (R: pbinom).
    told = re.search(r"13 3\.6 [<\d.]+ [\d.]+ [\d.]+ 41\.6", text.replace("< ", "<"))

    assert plan == write_plan(study, catalog.load(), date="2024-01-31")["plan.pdf"]
    assert [use.number for use in study.displays if use.number.removeprefix("F") not in text] == []
    assert told is not None


def test_a_chinese_docx_has_chinese_colons():
    text = docx_text(made("zh").files["report.docx"])

    assert "注册号：" in text
    assert re.findall(r"[\u4e00-\u9fff]: ", text) == []


def test_the_abbreviations_are_those_of_the_catalog_that_the_titles_use(tmp_path):
    """A new instrument is one folder: what its name stands for is told there, and nowhere in the program."""
    (tmp_path / "instruments" / "grip").mkdir(parents=True)
    (tmp_path / "instruments" / "grip" / "entry.yaml").write_text(
        "title: {en: Grip, zh: 握力}\nsays: Grip strength.\nsource: {text: made up for this test, seen: declared}\n"
        "items: [{name: grip, label: {en: Grip, zh: 握力}, kind: number, unit: kg}]\n"
        "abbreviations: {MMT-8: {en: eight muscles by hand, zh: 八组肌肉}, GRP: {en: grip by hand, zh: 握力测定}}\n",
        "utf-8",
    )
    small = read_small(people(7), simulated=True)
    report = build_report(
        small.study, small.snapshot, small.analysis, small.rows, catalog=catalog.load(tmp_path), formats=("rtf",)
    )
    theirs, ours = spaced(rtf_text(report.files["report.rtf"])), spaced(rtf_text(made().files["report.rtf"]))

    assert "eight muscles by hand" in theirs
    assert "grip by hand" not in theirs
    assert "eight muscles by hand" not in ours
    assert "International Myositis Assessment and Clinical Studies Group" in ours
