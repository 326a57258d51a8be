"""What a person decided about a held conflict (P4). It holds for the two values that the person saw, and no others."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from crmsync_desktop.domain.records import Cell, Value


class Use(StrEnum):
    SALESFORCE = "salesforce"
    HUBSPOT = "hubspot"
    NEWEST = "newest"
    VALUE = "value"
    """A value that the person typed in, for both sides."""


class Settlement(msgspec.Struct, frozen=True):
    """`salesforce` and `hubspot`: the values that were in conflict. `value`: in HubSpot's form, with Use.VALUE alone. `at`:
    when it was decided (ISO 8601 UTC)."""

    use: Use
    value: Value
    salesforce: Cell
    hubspot: Cell
    at: str

    def fits(self, salesforce: Cell, hubspot: Cell) -> bool:
        """Whether these are the values that were decided about; else it is another conflict, to be asked anew."""
        return self.salesforce == salesforce and self.hubspot == hubspot

    @property
    def reason(self) -> str:
        """For the journal."""
        return f"settled by a person: {_SAID[self.use]}"


_SAID = {
    Use.SALESFORCE: "Salesforce's value",
    Use.HUBSPOT: "HubSpot's value",
    Use.NEWEST: "the newest",
    Use.VALUE: "a value of their own",
}
