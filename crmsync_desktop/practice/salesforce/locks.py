"""Rows that somebody else is holding: parallel writes are one after the other here, so a lock is a dial."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .errors import RowError
from .schema import SObject
from .store import Row

_NOT_PARENTS = frozenset({"OwnerId", "CreatedById", "LastModifiedById"})


class Locks:
    """`now` gives seconds since the epoch; a lock ends by itself when the practice clock has passed it.

    Unverified: every lookup but the owner's locks the record that it points to while a child of it is saved.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._until: dict[str, tuple[float, str]] = {}

    def hold(self, ids: Iterable[str], seconds: float, trigger: str = "") -> None:
        """Hold records (18-character ids) for so long. With the name of a trigger, writes fail inside that trigger."""
        until = self._now() + seconds
        self._until.update(dict.fromkeys(ids, (until, trigger)))

    def release(self) -> None:
        self._until.clear()

    def check(self, sobject: SObject, id18: str, row: Row) -> None:
        """Raises RowError where the record, or one that its lookups point to, is held."""
        if not self._until:
            return
        parents = (item.name for item in sobject.stored if item.type == "reference" and item.name not in _NOT_PARENTS)
        for held in (id18, *(row.get(name) for name in parents)):
            if held in self._until:
                self.check_row(str(held), row)

    def check_row(self, id18: str, row: Row | None = None) -> None:
        """Raises RowError where that very record is held."""
        until, trigger = self._until.get(id18, (0.0, ""))
        if self._now() >= until:
            self._until.pop(id18, None)
            return
        refused = RowError("UNABLE_TO_LOCK_ROW", lock_message(id18))
        if not trigger:
            raise refused
        raise inside_trigger(trigger, "update" if row is not None and row.get("Id") else "insert", id18, refused)


def lock_message(id18: str) -> str:
    return f"unable to obtain exclusive access to this record or 1 records: {id18}"


def inside_trigger(name: str, event: str, id18: str, cause: RowError) -> RowError:
    """A refusal that hit what an Apex trigger was saving, in the words in which the save that ran it reports it."""
    named = f"[{', '.join(cause.fields)}]"
    message = (
        f"{name}: execution of After{event.capitalize()}\n\ncaused by: System.DmlException: Update failed. First "
        f"exception on row 0 with id {id18}; first error: {cause.code}, {cause.message}: {named}\n\n"
        f"Trigger.{name}: line 5, column 1"
    )
    return RowError("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", message)
