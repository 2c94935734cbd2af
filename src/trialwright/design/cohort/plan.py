"""From a declared model and a study definition to the dated acts of a whole virtual trial."""

import datetime as dt
from collections.abc import Sequence

from trialwright.catalog import Catalog
from trialwright.design.cohort.acts import Act
from trialwright.design.cohort.course import Course, plan_course
from trialwright.design.cohort.model import Cohort
from trialwright.design.draws import Draws
from trialwright.model.study import Study


def plan_cohort(
    study: Study, cohort: Cohort, catalog: Catalog, *, participants: int | None = None, seed: int | None = None
) -> tuple[Act, ...]:
    """
    Everything that people at the site would do for a virtual cohort, in order of time.

    Shape:  acts sorted by `at`; `participants` of them are planned to be enrolled, screen failures come on top.
    Units:  dates follow the registered start date; the first participant is screened on it.
    Source: every number is declared, with its reason, in the cohort file; nothing is drawn from another source.
    """
    count = cohort.participants if participants is None else participants
    draws = Draws(cohort.seed if seed is None else seed)
    courses = _courses(study, cohort, count, draws)
    acts = [act for course in courses for act in plan_course(study, cohort, catalog, course)]
    return tuple(sorted(acts, key=lambda act: (act.at, int(act.participant))))


def _courses(study: Study, cohort: Cohort, count: int, draws: Draws) -> list[Course]:
    failures = round(cohort.screen_failures_share * count)
    labels = [str(number) for number in range(1, count + failures + 1)]
    failing = set(draws.order(labels, "screen failure")[:failures])
    treated = [label for label in labels if label not in failing]
    withdrawn = _some(draws, treated, cohort.withdrawal_share, "withdrawal")
    # Whoever leaves early may have no later visit left to correct.
    staying = [label for label in treated if label not in withdrawn]
    corrected = _some(draws, staying, cohort.correction_share, "correction")
    start = study.registration.start_date.earliest
    arms = _allocation(study, treated, draws)
    return [
        Course(
            label=label,
            draws=draws.within(label),
            screened=start + dt.timedelta(days=round(index * cohort.days_between_participants)),
            fails_screening=label in failing,
            withdraws=label in withdrawn,
            corrects=label in corrected,
            logs=_rows_by_share(cohort, draws, treated, label),
            arm=arms.get(label, ""),
        )
        for index, label in enumerate(labels)
    ]


def _allocation(study: Study, labels: Sequence[str], draws: Draws) -> dict[str, str]:
    """The arm of each virtual participant, in permuted blocks of the declared ratio; nothing with one arm."""
    if len(study.arms) < 2:
        return {}
    block = [arm.name for arm in study.arms for _ in range(arm.ratio or 1)]
    places = [str(at) for at in range(len(block))]
    found: dict[str, str] = {}
    for start in range(0, len(labels), len(block)):
        order = draws.order(places, "allocation", str(start))
        found |= {label: block[int(at)] for label, at in zip(labels[start:], order, strict=False)}
    return found


def _rows_by_share(cohort: Cohort, draws: Draws, treated: Sequence[str], label: str) -> tuple[int, ...]:
    """Which of the cohort's share-driven logs this participant has a row of, by position in `cohort.logs`."""
    return tuple(
        position
        for position, log in enumerate(cohort.logs)
        if log.share and label in _some(draws, list(treated), log.share, "log", str(position), sure=log.at_least_one)
    )


def _some(draws: Draws, labels: list[str], share: float, *path: str, sure: bool = True) -> set[str]:
    """A share of the labels, rounded; where `sure`, never none as long as there is anybody."""
    if not share:
        return set()
    wanted = max(1 if sure else 0, round(share * len(labels)))
    return set(draws.order(labels, *path)[:wanted])
