from __future__ import annotations

from typing import Any

from crmsync_desktop.practice.salesforce import EXTERNAL_ID

from .conftest import Server


def lookups(server: Server, contact: str) -> Any:
    return server.get(f"sobjects/Contact/{contact}", params={"fields": "AccountId,ReportsToId,OwnerId"}).json()


def test_every_way_in_takes_a_parent_by_the_parents_external_id(server: Server) -> None:
    boss = server.contact(**{EXTERNAL_ID: "7"})
    key = {"ReportsTo": {EXTERNAL_ID: "7"}}
    one = server.contact(**key)
    assert lookups(server, one)["ReportsToId"] == boss
    assert server.patch(f"sobjects/Contact/{one}", {"ReportsToId": None}).status_code == 204
    assert server.patch(f"sobjects/Contact/{one}", key).status_code == 204
    assert lookups(server, one)["ReportsToId"] == boss
    person = {"attributes": {"type": "Contact"}, EXTERNAL_ID: "7"}
    record = {"attributes": {"type": "Contact"}, "LastName": "Roe", "reportsTo": person}
    (result,) = server.post("composite/sobjects", {"records": [record]}).json()
    assert lookups(server, result["id"])["ReportsToId"] == boss
    root = {"attributes": {"type": "Contact", "referenceId": "r"}, "LastName": "Poe", **key}
    (planted,) = server.post("composite/tree/Contact", {"records": [root]}).json()["results"]
    assert lookups(server, planted["id"])["ReportsToId"] == boss
    upserted = server.patch(f"sobjects/Contact/{EXTERNAL_ID}/c1", {"LastName": "Low", **key}).json()
    assert lookups(server, upserted["id"])["ReportsToId"] == boss


def test_an_owner_is_named_with_its_type_and_an_account_by_its_id(server: Server) -> None:
    user = server.org.users()[1]
    account = server.post("sobjects/Account", {"Name": "Acme"}).json()["id"]
    owner = {"attributes": {"type": "User"}, "Username": user["Username"]}
    found = lookups(server, server.contact(Owner=owner, Account={"Id": account[:15]}))
    assert (found["OwnerId"], found["AccountId"]) == (user["Id"], account)


def test_a_parent_that_is_nobody_or_not_one_alone_is_refused(server: Server) -> None:
    for _ in range(2):
        server.contact(Email="two@firma.example")
    for given, code, words in (
        (
            {"ReportsTo": {EXTERNAL_ID: "nobody"}},
            "INVALID_FIELD",
            f"Foreign key external ID: nobody not found for field {EXTERNAL_ID} in entity Contact",
        ),
        ({"ReportsTo": {EXTERNAL_ID: 5}}, "INVALID_FIELD", "not found"),
        ({"Account": {"Id": "x"}}, "INVALID_FIELD", "not found"),
        ({"ReportsTo": {"Email": "two@firma.example"}}, "DUPLICATE_EXTERNAL_ID", "More than one record found"),
        ({"ReportsTo": {"LastName": "Doe"}}, "INVALID_FIELD", "one external ID"),
        ({"Account": {}}, "INVALID_FIELD", "one external ID"),
        ({"ReportsTo": {EXTERNAL_ID: "1", "LastName": "x"}}, "INVALID_FIELD", "one external ID"),
        ({"ReportsTo": {"attributes": {"type": "Lead"}, EXTERNAL_ID: "1"}}, "INVALID_FIELD", "one external ID"),
        ({"Nope": {EXTERNAL_ID: "1"}}, "INVALID_FIELD", "No such column 'Nope'"),
    ):
        entry = server.refused(server.post("sobjects/Contact", {"LastName": "x", **given}), 400, code)
        assert words in entry["message"], given
        record = {"attributes": {"type": "Contact"}, "LastName": "x", **given}
        (result,) = server.post("composite/sobjects", {"records": [record]}).json()
        assert result["errors"][0]["statusCode"] == code
    assert server.org.count("Contact") == 2
