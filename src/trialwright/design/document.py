"""The design report: one self-contained page a language, for an ethics committee to read."""

from functools import cache
from importlib.resources import files

import jinja2
from markupsafe import Markup

from trialwright.design.answers import AgainstBenchmark, Design, Run
from trialwright.design.curves import chart_svg, power_chart, tooth_chart
from trialwright.model.text import Text


class Speaker:
    """The words of one language, and numbers as people write them."""

    def __init__(self, language: str) -> None:
        self.language = language

    def say(self, english: str, chinese: str, **fields: object) -> str:
        return Text(english, chinese).of(self.language).format(**fields)

    def text(self, text: Text) -> str:
        return text.of(self.language)

    @staticmethod
    def percent(share: float, places: int = 0) -> str:
        if 0 < share < 0.5 * 10 ** -(places + 2):
            return f"< {10.0**-places:g} %"
        return f"{share * 100:.{places}f} %"

    def line(self, run: Run) -> str:
        """The rate with its Monte Carlo error."""
        return f"{run.rate * 100:.1f} % ± {run.rate_se * 100:.2f}"

    def power_words(self, key: str, title: str, says: str) -> dict[str, str]:
        return {
            "key": key,
            "title": title,
            "says": says,
            "x": self.say("true response rate", "真实应答率"),
            "y": self.say("power", "检验效能"),
        }


def render_design(design: Design, language: str) -> str:
    """The report in "en" or "zh"; the same bytes for the same design."""
    speaker = Speaker(language)
    template = _environment().get_template("document.html.j2")
    return template.render(
        design=design,
        exact=design.exact,
        simulated=design.simulated,
        s=speaker,
        say=speaker.say,
        percent=speaker.percent,
        language=language,
        power_figure=Markup(_power_figure(design, speaker)),  # noqa: S704 - our own SVG, its words are escaped
        tooth_figures=[
            Markup(_tooth_figure(design, b, place, speaker))  # noqa: S704 - as above
            for place, b in enumerate(design.exact.benchmarks)
        ],
    )


def _power_figure(design: Design, s: Speaker) -> str:
    exact = design.exact
    curves = [(f"{b.responders}/{b.participants}", b.powers) for b in exact.benchmarks]
    told = [
        s.say(
            "against {a} of {b}, {needed} responders of {n} are needed and a true rate of 60 % is found in {power}",
            "与 {a}/{b} 比较，{n} 例中需 {needed} 例应答，真实率为 60% 时检验效能 {power}",
            a=b.responders,
            b=b.participants,
            needed=b.needed,
            n=exact.participants,
            power=s.percent(dict(b.powers).get(0.6, 0.0)),
        )
        for b in exact.benchmarks
    ]
    title = s.say("Power by true response rate", "各真实应答率下的检验效能")
    marks = []
    if design.simulated is not None:
        marks = [(design.simulated.declared.rate, s.say("as assumed", "如假定"))]
    return chart_svg(power_chart(curves, marks, s.power_words("power", title, "; ".join(told))))


def _tooth_figure(design: Design, against: AgainstBenchmark, place: int, s: Speaker) -> str:
    words = s.power_words(
        f"tooth{place}",
        s.say("Power by number of participants", "各样本量下的检验效能"),
        s.say(
            "Power of the exact test against {a} of {b} at a true rate of {hoped}, a saw-tooth that rises with every "
            "participant and falls where one more responder is needed; at {n} it is {power}.",
            "与 {a}/{b} 比较、真实率 {hoped} 时精确检验的检验效能，呈锯齿状：样本量每增一例上升，"
            "所需应答数加一时下降；{n} 例时为 {power}。",
            a=against.responders,
            b=against.participants,
            hoped=s.percent(against.hoped),
            n=design.exact.participants,
            power=s.percent(against.hoped_power),
        ),
    )
    words |= {
        "x": s.say("participants", "参与者例数"),
        "planned": s.say("{n} planned", "计划 {n} 例", n=design.exact.participants),
    }
    return chart_svg(tooth_chart([(t.n, t.power) for t in against.teeth], design.exact.participants, words))


@cache
def _environment() -> jinja2.Environment:
    here = files("trialwright.design")
    return jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: (here / name).read_text("utf-8")),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
