"""What the study asks: objectives with their endpoints, analysis populations and estimands."""

from trialwright.export.usdm.codes import ENDPOINTS, OBJECTIVES, Json, Thing, code, id_of, paragraph, thing
from trialwright.model.study import Estimand, Study


def own(study: Study) -> list[Estimand]:
    """The estimands that stand for an endpoint of their own."""
    return [each for each in study.estimands if not each.is_variation]


def carried(study: Study) -> list[Estimand]:
    """
    The estimands a USDM document holds. A sensitivity analysis is no estimand of its own by ICH E9(R1).

    A supplementary one is; it asks about the endpoint of the estimand that it varies.
    """
    return [each for each in study.estimands if each.level != "sensitivity"]


def objectives(study: Study) -> list[Json]:
    """One primary objective, for USDM allows no second; every other endpoint has an objective of its own."""
    made: list[Json] = []
    primary = [each for each in own(study) if each.level == "primary"]
    if primary:
        asked = " ".join(each.says or each.title.en for each in primary)
        made.append(_objective(study, "primary", "primary", asked, primary))
    for estimand in own(study):
        if estimand.level != "primary":
            asked = estimand.says or estimand.title.en
            made.append(_objective(study, estimand.name, estimand.level, asked, [estimand]))
    for at, outcome in enumerate(study.outcomes, 1):
        if not outcome.estimand:
            endpoint = thing(
                "Endpoint",
                f"outcome_{at}",
                name=f"outcome_{at}",
                label=outcome.measure,
                text=paragraph(f"{outcome.description or outcome.measure} ({outcome.time_frame})"),
                purpose=outcome.level,
                level=code(f"Endpoint_outcome_{at}.level", ENDPOINTS[outcome.level]),
            )
            made.append(_with(f"outcome_{at}", outcome.level, outcome.measure, [endpoint]))
    return made


def _objective(study: Study, name: str, level: str, asked: str, estimands: list[Estimand]) -> Thing:
    return _with(name, level, asked, [_endpoint(study, each) for each in estimands])


def _with(name: str, level: str, asked: str, endpoints: list[Json]) -> Thing:
    return thing(
        "Objective", name, name=name, text=paragraph(asked), level=code(f"Objective_{name}.level", OBJECTIVES[level]),
        endpoints=endpoints,
    )  # fmt: skip


def _endpoint(study: Study, estimand: Estimand) -> Thing:
    registered = [each for each in study.outcomes if each.estimand == estimand.name]
    words = [f"{each.measure}: {each.description} ({each.time_frame})" for each in registered]
    return thing(
        "Endpoint", estimand.name, name=estimand.name, label=estimand.title.en,
        text=paragraph(" ".join(words) or estimand.says or estimand.title.en), purpose=estimand.level,
        level=code(f"Endpoint_{estimand.name}.level", ENDPOINTS[estimand.level]),
    )  # fmt: skip


def populations(study: Study) -> list[Json]:
    return [
        thing("AnalysisPopulation", each.name, name=each.name, label=each.title.en, text=each.says, subsetOfIds=[])
        for each in study.analysis_sets
    ]


def estimands(study: Study) -> list[Json]:
    """Each with its population, treatment, variable, intercurrent events and summary."""
    events = {each.name: each for each in study.intercurrent_events}
    given = list[Json]([id_of("StudyIntervention", each.name) for each in study.interventions])
    made: list[Json] = []
    for each in carried(study):
        met: list[Json] = [
            thing(
                "IntercurrentEvent",
                f"{each.name}.{name}",
                name=f"{each.name}.{name}",  # within a study a name may stand once
                label=events[name].title.en,
                text=paragraph(events[name].says),
                strategy=strategy.replace("_", " "),
            )
            for name, strategy in each.intercurrent.items()
        ]
        summary = ", ".join(use.method.replace("_", " ") for use in each.summary)
        made.append(
            thing(
                "Estimand",
                each.name,
                name=each.name,
                label=each.title.en,
                description=each.treatment,
                populationSummary=f"Summarised by {summary}" if summary else each.title.en,
                analysisPopulationId=id_of("AnalysisPopulation", each.population),
                interventionIds=given,
                variableOfInterestId=id_of("Endpoint", each.of or each.name),
                intercurrentEvents=met,
            )
        )
    return made
