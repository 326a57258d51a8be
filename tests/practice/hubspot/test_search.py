"""Search: its filters, its limits, and an index that lags behind."""

from __future__ import annotations

from typing import Any

import pytest

from tests.practice.hubspot.conftest import NOW, Served

pytestmark = pytest.mark.http
SEARCH = "/crm/objects/2026-03/contacts/search"


def where(name: str, operator: str, **value: object) -> dict[str, object]:
    return {"propertyName": name, "operator": operator, **value}


def names(found: Any) -> list[str]:
    return sorted(each["properties"]["firstname"] for each in found["results"])


@pytest.fixture
def crowd(served: Served) -> Served:
    rows: list[tuple[str, dict[str, Any]]] = [
        ("contacts", {"firstname": "Kari", "email": "kari@firma.example", "city": "Oslo", "num_associated_deals": "2",
                      "lastmodifieddate": NOW - 300, "createdate": NOW - 900}),
        ("contacts", {"firstname": "Ærlig", "email": "aerlig@fabrikk.example", "city": "OSLO", "num_associated_deals": "10",
                      "lastmodifieddate": NOW - 200, "createdate": NOW - 900}),
        ("contacts", {"firstname": "Per", "city": "Bodø", "lastmodifieddate": NOW - 100, "createdate": NOW - 900,
                      "crmsync_salesforce_id": "003Pr0000000001IAA"}),
    ]  # fmt: skip
    served.portal.load(rows)
    return served


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (where("city", "EQ", value="oslo"), ["Kari", "Ærlig"]),
        (where("city", "NEQ", value="Oslo"), ["Per"]),
        (where("firstname", "EQ", value="ÆRLIG"), ["Ærlig"]),
        (where("num_associated_deals", "GT", value="2"), ["Ærlig"]),
        (where("num_associated_deals", "LTE", value="2"), ["Kari"]),
        (where("num_associated_deals", "BETWEEN", value="1", highValue="10"), ["Kari", "Ærlig"]),
        (where("firstname", "IN", values=["kari", "per"]), ["Kari", "Per"]),
        (where("firstname", "NOT_IN", values=["kari", "per"]), ["Ærlig"]),
        (where("email", "HAS_PROPERTY"), ["Kari", "Ærlig"]),
        (where("email", "NOT_HAS_PROPERTY"), ["Per"]),
        (where("email", "CONTAINS_TOKEN", value="*@firma.example"), ["Kari"]),
        (where("email", "CONTAINS_TOKEN", value="fabrikk"), ["Ærlig"]),
        (where("email", "IN", values=["kari@firma.example", "nobody@firma.example"]), ["Kari"]),
        (where("email", "IN", values=["KARI@firma.example"]), []),
        (where("email", "EQ", value="KARI@firma.example"), ["Kari"]),
        (where("email", "NOT_CONTAINS_TOKEN", value="fabrikk"), ["Kari", "Per"]),
        (where("firstname", "NEQ", value="kari"), ["Per", "Ærlig"]),
        (where("firstname", "NOT_IN", values=["Kari"]), ["Kari", "Per", "Ærlig"]),
        (where("crmsync_salesforce_id", "EQ", value="003pr0000000001iaa"), ["Per"]),
        (where("crmsync_salesforce_id", "IN", values=["003pr0000000001iaa"]), ["Per"]),
        (where("crmsync_salesforce_id", "IN", values=["003Pr0000000001IAA"]), []),
        (where("crmsync_salesforce_id", "EQ", value="003Pr0000000001IAA"), ["Per"]),
        (where("lastmodifieddate", "GTE", value=str(int((NOW - 200) * 1000))), ["Per", "Ærlig"]),
        (where("lastmodifieddate", "LT", value=str(int((NOW - 200) * 1000))), ["Kari"]),
        (where("lastmodifieddate", "GT", value="2026-01-01T00:00:00Z"), ["Kari", "Per", "Ærlig"]),
    ],
)
def test_an_operator_finds_what_it_says(crowd: Served, condition: dict[str, object], expected: list[str]) -> None:
    found = crowd.search(condition, properties=["firstname"])
    assert names(found) == expected
    assert found["total"] == len(expected)


def test_groups_are_alternatives_and_the_old_form_is_one_group(crowd: Served) -> None:
    body = {"filterGroups": [{"filters": [where("firstname", "EQ", value=n)]} for n in ("Kari", "Per")]}
    assert names(crowd.ok("POST", SEARCH, body)) == ["Kari", "Per"]
    assert names(crowd.search(filters=[where("city", "EQ", value="Bodø")])) == ["Per"]
    assert names(crowd.search(query="kari firma")) == ["Kari"]


def test_sorting_is_by_the_kind_of_value(crowd: Served) -> None:
    def order(name: str, direction: str) -> list[str]:
        sorts = [{"propertyName": name, "direction": direction}]
        found = crowd.search(where("email", "HAS_PROPERTY"), sorts=sorts)
        return [each["properties"]["firstname"] for each in found["results"]]

    assert order("num_associated_deals", "ASCENDING") == ["Kari", "Ærlig"], "10 comes after 2"
    assert order("lastmodifieddate", "DESCENDING") == ["Ærlig", "Kari"]


def test_the_stamps_and_the_id_are_always_there_and_an_unset_property_is_null(crowd: Served) -> None:
    found = crowd.search(where("firstname", "EQ", value="Per"), properties=["email"])["results"][0]
    assert sorted(found["properties"]) == ["createdate", "email", "hs_object_id", "lastmodifieddate"]
    assert found["properties"]["email"] is None
    assert found["updatedAt"] == found["properties"]["lastmodifieddate"]


def test_ids_are_compared_as_numbers_across_a_change_of_length(served: Served) -> None:
    served.portal.load([("contacts", {"firstname": f"{number:03}"}) for number in range(400)])
    seen: list[int] = []
    while True:
        served.clock.advance(1)
        last = seen[-1] if seen else 0
        sorts = [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]
        page = served.search(where("hs_object_id", "GT", value=str(last)), sorts=sorts, limit=150)
        seen += [int(each["id"]) for each in page["results"]]
        if len(page["results"]) < 150:
            break
    assert len(seen) == len(set(seen)) == 400
    assert seen == sorted(seen)
    assert len(str(seen[0])) < len(str(seen[-1]))


def test_pages_follow_the_cursor_to_the_end(served: Served) -> None:
    served.portal.load([("contacts", {"firstname": str(number)}) for number in range(450)])
    first = served.search(limit=200)
    second = served.search(limit=200, after=first["paging"]["next"]["after"])
    third = served.search(limit=200, after=second["paging"]["next"]["after"])
    assert [len(page["results"]) for page in (first, second, third)] == [200, 200, 50]
    assert first["total"] == 450
    assert "paging" not in third


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 201},
        {"limit": 0},
        {"after": "9900", "limit": 101},
        {"filterGroups": [{"filters": [where("firstname", "EQ", value="x")]}] * 6},
        {"filterGroups": [{"filters": [where("firstname", "EQ", value="x")] * 7}]},
        {"filterGroups": [{"filters": [where("firstname", "EQ", value="x")] * 4}] * 5},
        {"filterGroups": [{"filters": [where("firstname", "LIKE", value="x")]}]},
        {"filterGroups": [{"filters": [where("nonsense", "EQ", value="x")]}]},
        {"filterGroups": [{"filters": [where("lastmodifieddate", "GT", value="yesterday")]}]},
        {"filterGroups": [{"filters": [where("firstname", "IN")]}]},
        {"sorts": [{"propertyName": "a"}, {"propertyName": "b"}]},
        {"sorts": [{"propertyName": "x'; DROP TABLE record; --"}]},
        {"query": "x" * 3000},
        {"propertys": []},
    ],
)
def test_what_the_guide_does_not_allow_is_a_400(served: Served, body: dict[str, object]) -> None:
    answer = served.ask("POST", SEARCH, body)
    assert answer.status_code == 400
    assert answer.json()["category"] == "VALIDATION_ERROR"


def test_archived_and_merged_records_are_not_found(served: Served) -> None:
    ids = [served.contact(firstname="x", email=f"{number}@firma.example") for number in range(3)]
    served.ask("DELETE", f"/crm/v3/objects/contacts/{ids[0]}")
    merged = served.ok("POST", "/crm/v3/objects/contacts/merge", {"primaryObjectId": ids[1], "objectIdToMerge": ids[2]})
    assert [each["id"] for each in served.search()["results"]] == [merged["id"]]


def test_with_lag_a_write_is_seen_only_once_the_index_has_caught_up(served: Served) -> None:
    old = served.contact(firstname="Old")
    served.portal.search_lag_seconds = 30
    served.ok("PATCH", f"/crm/v3/objects/contacts/{old}", {"properties": {"firstname": "Changed"}})
    served.clock.advance(10)
    served.ok("PATCH", f"/crm/v3/objects/contacts/{old}", {"properties": {"firstname": "Again"}})
    served.contact(firstname="New")
    gone = served.ok("GET", f"/crm/v3/objects/contacts/{old}")
    assert gone["properties"]["firstname"] == "Again", "a read by id is never behind"
    assert names(served.search()) == ["Old"]
    assert served.search(where("firstname", "EQ", value="Again"))["total"] == 0
    served.clock.advance(20)
    assert names(served.search()) == ["Changed"]
    served.clock.advance(10)
    assert names(served.search()) == ["Again", "New"]


def test_with_lag_an_archived_record_and_the_two_of_a_merge_linger(served: Served) -> None:
    one, two, three = (served.contact(firstname=name, email=f"{name}@firma.example") for name in ("a", "b", "c"))
    served.portal.search_lag_seconds = 30
    served.ask("DELETE", f"/crm/v3/objects/contacts/{three}")
    served.ok("POST", "/crm/v3/objects/contacts/merge", {"primaryObjectId": one, "objectIdToMerge": two})
    assert names(served.search()) == ["a", "b", "c"]
    assert served.search(where("email", "EQ", value="b@firma.example"))["total"] == 1
    served.clock.advance(31)
    assert names(served.search()) == ["a"]
