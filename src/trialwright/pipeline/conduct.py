"""
The conduct of the trial: every save and every act, from a person's page and from the virtual cohort alike.

Each function checks its gate against the ledger (roles, consent, locks, order), writes one group and returns
`Saved`, `Refused` (Problems, worded in both languages by `capture.in_language`) or `Conflict`; none raises for a
person's mistake. The delegation log of the ledger decides who may act. Acts that can happen once are written once,
however often they are sent; the others take a `token` of the page for that.

Details of the acts (flat texts): participant_added site · consent_given version, date · consent_withdrawn date,
reason · eligibility_confirmed criteria · enrolled date · screen_failure date, criteria · withdrawn date, reason (a
code) · completed date · died date · visit_completed owed · deviation_recorded category, major (Y/N), description,
date · ethics_approval date, body, number · site_opened date, site · build_published build, hash, status ·
role_granted and role_revoked user, role · locked and unlocked scope ("data": everything) · look_declared head ·
query_opened check, items, message, message_zh · query_answered, query_closed query (seq of the opening), check.
"""

from trialwright.pipeline.conduct_base import SESSION_KINDS, Actor, Refused, Saved, acts_of
from trialwright.pipeline.conduct_copies import record_printed
from trialwright.pipeline.conduct_forms import FormSave, form_token, inactivate_row, save_form, today_at_site
from trialwright.pipeline.conduct_participants import (
    add_participant,
    add_visit,
    complete_participant,
    complete_visit,
    confirm_eligibility,
    eligibility_of,
    enrol,
    give_consent,
    miss_visit,
    next_participant_id,
    record_death,
    reopen_visit,
    screen_fail,
    values_held,
    withdraw,
    withdraw_consent,
)
from trialwright.pipeline.conduct_study import (
    answer_query,
    close_query,
    declare_look,
    grant_role,
    lock_data,
    open_site,
    publish_build,
    record_approval,
    record_deviation,
    revoke_role,
    unfinished_visits,
    unlock_data,
)

__all__ = [
    "SESSION_KINDS",
    "Actor",
    "FormSave",
    "Refused",
    "Saved",
    "acts_of",
    "add_participant",
    "add_visit",
    "answer_query",
    "close_query",
    "complete_participant",
    "complete_visit",
    "confirm_eligibility",
    "declare_look",
    "eligibility_of",
    "enrol",
    "form_token",
    "give_consent",
    "grant_role",
    "inactivate_row",
    "lock_data",
    "miss_visit",
    "next_participant_id",
    "open_site",
    "publish_build",
    "record_approval",
    "record_death",
    "record_deviation",
    "record_printed",
    "reopen_visit",
    "revoke_role",
    "save_form",
    "screen_fail",
    "today_at_site",
    "unfinished_visits",
    "unlock_data",
    "values_held",
    "withdraw",
    "withdraw_consent",
]
