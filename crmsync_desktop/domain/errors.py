"""One tree of errors, for three questions: whose fault is it, what does it hit, does trying again help?"""

from __future__ import annotations

from crmsync_desktop.domain.records import Fault


class CrmSyncError(Exception):
    """What a person is told: `title` (what happened), `detail` (where, in the system's words), `hint` (what to do)."""

    def __init__(self, title: str, detail: str = "", hint: str = "") -> None:
        super().__init__(title)
        self.title = title
        self.detail = detail
        self.hint = hint

    def __str__(self) -> str:
        return " ".join(part for part in (self.title, self.detail, self.hint) if part)


class ItemError(CrmSyncError):
    """One record can't be read or written; the pass goes on."""

    def __init__(self, fault: Fault, hint: str = "") -> None:
        super().__init__(fault.message, fault.code, hint)
        self.fault = fault


class PassError(CrmSyncError):
    """This pass stops; the schedule goes on and tries again."""


class Unreachable(PassError):
    """No answer, or none that makes sense: network, time-out, 5xx after all tries."""


class LimitReached(PassError):
    """A limit stands in the way; nothing was sent beyond it. `resume_at`: ISO 8601 UTC, when there is room again, or
    None if that can't be told."""

    def __init__(self, title: str, detail: str = "", hint: str = "", resume_at: str | None = None) -> None:
        super().__init__(title, detail, hint)
        self.resume_at = resume_at


class AllocationReached(LimitReached):
    """The admin's own allocation is used up (S2)."""


class Cancelled(PassError):
    """A person stopped the pass; everything sent has been settled."""


class SetupError(CrmSyncError):
    """Nothing runs until a person acts: token, permission, keyring, database, address."""


class SignInNeeded(SetupError):
    """A token or grant is no longer accepted."""


class BugError(CrmSyncError):
    """Ours."""
