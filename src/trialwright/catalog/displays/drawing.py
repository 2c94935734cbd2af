"""Figures as deterministic SVG: one hand, one font, readable in grey."""

import io
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from textwrap import wrap
from typing import Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas
from matplotlib.font_manager import FontProperties
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Text as DrawnText
from matplotlib.ticker import FuncFormatter

from trialwright.catalog.displays.layout import footnotes_of, sentence
from trialwright.catalog.fonts import chinese_font_folder
from trialwright.catalog.wording import CJK, Book, shared_sentences
from trialwright.model.analysis import DisplayContext, Figure, ResultRow

# The font inside matplotlib's own wheel, by file: a font of the machine would draw other outlines elsewhere.
_FONTS = Path(mpl.get_data_path()) / "fonts" / "ttf"
_REGULAR, _BOLD = _FONTS / "DejaVuSans.ttf", _FONTS / "DejaVuSans-Bold.ttf"

_MARK_IN = 0.2
_CHINESE_LINE = 22  # characters

INK, QUIET, RULE = "#1a1d21", "#5a6169", "#c9ced4"
FILL = {"Y": "#1f4e79", "N": "#f0c9a4", "U": "#ffffff", "": "#ffffff"}
# Straight strokes only: a dotted hatch is drawn as curves and weighs a quarter of a megabyte.
HATCH = {"Y": "", "N": "////", "U": "---", "": "---"}
STROKE: dict[str, Literal["solid"] | tuple[float, tuple[float, ...]]] = {
    "Y": "solid",  # an empty pattern of dashes is drawn by some readers as no line at all
    "N": (0, (4, 2)),
    "U": (0, (1, 1.5)),
    "": (0, (1, 1.5)),
}
WORDS = {"Y": "Responder", "N": "Not a responder", "U": "Undetermined", "": "No verdict"}


def new_canvas(width_in: float, height_in: float) -> Canvas:
    """An empty sheet, attached to no window and no global state."""
    canvas = Canvas(figsize=(width_in, height_in), layout="constrained")
    FigureCanvasSVG(canvas)
    return canvas


def plain_axes(axes: Axes) -> None:
    """Two thin axes, quiet ticks, nothing that is not data."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(QUIET)
        axes.spines[side].set_linewidth(0.6)
    axes.tick_params(colors=QUIET, labelsize=8, width=0.6, length=3)


def benchmark_lines(axes: Axes, context: DisplayContext, *, across: bool) -> None:
    """Every benchmark a dashed line with its name, lying across or standing: a range, never one threshold."""
    for number, each in enumerate(context.benchmarks):
        rate = 100 * each.responders / each.participants
        dashes = (0, (6, 2)) if number % 2 == 0 else (0, (2, 2))
        name = each.label.of(context.language)
        if across:
            axes.axhline(rate, color=QUIET, linewidth=1, linestyle=dashes)
            axes.annotate(name, (0.005, rate + 1), xycoords=("axes fraction", "data"), fontsize=7, color=QUIET)
        else:
            axes.axvline(rate, color=QUIET, linewidth=1, linestyle=dashes)
            axes.annotate(name, (rate, 1.01 + 0.045 * number), xycoords=("data", "axes fraction"), fontsize=7,
                          color=QUIET, ha="center", annotation_clip=False)  # fmt: skip


def say_nothing_to_draw(canvas: Canvas, words: str) -> None:
    """A figure without participants says so instead of being left out: its absence would be no result."""
    canvas.text(0.5, 0.5, words, ha="center", va="center", fontsize=11, color=QUIET)


def finished(
    canvas: Canvas, context: DisplayContext, rows: Sequence[ResultRow], alt: str, footnotes: Sequence[str] = ()
) -> Figure:
    """
    The drawing as a Figure: SVG with title and description inside, ids that are its own, no date and no system font.

    Missing: a context without a mark prints none; a marked one prints the mark inside the drawing, where it stays.
    """
    if context.mark:
        # Room of its own below everything, or it would lie on the words of an axis.
        share = _MARK_IN / canvas.get_figheight()
        engine = canvas.get_layout_engine()
        if isinstance(engine, ConstrainedLayoutEngine):
            engine.set(rect=(0, share, 1, 1 - share))
        canvas.text(0.995, 0.012, context.mark, ha="right", va="bottom", fontsize=8, color=QUIET)
    if context.language.startswith("zh"):
        alt = _put_over(canvas, alt, context)
    _use_bundled_fonts(canvas)
    out = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": f"trialwright {context.number}", "svg.fonttype": "path"}):
        # Drawn once: `savefig` would draw everything a first time for the layout alone.
        FigureCanvasSVG(canvas).print_svg(out, metadata={"Date": None, "Creator": None})  # type: ignore[no-untyped-call]
    return Figure(
        number=context.number,
        title=context.title,
        svg=_described(out.getvalue(), context, alt),
        alt=alt,
        footnotes=(*(sentence(note) for note in footnotes), *footnotes_of(rows, context)),
        refs=tuple(row.cell for row in rows),
        population=context.population,
        mark=context.mark,
    )


def _put_over(canvas: Canvas, alt: str, context: DisplayContext) -> str:
    """What is drawn, and what is told of it, in Chinese: names come so from the context, the rest from the book."""
    book = Book([*context.sentences, *shared_sentences()], context.names)
    for axes in canvas.axes:
        for axis in (axes.xaxis, axes.yaxis):
            # A label of a tick is written by its axis when it is drawn: a text set on it alone would not stay.
            if isinstance(axis.get_major_formatter(), FuncFormatter):
                axis.set_ticklabels([_worded(label.get_text(), book) for label in axis.get_ticklabels()])
    for text in canvas.findobj(DrawnText):
        text.set_text(_worded(text.get_text(), book))
    return book.say(alt)


def _worded(text: str, book: Book) -> str:
    """The text in Chinese; what was broken over lines is looked up whole and broken again."""
    whole = " ".join(text.split("\n"))
    said = book.say(whole)
    if "\n" in text:
        if said == whole:
            return text
        lines = -(-len(said) // _CHINESE_LINE)
        said = "\n".join(wrap(said.replace(" ", "\u00a0"), -(-len(said) // lines))).replace("\u00a0", " ")
    # The font's wide comma stands in mid-air, as in Taiwan: a narrow one reads rightly everywhere.
    return said.replace("，", ", ")


@cache
def _chinese_font() -> Path:
    """The Chinese font, found as a file: it is large, and an English figure never opens it."""
    return chinese_font_folder() / "NotoSansCJKtc-Regular.otf"


def _use_bundled_fonts(canvas: Canvas) -> None:
    for text in canvas.findobj(DrawnText):
        bold = text.get_fontweight() in ("bold", 700)
        file = _chinese_font() if CJK.search(text.get_text()) else _BOLD if bold else _REGULAR
        font = FontProperties(fname=str(file), size=text.get_fontsize())
        text.set_fontproperties(font)


def _described(svg: str, context: DisplayContext, alt: str) -> str:
    """The bare svg element, told to readers that do not see it, its ids prefixed so that two figures share a page."""
    body = _without_styles(svg[svg.index("<svg") :])
    prefix = "f" + re.sub(r"[^0-9A-Za-z]", "-", context.number) + "-"
    body = re.sub(r'\bid="', f'id="{prefix}', body)
    body = re.sub(r"url\(#", f"url(#{prefix}", body)
    body = re.sub(r'xlink:href="#', f'xlink:href="#{prefix}', body)
    body = re.sub(r"<metadata>.*?</metadata>\s*", "", body, flags=re.DOTALL)
    end = body.index(">")
    described = f"<title>{_escaped(context.title)}</title><desc>{_escaped(alt)}</desc>"
    return f'{body[:end]} role="img" stroke-linejoin="round" stroke-linecap="butt">{described}{body[end + 1 :]}'


def _without_styles(body: str) -> str:
    """Presentation attributes in place of styles: a page that allows no inline style draws the same figure."""
    body = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>\s*", "", body, flags=re.DOTALL)
    return re.sub(r' style="([^"]*)"', lambda found: _attributes(found[1]), body)


def _attributes(style: str) -> str:
    pairs = (part.partition(":") for part in style.split(";") if ":" in part)
    return "".join(f' {name.strip()}="{value.strip()}"' for name, _, value in pairs)


def record_address(record_id: str) -> str:
    """The address that a drawn point carries: whoever shows the figure turns it into one of its own."""
    return f"record:{record_id}"


def cell_address(cell: str) -> str:
    """The same for a point that shows a result row."""
    return f"cell:{cell}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
