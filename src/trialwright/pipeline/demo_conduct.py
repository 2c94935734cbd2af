"""What people of the demo do beside entering: product, a serious event, deviations, signatures. No value is changed."""

import datetime as dt
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from trialwright.capture.deviations import candidates, recorded
from trialwright.capture.product import lots
from trialwright.capture.safety import cases, lacking
from trialwright.capture.signatures import content_of
from trialwright.design.cohort import Act
from trialwright.model.ledger import Conflict, EventKind
from trialwright.model.signature import Scope
from trialwright.model.study import Study
from trialwright.pipeline import conduct, conduct_deviations, conduct_product, conduct_safety
from trialwright.pipeline.conduct import Actor, Refused, Saved
from trialwright.store import Ledger

Who = Callable[[str], Actor]
Keep = Callable[[Saved | Refused | Conflict], bool]
_SPARE = 4
_COMPLETED: tuple[EventKind, ...] = ("visit_completed",)


class DemoConduct:
    """Plays these acts through the same doors as a person's page, each by the first role that may do it."""

    def __init__(self, ledger: Ledger, study: Study, who: Who, keep: Keep) -> None:
        self._ledger, self._study, self._who, self._keep = ledger, study, who, keep

    def receive_product(self, acts: Sequence[Act], day: dt.date) -> None:
        """Enough vials of every lot that the cohort will use, and a few more."""
        plan = self._study.product
        needed: dict[str, int] = {}
        for act in acts:
            lot = act.posted.get("dosing_log.lot", "")
            if plan and act.form == plan.log and lot:
                # a correction names the lot alone: the vials were told with the first entry
                told = [act.posted.get(f"dosing_log.{item}", "") for item in ("vials", "wasted")]
                needed[lot] = needed.get(lot, 0) + sum(int(text) for text in told if text.isdecimal())
        expiry = f"{day.year + 3}-{day.month:02d}-01"
        for lot, count in needed.items():
            self._move("received", lot, count + _SPARE, day, expiry)

    def report_serious(self, act: Act, number: str, row: int) -> None:
        """The site reports a serious event within hours, the sponsor judges and sends it on."""
        if act.posted.get("adverse_event.serious") != "Y" or self._study.safety is None:
            return
        now = self._ledger.now().astimezone(self._zone())
        aware, moment = (now - dt.timedelta(hours=2)).strftime("%Y-%m-%d %H:%M"), now.strftime("%Y-%m-%d %H:%M")
        site = conduct_safety.EventAt(actor=self._who("report_safety"), participant_id=number, row=row)
        sponsor = conduct_safety.EventAt(actor=self._who("assess_safety"), participant_id=number, row=row)
        narrative = "Virtual participant: admitted with fever and cough, treated with antibiotics, one infusion later."
        ledger, study = self._ledger, self._study
        self._keep(conduct_safety.report_event(ledger, study, site, aware=aware, narrative=narrative))
        self._keep(
            conduct_safety.assess_event(
                ledger, study, sponsor, causality="possible", unexpected="Y", reason="simulated: not in the brochure"
            )
        )
        for recipient in self._study.safety.recipients:
            self._keep(
                conduct_safety.submit_report(
                    ledger, study, sponsor, recipient=recipient.name, sent=moment, number="simulated"
                )
            )

    def finish(self, day: dt.date) -> None:
        """Reports completed, a finding settled, the committee told, the shelf counted, visits signed, one broken."""
        ledger, study = self._ledger, self._study
        for case in cases(study, ledger.snapshot(), ledger.now()):
            if not lacking(case):
                at = conduct_safety.EventAt(
                    actor=self._who("report_safety"), participant_id=case.participant_id, row=case.row
                )
                self._keep(conduct_safety.complete_report(ledger, study, at))
        found, monitor = candidates(study, ledger.snapshot()), self._who("record_deviation")
        if found:
            who, rule, why = found[0].participant_id, found[0].rule, "simulated: agreed with the monitor beforehand"
            self._keep(conduct_deviations.settle_deviation(ledger, study, monitor, who, rule=rule, reason=why))
        known = [each.key for each in recorded(ledger.snapshot())]
        if known:
            self._keep(
                conduct_deviations.report_deviations(
                    ledger, study, monitor, keys=known, date=day.isoformat(), body="simulated"
                )
            )
        for lot in lots(study, ledger.snapshot()):
            self._move("counted", lot.lot, int(lot.stock), day, "")
        self._sign()

    def _sign(self) -> None:
        """The first complete visit that waits for it is signed; the next one too, and then reopened: that breaks it."""
        ledger, study = self._ledger, self._study
        owed = [(meaning, visit) for meaning in study.signatures for visit in meaning.owed_at]
        for meaning, visit in owed[:1]:
            signer = self._who("sign")
            people = list(dict.fromkeys(e.participant_id for e in ledger.events(_COMPLETED) if e.visit == visit))
            for number in people[:2]:
                scope = Scope(number, visit)
                shown = ((scope, content_of(ledger.snapshot(), scope).hash),)
                name = f"Virtual {signer.user.replace('_', ' ')}"
                request = conduct.Signing(actor=signer, meaning=meaning.name, shown=shown, name=name)
                self._keep(conduct.sign(ledger, study, request))
            for number in people[1:2]:
                actor, why = self._who("complete_visit"), "simulated: a source document was looked at once more"
                self._keep(conduct.reopen_visit(ledger, study, actor, number, visit, reason=why))
                self._keep(conduct.complete_visit(ledger, study, actor, number, visit, reason="nothing was changed"))

    def _move(self, move: str, lot: str, vials: int, day: dt.date, expiry: str) -> None:
        self._keep(
            conduct_product.move_product(
                self._ledger, self._study, self._who("keep_product"), move=move, lot=lot, vials=str(vials),
                date=day.isoformat(), expiry=expiry, reason="simulated",
            )
        )  # fmt: skip

    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self._study.sites[0].time_zone if self._study.sites else "UTC")
