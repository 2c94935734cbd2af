"""The report in Chinese: every display, figure and sentence; English only where it is marked as quoted."""

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.text import Text as DrawnText

from support.results import packaged_study, people, read_small
from trialwright import catalog
from trialwright.catalog.wording import Book, shared_sentences
from trialwright.model.analysis import Figure
from trialwright.model.text import Text
from trialwright.report import book_of, build_report

ALLOWED = {
    line.strip()
    for line in (Path(__file__).parents[2] / "web" / "latin_allowlist.txt").read_text().splitlines()
    if line.strip() and not line.startswith("#")
}
LATIN = re.compile(r"[A-Za-zÀ-ɏµ][A-Za-z0-9À-ɏµα-ω'’_./-]*")
# Participants, visits, numbers of figures, registry numbers: codes, not words.
CODE = re.compile(r"P\d+|W\d+|F\d+(\.\d+)*|NCT\d+")
SIZES = (0, 1, 7)


@cache
def chinese(count):
    small = read_small(people(count))
    return build_report(small.study, small.snapshot, small.analysis, small.rows, catalog=catalog.load(), language="zh")


def page(count):
    return chinese(count).files["index.html"].decode()


class Words(HTMLParser):
    """What a reader of the page meets, without what is marked as English, code or computer text."""

    VOID = frozenset({"img", "meta", "link", "br"})

    def __init__(self):
        super().__init__()
        self.found = []
        self.quoted = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        inside = (given.get("lang") or "zh").startswith("en") or tag in ("style", "code", "pre")
        if not (inside or any(self.quoted)):
            self.found += [given[name] for name in ("alt", "aria-label", "title", "data-label") if given.get(name)]
        if tag not in self.VOID:
            self.quoted.append(inside or given.get("class") == "code")

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            self.quoted.pop()

    def handle_data(self, data):
        if not any(self.quoted):
            self.found.append(data)


def latin_in(html):
    words = Words()
    words.feed(html)
    found = {(word, text.strip()[:80]) for text in words.found for word in LATIN.findall(text)}
    return {(word, text) for word, text in found if word not in ALLOWED and not CODE.fullmatch(word)}


@pytest.mark.parametrize("count", SIZES)
def test_no_latin_word_outside_the_list_stands_on_the_page(count):
    assert latin_in(page(count)) == set()


def test_every_display_has_a_chinese_title_and_chinese_column_heads():
    without = [
        each.display.number
        for each in chinese(7).displays
        if not re.search("[一-鿿]", each.display.title)
        or (not isinstance(each.display, Figure) and not all(re.search("[一-鿿%]|^$", w) for w in each.display.columns))
    ]

    assert [use.number for use in packaged_study().displays] == [each.use.number for each in chinese(7).displays]
    assert without == []


def test_what_the_author_wrote_in_english_is_quoted_and_marked():
    benchmark = packaged_study().estimands[0].benchmarks[0]

    assert f'<li lang="en">{benchmark.source}</li>' in page(7)
    assert "研究定义以英文给出" in page(7)


def test_the_file_of_results_is_the_same_in_both_languages():
    small = read_small(people(7))
    english = build_report(small.study, small.snapshot, small.analysis, small.rows, catalog=catalog.load())

    assert chinese(7).files["results.json"] == english.files["results.json"]


def test_every_word_that_a_figure_draws_is_chinese(monkeypatch):
    """Asked of what stands on the sheet once it is drawn: an axis writes its own labels at that moment."""
    seen, draw = set(), FigureCanvasSVG.print_svg

    def noting(canvas, *given, **named):
        draw(canvas, *given, **named)
        texts = [text for text in canvas.figure.findobj(DrawnText) if text.get_visible()]
        seen.update(text.get_text() for text in texts)

    monkeypatch.setattr(FigureCanvasSVG, "print_svg", noting)
    small = read_small(people(7))
    build_report(small.study, small.snapshot, small.analysis, small.rows, catalog=catalog.load(), language="zh")
    latin = {(word, text) for text in seen for word in LATIN.findall(text)}

    symbols = ALLOWED | {"n"}  # a number of participants

    assert len(seen) > 50
    assert {(word, text) for word, text in latin if word not in symbols and not CODE.fullmatch(word)} == set()


def test_a_figure_draws_chinese_from_outlines_and_the_same_bytes_twice():
    small = read_small(people(7))
    again = build_report(small.study, small.snapshot, small.analysis, small.rows, catalog=catalog.load(), language="zh")
    drawn = {name: made for name, made in chinese(7).files.items() if name.endswith(".svg")}

    assert drawn == {name: made for name, made in again.files.items() if name.endswith(".svg")}
    assert [name for name, made in drawn.items() if b"NotoSansCJK" not in made or b"<text" in made] == []


def test_a_sentence_keeps_its_numbers():
    book = Book(shared_sentences())

    said = book.say("13 responders of 20 participants")
    assert said == "13 responders of 20 participants"  # no such sentence: it stays, it is not guessed
    assert book.say("Percentages are of 20 participants (enrolled).") == "百分比以 20 例参与者（已入组）为分母。"
    assert book.say("11 of 20 participants responded: 55.0 %.") == "20 例参与者中 11 例应答：55.0%。"


def test_a_name_is_worded_by_the_study_and_a_typed_text_stays():
    book = Book((Text("{visit}, day {n}", "{visit}，第 {n} 天"),), {"Week 12": "第 12 周"}, typed=("sore throat",))

    assert book.say("Week 12, day 84") == "第 12 周，第 84 天"
    assert book.say("sore throat") == "sore throat"
    assert book.is_typed("sore throat") is True


def test_every_estimand_and_benchmark_has_its_words():
    small = read_small(people(1))
    book = book_of(small.study, catalog.load(), small.snapshot, small.analysis)

    for estimand in small.study.estimands:
        assert book.say(estimand.title.en) == estimand.title.zh
        assert [book.say(each.label.en) for each in estimand.benchmarks] == [e.label.zh for e in estimand.benchmarks]


def test_what_a_method_does_is_told_in_chinese_and_says_the_same_in_english():
    known = catalog.load()
    methods = [known.method(name) for name in known.names("method")]
    told = {each.name: each.sentences["says"] for each in methods if "says" in each.sentences}
    used = {use.method for estimand in packaged_study().estimands for use in estimand.summary}

    assert used <= told.keys()
    assert {name: text.en for name, text in told.items()} == {name: known.method(name).says.strip() for name in told}


@pytest.mark.parametrize("shift", ["", ", imputed values shifted by 2.5"])
def test_a_full_stop_does_not_lead_a_sentence_to_a_pattern_that_says_less(shift):
    entry = catalog.load().method("multiple_imputation")
    book = Book([*shared_sentences(), *entry.sentences.values()])
    said = book.say(
        f"Multiple imputation (100 imputations, seed 7, multivariate normal, missing at random{shift}), Rubin's rules "
        "with Barnard-Rubin degrees of freedom, 95 % confidence interval."
    )

    assert said.startswith("多重插补（100 次") and said.endswith("95% 置信区间。")


def test_a_line_of_a_table_is_not_worded_as_the_question_of_a_form():
    small = read_small(people(7), simulated=True)
    book = book_of(small.study, catalog.load(), small.snapshot, small.analysis)

    assert [book.say(word) for word in ("Serious", "Major")] == ["严重", "重大"]


def test_a_sentence_that_ends_in_a_number_of_a_table_has_one_full_stop():
    assert Book(shared_sentences()).say("What is assumed is told under Table 14.3.1.1.") == "所作假设见表 14.3.1.1。"
