"""The course of one virtual participant: screening, visits, logs, and how it ends."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

import msgspec

from trialwright.catalog import Catalog
from trialwright.design.cohort.acts import Act, ActKind
from trialwright.design.cohort.forms import misread, post_form
from trialwright.design.cohort.logs import Period, log_rows
from trialwright.design.cohort.model import Cohort
from trialwright.design.cohort.values import Moment, Person, dose_by_weight
from trialwright.design.draws import Draws
from trialwright.model.study import Study, Visit

SITE_OPENS = dt.time(1, 0)  # UTC: nine in the morning at a site in China; the zone shown is the site's own


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """What fate has in store for one participant before any answer is drawn."""

    label: str
    draws: Draws
    screened: dt.date
    fails_screening: bool
    withdraws: bool
    corrects: bool
    logs: tuple[int, ...]
    arm: str = ""  # "" in a study of one arm


class _Clock:
    """Acts of one day at the site follow one another by a few minutes."""

    def __init__(self, draws: Draws) -> None:
        self._draws = draws
        self._minutes: dict[dt.date, int] = {}

    def next(self, day: dt.date) -> dt.datetime:
        minutes = self._minutes.get(day, self._draws.integer(0, 90, "arrives", day.isoformat()))
        minutes += self._draws.integer(2, 9, "minutes", day.isoformat(), str(minutes))
        self._minutes[day] = minutes
        return dt.datetime.combine(day, SITE_OPENS, dt.UTC) + dt.timedelta(minutes=minutes)


def plan_course(study: Study, cohort: Cohort, catalog: Catalog, course: Course) -> Iterator[Act]:
    """All acts of one participant, each at its moment; later acts never depend on the order of other participants."""
    plan = _Plan(study, cohort, catalog, course)
    yield from plan.screening()
    if not course.fails_screening:
        yield from plan.treatment()


class _Plan:
    def __init__(self, study: Study, cohort: Cohort, catalog: Catalog, course: Course) -> None:
        self.study, self.cohort, self.catalog, self.course = study, cohort, catalog, course
        self.draws = course.draws
        self.person = Person(
            label=course.label,
            severity=course.draws.normal("severity"),
            response=course.draws.normal("response"),
            draws=course.draws,
        )
        self.clock = _Clock(course.draws)
        self.order = tuple(v.name for v in study.visits if v.kind != "log")
        self.weight: Decimal | None = None
        self.corrected = False
        low, high = cohort.screening_days_before
        self.first_dose = course.screened + dt.timedelta(days=course.draws.integer(low, high, "screening"))

    def act(self, kind: ActKind, day: dt.date, **more: object) -> Act:
        fields = {"role": "study_nurse", **more}
        return msgspec.convert(
            {"at": self.clock.next(day), "kind": kind, "participant": self.course.label, **fields}, Act
        )

    def screening(self) -> Iterator[Act]:
        day = self.course.screened
        yield self.act("add", day)
        version = _in_force(self.study, day)
        yield self.act("consent", day, role="investigator", details={"version": version, "date": day.isoformat()})
        for visit in self.study.visits:
            if visit.kind == "screening":
                yield from self.forms(visit, day)
                yield self.act("complete_visit", day, visit=visit.name, role="investigator")
        if self.course.fails_screening:
            yield self.act(
                "screen_failure", day, role="investigator", reason="Does not meet every eligibility criterion"
            )
        else:
            yield self.act("eligibility", day, role="investigator")
            allotted = {"arm": self.course.arm} if self.course.arm else {}
            yield self.act("enrol", self.first_dose, role="investigator", details=allotted)

    def treatment(self) -> Iterator[Act]:
        attended = list(self.attended())
        last = attended[-1][1] if attended else self.first_dose
        owes_correction = self.course.corrects
        for index, (visit, day) in enumerate(attended):
            before = attended[index - 1] if index else None
            yield from self.forms(visit, day, corrects=owes_correction and index > 0)
            owes_correction = owes_correction and not self.corrected
            yield from self.logs(visit, day, before, last)
            yield self.act("complete_visit", day, visit=visit.name, role="investigator")
        yield from self.ending(last)

    def ending(self, last: dt.date) -> Iterator[Act]:
        if not self.course.withdraws:
            yield from self.last_form(last, "completed", "")
            yield self.act("complete", last, role="investigator", details={"date": last.isoformat()})
            return
        day = last + dt.timedelta(days=self.draws.integer(3, 9, "withdraws after"))
        code = self.draws.choice(self.cohort.withdrawal_reasons, "withdrawal reason")
        details = {"reason": code, "date": day.isoformat()}
        yield from self.why(code, last, day)
        yield from self.last_form(day, "withdrawn", code)
        yield self.act("withdraw", day, role="investigator", reason="Recorded at the site", details=details)

    def why(self, code: str, last: dt.date, day: dt.date) -> Iterator[Act]:
        """The log rows that tell why somebody left: a withdrawal for an adverse event has that event in its log."""
        place = next((v for v in self.study.visits if v.kind == "log"), None)
        for position, log in enumerate(self.cohort.logs):
            if place is not None and log.on_withdrawal == code:
                person = msgspec.structs.replace(self.person, draws=self.draws.within("log", str(position)))
                moment = Moment(visit=self.order[-1], order=self.order, date=day, row_date=last)
                form = self.study.form(log.form)
                posted = post_form(form, self.cohort, self.catalog, person, moment, lines=log.fields)
                yield self.act("form", day, visit=place.name, form=log.form, row=0, posted=posted)

    def last_form(self, day: dt.date, status: str, reason: str) -> Iterator[Act]:
        """The forms that stand once among the running logs: how the participant's part ended."""
        place = next((v for v in self.study.visits if v.kind == "log"), None)
        moment = Moment(
            visit=self.order[-1], order=self.order, date=day, row_date=day, end_status=status, end_reason=reason
        )
        for form in [self.study.form(name) for name in place.forms] if place else []:
            if place is not None and not form.repeating:
                posted = post_form(form, self.cohort, self.catalog, self.person, moment)
                yield self.act("form", day, visit=place.name, form=form.name, posted=posted)

    def attended(self) -> Iterator[tuple[Visit, dt.date]]:
        """The visits that took place, with their dates in order; a withdrawal ends them after at least the baseline."""
        planned = [v for v in self.study.visits if v.kind in ("baseline", "planned")]
        stop = (
            self.draws.integer(2, max(2, len(planned) - 1), "withdraws at") if self.course.withdraws else len(planned)
        )
        before = self.first_dose - dt.timedelta(days=1)
        for index, visit in enumerate(planned[:stop]):
            day = self.first_dose if index == 0 else max(self.day_of(visit), before + dt.timedelta(days=1))
            missed = 0 < index < len(planned) - 1 and self.draws.happens(
                self.cohort.visits.missed_share, "missed", visit.name
            )
            if not missed:
                before = day
                yield visit, day

    def day_of(self, visit: Visit) -> dt.date:
        model = self.cohort.visits
        off = round(model.sd_days * self.draws.normal("off plan", visit.name))
        off = max(-visit.early, min(visit.late, off))
        if self.draws.happens(model.outside_share, "outside", visit.name):
            early = self.draws.happens(0.3, "outside early", visit.name)
            off = -(visit.early + model.outside_days) if early else visit.late + model.outside_days
        return self.first_dose + dt.timedelta(days=(visit.study_day or 1) - 1 + off)

    def forms(self, visit: Visit, day: dt.date, *, corrects: bool = False) -> Iterator[Act]:
        moment = Moment(visit=visit.name, order=self.order, date=day)
        for name in visit.forms:
            form = self.study.form(name)
            if form.repeating:
                continue
            posted = post_form(form, self.cohort, self.catalog, self.person, moment, fails=self.course.fails_screening)
            self.weigh(posted)
            wrong = misread(posted, form) if corrects and form.core_set else None
            if wrong is not None:
                yield self.act("form", day, visit=visit.name, form=name, posted=wrong)
                reason = "Typed wrongly; corrected from the source document"
                yield self.act("form", day, visit=visit.name, form=name, posted=posted, reason=reason)
                corrects, self.corrected = False, True
            elif posted:
                yield self.act("form", day, visit=visit.name, form=name, posted=posted)

    def weigh(self, posted: dict[str, str]) -> None:
        for name, text in posted.items():
            if name.startswith("weight."):
                try:
                    self.weight = Decimal(text)
                except InvalidOperation:
                    continue

    def logs(self, visit: Visit, day: dt.date, before: tuple[Visit, dt.date] | None, last: dt.date) -> Iterator[Act]:
        """Rows of the running logs that came about since the visit before, typed at this one."""
        place = next((v for v in self.study.visits if v.kind == "log"), None)
        if place is None:
            return
        period = Period(
            visit=visit,
            day=day,
            since=before[1] if before else None,
            since_visit=before[0].name if before else "",
            first_dose=self.first_dose,
            last=last,
            dose=dose_by_weight(self.study, self.weight, self.course.arm),
            order=self.order,
        )
        for row in log_rows(self.study, self.cohort, self.catalog, self.person, period, shared=self.course.logs):
            yield self.act("form", day, visit=place.name, form=row.form, row=row.number, posted=row.posted)


def _in_force(study: Study, day: dt.date) -> str:
    """The newest version of the consent form that may be signed on a day; "" in a study without any."""
    versions = [v.name for v in study.consents if v.effective is None or v.effective.earliest <= day]
    return versions[-1] if versions else ""
