"""Which side's edit of one field is the newer (semantics 1): by the field's own history where a system keeps one, else by the
record's stamp. Ties and unknowns are left to Salesforce, and the decision says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec

from crmsync_desktop.domain.records import UNSEEN, Cell, Side
from crmsync_desktop.domain.settlements import Settlement
from crmsync_desktop.domain.values import version_order


class By(StrEnum):
    """Who made an edit, as far as its system tells."""

    PERSON = "person"
    MACHINE = "machine"
    """A workflow, or a calculation."""
    US = "us"
    """This application's user or key."""


class Edit(msgspec.Struct, frozen=True, array_like=True):
    """The last edit of one field: when (ISO 8601 UTC, by its side's own clock), by whom, and to what value; UNSEEN where the
    history doesn't tell."""

    at: str
    by: By
    value: Cell = UNSEEN


class Evidence(msgspec.Struct, frozen=True):
    """What is known of the disputed fields of one link, by place. Times are comparable with the looks' versions."""

    salesforce: Mapping[int, Edit] = {}
    hubspot: Mapping[int, Edit] = {}
    settled: Mapping[int, Settlement] = {}


NOTHING: Final = Evidence()


def newest_edit(
    salesforce: str, hubspot: str, salesforce_edit: Edit | None, hubspot_edit: Edit | None, based: bool
) -> tuple[Side | None, str]:
    """The side whose edit is newer, None if that can't be told, and by what, as the end of a sentence. `salesforce` and
    `hubspot` are the records' stamps.

    What this application wrote is nobody's edit, and yields to one. That goes for fields without a base: where there is
    one, a value that we wrote equals it, so what differs from it is somebody's, be it through our user.
    """
    ours = [not based and edit is not None and edit.by is By.US for edit in (salesforce_edit, hubspot_edit)]
    if ours[0] != ours[1]:
        winner = Side.HUBSPOT if ours[0] else Side.SALESFORCE
        return winner, f" ({winner.other.label}'s value was written by this app)"
    order = version_order(
        salesforce_edit.at if salesforce_edit is not None else salesforce,
        hubspot_edit.at if hubspot_edit is not None else hubspot,
    )
    newer = None if order == 0 else Side.HUBSPOT if order < 0 else Side.SALESFORCE
    return newer, _by_what(salesforce_edit, hubspot_edit)


def _by_what(salesforce: Edit | None, hubspot: Edit | None) -> str:
    if salesforce is not None and hubspot is not None:
        return " (by the field's history)"
    if salesforce is not None or hubspot is not None:
        side = Side.SALESFORCE if salesforce is not None else Side.HUBSPOT
        return f" (by {side.label}'s history of the field and {side.other.label}'s stamp of the record)"
    return ""
