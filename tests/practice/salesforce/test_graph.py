"""Composite graphs over HTTP: each graph all or nothing, and the limits of a call."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Server

BASE = "/services/data/v60.0/sobjects/"


def node(name: str, method: str, url: str, body: Any = None) -> dict[str, Any]:
    return {"referenceId": name, "method": method, "url": BASE + url, **({"body": body} if body else {})}


def graph(graph_id: str, *nodes: dict[str, Any]) -> dict[str, Any]:
    return {"graphId": graph_id, "compositeRequest": list(nodes)}


def ask(server: Server, *graphs: dict[str, Any]) -> Any:
    return server.post("composite/graph", {"graphs": list(graphs)})


def answers(server: Server, *graphs: dict[str, Any]) -> list[dict[str, Any]]:
    answer = ask(server, *graphs)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["graphs"]
    assert [entry.keys() for entry in found] == [{"graphId", "graphResponse", "isSuccessful"} for _ in graphs]
    return found


def nodes_of(entry: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = entry["graphResponse"]["compositeResponse"]
    return found


def account(name: str = "account") -> dict[str, Any]:
    return node(name, "POST", "Account", {"Name": "Acme"})


def contact(name: str, parent: str, **fields: Any) -> dict[str, Any]:
    return node(name, "POST", "Contact", {"LastName": "Doe", "AccountId": f"@{{{parent}.id}}", **fields})


def test_each_graph_is_kept_or_undone_by_itself(server: Server) -> None:
    good, bad = answers(
        server,
        graph("good", account(), contact("contact", "account")),
        graph("bad", account(), contact("contact", "account", LastName=None), account("other")),
    )
    assert (good["isSuccessful"], bad["isSuccessful"]) == (True, False)
    assert [entry["httpStatusCode"] for entry in nodes_of(good)] == [201, 201]
    codes = [entry["body"][0]["errorCode"] for entry in nodes_of(bad)]
    assert codes == ["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING", "PROCESSING_HALTED"]
    assert (server.org.count("Account"), server.org.count("Contact")) == (1, 1)
    assert server.org.usage.used() == 1


def test_nodes_may_stand_in_any_order(server: Server) -> None:
    (entry,) = answers(server, graph("1", contact("contact", "account"), account()))
    assert entry["isSuccessful"]
    assert [found["referenceId"] for found in nodes_of(entry)] == ["contact", "account"]


def test_a_node_may_read_change_and_delete_records(server: Server) -> None:
    kept, gone = server.contact(), server.contact()
    (entry,) = answers(
        server,
        graph(
            "1",
            node("change", "PATCH", f"Contact/{kept}", {"FirstName": "Jane"}),
            node("read", "GET", f"Contact/{kept}"),
            node("drop", "DELETE", f"Contact/{gone}"),
        ),
    )
    assert [found["httpStatusCode"] for found in nodes_of(entry)] == [204, 200, 204]
    assert nodes_of(entry)[1]["body"]["FirstName"] == "Jane"


def test_other_addresses_do_not_exist_for_a_graph(server: Server) -> None:
    for url, method in (("Contact/describe", "PUT"), ("Contact", "GET"), ("", "GET")):
        (entry,) = answers(server, graph("1", node("n", method, url)))
        assert nodes_of(entry)[0]["httpStatusCode"] == 404
    outside = {"referenceId": "n", "method": "GET", "url": "/services/data/v60.0/query?q=SELECT Id FROM Contact"}
    (entry,) = answers(server, graph("1", outside))
    assert (nodes_of(entry)[0]["httpStatusCode"], entry["isSuccessful"]) == (404, False)


def test_a_reference_that_leads_nowhere_fails_its_graph(server: Server) -> None:
    (entry,) = answers(server, graph("1", contact("contact", "nobody")))
    (found,) = nodes_of(entry)
    assert found["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert not entry["isSuccessful"]


def test_after_fifteen_failures_the_rest_is_halted(server: Server) -> None:
    bad = [graph(f"bad{number}", node("n", "POST", "Contact", {"FirstName": "J"})) for number in range(16)]
    found = answers(server, *bad, graph("good", account()))
    assert not any(entry["isSuccessful"] for entry in found)
    assert [nodes_of(entry)[0]["body"][0]["errorCode"] for entry in found[-3:]] == [
        "REQUIRED_FIELD_MISSING",
        "PROCESSING_HALTED",
        "PROCESSING_HALTED",
    ]
    assert server.org.count("Account") == 0


def chain(length: int) -> dict[str, Any]:
    links = [account("a0")]
    links += [
        node(f"a{number}", "POST", "Account", {"Name": "B", "ParentId": f"@{{a{number - 1}.id}}"})
        for number in range(1, length)
    ]
    return graph("chain", *links)


def test_at_the_limits_a_call_is_taken_and_above_them_refused(server: Server) -> None:
    assert ask(server, *[graph(f"g{number}", account()) for number in range(75)]).status_code == 200
    assert ask(server, chain(15)).status_code == 200
    assert ask(server, graph("wide", *[account(f"a{number}") for number in range(500)])).status_code == 200
    kinds = ("Account", "Contact", "Lead", "Opportunity", "Case", "Task")
    many = [node(f"{kind}{verb}", verb, f"{kind}/x") for kind in kinds for verb in ("GET", "PATCH", "DELETE")]
    for broken, what in (
        ([graph(f"g{number}", account()) for number in range(76)], "graphs is 76"),
        ([chain(16)], "levels of a graph is 16"),
        ([graph("wide", *[account(f"a{number}") for number in range(501)])], "nodes is 501"),
        ([graph("kinds", *many[:16])], "different nodes is 16"),
    ):
        entry = server.refused(ask(server, *broken), 400, "LIMIT_EXCEEDED")
        assert what in entry["message"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "JSON_PARSER_ERROR"),
        ({"graphs": []}, "JSON_PARSER_ERROR"),
        ({"graphs": [{"graphId": "1", "compositeRequest": []}]}, "JSON_PARSER_ERROR"),
        ({"graphs": [graph("1", account())], "allOrNone": True}, "JSON_PARSER_ERROR"),
        ({"graphs": [{**graph("1", account()), "x": 1}]}, "JSON_PARSER_ERROR"),
        ({"graphs": [graph("1", account()), graph("1", account())]}, "INVALID_INPUT"),
        ({"graphs": [graph("a.b", account())]}, "INVALID_INPUT"),
        ({"graphs": [graph("x" * 41, account())]}, "INVALID_INPUT"),
        ({"graphs": [graph("1", contact("a", "b"), contact("b", "a"))]}, "INVALID_INPUT"),
    ],
)
def test_malformed_graphs_are_refused(shared: Server, body: Any, code: str) -> None:
    shared.refused(shared.post("composite/graph", body), 400, code)
