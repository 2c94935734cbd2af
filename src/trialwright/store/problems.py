"""Every Problem of the ledger, and the exception that carries one to whoever prints it."""

from trialwright.model.problem import Problem

DAMAGE = frozenset({"TW-STO-002", "TW-STO-003", "TW-STO-007", "TW-STO-013", *(f"TW-STO-{n:03}" for n in range(20, 28))})
"""Found only where a ledger is not as it was written; the others (gone, locked, away) tell nothing of its content."""


class LedgerProblem(Exception):  # noqa: N818 - the house says Problem, not Error
    """The ledger cannot do what was asked, for a reason outside the program. Print `problem.sentence()`, exit 2."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.sentence())
        self.problem = problem

    def __reduce__(self) -> tuple[type["LedgerProblem"], tuple[Problem]]:
        """As another process raises it: made again of its Problem."""
        return LedgerProblem, (self.problem,)


def missing_file(where: str) -> LedgerProblem:
    return _raisable("TW-STO-001", where, "there is no ledger here", "the path of a ledger that exists",
                     "Check --db. A study that never had one, such as one made from a registration, gets its ledger "
                     "with its first account: trialwright user add.")  # fmt: skip


def not_a_ledger(where: str) -> LedgerProblem:
    return _raisable("TW-STO-002", where, "this is not a Trialwright ledger", "a database that Trialwright made",
                     "Check --db; nothing was changed.")  # fmt: skip


def wrong_format(where: str, found: object, expected: int) -> LedgerProblem:
    return _raisable("TW-STO-003", where, f"the ledger has format {found}", f"this program reads format {expected}",
                     "Use the version of Trialwright that made it, or restore its backup with this one.")  # fmt: skip


def locked(where: str, seconds: float) -> LedgerProblem:
    return _raisable("TW-STO-004", where, f"another program kept the ledger locked for {seconds:g} s",
                     "a save waits a few milliseconds",
                     "Nothing was saved. Close other programs that have the file open, then save again.")  # fmt: skip


def read_only(where: str) -> LedgerProblem:
    return _raisable("TW-STO-005", where, "the ledger cannot be written", "a file and a folder that may be written",
                     "Nothing was saved. Give the account that runs Trialwright the right to write.")  # fmt: skip


def disk_full(where: str) -> LedgerProblem:
    return _raisable("TW-STO-006", where, "the disk is full", "room for the new rows",
                     "Nothing was saved, nothing was lost. Make room, then save again.")  # fmt: skip


def guards_gone(where: str, names: list[str]) -> Problem:
    return Problem(code="TW-STO-007", where=where, found=f"guards are missing or altered: {', '.join(names)}",
                   expected="every table, key and guard as Trialwright made it",
                   cure="Somebody changed the database itself. Keep this copy, run trialwright verify, "
                        "and compare the head with the last report.")  # fmt: skip


def unsafe_settings(where: str, setting: str, found: object, expected: str) -> LedgerProblem:
    return _raisable("TW-STO-008", where, f"{setting} is {found}", f"{setting} must be {expected}, "
                     "or a power cut could lose a save", "Set it so on the database or its disk.")  # fmt: skip


def unreachable(where: str, detail: str) -> LedgerProblem:
    return _raisable("TW-STO-009", where, f"the database does not answer: {detail}", "a server that answers",
                     "Check the address and that the server runs.")  # fmt: skip


def too_powerful(where: str, detail: str) -> LedgerProblem:
    return _raisable("TW-STO-010", where, detail, "a role that may INSERT and SELECT, and nothing else",
                     "See docs/explanation/ledger.md: connect as a member of trialwright_writer.")  # fmt: skip


def erasure_refused(where: str, found: str, expected: str) -> LedgerProblem:
    return _raisable("TW-STO-011", where, found, expected, "Nothing was erased.")


def unstorable_text(where: str) -> LedgerProblem:
    return _raisable("TW-STO-012", where, "a text holds a character that no database keeps", "text without NUL "
                     "characters and broken surrogates", "Nothing was saved. Type the text again.")  # fmt: skip


def damaged(where: str, detail: str) -> LedgerProblem:
    return _raisable("TW-STO-013", where, f"the file is damaged: {detail}", "a whole file",
                     "Keep this copy and restore the last backup.")  # fmt: skip


def target_exists(where: str) -> LedgerProblem:
    return _raisable("TW-STO-014", where, "something is here already", "a path where nothing stands",
                     "Choose another name; a backup never overwrites.")  # fmt: skip


def disk_refused(where: str) -> LedgerProblem:
    return _raisable("TW-STO-015", where, "the disk refused to write or read", "a disk that takes the new rows",
                     "Nothing was saved. Look for a quota, a full or a failing disk, then save again.")  # fmt: skip


def no_place(where: str) -> LedgerProblem:
    return _raisable("TW-STO-016", where, "no file can be made here", "a folder that exists and may be written",
                     "Check the path; nothing was changed.")  # fmt: skip


def not_a_name(name: str) -> LedgerProblem:
    return _raisable("TW-STO-017", name, "this is no name of a role", "small letters, digits and underscores",
                     "Choose another name, for instance trialwright_app.")  # fmt: skip


def altered_row(where: str, seq: int) -> Problem:
    return Problem(code="TW-STO-020", where=f"{where} entry {seq}", found="entry, value or link was altered",
                   expected="the hash that the chain holds",
                   cure="Keep this copy. Values up to the entry before are as they were saved.")  # fmt: skip


def missing_tail(where: str, last: int, expected: int) -> Problem:
    return Problem(code="TW-STO-021", where=where, found=f"the ledger ends at entry {last}",
                   expected=f"it reached entry {expected} when its head was printed",
                   cure="Entries were cut off. Restore the backup that holds them.")  # fmt: skip


def another_chain(where: str, seq: int) -> Problem:
    return Problem(code="TW-STO-022", where=f"{where} entry {seq}", found="another hash than the printed head",
                   expected="the printed head",
                   cure="The ledger was rewritten at or before this entry, or it is another ledger.")  # fmt: skip


def missing_content(where: str, seq: int) -> Problem:
    return Problem(code="TW-STO-023", where=f"{where} entry {seq}", found="its value is gone and no erasure names it",
                   expected="the value, or an erasure by two persons",
                   cure="Restore the value from a backup; find out who removed it.")  # fmt: skip


def stray_rows(where: str, table: str) -> Problem:
    return Problem(code="TW-STO-024", where=where, found=f"{table} holds rows that belong to no entry",
                   expected="every row belongs to an entry of the chain",
                   cure="Somebody wrote past the program. Keep this copy and compare with a backup.")  # fmt: skip


def unlawful_erasure(where: str, seq: int) -> Problem:
    return Problem(code="TW-STO-026", where=f"{where} entry {seq}", found="it erases a value without what that takes",
                   expected="two different persons, a reason and the number of the entry",
                   cure="Somebody wrote past the program. Restore the value from a backup.")  # fmt: skip


def not_erased(where: str, seq: int) -> Problem:
    return Problem(code="TW-STO-025", where=f"{where} entry {seq}", found="the chain says erased, the value is there",
                   expected="no value", cure="Erase again; look for who put it back.")  # fmt: skip


def unreadable(where: str) -> Problem:
    return Problem(code="TW-STO-027", where=where, found="the ledger cannot be read: something in it is not as it was "
                   "written", expected="every entry as it was written",
                   cure="Keep this copy. Run trialwright verify: it names the first entry that was altered. Then "
                        "restore the last backup that verifies (trialwright restore).")  # fmt: skip


def no_key(where: str) -> LedgerProblem:
    return _raisable("TW-STO-030", where, "this is no key of a backup", "a key file that trialwright backup --new-key "
                     "made", "Check the path; nothing was written.")  # fmt: skip


def is_encrypted(where: str) -> LedgerProblem:
    return _raisable("TW-STO-031", where, "this backup is encrypted", "its key",
                     "Give the key file with --key.")  # fmt: skip


def not_decrypted(where: str) -> LedgerProblem:
    return _raisable("TW-STO-032", where, "it does not open with this key, or it was altered or cut",
                     "the backup as it was written, and the key it was written with",
                     "Try the key of that day; else take another copy. Nothing was restored.")  # fmt: skip


def not_encrypted(where: str) -> LedgerProblem:
    return _raisable("TW-STO-033", where, "a key was given, and this file is not encrypted",
                     "a file that trialwright backup --key wrote",
                     "Nothing was restored. Find out who put it there; a plain copy that you trust opens without --key."
                     )  # fmt: skip


def of_another_copy(where: str) -> LedgerProblem:
    return _raisable("TW-STO-034", where, "it does not belong to this backup", "ledger and accounts of one backup",
                     "Nothing was restored. Put the two files beside each other that one backup wrote.")  # fmt: skip


def _raisable(code: str, where: str, found: str, expected: str, cure: str) -> LedgerProblem:
    return LedgerProblem(Problem(code=code, where=where, found=found, expected=expected, cure=cure))
