"""What becomes of a link whose record is deleted, restored or hidden (C5)."""

from __future__ import annotations

from itertools import product

import msgspec
import pytest

from crmsync_desktop.domain.lifecycle import Fate, edited, fate
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.records import UNSEEN, Cell, Presence
from crmsync_desktop.domain.schema import Kind
from crmsync_desktop.domain.settings import OnSalesforceDelete
from tests.domain.columns import SPECS, layout_of

LIVE, DELETED, HIDDEN = Presence.LIVE, Presence.DELETED, Presence.UNSEEN
DELETE, NOTHING = OnSalesforceDelete.DELETE, OnSalesforceDelete.NOTHING
EMAIL = tuple(spec for spec in SPECS if spec.salesforce.kind is Kind.EMAIL)


def what(salesforce: Presence, hubspot: Presence, **more: object) -> Fate:
    given = {
        "salesforce_edited": False,
        "hubspot_edited": False,
        "salesforce_was_gone": False,
        "setting": DELETE,
        **more,
    }
    return fate(salesforce, hubspot, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("salesforce", "hubspot", "more", "expected"),
    [
        (LIVE, LIVE, {}, Fate.SYNC),
        (LIVE, LIVE, {"salesforce_was_gone": True}, Fate.SYNC),
        (DELETED, LIVE, {}, Fate.DELETE_HUBSPOT),
        (DELETED, LIVE, {"setting": NOTHING}, Fate.SALESFORCE_GONE),
        (DELETED, LIVE, {"hubspot_edited": True}, Fate.EDIT_BEATS_DELETE),
        (DELETED, LIVE, {"salesforce_was_gone": True}, Fate.REST),
        (DELETED, DELETED, {}, Fate.REST),
        (LIVE, DELETED, {}, Fate.HUBSPOT_GONE),
        (LIVE, DELETED, {"salesforce_edited": True}, Fate.RECREATE_HUBSPOT),
        (LIVE, DELETED, {"salesforce_was_gone": True}, Fate.RECREATE_HUBSPOT),
        (HIDDEN, LIVE, {}, Fate.SKIP),
        (LIVE, HIDDEN, {}, Fate.SKIP),
        (DELETED, HIDDEN, {}, Fate.SKIP),
    ],
)
def test_fates(salesforce: Presence, hubspot: Presence, more: dict[str, object], expected: Fate) -> None:
    assert what(salesforce, hubspot, **more) is expected


@pytest.mark.parametrize(
    ("salesforce", "hubspot", "was_gone", "setting"),
    list(product(Presence, Presence, (False, True), OnSalesforceDelete)),
)
def test_an_edit_or_a_hidden_side_is_never_deleted(
    salesforce: Presence, hubspot: Presence, was_gone: bool, setting: OnSalesforceDelete
) -> None:
    found = what(salesforce, hubspot, hubspot_edited=True, salesforce_was_gone=was_gone, setting=setting)
    assert found is not Fate.DELETE_HUBSPOT
    found = what(salesforce, hubspot, salesforce_was_gone=was_gone, setting=setting)
    if HIDDEN in (salesforce, hubspot) or setting is NOTHING:
        assert found is not Fate.DELETE_HUBSPOT


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        ("a@x.no", "a@x.no", False),
        ("A@X.no", "a@x.no", False),
        ("b@x.no", "a@x.no", True),
        (None, "a@x.no", True),
        ("a@x.no", UNSEEN, True),
        (UNSEEN, "a@x.no", True),
    ],
    ids=["same", "same but for case", "edited", "cleared", "no base", "nothing seen"],
)
def test_edited(now: Cell, before: Cell, expected: bool) -> None:
    layout = layout_of(EMAIL, (Rule.TWO_WAY,))
    assert edited(layout, [now], [before]) is expected


def test_what_only_hubspot_has_is_no_edit_of_a_synced_record() -> None:
    layout = layout_of(EMAIL, (Rule.TWO_WAY,))
    (column,) = layout.columns
    alone = msgspec.structs.replace(layout, columns=(msgspec.structs.replace(column, salesforce={}),))
    assert edited(layout, ["b@x.no"], ["a@x.no"])
    assert edited(alone, ["b@x.no"], ["a@x.no"]), "nothing is left that could be compared: no base"
    both = (column, msgspec.structs.replace(column, place=1, property="lifecyclestage", salesforce={}))
    assert not edited(msgspec.structs.replace(layout, columns=both), ["a@x.no", "lead"], ["a@x.no", "customer"])
