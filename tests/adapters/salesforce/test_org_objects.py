"""The org's custom objects, over HTTP (X1)."""

from __future__ import annotations

from typing import Any

import pytest

from crmsync_desktop.adapters.salesforce.org_objects import _is_wanted

ENTRY = {
    "name": "Plan__c",
    "custom": True,
    "queryable": True,
    "retrieveable": True,
    "customSetting": False,
    "deprecatedAndHidden": False,
}


def test_an_object_with_records_of_its_own_is_listed() -> None:
    assert _is_wanted(ENTRY)
    assert _is_wanted({**ENTRY, "name": "ns__Plan__c"})


@pytest.mark.parametrize(
    "other",
    [
        {"name": "Account", "custom": False},
        {"name": "Type__mdt"},
        {"name": "Order__e", "queryable": False},
        {"name": "Row__x"},
        {"name": "Big__b"},
        {"name": "Plan__Share"},
        {"name": "Plan__History"},
        {"name": "Setting__c", "customSetting": True},
        {"name": "Old__c", "deprecatedAndHidden": True},
        {"name": "Hidden__c", "queryable": False},
        {"name": "Locked__c", "retrieveable": False},
    ],
)
def test_what_isnt_one_or_cant_be_read_is_not(other: dict[str, Any]) -> None:
    assert not _is_wanted({**ENTRY, **other})
