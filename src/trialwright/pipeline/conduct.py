"""
The conduct of the trial: every save and every act, from a person's page and from the virtual cohort alike.

Each function checks its gate against the ledger (roles, consent, locks, order), writes one group and returns
`Saved`, `Refused` (Problems, worded in both languages by `capture.in_language`) or `Conflict`; none raises for a
person's mistake. The delegation log of the ledger decides who may act. Acts that can happen once are written once,
however often they are sent; the others take a `token` of the page for that.

Details of the acts (flat texts): participant_added site · consent_given version, date · consent_withdrawn date,
reason · eligibility_confirmed criteria · enrolled date, arm (in a study of several) ·
arm_corrected arm, was · screen_failure date,
criteria · date_corrected act (its kind), of (its seq),
date, was · withdrawn date, reason (a code) · completed date · died date · visit_completed owed ·
deviation_recorded category, major (Y/N), description,
date · ethics_approval date, body, number · site_opened date, site · record_submitted date, file, sha256,
record, encoding · build_published build, hash, status ·
role_granted user, role, site, from, until, from_utc, until_utc,
trained · role_revoked user, role, site · frozen, unfrozen, locked and unlocked scope ("data": everything;
"form", "visit", "participant" by the act's own place; "site" with site; "study": a freeze), exceptions ·
look_declared head ·
query_opened check, items, message, message_zh; by a person items, to, its words in the reason · query_answered,
query_closed, query_reopened query (seq of the opening), check · verified items, taken_back (Y) · reviewed nothing ·
migrated from, to (builds), items that keep values and are asked no more · signed
name, level, meaning, statement, statement_zh, hash, versions, head, head_seq · signature_broken signature (seq
of the signing), meaning, by · signature_refused why.
"""

from trialwright.pipeline.conduct_amend import amendment_impact, migrate_forms
from trialwright.pipeline.conduct_base import QUALITY_ACTS, SESSION_KINDS, Actor, Refused, Saved, acts_of
from trialwright.pipeline.conduct_checks import run_checks
from trialwright.pipeline.conduct_copies import record_printed
from trialwright.pipeline.conduct_deviations import record_deviation
from trialwright.pipeline.conduct_forms import FormSave, form_token, inactivate_row, save_form, today_at_site
from trialwright.pipeline.conduct_locks import (
    HoldAct,
    declare_look,
    hold,
    lock_data,
    obstacles_in,
    unfinished_visits,
    unlock_data,
)
from trialwright.pipeline.conduct_participants import (
    add_participant,
    complete_participant,
    confirm_eligibility,
    correct_arm,
    correct_date,
    eligibility_of,
    enrol,
    give_consent,
    next_participant_id,
    record_death,
    screen_fail,
    withdraw,
    withdraw_consent,
)
from trialwright.pipeline.conduct_people import grant_role, revoke_role
from trialwright.pipeline.conduct_quality import review_form, unverify_values, verify_values
from trialwright.pipeline.conduct_queries import answer_query, close_query, open_query, reopen_query
from trialwright.pipeline.conduct_signatures import (
    Signing,
    check_may_sign,
    incomplete,
    meanings_for,
    record_refused_signature,
    sign,
)
from trialwright.pipeline.conduct_study import (
    open_site,
    publish_build,
    record_approval,
)
from trialwright.pipeline.conduct_visits import add_visit, complete_visit, miss_visit, reopen_visit, values_held

__all__ = [
    "QUALITY_ACTS",
    "SESSION_KINDS",
    "Actor",
    "FormSave",
    "HoldAct",
    "Refused",
    "Saved",
    "Signing",
    "acts_of",
    "add_participant",
    "add_visit",
    "amendment_impact",
    "answer_query",
    "check_may_sign",
    "close_query",
    "complete_participant",
    "complete_visit",
    "confirm_eligibility",
    "correct_arm",
    "correct_date",
    "declare_look",
    "eligibility_of",
    "enrol",
    "form_token",
    "give_consent",
    "grant_role",
    "hold",
    "inactivate_row",
    "incomplete",
    "lock_data",
    "meanings_for",
    "migrate_forms",
    "miss_visit",
    "next_participant_id",
    "obstacles_in",
    "open_query",
    "open_site",
    "publish_build",
    "record_approval",
    "record_death",
    "record_deviation",
    "record_printed",
    "record_refused_signature",
    "reopen_query",
    "reopen_visit",
    "review_form",
    "revoke_role",
    "run_checks",
    "save_form",
    "screen_fail",
    "sign",
    "today_at_site",
    "unfinished_visits",
    "unlock_data",
    "unverify_values",
    "values_held",
    "verify_values",
    "withdraw",
    "withdraw_consent",
]
