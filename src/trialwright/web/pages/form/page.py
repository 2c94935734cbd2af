"""A form of the study: shown, filled in, saved; where it repeats, its rows."""

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import msgspec
from django.http import HttpResponse, HttpResponseBase

from trialwright.capture.checks import check_form
from trialwright.capture.conditions import names_in
from trialwright.capture.forms import read_form
from trialwright.capture.gates import check_may_save
from trialwright.capture.scores import form_scores, may_score
from trialwright.capture.values import Place as Spot
from trialwright.capture.values import fields_of, shown_text, values_of
from trialwright.catalog import load
from trialwright.model.identity import once_for_each
from trialwright.model.ledger import Blank, Datapoint
from trialwright.model.problem import Problem
from trialwright.model.study import Field, Form, Study
from trialwright.model.text import LANGUAGES, Text
from trialwright.pipeline import conduct
from trialwright.web import drafts, lookup, quality, queries, signatures
from trialwright.web.blocks import blocks
from trialwright.web.drawn import Where, draw_line
from trialwright.web.lookup import FormAt
from trialwright.web.names import Names
from trialwright.web.opened import opened
from trialwright.web.page import ANY_ROLE, Call, Route, address
from trialwright.web.pages.form import saving
from trialwright.web.pages.form.inactivating import inactivate
from trialwright.web.pages.form.kept import Saved, kept_page
from trialwright.web.pages.form.printing import print_blank, print_form
from trialwright.web.pages.form.rows import DONE, inactive_rows, show_rows
from trialwright.web.questions import Filled, shown_value
from trialwright.web.render import page
from trialwright.web.wording import said_in, score_text


def view(call: Call, participant_id: str, visit: str, form: str) -> HttpResponseBase:
    at = lookup.form_at(call, participant_id, visit, form)
    row = lookup.row_of(call)
    if at.form.repeating and not row:
        return show_rows(call, at)
    if not call.is_post:
        return show(call, at, row)
    posted = saving.posted_fields(call)
    if call.posted("do") == "refresh":
        return show(call, at, row, posted=posted)
    return saving.save(call, at, row, posted, show)


class _Now(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in a form (and row), and what this reader may see of it and do."""

    stored: dict[str, Datapoint]
    shown: list[str]
    warnings: tuple[Problem, ...]
    barred: list[Problem]
    secret: bool
    marks: quality.FormQuality
    editable: bool


def show(
    call: Call,
    at: FormAt,
    row: int,
    *,
    posted: dict[str, str] | None = None,
    problems: tuple[Problem, ...] = (),
) -> HttpResponse:
    """The form with what is stored, or with what was typed and what is wrong with it."""
    language, now = call.language, _now(call, at, row, posted)
    filled = Filled(
        stored={} if now.secret else now.stored,
        posted=posted,
        errors=_by_item(problems, language),
        warnings=_by_item(now.warnings, language),
        wording=call.place.wording(),
        marks={} if now.secret else now.marks.items,
        earlier=_earlier(call, at) if at.form.show_earlier else {},
    )
    where = _where(call, at, row)
    ready = opened(at.form, filled, now.shown, language) if now.editable else None
    values = _values(call, at, row, now, posted) | {
        "problems": [(_target(each, at), said_in(each, language)) for each in problems],
        "drawn": partial(draw_line, where=where),
    }
    if ready and (whole := kept_page(call, ready, values, where)):
        return whole
    laid_out = ready.filled(where) if ready else blocks(at.form, filled, now.shown, language)
    return page(call, "form/form.html", status=422 if problems else 200, blocks=laid_out, **values)


def _now(call: Call, at: FormAt, row: int, posted: dict[str, str] | None) -> _Now:
    held = call.place.ledger.datapoints(at.participant_id, at.visit.name, at.form.name)
    stored = {d.slot.item: d for d in held if d.slot.row == row}
    barred = _barred(call, at, row)
    shown, warnings = _read(call, at, stored, posted)
    secret = (at.participant_id, at.visit.name, at.form.name) in lookup.hidden(call, at.participant_id)
    # Typing that a lock overtook stays in its fields: who typed it can copy it, or save it once the form is opened.
    reading = call.request.GET.get("view") == "verify" and posted is None
    return _Now(
        stored=stored,
        shown=shown,
        warnings=() if secret else warnings,
        barred=barred,
        secret=secret,
        marks=quality.of_form(call, at, row),
        editable=not reading and (not barred or (posted is not None and "enter" in call.reader.acts)),
    )


def _values(call: Call, at: FormAt, row: int, now: _Now, posted: dict[str, str] | None) -> dict[str, Any]:
    """What the template is given beside the questions themselves."""
    language, stored, secret = call.language, now.stored, now.secret
    return {
        "at": at,
        "row": row,
        "warnings": [said_in(problem, language) for problem in now.warnings if not _on_form(problem, at)],
        "barred": [said_in(problem, language) for problem in now.barred if call.reader.may("enter")],
        "saved": _saved(call, stored),
        "editable": now.editable,
        "quality": now.marks,
        "ticking": now.marks.may_verify and not now.editable and not secret,
        "asked_items": _asked(at.form, now.shown, language),
        "notice": _notice(call),
        "onward": _onward(call, at, row),
        "secret": secret,
        "kept": _kept(call, at, now.shown, stored),
        "scores": _scores(call, at, row) if stored and not secret else [],
        "draft": drafts.place_of(call.reader.user, at.href(row)),
        "depends": _depends(at.form),
        "typed": posted is not None,
        "reason": call.posted("reason"),
        "signed": signatures.at(call, at.participant_id, at.visit.name, at.form.name),
        "gone": inactive_rows(call, at).get(row, "") if row else "",
        "waiting": queries.on(call, at, row),
        # What was typed belongs to the version and build it was typed upon: a save in between must not pass unseen.
        "build": at.study.build if posted is None else lookup.number_in(call.posted("build")),
        "version": _version(call, at) if posted is None else lookup.number_in(call.posted("version")),
    }


def _saved(call: Call, stored: Mapping[str, Datapoint]) -> Saved | None:
    last = max(stored.values(), key=lambda d: d.seq, default=None)
    return Saved(Names(call.place.study, call.language).moment(last.at_utc), last.user) if last else None


def _where(call: Call, at: FormAt, row: int) -> Where:
    place = {"participant_id": at.participant_id, "visit": at.visit.name, "form": at.form.name}
    base = address("history", **place, item="x").removesuffix("x/")
    return Where(call.language, base, f"?row={row}" if row else "")


@once_for_each
def _depends(form: Form) -> tuple[str, ...]:
    """The items on which other questions depend."""
    return tuple(sorted({item for f in fields_of(form) if f.shown_when for item in names_in(f.shown_when)}))


@once_for_each
def _labels(form: Form) -> dict[str, dict[str, str]]:
    """By language the label of each item."""
    return {language: {f.name: f.item.label.of(language) for f in fields_of(form)} for language in LANGUAGES}


def _asked(form: Form, shown: Sequence[str], language: str) -> list[tuple[str, str]]:
    """Name and label of what is asked."""
    labels = _labels(form)[language]
    return [(name, labels[name]) for name in shown]


def _kept(call: Call, at: FormAt, shown: Sequence[str], stored: Mapping[str, Datapoint]) -> list[tuple[str, str]]:
    """Label and value of what stands there and is not asked now: hidden by another answer, or left out since."""
    strange = stored.keys() - set(shown)
    if not strange:
        return []
    asked = {field.name: field for field in fields_of(at.form)}
    told = []
    for name, version in stored.items():
        if name not in strange:
            continue
        then = asked.get(name) or _field_in(call.place.study_at(version.build), name)
        label = call.words(then.item.label) if then else name
        told.append((label, shown_value(then, version, call.language) if then else shown_text(version.value)))
    return [(label, text) for label, text in told if text]


def _field_in(study: Study, name: str) -> Field | None:
    return next((field for form in study.forms for field in fields_of(form) if field.name == name), None)


def _earlier(call: Call, at: FormAt) -> dict[str, str]:
    """Item -> what stood there at the visit before, where the definition lets whoever scores see it."""
    told: dict[str, str] = {}
    names = [visit.name for visit in at.study.visits]
    for visit in at.study.visits[: names.index(at.visit.name)]:
        for d in call.place.ledger.datapoints(at.participant_id, visit.name, at.form.name):
            field = next((field for field in fields_of(at.form) if field.name == d.slot.item), None)
            text = shown_value(field, d, call.language) if field else ""
            told |= {d.slot.item: f"{call.words(visit.title)}: {text}"} if text else {}
    return told


def _version(call: Call, at: FormAt) -> int:
    return call.place.ledger.form_version(at.participant_id, at.visit.name, at.form.name)


def _barred(call: Call, at: FormAt, row: int) -> list[Problem]:
    """What stands in the way of saving here; a form that cannot be saved is shown to be read."""
    spot = Spot(at.participant_id, at.visit.name, at.form.name, row)
    events = conduct.acts_of(call.place.ledger, at.participant_id)
    begun = call.place.case(at.participant_id).begun
    return check_may_save(at.study, events, spot, call.reader.role_names, begun)


def _read(
    call: Call, at: FormAt, stored: dict[str, Datapoint], posted: dict[str, str] | None
) -> tuple[list[str], tuple[Problem, ...]]:
    """
    The fields that are asked for now, and the warnings about what stands there.

    Skip logic looks at what is stored and, above it, at what was typed. An untouched form is not told what it lacks.
    """
    present = {name: d.value for name, d in stored.items() if not isinstance(d.value, Blank)}
    elsewhere = lookup.elsewhere(call, at)
    today = conduct.today_at_site(call.place.study, dt.datetime.now(dt.UTC))
    found = read_form(at.form, posted or {}, present, today=today, elsewhere=elsewhere)
    shown = [field.name for field in fields_of(at.form)]
    if found.hidden:
        shown = [name for name in shown if name not in found.hidden]
    if posted is not None or not stored:
        return shown, ()
    spot = Spot(at.participant_id, at.visit.name, at.form.name)
    return shown, (*found.warnings, *check_form(at.form, spot, present, elsewhere=elsewhere).warnings)


@once_for_each
def _scored(form: Form) -> bool:
    return may_score(form, load())


def _scores(call: Call, at: FormAt, row: int) -> list[tuple[str, str]]:
    if not _scored(at.form):
        return []
    held = call.place.ledger.datapoints(at.participant_id, at.visit.name, at.form.name)
    values = values_of(d for d in held if not isinstance(d.value, Blank))
    spot = Spot(at.participant_id, at.visit.name, at.form.name, row)
    found = form_scores(at.study, values, spot, load())
    return [(score.label.of(call.language), score_text(score, call.language)) for score in found]


def _by_item(problems: tuple[Problem, ...], language: str) -> dict[str, tuple[str, ...]]:
    told: dict[str, tuple[str, ...]] = {}
    for problem in problems:
        told[problem.where] = (*told.get(problem.where, ()), said_in(problem, language))
    return told


def _on_form(problem: Problem, at: FormAt) -> bool:
    return any(field.name == problem.where for field in fields_of(at.form))


def _target(problem: Problem, at: FormAt) -> str:
    if _on_form(problem, at):
        return "q-" + problem.where.replace(".", "-")
    return "reason" if problem.code == saving.REASON_OWED else ""


def _onward(call: Call, at: FormAt, row: int) -> list[tuple[str, str]]:
    """Where a person who has just saved goes on: the rows of a log; the next form that is unfinished, and the visit."""
    if call.is_post or not call.request.GET.get("saved"):
        return []
    if row:
        return [(at.href(), call.words(ROWS))]
    person = lookup.course(call, at.participant_id)
    # a visit that an amendment took out of the schedule is on nobody's course
    forms = next((state.forms for state in (*person.states, *person.logs) if state.visit == at.visit.name), ())
    names = [each.form for each in forms]
    after = forms[names.index(at.form.name) + 1 :] if at.form.name in names else ()
    open_ones = [each.form for each in after if each.owed]
    found = []
    if open_ones:
        form = at.study.form(open_ones[0])
        place = FormAt(participant_id=at.participant_id, visit=at.visit, form=form, study=at.study)
        colon = "：" if call.language == "zh" else ": "
        found.append((place.href(), f"{call.words(NEXT)}{colon}{call.words(form.title)}"))
    visit = address("visit", participant_id=at.participant_id, visit=at.visit.name)
    return [*found, (visit, f"{call.words(BACK)} {call.words(at.visit.title)}")]


NEXT = Text(en="Next form", zh="下一张表单")
BACK = Text(en="Back to", zh="返回")
ROWS = Text(en="All rows", zh="全部行")


def _notice(call: Call) -> str:
    if call.is_post:
        return ""
    if call.request.GET.get("same"):
        return call.words(saving.SAME)
    if call.request.GET.get("saved"):
        return call.words(saving.SAVED)
    return call.words(DONE) if call.request.GET.get("done") else ""


ROUTES = (
    Route(
        path="participants/<str:participant_id>/visits/<str:visit>/forms/<str:form>/",
        name="form",
        view=view,
        act=ANY_ROLE,
        post_act="enter",
    ),
    Route(
        path="participants/<str:participant_id>/visits/<str:visit>/forms/<str:form>/print/",
        name="form_print",
        view=print_form,
        act=ANY_ROLE,
        post_only=True,
    ),
    Route(path="forms/print/", name="blank_forms", view=print_blank, act=ANY_ROLE),
    Route(
        path="participants/<str:participant_id>/visits/<str:visit>/forms/<str:form>/inactivate/",
        name="row_inactivate",
        view=inactivate,
        act="enter",
        post_only=True,
    ),
)
