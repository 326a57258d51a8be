"""Chosen records of a Salesforce object, read page by page (I1)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

import msgspec

from crmsync_desktop.domain.filters import Filter
from crmsync_desktop.domain.records import Observed
from crmsync_desktop.domain.selection import Way
from crmsync_desktop.ports.crm import Want


class Selected(msgspec.Struct, frozen=True):
    """At most 2,000 records. Once they are durably kept, `position` (JSON, opaque) is where another `select…` with the same
    arguments goes on, also in another process. `last` closes the read.

    A page without records that isn't the last says that a bulk job is being waited for: keep its position too, so that
    the job isn't made twice. `way`: how the records come, which may be PAGES where BULK was asked for and Salesforce
    doesn't take it. `total`: how many records the read has, where that is known. `missing`: ids (of 18 characters, but
    for what is no id) or values, as given, that brought no live record. A lead that was converted comes as DELETED with
    its contact as successor.
    """

    records: list[Observed]
    position: str
    last: bool
    way: Way = Way.PAGES
    total: int | None = None
    missing: tuple[str, ...] = ()


class Selecting(Protocol):
    """Errors and calls as in `Crm`; the purpose of each call is "import". A filter is checked against the object's fields
    before anything is sent: SetupError where it doesn't fit (`filter_checks.checked`).

    Reads hold nothing open between pages. Closing one (`contextlib.aclosing`), or cancelling the task that waits for its
    next page, ends the bulk job that it waits for. While it waits, an empty page comes every second, so that whoever reads
    can stop between two pages.
    """

    async def how_many(self, object: str, where: Filter | None) -> int:
        """How many live records there are of it. One call."""
        ...

    def select(
        self,
        want: Want,
        where: Filter | None,
        *,
        after: str | None = None,
        limit: int | None = None,
        way: Way = Way.PAGES,
    ) -> AsyncGenerator[Selected, None]:
        """The live records that meet `where`, in the order of their ids, at most `limit`; at least one page. `after`: the
        position to go on from, which also says which way.

        BULK without a limit brings them in no order; where its job dies half-way a new one is made, and records that came
        come again."""
        ...

    def select_ids(self, want: Want, ids: Sequence[str], *, after: str | None = None) -> AsyncGenerator[Selected, None]:
        """Records by their ids (of 15 or 18 characters, in the order given, each once). What is no id of this object is
        among the missing without a call: `record_ids.sort_ids` tells why beforehand."""
        ...

    def select_by(
        self, want: Want, field: str, values: Sequence[str], *, after: str | None = None
    ) -> AsyncGenerator[Selected, None]:
        """Records whose text field (an e-mail, an external id) equals one of `values`, without regard to case. Several may
        have one value. SetupError for a field that can't be searched by."""
        ...

    async def release(self, position: str) -> None:
        """Give up a read that was left at this position: a bulk job that still runs for it is ended. Costs a call only
        where there may be one; never raises for a job that is over or gone."""
        ...
