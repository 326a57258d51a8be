"""Lists: the kinds, the members, and the order in which they joined."""

from __future__ import annotations

from typing import Any

import pytest

from tests.practice.hubspot.conftest import Served

pytestmark = pytest.mark.http
LISTS = "/crm/lists/2026-03"


def branch(*filters: dict[str, Any]) -> dict[str, Any]:
    group = {"filterBranchType": "AND", "filterBranchOperator": "AND", "filterBranches": [], "filters": list(filters)}
    return {"filterBranchType": "OR", "filterBranchOperator": "OR", "filterBranches": [group], "filters": []}


def on(name: str, operation_type: str, operator: str, **more: object) -> dict[str, Any]:
    operation = {"operationType": operation_type, "operator": operator, "includeObjectsWithNoValueSet": False, **more}
    if operation_type in ("TIME_POINT", "TIME_RANGED"):
        operation["type"] = operation_type
    return {"filterType": "PROPERTY", "property": name, "operation": operation}


def make(served: Served, name: str, processing: str = "MANUAL", filters: object = None) -> str:
    body = {"name": name, "objectTypeId": "0-1", "processingType": processing}
    if filters is not None:
        body["filterBranch"] = filters  # type: ignore[assignment]
    return str(served.ok("POST", LISTS, body)["list"]["listId"])


def members(served: Served, list_id: str) -> list[str]:
    return [each["recordId"] for each in served.ok("GET", f"{LISTS}/{list_id}/memberships")["results"]]


def test_a_dynamic_list_follows_its_filter(served: Served) -> None:
    served.contact(firstname="Kari", lifecyclestage="lead")
    customer = served.contact(firstname="Per", lifecyclestage="customer")
    wanted = branch(on("lifecyclestage", "ENUMERATION", "IS_ANY_OF", values=["customer"]))
    customers = make(served, "Customers", "DYNAMIC", wanted)
    assert members(served, customers) == [customer]
    served.ok("PATCH", f"/crm/v3/objects/contacts/{customer}", {"properties": {"lifecyclestage": "other"}})
    assert members(served, customers) == []
    later = served.contact(lifecyclestage="customer")
    shown = served.ok("GET", f"{LISTS}/{customers}", includeFilters="true")["list"]
    assert (shown["size"], shown["processingType"]) == (1, "DYNAMIC")
    assert shown["filterBranch"] == wanted
    assert members(served, customers) == [later]
    served.ask("DELETE", f"/crm/v3/objects/contacts/{later}")
    assert members(served, customers) == []


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (on("email", "MULTISTRING", "ENDS_WITH", values=["@FIRMA.example"]), ["a"]),
        (on("email", "MULTISTRING", "CONTAINS", values=["fabrikk", "firma"]), ["a", "b"]),
        (on("email", "MULTISTRING", "DOES_NOT_CONTAIN", values=["firma"]), ["b"]),
        (
            on("email", "MULTISTRING", "DOES_NOT_CONTAIN", values=["firma"], includeObjectsWithNoValueSet=True),
            ["b", "c"],
        ),
        (on("email", "ALL_PROPERTY", "IS_UNKNOWN"), ["c"]),
        (on("associatedcompanyid", "NUMBER", "IS_GREATER_THAN", value=5), ["b"]),
        (on("associatedcompanyid", "NUMBER_RANGED", "IS_BETWEEN", lowerBound=1, upperBound=9), ["a"]),
        (on("salesforcedeleted", "ENUMERATION", "IS_NONE_OF", values=["true"]), ["b"]),
    ],
)
def test_the_operations_of_a_filter(served: Served, condition: dict[str, Any], expected: list[str]) -> None:
    ids = {
        served.contact(firstname="a", email="a@firma.example", associatedcompanyid="5", salesforcedeleted="true"): "a",
        served.contact(
            firstname="b", email="b@fabrikk.example", associatedcompanyid="10", salesforcedeleted="false"
        ): "b",
        served.contact(firstname="c"): "c",
    }
    found = make(served, "L", "DYNAMIC", branch(condition))
    assert [ids[each] for each in members(served, found)] == expected


def test_a_filter_that_is_not_known_is_refused_and_not_guessed(served: Served) -> None:
    for condition in (
        {"filterType": "IN_LIST", "listId": "1"},
        on("email", "MULTISTRING", "SOUNDS_LIKE", values=["x"]),
        on("nonsense", "ALL_PROPERTY", "IS_KNOWN"),
    ):
        body = {"name": "L", "objectTypeId": "0-1", "processingType": "DYNAMIC", "filterBranch": branch(condition)}
        assert served.ask("POST", LISTS, body).status_code == 400


def test_a_manual_list_is_written_by_hand_and_a_dynamic_one_is_not(served: Served) -> None:
    one, two = served.contact(), served.contact()
    fair = make(served, "Fair")
    change = served.ok("PUT", f"{LISTS}/{fair}/memberships/add", [one, two, "5"])
    assert change == {"recordsIdsAdded": [one, two], "recordIdsRemoved": [], "recordIdsMissing": ["5"]}
    both = {"recordIdsToAdd": [], "recordIdsToRemove": [one]}
    served.ok("PUT", f"{LISTS}/{fair}/memberships/add-and-remove", both)
    assert members(served, fair) == [two]
    dynamic = make(served, "All", "DYNAMIC", branch(on("email", "ALL_PROPERTY", "IS_KNOWN")))
    assert served.ask("PUT", f"{LISTS}/{dynamic}/memberships/add", [one]).status_code == 400
    lists = served.ok("GET", f"{LISTS}/records/0-1/{two}/memberships")["results"]
    assert [each["listId"] for each in lists] == [fair]
    assert served.ask("DELETE", f"{LISTS}/{fair}/memberships").status_code == 204
    assert members(served, fair) == []


def test_a_snapshot_keeps_who_matched_when_it_was_made(served: Served) -> None:
    contact = served.contact(email="a@firma.example")
    snapshot = make(served, "Snap", "SNAPSHOT", branch(on("email", "ALL_PROPERTY", "IS_KNOWN")))
    served.contact(email="b@firma.example")
    assert members(served, snapshot) == [contact]


def test_members_come_in_order_of_joining_forwards_with_after_and_backwards_with_before(served: Served) -> None:
    ids = [served.contact() for _ in range(5)]
    fair = make(served, "Fair")
    joined = [ids[3], ids[0], ids[4], ids[1], ids[2]]
    for contact in joined:
        served.clock.advance(10)
        served.ok("PUT", f"{LISTS}/{fair}/memberships/add", [contact])
    path = f"{LISTS}/{fair}/memberships/join-order"
    first = served.ok("GET", path, limit=2)
    assert [each["recordId"] for each in first["results"]] == joined[:2]
    second = served.ok("GET", path, limit=3, after=first["paging"]["next"]["after"])
    assert [each["recordId"] for each in second["results"]] == joined[2:]
    assert "paging" not in second
    newest = served.ok("GET", path, limit=2, before="")
    assert [each["recordId"] for each in newest["results"]] == joined[:2:-1]
    rest = served.ok("GET", path, limit=5, before=newest["paging"]["prev"]["before"])
    assert [each["recordId"] for each in rest["results"]] == joined[2::-1]
    stamps = [each["membershipTimestamp"] for each in second["results"]]
    assert stamps == sorted(stamps)


def test_memberships_are_paged_by_record_id(served: Served) -> None:
    ids = [served.contact() for _ in range(5)]
    fair = make(served, "Fair")
    served.ok("PUT", f"{LISTS}/{fair}/memberships/add", ids[::-1])
    first = served.ok("GET", f"{LISTS}/{fair}/memberships", limit=3)
    rest = served.ok("GET", f"{LISTS}/{fair}/memberships", limit=3, after=first["paging"]["next"]["after"])
    assert [each["recordId"] for each in first["results"] + rest["results"]] == ids
    assert served.ask("GET", f"{LISTS}/{fair}/memberships", limit=251).status_code == 400


def test_lists_are_found_by_name_id_and_words_renamed_deleted_and_restored(served: Served) -> None:
    fair, other = make(served, "Trade fair"), make(served, "Customers", "DYNAMIC", branch())
    assert served.ok("GET", f"{LISTS}/object-type-id/0-1/name/Trade fair")["list"]["listId"] == fair
    found = served.ok("POST", f"{LISTS}/search", {"query": "FAIR", "processingTypes": ["MANUAL"]})
    assert [each["listId"] for each in found["lists"]] == [fair]
    assert found["total"] == 1
    assert found["hasMore"] is False
    assert len(served.ok("GET", LISTS, listIds=f"{fair},{other},5")["lists"]) == 2
    served.ok("PUT", f"{LISTS}/{fair}/update-list-name", listName="Fair 2026")
    assert served.ok("GET", f"/crm/v3/lists/{fair}")["list"]["name"] == "Fair 2026"
    assert served.ask("DELETE", f"{LISTS}/{fair}").status_code == 204
    assert served.ask("GET", f"{LISTS}/{fair}").status_code == 404
    assert served.ask("PUT", f"{LISTS}/{fair}/restore").status_code == 204
    assert served.ok("GET", f"{LISTS}/{fair}")["list"]["size"] == 0
    taken = {"name": "Customers", "objectTypeId": "0-1", "processingType": "MANUAL"}
    assert served.ask("POST", LISTS, taken).status_code == 400
