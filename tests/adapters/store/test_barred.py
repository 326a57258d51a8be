"""The do-not-create list."""

from __future__ import annotations

from crmsync_desktop.adapters.store import SqliteStore
from tests.adapters.store.conftest import AT, PAIR


def test_what_is_barred_is_found_by_any_of_its_names_and_lifted_as_one(store: SqliteStore) -> None:
    assert store.barred(PAIR, ["hubspot/1"]) == {}
    assert not store.any_barred(PAIR)
    store.bar(PAIR, ["hubspot/1", "salesforce/003A", "address/aa"], "erased", "1", AT)
    store.bar(PAIR, ["hubspot/2"], "replaced", "2", AT)
    store.bar(PAIR, ["hubspot/2"], "replaced", "2", AT)
    assert store.barred(PAIR, ["salesforce/003A", "hubspot/2", "hubspot/3"]) == {
        "salesforce/003A": "erased",
        "hubspot/2": "replaced",
    }
    assert store.barred("another pair", ["hubspot/1"]) == {}
    assert store.any_barred(PAIR)
    assert not store.any_barred("another pair")
    store.lift(PAIR, ["1"])
    assert store.barred(PAIR, ["hubspot/1", "salesforce/003A", "address/aa", "hubspot/2"]) == {"hubspot/2": "replaced"}
