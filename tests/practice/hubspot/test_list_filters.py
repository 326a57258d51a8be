"""Active lists: every operation of their filters, branches, other lists, associated records, and when members joined."""

from __future__ import annotations

from typing import Any

import pytest

from tests.practice.hubspot.conftest import Served
from tests.practice.hubspot.test_lists import LISTS, branch, make, members, on

pytestmark = pytest.mark.http
CONTACTS = "/crm/objects/2026-03/contacts"
DAY = 86_400_000
NOW_MS = 1_790_000_000_000  # 2026-09-21T14:13:20Z, a Monday


@pytest.fixture
def people(served: Served) -> dict[str, str]:
    """Ids to letters. a and b have histories; d is blank."""
    told = {
        "a": {"city": "Oslo", "hs_lead_status": "OPEN", "associatedcompanyid": "5", "closedate": str(NOW_MS - 2 * DAY)},
        "b": {
            "city": "Oslo vest",
            "hs_lead_status": "NEW",
            "associatedcompanyid": "10",
            "closedate": str(NOW_MS + 2 * DAY),
        },
        "c": {"city": "50% off_", "associatedcompanyid": "7.5", "closedate": str(NOW_MS - 40 * DAY)},
        "d": {},
    }
    ids = {served.contact(firstname=letter, **values): letter for letter, values in told.items()}
    served.clock.advance(10)
    for contact, letter in ids.items():
        if letter in "ab":
            change = {"city": "Bergen" if letter == "a" else "OSLO", "hs_lead_status": "CONNECTED"}
            served.ok("PATCH", f"{CONTACTS}/{contact}", {"properties": change})
    return ids


def matched(served: Served, ids: dict[str, str], *filters: dict[str, Any]) -> str:
    found = make(served, "L", "DYNAMIC", branch(*filters))
    return "".join(sorted(ids[each] for each in members(served, found)))


def dated(**more: Any) -> dict[str, Any]:
    return {"timeType": "DATE", "zoneId": "UTC", "month": 9, "year": 2026, "day": 21, **more}


STARTS: dict[str, dict[str, Any]] = {
    "WEEK": {"dayOfWeek": "MONDAY"}, "MONTH": {"day": 1}, "QUARTER": {"month": 1, "day": 1}, "YEAR": {"month": 1, "day": 1},
}  # fmt: skip


def indexed(reference: str, **offset: int) -> dict[str, Any]:
    at = {"referenceType": reference, **STARTS.get(reference, {})}
    return {"timeType": "INDEXED", "indexReference": at, "offset": offset, "zoneId": "UTC"}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (on("city", "STRING", "IS_EQUAL_TO", value="oslo"), "b"),
        (on("city", "STRING", "IS_NOT_EQUAL_TO", value="oslo"), "ac"),
        (on("city", "STRING", "CONTAINS", value="% off_"), "c"),
        (on("city", "STRING", "STARTS_WITH", value="BER"), "a"),
        (on("city", "MULTISTRING", "ENDS_WITH", values=["gen", "lo"]), "ab"),
        (on("city", "STRING", "HAS_EVER_BEEN_EQUAL_TO", value="Oslo"), "ab"),
        (on("city", "STRING", "HAS_NEVER_BEEN_EQUAL_TO", value="Oslo"), "c"),
        (on("city", "STRING", "HAS_EVER_CONTAINED", value="vest"), "b"),
        (on("city", "STRING", "HAS_NEVER_CONTAINED", value="vest", includeObjectsWithNoValueSet=True), "acd"),
        (on("hs_lead_status", "ENUMERATION", "IS_ANY_OF", values=["CONNECTED", "NEW"]), "ab"),
        (on("hs_lead_status", "ENUMERATION", "HAS_EVER_BEEN_ANY_OF", values=["NEW"]), "b"),
        (on("hs_lead_status", "ENUMERATION", "HAS_NEVER_BEEN_ANY_OF", values=["NEW"]), "a"),
        (on("associatedcompanyid", "NUMBER", "IS_EQUAL_TO", value=5), "a"),
        (on("associatedcompanyid", "NUMBER", "IS_NOT_EQUAL_TO", value=5), "bc"),
        (on("associatedcompanyid", "NUMBER", "IS_LESS_THAN_OR_EQUAL_TO", value=7.5), "ac"),
        (on("associatedcompanyid", "NUMBER_RANGED", "IS_NOT_BETWEEN", lowerBound=6, upperBound=8), "ab"),
        (on("closedate", "TIME_POINT", "IS_BEFORE", timePoint=dated()), "ac"),
        (on("closedate", "TIME_POINT", "IS_AFTER", timePoint=indexed("NOW", days=-3)), "ab"),
        (on("closedate", "TIME_POINT", "IS_AFTER", timePoint=indexed("TODAY", weeks=-1), endpointBehavior="INCLUSIVE"), "ab"),
        (on("closedate", "TIME_POINT", "IS_AFTER", timePoint=indexed("MONTH", months=-1)), "abc"),
        (on("closedate", "TIME_POINT", "IS_BEFORE", timePoint=indexed("WEEK")), "ac"),
        (on("closedate", "TIME_POINT", "IS_BEFORE", timePoint=indexed("QUARTER", quarters=0)), ""),
        (on("closedate", "TIME_POINT", "IS_BEFORE", timePoint=indexed("YEAR", years=1)), "abc"),
        (
            on("closedate", "TIME_RANGED", "IS_BETWEEN", lowerBoundTimePoint=indexed("NOW", days=-3),
               upperBoundTimePoint=indexed("NOW")),
            "a",
        ),
        (
            on("closedate", "TIME_RANGED", "IS_NOT_BETWEEN", lowerBoundTimePoint=indexed("NOW", days=-3),
               upperBoundTimePoint=indexed("NOW")),
            "bc",
        ),
        (on("createdate", "TIME_POINT", "IS_AFTER", timePoint=indexed("NOW", minutes=-1)), "abcd"),
        (
            on("closedate", "TIME_POINT", "IS_BEFORE",
               timePoint={"timeType": "PROPERTY_REFERENCED", "property": "createdate", "referenceType": "VALUE", "zoneId": "UTC"}),
            "ac",
        ),
        (
            on("createdate", "TIME_POINT", "IS_BEFORE",
               timePoint={"timeType": "PROPERTY_REFERENCED", "property": "city", "referenceType": "UPDATED_AT", "zoneId": "UTC"}),
            "ab",
        ),
        (on("city", "TIME_POINT", "IS_AFTER", timePoint=indexed("NOW", seconds=-5), propertyParser="UPDATED_AT"), "ab"),
        (on("closedate", "DATE", "IS_EQUAL_TO", year=2026, month="SEPTEMBER", day=19), "a"),
        (on("closedate", "DATE", "IS_AFTER", year=2026, month="SEPTEMBER", day=19), "b"),
        (on("closedate", "DATETIME", "IS_BEFORE", timestamp=NOW_MS), "ac"),
        (on("closedate", "RANGED_DATE", "IS_BETWEEN", lowerBound=NOW_MS - 3 * DAY, upperBound=NOW_MS + 3 * DAY), "ab"),
        (on("closedate", "ROLLING_DATE_RANGE", "IS_LESS_THAN_X_DAYS_AGO", numberOfDays=3), "a"),
        (on("closedate", "ROLLING_DATE_RANGE", "IS_MORE_THAN_X_DAYS_AGO", numberOfDays=30), "c"),
        (on("closedate", "ROLLING_DATE_RANGE", "IS_LESS_THAN_X_DAYS_FROM_NOW", numberOfDays=3), "b"),
        (on("closedate", "ROLLING_DATE_RANGE", "IS_MORE_THAN_X_DAYS_FROM_NOW", numberOfDays=1), "b"),
        (on("city", "ROLLING_PROPERTY_UPDATED", "IS_UPDATED_IN_LAST_X_DAYS", numberOfDays=1), "abc"),
        (on("city", "ROLLING_PROPERTY_UPDATED", "IS_NOT_UPDATED_IN_LAST_X_DAYS", numberOfDays=0), "c"),
        (on("closedate", "COMPARATIVE_DATE", "IS_AFTER", comparisonPropertyName="createdate"), "b"),
        (on("closedate", "ALL_PROPERTY", "IS_KNOWN"), "abc"),
        (on("closedate", "ALL_PROPERTY", "IS_UNKNOWN"), "d"),
        ({"filterType": "CONSTANT", "shouldAccept": True}, "abcd"),
        ({"filterType": "CONSTANT", "shouldAccept": False}, ""),
    ],
)  # fmt: skip
def test_each_operation_finds_whom_it_should(
    served: Served, people: dict[str, str], condition: dict[str, Any], expected: str
) -> None:
    assert matched(served, people, condition) == expected


def test_several_options_at_once(served: Served) -> None:
    body = {"name": "likes", "label": "Likes", "type": "enumeration", "fieldType": "checkbox", "groupName": "contactinformation",
            "options": [{"label": each, "value": each} for each in ("tea", "milk", "beer")]}  # fmt: skip
    served.ok("POST", "/crm/properties/2026-03/contacts", body)
    ids = {
        served.contact(likes="tea;milk"): "a",
        served.contact(likes="tea"): "b",
        served.contact(likes="milk;beer;tea"): "c",
    }
    for operator, values, expected in (
        ("CONTAINS_ALL", ["tea", "milk"], "ac"),
        ("DOES_NOT_CONTAIN_ALL", ["tea", "milk"], "b"),
        ("IS_EXACTLY", ["milk", "tea"], "a"),
        ("IS_NOT_EXACTLY", ["milk", "tea"], "bc"),
        ("HAS_EVER_CONTAINED_ALL", ["beer"], "c"),
        ("HAS_NEVER_BEEN_EXACTLY", ["tea"], "ac"),
    ):
        found = make(served, operator, "DYNAMIC", branch(on("likes", "ENUMERATION", operator, values=values)))
        assert "".join(sorted(ids[each] for each in members(served, found))) == expected, operator


def test_booleans(served: Served) -> None:
    body = {
        "name": "vip",
        "label": "VIP",
        "type": "bool",
        "fieldType": "booleancheckbox",
        "groupName": "contactinformation",
    }
    served.ok("POST", "/crm/properties/2026-03/contacts", body)
    ids = {served.contact(vip="true"): "a", served.contact(vip="false"): "b", served.contact(firstname="c"): "c"}
    served.ok("PATCH", f"{CONTACTS}/{next(iter(ids))}", {"properties": {"vip": "false"}})
    assert matched(served, ids, on("vip", "BOOL", "IS_EQUAL_TO", value=False)) == "ab"
    ever = make(served, "ever", "DYNAMIC", branch(on("vip", "BOOL", "HAS_EVER_BEEN_EQUAL_TO", value=True)))
    assert members(served, ever) == [next(iter(ids))]


def test_groups_are_alternatives_and_may_be_turned_around(served: Served, people: dict[str, str]) -> None:
    one = branch(on("city", "STRING", "IS_EQUAL_TO", value="bergen"))
    two = branch(on("associatedcompanyid", "NUMBER", "IS_GREATER_THAN", value=9))
    either = {**one, "filterBranches": [*one["filterBranches"], *two["filterBranches"]]}
    found = make(served, "either", "DYNAMIC", either)
    assert [people[each] for each in members(served, found)] == ["a", "b"]
    inner = [
        on("city", "STRING", "IS_EQUAL_TO", value="bergen"),
        on("associatedcompanyid", "NUMBER", "IS_GREATER_THAN", value=7),
    ]
    for kind, expected in (("NOT_ANY", "d"), ("NOT_ALL", "abcd")):
        group = {"filterBranchType": "AND", "filters": [], "filterBranches": [
            {"filterBranchType": kind, "filterBranches": [], "filters": inner}]}  # fmt: skip
        turned = make(served, kind, "DYNAMIC", {**one, "filterBranches": [group]})
        assert "".join(people[each] for each in members(served, turned)) == expected


def test_lists_may_look_at_other_lists_but_not_at_themselves(served: Served, people: dict[str, str]) -> None:
    oslo = make(served, "Oslo", "DYNAMIC", branch(on("city", "STRING", "CONTAINS", value="oslo")))
    inside = {"filterType": "IN_LIST", "listId": oslo, "operator": "IN_LIST"}
    outside = {**inside, "operator": "NOT_IN_LIST"}
    found = make(served, "in", "DYNAMIC", branch(inside))
    others = make(served, "out", "DYNAMIC", branch(outside))
    assert [people[each] for each in members(served, found)] == ["b"]
    assert [people[each] for each in members(served, others)] == ["a", "c", "d"]
    late = served.contact(city="Oslo")
    assert late in members(served, found)
    for looked_at in (oslo, found):
        filters = branch({**inside, "listId": looked_at})
        answer = served.ask("PUT", f"{LISTS}/{oslo}/update-list-filters", {"filterBranch": filters})
        assert answer.status_code == 400
        assert "by itself" in answer.json()["message"]
    for wrong in ({**inside, "listId": "1"}, {**inside, "operator": "NEAR"}):
        body = {"name": "X", "objectTypeId": "0-1", "processingType": "DYNAMIC", "filterBranch": branch(wrong)}
        assert served.ask("POST", LISTS, body).status_code == 400


def test_lists_may_look_at_associated_records(served: Served) -> None:
    contact, other = served.contact(firstname="Kari"), served.contact(firstname="Ola")
    deal = served.ok("POST", "/crm/objects/2026-03/deals", {"properties": {"dealname": "D", "dealstage": "closedwon"}})[
        "id"
    ]
    served.ok("PUT", f"{CONTACTS}/{contact}/associations/default/deals/{deal}")
    won = {
        "filterBranchType": "ASSOCIATION", "filterBranchOperator": "AND", "objectTypeId": "0-3", "operator": "IN_LIST",
        "associationTypeId": 4, "associationCategory": "HUBSPOT_DEFINED", "filterBranches": [],
        "filters": [on("hs_is_closed_won", "BOOL", "IS_EQUAL_TO", value=True)],
    }  # fmt: skip
    root = branch()
    root["filterBranches"][0]["filterBranches"] = [won]
    found = make(served, "Won", "DYNAMIC", root)
    assert members(served, found) == [contact]
    served.ok("PUT", f"{CONTACTS}/{other}/associations/default/deals/{deal}")
    assert members(served, found) == [contact, other]
    served.ok("PATCH", f"/crm/objects/2026-03/deals/{deal}", {"properties": {"dealstage": "closedlost"}})
    assert members(served, found) == []
    for wrong in ({**won, "associationTypeId": 279}, {**won, "operator": "NEAR"}, {**won, "colour": "red"}):
        root["filterBranches"][0]["filterBranches"] = [wrong]
        body = {"name": "X", "objectTypeId": "0-1", "processingType": "DYNAMIC", "filterBranch": root}
        assert served.ask("POST", LISTS, body).status_code == 400


@pytest.mark.parametrize(
    "given",
    [
        "all",
        {"filterBranchType": "AND", "filters": []},
        {"filterBranchType": "OR", "filters": [on("city", "ALL_PROPERTY", "IS_KNOWN")], "filterBranches": []},
        {"filterBranchType": "OR", "filterBranches": [{"filterBranchType": "OR"}]},
        {"filterBranchType": "OR", "filterBranches": {"a": 1}},
        {
            "filterBranchType": "OR",
            "filterBranches": [{"filterBranchType": "AND", "filterBranches": [{"filterBranchType": "OR"}]}],
        },
        branch({"property": "city"}),
        branch({"filterType": "PAGE_VIEW"}),
        branch({"filterType": "PROPERTY", "property": "nothing", "operation": {}}),
        branch({"filterType": "PROPERTY", "property": "city"}),
        branch({"filterType": "FORM_SUBMISSION", "operator": "SEEN"}),
        branch(on("city", "STRING", "SOUNDS_LIKE", value="x")),
        branch(on("city", "MULTISTRING", "CONTAINS", values="x")),
        branch(on("hs_lead_status", "ENUMERATION", "IS_ANY_OF", values=[])),
        branch(on("hs_lead_status", "ENUMERATION", "SOUNDS_LIKE", values=["NEW"])),
        branch(on("associatedcompanyid", "NUMBER", "IS_EQUAL_TO", value="many")),
        branch(on("closedate", "CALENDAR_DATE", "IN_THIS_TIME_UNIT", timeUnit="DAY")),
        branch(on("closedate", "TIME_POINT", "IS_BEFORE", timePoint="now")),
        branch(on("closedate", "TIME_POINT", "IS_BEFORE", timePoint=dated(zoneId="Mars/Olympus"))),
        branch(on("closedate", "TIME_POINT", "IS_BEFORE", timePoint=dated(day=31))),
        branch(on("closedate", "TIME_POINT", "IS_BEFORE", timePoint=dated(year="2026"))),
        branch(on("closedate", "TIME_POINT", "IS_BEFORE", timePoint=indexed("SOON"))),
        branch(
            on(
                "closedate",
                "TIME_POINT",
                "IS_BEFORE",
                timePoint={
                    "timeType": "INDEXED",
                    "indexReference": {"referenceType": "YEAR", "month": 13, "day": 1},
                    "zoneId": "UTC",
                },
            )
        ),
        branch(on("closedate", "TIME_POINT", "IS_BEFORE", timePoint=indexed("NOW", moons=1))),
        branch(on("closedate", "TIME_POINT", "IS_BEFORE", timePoint={"timeType": "INDEXED"})),
        branch(
            on("closedate", "TIME_POINT", "IS_BEFORE", timePoint={"timeType": "PROPERTY_REFERENCED", "property": "x"})
        ),
        branch(on("closedate", "COMPARATIVE_DATE", "IS_BEFORE", comparisonPropertyName="nothing")),
    ],
)
def test_filters_that_make_no_sense_are_refused(served: Served, given: object) -> None:
    body = {"name": "X", "objectTypeId": "0-1", "processingType": "DYNAMIC", "filterBranch": given}
    assert served.ask("POST", LISTS, body).status_code == 400


def test_branches_nested_too_deeply_are_refused(served: Served) -> None:
    inner: dict[str, Any] = {"filterBranchType": "NOT_ANY", "filters": [], "filterBranches": []}
    for _ in range(6):
        inner = {"filterBranchType": "AND", "filters": [], "filterBranches": [inner]}
    body = {"name": "X", "objectTypeId": "0-1", "processingType": "DYNAMIC",
            "filterBranch": {"filterBranchType": "OR", "filterBranches": [inner]}}  # fmt: skip
    answer = served.ask("POST", LISTS, body)
    assert answer.status_code == 400
    assert "too deeply" in answer.json()["message"]


def test_members_joined_when_they_were_written(served: Served) -> None:
    found = make(served, "Leads", "DYNAMIC", branch(on("lifecyclestage", "ENUMERATION", "IS_ANY_OF", values=["lead"])))
    stamps = []
    for _ in range(3):
        served.clock.advance(10)
        contact = served.contact(lifecyclestage="lead")
        stamps.append(served.ok("GET", f"{CONTACTS}/{contact}")["createdAt"])
    served.clock.advance(100)
    joined = served.ok("GET", f"{LISTS}/{found}/memberships/join-order")["results"]
    assert [each["membershipTimestamp"] for each in joined] == stamps


def test_a_filter_that_counts_from_now_loses_members_as_time_goes_by(served: Served) -> None:
    contact = served.contact(firstname="Kari")
    recent = on("createdate", "ROLLING_DATE_RANGE", "IS_LESS_THAN_X_DAYS_AGO", numberOfDays=1)
    served.clock.advance(1)
    found = make(served, "New", "DYNAMIC", branch(recent))
    assert members(served, found) == [contact]
    served.clock.advance(2 * 86_400)
    assert members(served, found) == []


def test_a_list_takes_everybody_from_another(served: Served) -> None:
    ids = [served.contact(firstname=letter) for letter in "abc"]
    named = make(served, "Named", "DYNAMIC", branch(on("firstname", "ALL_PROPERTY", "IS_KNOWN")))
    static = make(served, "Static", "MANUAL")
    assert served.ask("PUT", f"{LISTS}/{static}/memberships/add-from/{named}").status_code == 204
    assert members(served, static) == ids
    deals = served.ok("POST", LISTS, {"name": "Deals", "objectTypeId": "0-3", "processingType": "MANUAL"})["list"][
        "listId"
    ]
    assert served.ask("PUT", f"{LISTS}/{static}/memberships/add-from/{deals}").status_code == 400
    assert served.ask("PUT", f"{LISTS}/{named}/memberships/add-from/{static}").status_code == 400
    backwards = served.ok("GET", f"{LISTS}/{static}/memberships", before=ids[2], limit=1)
    assert [each["recordId"] for each in backwards["results"]] == [ids[1]]
    assert backwards["paging"]["prev"]["before"] == ids[1]


def test_the_lists_of_several_records_are_read_at_once(served: Served) -> None:
    contact = served.contact(firstname="Kari")
    found = make(served, "L", "MANUAL")
    served.ok("PUT", f"{LISTS}/{found}/memberships/add", [contact])
    inputs = [{"objectTypeId": "0-1", "recordId": contact}, {"objectTypeId": "0-1", "recordId": "1"}]
    answer = served.ask("POST", f"{LISTS}/records/memberships/batch/read", {"inputs": inputs})
    assert answer.status_code == 207
    (told,) = answer.json()["results"]
    assert told["recordId"] == contact
    assert [each["listId"] for each in told["recordListMemberships"]] == [found]


def test_a_name_is_given_once_in_the_account(served: Served) -> None:
    make(served, "L", "MANUAL")
    body = {"name": "L", "objectTypeId": "0-3", "processingType": "MANUAL"}
    assert served.ask("POST", LISTS, body).status_code == 400
    other = served.ok("POST", LISTS, {**body, "name": "M"})["list"]["listId"]
    assert served.ask("DELETE", f"{LISTS}/{other}").status_code == 204
    again = served.ok("POST", LISTS, {**body, "name": "M"})["list"]["listId"]
    assert served.ask("PUT", f"{LISTS}/{other}/restore").status_code == 400
    assert served.ask("PUT", f"{LISTS}/{again}/update-list-name", listName="M").status_code == 200
