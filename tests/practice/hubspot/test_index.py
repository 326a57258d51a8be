"""An index that is behind: by object type, unevenly, with rows that mix before and since, and not running at all."""

from __future__ import annotations

from typing import Any

import pytest

from tests.practice.hubspot.conftest import Served

pytestmark = pytest.mark.http
CONTACTS, DEALS = "/crm/objects/2026-03/contacts", "/crm/objects/2026-03/deals"


def shown(served: Served, *filters: dict[str, object], **more: object) -> list[Any]:
    found = served.search(*filters, properties=["firstname"], limit=200, **more)
    assert found["total"] == len(found["results"])
    return sorted(each["properties"]["firstname"] for each in found["results"])


def named(name: str) -> dict[str, object]:
    return {"propertyName": "firstname", "operator": "EQ", "value": name}


def test_the_lag_is_an_object_types_own(served: Served) -> None:
    served.portal.change_setup(search_lag_seconds=30, search_lag_by_type={"deals": 0})
    served.contact(firstname="A")
    served.ok("POST", DEALS, {"properties": {"dealname": "D", "pipeline": "default", "dealstage": "closedwon"}})
    assert shown(served) == []
    assert served.ok("POST", f"{DEALS}/search", {})["total"] == 1


def test_with_jitter_later_writes_may_be_seen_first_but_a_record_never_goes_back(served: Served) -> None:
    served.portal.change_setup(search_lag_seconds=10, search_lag_jitter=3.0)
    order: list[str] = []
    for number in range(20):
        served.contact(firstname=f"{number:02}")
    for _ in range(45):
        order += [name for name in shown(served) if name not in order]
    assert len(order) == 20
    assert order != sorted(order)
    contact = served.contact(firstname="first")
    for name in ("second", "third", "fourth"):
        served.ok("PATCH", f"{CONTACTS}/{contact}", {"properties": {"firstname": name}})
        served.clock.advance(2)
    seen: list[str] = []
    for _ in range(60):
        seen += [name for name in shown(served) if name.isalpha() and name not in seen[-1:]]
    assert seen == [name for name in ("first", "second", "third", "fourth") if name in seen]
    assert seen[-1] == "fourth"


def test_two_writes_of_one_moment_are_one_row(served: Served) -> None:
    contact = served.contact(firstname="A")
    served.portal.change_setup(search_lag_seconds=10)
    for name in ("B", "C"):
        served.ok("PATCH", f"{CONTACTS}/{contact}", {"properties": {"firstname": name}})
    assert shown(served) == ["A"]
    served.clock.advance(10)
    assert shown(served) == ["C"]


def test_stale_rows_are_found_by_one_version_and_shown_as_the_other(served: Served) -> None:
    contacts = [served.contact(firstname="Old") for _ in range(20)]
    served.portal.change_setup(search_lag_seconds=60, stale_rows=1.0)
    for contact in contacts:
        served.ok("PATCH", f"{CONTACTS}/{contact}", {"properties": {"firstname": "New"}})
    as_old, as_new = shown(served, named("New")), shown(served, named("Old"))
    assert set(as_old) == {"Old"}
    assert set(as_new) == {"New"}
    assert len(as_old) + len(as_new) == 20
    assert len(shown(served)) == 20
    served.portal.change_setup(stale_rows=0.0)
    assert shown(served, named("Old")) == ["Old"] * 20, "the index is still behind, but of one mind"
    served.clock.advance(60)
    assert shown(served, named("New")) == ["New"] * 20


def test_an_index_that_stands_still_shows_what_it_had_until_it_runs_again(served: Served) -> None:
    contact = served.contact(firstname="A")
    served.portal.change_setup(index_stopped=True)
    served.ok("PATCH", f"{CONTACTS}/{contact}", {"properties": {"firstname": "B"}})
    served.contact(firstname="C")
    served.clock.advance(86_400)
    assert shown(served) == ["A"]
    assert served.ok("GET", f"{CONTACTS}/{contact}")["properties"]["firstname"] == "B"
    served.portal.change_setup(index_stopped=False, search_lag_seconds=5)
    assert shown(served) == ["A"]
    served.clock.advance(5)
    assert shown(served) == ["B", "C"]
