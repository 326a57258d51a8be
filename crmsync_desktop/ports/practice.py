"""The practice orgs as a person works in them: look at records and change them by hand, as one would in each CRM's own
window. What is done here counts as done by a person, never by the sync, and costs no API calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol

import msgspec

Place = Literal["salesforce", "hubspot"]
ChangedBy = Literal["person", "sync", "automation"]
State = Literal["live", "deleted", "merged", "converted"]


class PracticeField(msgspec.Struct, frozen=True):
    """One field of an object. `kind`: the system's own type name. `options`: (value, label) of a picklist."""

    name: str
    label: str
    kind: str
    editable: bool
    options: tuple[tuple[str, str], ...] = ()


class PracticeType(msgspec.Struct, frozen=True):
    """One object of one system. `columns`: the fields worth showing in a list, in order. `count`: its live records."""

    system: Place
    name: str
    label: str
    plural: str
    count: int
    columns: tuple[str, ...]
    fields: tuple[PracticeField, ...]


class PracticeRecord(msgspec.Struct, frozen=True):
    """One record: values as text by field name, None for an empty one. `changed_at`: seconds since the epoch on the
    practice clock. `successor`: the id it was merged or converted into, "" for none. `names`: by field, what the records
    are called whose ids it holds."""

    system: Place
    type: str
    id: str
    name: str
    values: dict[str, str | None]
    changed_by: ChangedBy
    changed_at: float
    state: State = "live"
    successor: str = ""
    names: dict[str, str] = {}


class PracticePage(msgspec.Struct, frozen=True):
    """`total`: how many records fit in all; `records`: those from the offset on that was asked for."""

    total: int
    records: tuple[PracticeRecord, ...]


class PracticeRecords(Protocol):
    """Every method blocks for one request to the practice orgs' admin API on this machine. Raises SetupError with the
    org's own words where a change is refused, and where the orgs aren't being served."""

    def types(self) -> tuple[PracticeType, ...]: ...

    def page(
        self, system: Place, type: str, *, search: str = "", deleted: bool = False, offset: int = 0, limit: int = 50
    ) -> PracticePage:
        """Records newest change first, with the values of the type's columns. `search`: words that their text holds.
        `deleted`: those in the recycle bin instead."""
        ...

    def get(self, system: Place, type: str, id: str) -> PracticeRecord:
        """One record with every field that has a value."""
        ...

    def create(self, system: Place, type: str, values: dict[str, str]) -> PracticeRecord: ...

    def change(self, system: Place, type: str, id: str, values: dict[str, str]) -> PracticeRecord:
        """Set fields; "" empties one."""
        ...

    def delete(self, system: Place, type: str, ids: Sequence[str]) -> None: ...

    def undelete(self, system: Place, type: str, ids: Sequence[str]) -> None: ...

    def merge(self, system: Place, type: str, master: str, losers: Sequence[str]) -> str:
        """Fold the losers into the master. Gives the id of what is left (a new one in HubSpot)."""
        ...

    def convert(self, lead: str, opportunity: str = "") -> dict[str, str]:
        """Convert a Salesforce lead, with an opportunity of that name if one is given. Gives ids by kind: account,
        contact, opportunity."""
        ...

    def submit_form(self, form: str, values: dict[str, str], page: str = "") -> PracticeRecord:
        """Fill in a HubSpot form (its id or name; made with these fields where there is none of that name), as a person on
        the page does. Gives the contact with the e-mail address that was filled in."""
        ...


class PracticeTraffic(Protocol):
    """What goes between the practice orgs and whoever asks them: the log of requests and the faults on order. Every
    method blocks for one request on this machine, and raises SetupError as PracticeRecords does."""

    def turn(self, text: str, name: str) -> list[dict[str, Any]]:
        """Set the dials as a file says, called `name`. Gives the faults that are on order now."""
        ...

    def faults(self) -> list[dict[str, Any]]:
        """The faults on order, with how often each was met (`seen`) and struck (`hits`)."""
        ...

    def clear_faults(self) -> None: ...

    def calls(
        self, *, after: int = 0, limit: int = 200, system: str = "", endpoint: str = "", status: int = 0
    ) -> list[dict[str, Any]]:
        """The last requests that fit, oldest first; `after`: only those with a higher number."""
        ...
