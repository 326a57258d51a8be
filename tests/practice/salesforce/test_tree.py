"""sObject trees over HTTP: parents and children in one call, all or none."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Server


def record(kind: str, reference: str, **fields: Any) -> dict[str, Any]:
    return {"attributes": {"type": kind, "referenceId": reference}, **fields}


def account(reference: str, *contacts: dict[str, Any], **fields: Any) -> dict[str, Any]:
    children = {"Contacts": {"records": list(contacts)}} if contacts else {}
    return record("Account", reference, Name="Acme", **children, **fields)


def ask(server: Server, *records: dict[str, Any]) -> Any:
    return server.post("composite/tree/Account", {"records": list(records)})


def test_children_get_their_parents(server: Server) -> None:
    answer = ask(server, account("a", record("Contact", "c1", LastName="Doe"), record("Contact", "c2", LastName="Roe")))
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert body["hasErrors"] is False
    ids = {entry["referenceId"]: entry["id"] for entry in body["results"]}
    assert list(ids) == ["a", "c1", "c2"]
    assert server.org.get(ids["c1"])["AccountId"] == ids["a"]  # type: ignore[index]
    assert server.org.usage.used() == 1


def test_a_refused_record_undoes_the_tree(server: Server) -> None:
    answer = ask(server, account("a", record("Contact", "c", LastName="D", Email="x")), account("b"))
    assert answer.status_code == 400
    assert answer.json() == {
        "hasErrors": True,
        "results": [
            {
                "referenceId": "c",
                "errors": [
                    {
                        "statusCode": "INVALID_EMAIL_ADDRESS",
                        "message": "Email: invalid email address: x",
                        "fields": ["Email"],
                    }
                ],
            }
        ],
    }
    unknown = ask(server, account("a", Nope=1)).json()
    assert unknown["results"][0]["errors"][0]["statusCode"] == "INVALID_FIELD"
    assert server.org.count("Account") == 0


def nested(levels: int) -> dict[str, Any]:
    inner = account(f"level{levels}")
    for level in range(levels - 1, 0, -1):
        inner = record("Account", f"level{level}", Name="A", ChildAccounts={"records": [inner]})
    return inner


def test_a_tree_has_its_limits(server: Server) -> None:
    assert ask(server, *[account(f"a{number}") for number in range(200)]).status_code == 201
    assert ask(server, nested(5)).status_code == 201
    for records, what in (
        ([account(f"a{number}") for number in range(201)], "records is 201"),
        ([nested(6)], "levels is 6"),
    ):
        assert what in server.refused(ask(server, *records), 400, "LIMIT_EXCEEDED")["message"]


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ("x", "JSON_PARSER_ERROR"),
        ([5], "JSON_PARSER_ERROR"),
        ([{"Name": "Acme"}], "INVALID_INPUT"),
        ([record("Contact", "a", LastName="D")], "INVALID_INPUT"),
        ([account("a"), account("a")], "INVALID_INPUT"),
        ([record("Account", "a", Contacts={"records": [], "x": 1})], "JSON_PARSER_ERROR"),
    ],
)
def test_malformed_trees_are_refused(shared: Server, records: Any, code: str) -> None:
    shared.refused(shared.post("composite/tree/Account", {"records": records}), 400, code)


def test_children_of_an_object_that_is_hidden_are_refused(server: Server) -> None:
    del server.org.schema["Contact"]
    server.refused(ask(server, account("a", record("Contact", "c", LastName="D"))), 400, "INVALID_TYPE")


def test_trees_are_for_objects_that_there_are(server: Server) -> None:
    server.refused(server.post("composite/tree/Nope", {"records": []}), 404, "NOT_FOUND")
