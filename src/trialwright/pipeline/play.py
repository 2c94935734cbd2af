"""Plays the dated acts of a virtual cohort through the same conduct service as people's pages."""

import datetime as dt
from collections.abc import Sequence

from trialwright.design.cohort import Act
from trialwright.model.ledger import Conflict
from trialwright.model.problem import Problem
from trialwright.model.study import Study
from trialwright.pipeline import conduct
from trialwright.pipeline.conduct import Actor, FormSave, Refused, Saved
from trialwright.pipeline.demo_conduct import DemoConduct
from trialwright.pipeline.play_quality import Moving, check_data
from trialwright.store import Ledger

SETTLED_AS_IS = "virtual participants: nobody is asked, so what is open stays open and is listed"


class Player:
    """
    Stands in for the people at the site, each under the account of their role.

    What the service refuses is kept in `refused`, never forced: a virtual participant has no privileges.
    """

    def __init__(self, ledger: Ledger, study: Study) -> None:
        self._ledger, self._study = ledger, study
        self._numbers: dict[str, str] = {}
        self._refused: list[Problem] = []
        self._others = DemoConduct(ledger, study, self._who, self._keep)

    @property
    def refused(self) -> tuple[Problem, ...]:
        return tuple(self._refused)

    def open_study(self, day: dt.date) -> None:
        """Roles, build, and the two acts the record leaves owed, entered as simulated and marked so."""
        granter = self._who("grant")
        # Somebody has to begin: the first grant of a ledger gives the right to grant.
        for role in sorted(self._study.roles, key=lambda role: "grant" not in role.may):
            self._keep(conduct.grant_role(self._ledger, self._study, granter, user=role.name, role=role.name))
        starter = self._who("enrol")
        self._keep(conduct.publish_build(self._ledger, self._study, starter))
        approval = {"date": day.isoformat(), "body": "simulated: no approval is on record", "number": ""}
        self._keep(conduct.record_approval(self._ledger, self._study, starter, **approval))
        self._keep(conduct.open_site(self._ledger, self._study, starter, date=day.isoformat()))

    def play(self, act: Act) -> None:
        """One act, by the person whose role it names."""
        if act.kind == "add":
            self._add(act)
        elif act.participant in self._numbers:
            number = self._numbers[act.participant]
            answer = self._done(act, number, Actor(act.role, "simulated"))
            if act.kind == "eligibility" and isinstance(answer, Refused):
                self._turn_away(act, number, answer)
            else:
                self._keep(answer)

    def _turn_away(self, act: Act, number: str, why: Refused) -> None:
        """Whoever turns out not to be eligible ends as a screen failure, and has no further visits."""
        actor, day = Actor(act.role, "simulated"), act.at.date().isoformat()
        reason = "; ".join(problem.found for problem in why.problems)
        self._keep(conduct.screen_fail(self._ledger, self._study, actor, number, reason=reason, date=day))
        del self._numbers[act.participant]

    def receive_product(self, acts: Sequence[Act], day: dt.date) -> None:
        """The product comes before the first participant."""
        self._others.receive_product(acts, day)

    def finish(self, day: dt.date) -> None:
        """Safety reports completed, deviations told, the shelf counted, a visit signed and a signature broken."""
        self._others.finish(day)

    def check_data(self, clock: Moving) -> None:
        """Who checks the data asks, compares with the source, reviews and locks: a little of each, to be seen."""
        check_data(self._ledger, self._study, clock)

    def close_study(self) -> None:
        """Data lock, with what is still open named as the reason's exceptions."""
        self._keep(conduct.lock_data(self._ledger, self._study, self._who("lock"), reason=SETTLED_AS_IS))

    def _add(self, act: Act) -> None:
        number = conduct.next_participant_id(self._ledger)
        actor = Actor(act.role, "simulated")
        if self._keep(conduct.add_participant(self._ledger, self._study, actor, number)):
            self._numbers[act.participant] = number

    def _done(self, act: Act, number: str, actor: Actor) -> Saved | Refused | Conflict:
        ledger, study, told = self._ledger, self._study, act.details
        match act.kind:
            case "consent":
                return conduct.give_consent(ledger, study, actor, number, version=told["version"], date=told["date"])
            case "eligibility":
                return conduct.confirm_eligibility(ledger, study, actor, number)
            case "enrol":
                arm, day = told.get("arm", ""), act.at.date().isoformat()
                return conduct.enrol(ledger, study, actor, number, date=day, arm=arm)
            case "screen_failure":
                day = act.at.date().isoformat()
                return conduct.screen_fail(ledger, study, actor, number, reason=act.reason, date=day)
            case "complete_visit":
                reason = "What was not done is marked so"
                return conduct.complete_visit(ledger, study, actor, number, act.visit, reason=reason)
            case "withdraw":
                return conduct.withdraw(
                    ledger, study, actor, number, date=told["date"], code=told["reason"], reason=act.reason
                )
            case "complete":
                return conduct.complete_participant(ledger, study, actor, number, date=told["date"])
            case _:
                return self._form(act, number, actor)

    def _form(self, act: Act, number: str, actor: Actor) -> Saved | Refused | Conflict:
        request = FormSave(
            actor=actor,
            participant_id=number,
            visit=act.visit,
            form=act.form,
            posted=act.posted,
            row=act.row,
            reason=act.reason,
            today=act.at.date(),
        )
        answer = conduct.save_form(self._ledger, self._study, request)
        if isinstance(answer, Saved):
            self._others.report_serious(act, number, answer.row)
        if not isinstance(answer, Refused) or not self._signs_again(act, number, actor, answer):
            return answer
        return conduct.save_form(self._ledger, self._study, request)

    def _signs_again(self, act: Act, number: str, actor: Actor, why: Refused) -> bool:
        """A visit that waits for a newer consent form: the participant signs it that day, as at a real site."""
        if [problem.code for problem in why.problems] != ["TW-CAP-071"]:
            return False
        version, day = why.problems[0].fields["version"], act.at.date().isoformat()
        return self._keep(conduct.give_consent(self._ledger, self._study, actor, number, version=version, date=day))

    def _who(self, may: str) -> Actor:
        """The account of the first role that may do this."""
        role = next((role.name for role in self._study.roles if may in role.may), self._study.roles[0].name)
        return Actor(role, "simulated")

    def _keep(self, answer: Saved | Refused | Conflict) -> bool:
        if isinstance(answer, Refused):
            self._refused.extend(answer.problems)
        return isinstance(answer, Saved)
