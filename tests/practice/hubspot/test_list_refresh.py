"""An active list after writes of every kind: its members are those that a list made this moment would have."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from tests.practice.hubspot.conftest import Served

pytestmark = pytest.mark.http
LISTS, CONTACTS = "/crm/lists/2026-03", "/crm/objects/2026-03/contacts"


def listed(served: Served, name: str, operation: dict[str, Any], property_name: str = "firstname") -> str:
    one = {"filterType": "PROPERTY", "property": property_name, "operation": operation}
    branch = {"filterBranchType": "AND", "filterBranches": [], "filters": [one]}
    body = {"name": name, "objectTypeId": "0-1", "processingType": "DYNAMIC",
            "filterBranch": {"filterBranchType": "OR", "filterBranches": [branch], "filters": []}}  # fmt: skip
    return str(served.ok("POST", LISTS, body)["list"]["listId"])


def members(served: Served, list_id: str) -> set[str]:
    return {each["recordId"] for each in served.ok("GET", f"{LISTS}/{list_id}/memberships", limit=250)["results"]}


def test_members_follow_every_kind_of_write(served: Served) -> None:
    random, operation = Random(5), {"operationType": "STRING", "operator": "CONTAINS", "value": "a"}
    ids = [served.contact(firstname="abc"[number % 3], email=f"p{number}@x.example") for number in range(12)]
    followed = listed(served, "followed", operation)
    for turn in range(25):
        served.clock.advance(1)
        chosen = random.choice(ids)
        way = random.choice(("update", "update", "create", "archive", "merge", "refused"))
        if way == "update":
            served.ask("PATCH", f"{CONTACTS}/{chosen}", {"properties": {"firstname": random.choice("abc")}})
        elif way == "create":
            ids.append(served.contact(firstname=random.choice("abc"), email=f"n{turn}@x.example"))
        elif way == "archive":
            served.ask("DELETE", f"{CONTACTS}/{chosen}")
        elif way == "merge":
            served.ask("POST", f"{CONTACTS}/merge", {"primaryObjectId": chosen, "objectIdToMerge": random.choice(ids)})
        else:
            inputs = [{"properties": {"firstname": "a"}}, {"properties": {"nosuch": "a"}}]
            assert served.ask("POST", f"{CONTACTS}/batch/create", {"inputs": inputs}).status_code == 400
        anew = listed(served, f"anew {turn}", operation)
        assert members(served, followed) == members(served, anew)


def test_a_refresh_that_is_rolled_back_is_made_again(served: Served) -> None:
    operation = {"operationType": "STRING", "operator": "IS_EQUAL_TO", "value": "Ada"}
    source = listed(served, "source", operation)
    ada = served.contact(firstname="Ada")
    target = listed(served, "another dynamic one", operation)
    bo = served.contact(firstname="Ada")
    assert served.ask("PUT", f"{LISTS}/{target}/memberships/add-from/{source}").status_code == 400
    assert members(served, source) == {ada, bo}


def test_a_list_whose_property_is_gone_keeps_its_members(served: Served) -> None:
    shoe = {"name": "shoe", "label": "Shoe", "type": "string", "fieldType": "text", "groupName": "contactinformation"}
    served.ok("POST", "/crm/properties/2026-03/contacts", shoe)
    ada = served.contact(shoe="left")
    followed = listed(served, "shod", {"operationType": "STRING", "operator": "IS_EQUAL_TO", "value": "left"}, "shoe")
    assert served.ask("DELETE", "/crm/properties/2026-03/contacts/shoe").status_code == 204
    served.contact(firstname="Bo")
    assert members(served, followed) == {ada}


def test_a_list_takes_at_most_250_filters(served: Served) -> None:
    one = {"filterType": "PROPERTY", "property": "firstname",
           "operation": {"operationType": "STRING", "operator": "IS_EQUAL_TO", "value": "x"}}  # fmt: skip
    branch = {"filterBranchType": "AND", "filterBranches": [], "filters": [one] * 251}
    body = {"name": "many", "objectTypeId": "0-1", "processingType": "DYNAMIC",
            "filterBranch": {"filterBranchType": "OR", "filterBranches": [branch], "filters": []}}  # fmt: skip
    answer = served.ask("POST", LISTS, body)
    assert (answer.status_code, answer.json()["message"]) == (400, "A list takes at most 250 filters.")
