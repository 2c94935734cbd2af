"""Who is reading: the account, the roles granted in the ledger, the acts those roles allow, the language."""

from functools import cached_property

import msgspec

from trialwright.model.study import Role

STUDY_WIDE = frozenset({"look", "see_results"})
"""Acts that a role given for some sites only does not allow."""

LANGUAGE_COOKIE = "trialwright_language"


class Reader(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One person at one request. Nobody signed in has no name, no role and no act."""

    user: str = ""
    roles: tuple[Role, ...] = ()
    language: str = "en"
    sites: frozenset[str] | None = None  # None: all of them

    @cached_property
    def acts(self) -> frozenset[str]:
        acts = frozenset(act for role in self.roles for act in role.may)
        # what bears on the study as a whole is not for somebody who sees a part of it
        return acts if self.sites is None else acts - STUDY_WIDE

    @property
    def role_names(self) -> tuple[str, ...]:
        return tuple(role.name for role in self.roles)

    def may(self, act: str) -> bool:
        return act in self.acts


def language_of(cookie: str, accepted: str) -> str:
    """ "en" or "zh": the reader's choice, else the first language of the browser that we speak."""
    if cookie in ("en", "zh"):
        return cookie
    for tag in accepted.lower().split(","):
        if tag.strip().startswith("zh"):
            return "zh"
        if tag.strip().startswith("en"):
            return "en"
    return "en"
