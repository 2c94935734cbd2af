"""Tables and figures as HTML: readable by machine and person, and closed to what a participant may have typed."""

from html.parser import HTMLParser

from trialwright.model.analysis import Cell, Figure, Table
from trialwright.report import render_figure_html, render_table_html

ATTACK = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


class Tags(HTMLParser):
    """Every tag with its attributes, in order."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def named(self, name):
        return [attributes for tag, attributes in self.found if tag == name]


def table(**fields):
    rows = ((Cell("Responders"), Cell("11", "14.2.1.1:responders:n", align="right")),)
    made = {
        "number": "14.2.1.1",
        "title": "Responders",
        "population": "All (N = 20)",
        "columns": ("", "n"),
        "rows": rows,
    }
    return Table(**(made | fields))


def test_every_column_and_line_has_a_heading():
    tags = Tags(render_table_html(table()))

    assert [each["scope"] for each in tags.named("th") if each["role"] == "columnheader"] == ["col"]
    assert [each["scope"] for each in tags.named("th") if each["role"] == "rowheader"] == ["row"]


def test_a_cell_keeps_its_name_and_leads_where_the_page_says():
    html = render_table_html(table(), link=lambda cell: f"/trace/{cell.ref}" if cell.ref else None)

    assert '<a href="/trace/14.2.1.1:responders:n">11</a>' in html
    assert 'data-cell="14.2.1.1:responders:n"' in html


def test_each_statistic_of_a_joined_cell_leads_its_own_way():
    parts = (Cell("48.2", "T:age:mean"), Cell(" ("), Cell("11.3", "T:age:sd"), Cell(")"))
    html = render_table_html(
        table(rows=((Cell("Age"), Cell("48.2 (11.3)", parts=parts)),)), link=lambda cell: f"#{cell.ref}"
    )

    assert '<a href="#T:age:mean">48.2</a>' in html
    assert '<a href="#T:age:sd">11.3</a>' in html


def test_without_a_link_nothing_is_clickable():
    assert Tags(render_table_html(table())).named("a") == []


def test_what_a_participant_typed_never_becomes_markup():
    hostile = table(
        title=ATTACK, population=ATTACK, columns=(ATTACK, ATTACK), rows=((Cell(ATTACK), Cell(ATTACK, ATTACK)),),
        footnotes=(ATTACK,), mark=ATTACK,
    )  # fmt: skip
    html = render_table_html(hostile, link=lambda cell: ATTACK)

    assert Tags(html).named("script") + Tags(html).named("img") == []
    assert "<script" not in html


def test_a_table_without_rows_says_so_and_keeps_its_columns():
    html = render_table_html(table(rows=()))

    assert "Nothing to show." in html
    assert len([each for each in Tags(html).named("th") if each["role"] == "columnheader"]) == 1


def test_the_mark_of_virtual_participants_stands_in_the_heading_and_in_the_notes():
    html = render_table_html(table(mark="virtual participants"))

    assert '<span class="mark">virtual participants</span>' in html
    assert "no person was treated or measured" in html


def test_a_figure_has_the_same_in_words():
    figure = Figure(number="F14.2.2", title="Waterfall", svg='<svg role="img"></svg>', alt="P001 4 <improved>")
    html = render_figure_html(figure)

    assert [each["aria-label"] for each in Tags(html).named("svg")] == ["P001 4 <improved>"]
    assert "<p>P001 4 &lt;improved&gt;</p>" in html


def test_a_drawn_point_leads_where_its_cell_or_record_leads():
    points = '<a xlink:href="cell:F1:a:n" target="_blank"><path/></a><a xlink:href="record:P1:x"><g/></a>'
    drawn = f'<svg role="img">{points}</svg>'
    figure = Figure(number="F1", title="", svg=drawn, alt="")

    html = render_figure_html(figure, lambda cell: f"#{cell.ref}" if cell.ref else None)

    assert [(each["href"], each["aria-label"]) for each in Tags(html).named("a")] == [("#F1:a:n", "1")]
    assert "<g><g/></g>" in html
    assert "xlink:href" not in html
