"""What computes the registered outcome measures: of a study with its record, or of any record alone."""

from pathlib import Path

from trialwright.catalog import load as _catalog
from trialwright.model.problem import Problem
from trialwright.pipeline.record_history import drafted
from trialwright.pipeline.registration import registered_record
from trialwright.pipeline.study import load_study
from trialwright.register import plain_protocol, read_record, unreadable_file
from trialwright.register.binding import Binding, bind_outcomes


def outcomes_of(path: Path) -> tuple[Binding, ...] | list[Problem]:
    """
    Every outcome measure of the record behind `path`, bound to the definition where `path` is a study folder.

    Problems: what cannot be read (TW-REG-001 to 009), or a definition that does not stand.
    """
    catalog = _catalog()
    if path.is_dir():
        study, problems = load_study(path, catalog)
        if study is None:
            return [problem for problem in problems if problem.severity == "error"] or problems
        record = registered_record(path, study) if study.registration.record_path else drafted(path, study)
        return record if isinstance(record, list) else bind_outcomes(plain_protocol(record), catalog, study)
    try:
        record = read_record(path.read_bytes(), str(path))
    except OSError as error:
        return [unreadable_file(str(path), error.strerror or type(error).__name__)]
    return record if isinstance(record, list) else bind_outcomes(plain_protocol(record), catalog)
