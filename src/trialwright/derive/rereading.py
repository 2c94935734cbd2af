"""An endpoint that reads an instrument by other options than its form: its own measures beside the usual ones."""

from collections.abc import Sequence

import msgspec

from trialwright.catalog import Catalog
from trialwright.derive.courses import Course
from trialwright.derive.measures import derive_measures
from trialwright.model.analysis import AnalysisRecord
from trialwright.model.study import Estimand, Study

MARK = "@"
"""Between the name of a measure and that of the endpoint that reads it its own way."""


def read_another_way(study: Study, estimand: Estimand, catalog: Catalog, course: Course) -> Course:
    """
    The course as this endpoint reads it: measures of the instruments in its `options` derived once more.

    Shape: found under the usual ids, so that a criterion looks them up as ever; the records themselves have names of
           their own ("muscle_enzymes.most_abnormal@ck_week_12"), so that both readings can be listed and traced.
    """
    changed = estimand.variable.options
    asked = {
        name: msgspec.structs.replace(section, options=section.options | changed[name])
        for name, section in course.asked.items()
        if name in changed
    }
    if not asked:
        return course
    measures = derive_measures(study, catalog, course.book, asked, course.visits, pid=course.participant)
    own = {
        key: msgspec.structs.replace(
            measured,
            record=msgspec.structs.replace(
                measured.record,
                id=f"{measured.record.id}{MARK}{estimand.name}",
                parameter=f"{measured.record.parameter}{MARK}{estimand.name}",
                kind="value",  # an endpoint's own: listings of measures show what everybody reads
            ),
        )
        for key, measured in measures.items()
    }
    return msgspec.structs.replace(course, measures={**course.measures, **own})


def reread_records(estimand: Estimand, course: Course) -> Sequence[AnalysisRecord]:
    """The records that this endpoint read its own way."""
    if not estimand.variable.options:
        return ()
    mine = f"{MARK}{estimand.name}"
    return [m.record for m in course.measures.values() if m.record.parameter.endswith(mine)]
