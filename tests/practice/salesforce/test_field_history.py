"""What tracked fields were changed to, when and by whom, as it is read over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from crmsync_desktop.practice.salesforce.automation_rules import Condition, Trigger

from .conftest import Server

SOQL = "SELECT ContactId, Field, OldValue, NewValue, CreatedDate, CreatedById FROM ContactHistory ORDER BY Id"


def history(server: Server, soql: str = SOQL) -> list[dict[str, Any]]:
    rows = server.get("query", params={"q": soql}).json()["records"]
    return [{name: value for name, value in row.items() if name != "attributes"} for row in rows]


def noted(server: Server, soql: str = SOQL) -> list[tuple[Any, Any, Any]]:
    return [(row["Field"], row["OldValue"], row["NewValue"]) for row in history(server, soql)]


def test_tracked_fields_alone_are_noted_with_both_values(server: Server) -> None:
    server.org.change_setup(tracked_fields=("Contact.Title",))
    contact = server.contact(Title="CTO", Phone="1")
    server.clock.advance(60)
    server.patch(f"sobjects/Contact/{contact}", {"Title": "CEO", "Phone": "2"})
    server.patch(f"sobjects/Contact/{contact}", {"Title": "CEO"})
    server.patch(f"sobjects/Contact/{contact}", {"Title": None})
    assert noted(server) == [
        ("created", None, None),
        ("Title", "CTO", "CEO"),
        ("Title", "CEO", None),
    ]
    rows = history(server)
    assert {row["ContactId"] for row in rows} == {contact}
    assert {row["CreatedById"] for row in rows} == {server.org.admin_id}
    assert rows[1]["CreatedDate"] > rows[0]["CreatedDate"]
    assert history(server, f"{SOQL.split(' ORDER')[0]} WHERE ContactId = '{contact}' AND Field = 'Title'")


def test_a_lookup_is_noted_by_name_and_by_id_without_its_own_id(server: Server) -> None:
    server.org.change_setup(tracked_fields=("Contact.OwnerId", "Contact.AccountId"))
    contact = server.contact()
    seller = server.org.users()[1]["Id"]
    server.patch(f"sobjects/Contact/{contact}", {"OwnerId": seller})
    assert noted(server)[1:] == [
        ("Owner", "Ada Admin", "Sam Seller"),
        ("Owner", server.org.admin_id, seller),
    ]


def test_what_people_and_triggers_change_is_noted_too(server: Server) -> None:
    trigger = Trigger("Contact", "Shout", "upper", "Title", when=(Condition("Title", "changed"),))
    server.org.change_setup(tracked_fields=("Contact.Title",), triggers=(trigger,))
    contact = server.contact(Title="CTO")
    seller = server.org.users()[1]["Id"]
    server.org.update(contact, {"Title": "ceo"}, seller)
    assert noted(server)[1:] == [("Title", "CTO", "ceo"), ("Title", "ceo", "CEO")]
    assert {row["CreatedById"] for row in history(server)[1:]} == {seller}


def test_long_texts_are_noted_without_values(server: Server) -> None:
    server.org.change_setup(tracked_fields=("Contact.Description",))
    contact = server.contact(Description="a")
    server.patch(f"sobjects/Contact/{contact}", {"Description": "b"})
    assert noted(server)[1:] == [("Description", None, None)]


def test_checkboxes_are_noted_as_words(server: Server) -> None:
    server.org.change_setup(tracked_fields=("Case.IsEscalated",))
    case = server.org.insert("Case", {"Subject": "S"})
    server.patch(f"sobjects/Case/{case}", {"IsEscalated": True})
    soql = "SELECT CaseId, Field, OldValue, NewValue FROM CaseHistory ORDER BY Id"
    assert noted(server, soql)[-1] == ("IsEscalated", "false", "true")


def test_an_opportunity_names_its_history_otherwise(server: Server) -> None:
    server.org.change_setup(tracked_fields=("Opportunity.StageName",))
    deal = server.org.insert("Opportunity", {"Name": "D", "StageName": "Prospecting", "CloseDate": "2027-01-01"})
    server.patch(f"sobjects/Opportunity/{deal}", {"StageName": "Closed Won"})
    soql = "SELECT OpportunityId, Field, OldValue, NewValue FROM OpportunityFieldHistory ORDER BY Id"
    assert noted(server, soql)[-1] == ("StageName", "Prospecting", "Closed Won")


def test_values_cannot_be_filtered_and_nothing_can_be_written(server: Server) -> None:
    server.org.change_setup(tracked_fields=("Contact.Title",))
    refused = server.get("query", params={"q": "SELECT Id FROM ContactHistory WHERE NewValue = 'CEO'"})
    server.refused(refused, 400, "INVALID_FIELD")
    made = server.post("sobjects/ContactHistory", {"Field": "Title"})
    server.refused(made, 400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY")


@pytest.mark.parametrize("tracked", [(), ("Contact.Title",)])
def test_an_object_without_tracked_fields_has_no_history(server: Server, tracked: tuple[str, ...]) -> None:
    server.org.change_setup(tracked_fields=tracked)
    answer = server.get("query", params={"q": "SELECT Id FROM LeadHistory"})
    server.refused(answer, 400, "INVALID_TYPE")
