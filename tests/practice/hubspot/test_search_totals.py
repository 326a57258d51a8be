"""The total of a search, page after page, while others write."""

from __future__ import annotations

import pytest

from tests.practice.hubspot.conftest import Served

pytestmark = pytest.mark.http
CONTACTS = "/crm/objects/2026-03/contacts"
EVERYBODY: dict[str, object] = {"propertyName": "hs_object_id", "operator": "GT", "value": "0"}


def test_the_total_of_the_next_page_counts_what_was_written_meanwhile(served: Served) -> None:
    ids = [served.contact(firstname="Ada", email=f"p{number}@x.example") for number in range(5)]
    assert served.search(EVERYBODY, limit=2)["total"] == 5
    assert served.search(EVERYBODY, limit=2, after="2")["total"] == 5
    served.contact(firstname="Bo")
    assert served.search(EVERYBODY, limit=2, after="2")["total"] == 6
    assert served.ask("DELETE", f"{CONTACTS}/{ids[0]}").status_code == 204
    assert served.search(EVERYBODY, limit=2)["total"] == 5
    assert served.search({**EVERYBODY, "value": ids[3]}, limit=2)["total"] == 2


def test_an_email_is_found_beside_other_conditions_and_in_alternatives(served: Served) -> None:
    ada = served.contact(firstname="Ada", email="ada@x.example")
    bo = served.contact(firstname="Bo", email="bo@x.example")
    email: dict[str, object] = {
        "propertyName": "email",
        "operator": "IN",
        "values": ["ada@x.example", "nobody@x.example"],
    }
    name: dict[str, object] = {"propertyName": "firstname", "operator": "EQ", "value": "bo"}
    assert [each["id"] for each in served.search(email)["results"]] == [ada]
    assert served.search(email, name)["total"] == 0
    either = served.ok("POST", f"{CONTACTS}/search", {"filterGroups": [{"filters": [email]}, {"filters": [name]}]})
    assert [each["id"] for each in either["results"]] == [ada, bo]


def test_a_query_of_very_many_words_is_answered(served: Served) -> None:
    served.contact(firstname="Ada")
    assert served.ok("POST", f"{CONTACTS}/search", {"query": "a " * 1_400})["total"] == 1
