"""Every Problem of the web room, and the exception that carries one to whoever prints it."""

from trialwright.model.problem import Problem


class Refused(Exception):  # noqa: N818 - the house says Problem, not Error
    """Serving, or an account, was refused for a reason the reader can cure. Print `problem.sentence()`, exit 2."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.public())
        self.problem = problem


def not_loopback(host: str) -> Refused:
    return _refused("TW-WEB-001", "serve --host", f"{host} is open to other computers, and no TLS is configured",
                    "127.0.0.1, ::1 or localhost, or a certificate and its key",
                    "Set TRIALWRIGHT_TLS_CERT and TRIALWRIGHT_TLS_KEY, or leave --host out.")  # fmt: skip


def port_in_use(host: str, port: int) -> Refused:
    return _refused("TW-WEB-002", "serve --port", f"port {port} of {host} is in use by another program",
                    "a free port", f"Stop the other program, or try --port {port + 1}.")  # fmt: skip


def cannot_listen(host: str, port: int, why: str) -> Refused:
    return _refused("TW-WEB-012", "serve", f"nothing can listen at {host}, port {port}: {why}",
                    "an address of this computer and a port that may be used",
                    "Try --host 127.0.0.1 and a --port above 1023.")  # fmt: skip


def demo_accounts_here(names: str) -> Refused:
    return _refused("TW-WEB-003", "serve", f"demonstration accounts ({names}) stand where no demo made the database",
                    "accounts of real persons only",
                    "Remove them, or start from an empty web.sqlite beside the ledger.")  # fmt: skip


def tls_file_missing(path: str) -> Refused:
    return _refused("TW-WEB-004", "serve", f"{path} is not a file that can be read", "a certificate and its key",
                    "Check TRIALWRIGHT_TLS_CERT and TRIALWRIGHT_TLS_KEY.")  # fmt: skip


def name_taken(name: str) -> Refused:
    return _refused("TW-WEB-005", "user add", f"{name!r} is or was an account", "a name that was never used",
                    "Names are never given to a second person: choose another.")  # fmt: skip


def weak_password(reasons: str) -> Refused:
    return _refused("TW-WEB-006", "user add", reasons, "at least 12 characters, not a common password, unlike the name",
                    "Choose a longer one; three or four unrelated words are good.")  # fmt: skip


def no_such_role(role: str, roles: str) -> Refused:
    return _refused("TW-WEB-007", "user add", f"{role!r} is not a role of this study", f"one of {roles}",
                    "Check the spelling, or add the role to the definition.")  # fmt: skip


def not_a_demo() -> Refused:
    return _refused("TW-WEB-008", "demo accounts", "the demo did not make this database", "a database made by demo",
                    "Add real accounts with trialwright user add.")  # fmt: skip


def bad_name(name: str) -> Refused:
    return _refused("TW-WEB-009", "user add", f"{name!r} cannot be a user name",
                    "2 to 60 letters, digits, dots, hyphens or underscores",
                    "A name that colleagues recognise is best, for example li.wei.")  # fmt: skip


def no_such_user(name: str) -> Refused:
    return _refused("TW-WEB-010", "user", f"{name!r} has no account", "the name of an account", "Check the spelling.")


def study_unreadable(folder: str, count: int, first: str) -> Refused:
    return _refused("TW-WEB-011", folder, f"the study definition has {count} problem(s), the first: {first}",
                    "a definition without errors", "Run trialwright check on the folder and cure them.")  # fmt: skip


def bad_setting(name: str, found: str, expected: str) -> Refused:
    return _refused("TW-WEB-013", name, found, expected, "See docs/reference/settings.md.")


def weak_tls(path: str, found: str, expected: str) -> Refused:
    return _refused("TW-WEB-014", path, found, expected, "Nothing was opened to the network.")


def close_refused(found: str, expected: str) -> Refused:
    return _refused("TW-WEB-018", "accounts", found, expected, "Ask another person who keeps accounts.")


def account_elsewhere(name: str) -> Refused:
    found, expected = f"the account {name!r} counts at a site where you keep no accounts", "an account of your site"
    return _refused("TW-WEB-019", "accounts", found, expected, "Ask somebody who keeps the accounts of all sites.")


def act_refused(told: Problem) -> Refused:
    """What the conduct of the trial refused, as it told it."""
    return Refused(told)


def grant_refused(found: str, expected: str) -> Refused:
    return _refused("TW-WEB-015", "roles", found, expected, "Ask another person who may grant roles.")


def clock_behind(last: str, now: str) -> Problem:
    return Problem(code="TW-WEB-016", severity="warning", where="serve",
                   found=f"the last entry of the ledger is of {last}, this computer says it is {now}",
                   expected="a clock that goes on where the ledger ends",
                   cure="Set the clock right. Until then entries bear the moment of the last one.")  # fmt: skip


def no_schema(schema: str, detail: str) -> Refused:
    return _refused("TW-WEB-017", f"schema {schema}", f"it is not there and may not be made ({detail})",
                    "a schema of its own for accounts and sessions",
                    f"As the database's owner: CREATE SCHEMA {schema} AUTHORIZATION the_role_of_the_app.")  # fmt: skip


def _refused(code: str, where: str, found: str, expected: str, cure: str) -> Refused:
    return Refused(Problem(code=code, where=where, found=found, expected=expected, cure=cure))
