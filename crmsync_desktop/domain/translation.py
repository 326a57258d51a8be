"""How one side reads the other's values, where that takes more than a table: a state depends on its country, a stage on its
pipeline, a lookup on the links, a day on the time zone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from crmsync_desktop.domain.records import Cell, Fault, Side


class Translation(Protocol):
    """Reads values across. `cells`: the whole record that the value comes from, in order of place; empty where it isn't
    known. UNSEEN is a value that has no counterpart: it can't travel, and `fault` says why."""

    @property
    def waits(self) -> bool:
        """Whether a counterpart may yet come by itself (a parent that is linked later): until then nothing is settled."""
        ...

    def to_hubspot(self, cell: str, cells: Sequence[Cell]) -> Cell: ...

    def to_salesforce(self, cell: str, cells: Sequence[Cell]) -> Cell: ...

    def fault(self, side: Side, cell: str, cells: Sequence[Cell]) -> Fault:
        """Why `cell` of the other side has no counterpart on `side`."""
        ...


class BesideTranslation(Protocol):
    """A Translation that also looks at the record that the value is to come to (`target`; empty for a new one): a stage is
    read within the pipeline that the record is in. It is asked for blanks, too, as ""."""

    @property
    def waits(self) -> bool: ...

    def to_hubspot(self, cell: str, cells: Sequence[Cell], target: Sequence[Cell] = ()) -> Cell: ...

    def to_salesforce(self, cell: str, cells: Sequence[Cell], target: Sequence[Cell] = ()) -> Cell: ...

    def agrees(self, salesforce: Sequence[Cell], hubspot: Sequence[Cell]) -> bool:
        """Whether both whole records say the same here, be it that one of them can't be told from others there."""
        ...

    def fault(self, side: Side, cell: str, cells: Sequence[Cell]) -> Fault: ...


class MindfulTranslation(BesideTranslation, Protocol):
    """A BesideTranslation whose answers also hang on what was agreed on last: which of several records a cleared lookup had
    named, a day that stood before anybody minded time zones."""

    def since(self, salesforce: Cell, hubspot: Cell) -> MindfulTranslation:
        """The same, for a link with these bases; UNSEEN where nothing is known."""
        ...
