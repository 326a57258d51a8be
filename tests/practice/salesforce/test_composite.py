from __future__ import annotations

from typing import Any

from .conftest import Server

BASE = "/services/data/v60.0/"


def part(name: str, method: str, url: str, body: Any = None, **more: Any) -> dict[str, Any]:
    return {"referenceId": name, "method": method, "url": BASE + url, **({"body": body} if body else {}), **more}


def composite(server: Server, *parts: dict[str, Any], all_or_none: bool = False) -> list[dict[str, Any]]:
    answer = server.post("composite", {"allOrNone": all_or_none, "compositeRequest": list(parts)})
    assert answer.status_code == 200, answer.text
    responses: list[dict[str, Any]] = answer.json()["compositeResponse"]
    assert [set(response) for response in responses] == [
        {"body", "httpHeaders", "httpStatusCode", "referenceId"} for _ in parts
    ]
    return responses


def test_later_parts_refer_to_earlier_ones_and_the_whole_is_one_call(server: Server) -> None:
    account, contact, query, again = composite(
        server,
        part("account", "POST", "sobjects/Account", {"Name": "Acme"}),
        part("contact", "POST", "sobjects/Contact", {"LastName": "Doe", "AccountId": "@{account.id}"}),
        part("query", "GET", "query?q=SELECT Account.Name FROM Contact WHERE Id = '@{contact.id}'"),
        part("again", "GET", "sobjects/Account/@{query.records[0].Account.attributes.type}"),
    )
    assert account["httpStatusCode"] == contact["httpStatusCode"] == 201
    assert account["httpHeaders"] == {"Location": f"{BASE}sobjects/Account/{account['body']['id']}"}
    assert query["body"]["records"][0]["Account"]["Name"] == "Acme"
    assert query["httpHeaders"] == {}
    assert again["httpStatusCode"] == 404
    assert server.org.usage.used() == 1
    assert server.calls.summary()["endpoints"] == {"salesforce POST composite": 1}


def test_collections_inside_answer_as_they_do_alone(server: Server) -> None:
    record = {"attributes": {"type": "Contact"}, "LastName": "Doe"}
    many, read = composite(
        server,
        part("many", "POST", "composite/sobjects", {"records": [record, {**record, "LastName": None}]}),
        part("read", "GET", "sobjects/Contact/@{many[0].id}"),
    )
    assert [result["success"] for result in many["body"]] == [True, False]
    assert read["body"]["LastName"] == "Doe"


def test_errors_inside_have_the_recorded_shape(server: Server) -> None:
    foo, bad = composite(
        server,
        part("foo", "GET", "sobjects/Foo"),
        part("bad", "GET", "query/?q=select count() from XYZZY"),
    )
    assert foo["httpStatusCode"] == 404
    assert foo["body"] == [{"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}]
    assert bad["httpStatusCode"] == 400
    assert bad["body"][0]["errorCode"] == "INVALID_TYPE"


def test_a_part_that_refers_to_a_failed_one_is_halted(server: Server) -> None:
    bad, halted, fine = composite(
        server,
        part("bad", "POST", "sobjects/Account", {"Phone": "1"}),
        part("halted", "POST", "sobjects/Contact", {"LastName": "D", "AccountId": "@{bad.id}"}),
        part("fine", "POST", "sobjects/Contact", {"LastName": "D"}),
    )
    assert bad["body"][0]["errorCode"] == "REQUIRED_FIELD_MISSING"
    assert halted["httpStatusCode"] == 400
    assert halted["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert fine["httpStatusCode"] == 201


def test_all_or_none_rolls_everything_back(server: Server) -> None:
    first, bad, last = composite(
        server,
        part("first", "POST", "sobjects/Contact", {"LastName": "D"}),
        part("bad", "POST", "sobjects/Contact", {"FirstName": "D"}),
        part("last", "POST", "sobjects/Contact", {"LastName": "D"}),
        all_or_none=True,
    )
    assert first["body"][0]["errorCode"] == last["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert bad["body"][0]["errorCode"] == "REQUIRED_FIELD_MISSING"
    assert server.org.count("Contact") == 0


def test_conditional_headers_reach_a_part(server: Server) -> None:
    new_id = server.contact()
    (answer,) = composite(
        server,
        part(
            "late",
            "PATCH",
            f"sobjects/Contact/{new_id}",
            {"FirstName": "J"},
            httpHeaders={"If-Unmodified-Since": "Thu, 01 Jan 2026 00:00:00 GMT"},
        ),
    )
    assert answer["httpStatusCode"] == 412


def test_at_most_25_parts_and_five_queries_or_collections(server: Server) -> None:
    def ask(parts: list[dict[str, Any]]) -> Any:
        return server.post("composite", {"compositeRequest": parts})

    limits = [part(f"p{i}", "GET", "limits") for i in range(26)]
    assert ask(limits[:25]).status_code == 200
    many = ask(limits)
    assert many.status_code == 400
    refusal = [{"message": "The request can\u2019t contain more than 25 operations.", "errorCode": "LIMIT_EXCEEDED"}]
    nobody = {"body": refusal, "httpHeaders": {}, "httpStatusCode": 400, "referenceId": None}
    assert many.json() == {"compositeResponse": [nobody]}
    queries = [part(f"q{i}", "GET", "query?q=SELECT Id FROM Contact") for i in range(6)]
    assert ask(queries[:5]).status_code == 200
    server.refused(ask(queries), 400, "INVALID_INPUT")


def test_malformed_composites_are_refused(server: Server) -> None:
    for body in ({}, {"compositeRequest": []}, {"compositeRequest": ["x"]}):
        server.refused(server.post("composite", body), 400, "JSON_PARSER_ERROR")
    twice = [part("a", "GET", "limits"), part("a", "GET", "limits")]
    server.refused(server.post("composite", {"compositeRequest": twice}), 400, "INVALID_INPUT")


def test_other_versions_and_nested_composites_are_not_found(server: Server) -> None:
    other = {"referenceId": "other", "method": "GET", "url": "/services/data/v61.0/limits"}
    nested = part("nested", "POST", "composite", {"compositeRequest": []})
    assert [answer["httpStatusCode"] for answer in composite(server, other, nested)] == [404, 404]


def test_every_part_of_a_batch_is_a_call(server: Server) -> None:
    requests = [
        {"method": "POST", "url": "v60.0/sobjects/Contact", "richInput": {"LastName": "D"}},
        {"method": "GET", "url": "v60.0/sobjects/Nope"},
        {"method": "GET", "url": "v60.0/limits"},
    ]
    body = server.post("composite/batch", {"batchRequests": requests}).json()
    assert body["hasErrors"] is True
    assert [result["statusCode"] for result in body["results"]] == [201, 404, 200]
    assert server.org.usage.used() == 3
    halted = server.post("composite/batch", {"batchRequests": requests, "haltOnError": True}).json()
    assert [result["statusCode"] for result in halted["results"]] == [201, 404, 412]


def test_what_is_no_part_of_a_composite_refuses_the_whole(server: Server) -> None:
    good = part("a", "GET", "limits")
    for broken, code in (
        ({**good, "richInput": {}}, "JSON_PARSER_ERROR"),
        ({**good, "httpHeaders": []}, "JSON_PARSER_ERROR"),
        ({**good, "httpHeaders": {"If-Match": {"a": 1}}}, "JSON_PARSER_ERROR"),
        ({**good, "httpHeaders": {"Authorization": "Bearer x"}}, "INVALID_INPUT"),
        ({**good, "method": "HEAD"}, "INVALID_INPUT"),
        ({**good, "method": None}, "INVALID_INPUT"),
        ({**good, "url": 5}, "INVALID_INPUT"),
        ({**good, "referenceId": "with blank"}, "INVALID_INPUT"),
        ({**good, "referenceId": "_a"}, "INVALID_INPUT"),
        ({**good, "referenceId": None}, "INVALID_INPUT"),
    ):
        server.refused(server.post("composite", {"compositeRequest": [broken]}), 400, code)
    entry = server.refused(
        server.post("composite", {"compositeRequest": [{**good, "referenceId": "a-b"}]}), 400, "INVALID_INPUT"
    )
    assert entry["message"] == (
        "Provided referenceId ('a-b') must start with a letter or a number, and it can contain only letters, numbers and "
        "underscores ('_')."
    )
    for flag in ("allOrNone", "collateSubrequests"):
        answer = server.post("composite", {"compositeRequest": [good], flag: "yes"})
        server.refused(answer, 400, "JSON_PARSER_ERROR")
    server.refused(server.post("composite", {"compositeRequest": [good], "x": 1}), 400, "JSON_PARSER_ERROR")
    assert server.post("composite", {"compositeRequest": [good], "collateSubrequests": True}).status_code == 200


def test_a_part_with_an_unknown_parameter_or_method_is_refused_alone(server: Server) -> None:
    unknown, wrong, fine = composite(
        server,
        part("unknown", "GET", "limits?x=1"),
        part("wrong", "PUT", "limits"),
        part("fine", "GET", "limits"),
    )
    assert [answer["httpStatusCode"] for answer in (unknown, wrong, fine)] == [400, 405, 200]
    assert unknown["body"][0]["errorCode"] == "INVALID_QUERY_PARAMETER"


def test_a_batch_takes_older_versions_and_nothing_strange(server: Server) -> None:
    good = {"method": "GET", "url": "v59.0/limits"}
    newer = {"method": "GET", "url": "v61.0/limits"}
    body = server.post("composite/batch", {"batchRequests": [good, newer]}).json()
    assert [result["statusCode"] for result in body["results"]] == [200, 404]
    for broken, code in (
        ({**good, "referenceId": "a"}, "JSON_PARSER_ERROR"),
        ({**good, "method": "LINK"}, "INVALID_INPUT"),
    ):
        server.refused(server.post("composite/batch", {"batchRequests": [broken]}), 400, code)
    server.refused(server.post("composite/batch", {"batchRequests": [good] * 26}), 400, "LIMIT_EXCEEDED")
    server.refused(
        server.post("composite/batch", {"batchRequests": [good], "haltOnError": 1}), 400, "JSON_PARSER_ERROR"
    )
    assert server.org.usage.used() == 2 + 4


def test_all_or_none_holds_within_collections_too(server: Server) -> None:
    record = {"attributes": {"type": "Contact"}, "LastName": "Doe"}
    records = {"allOrNone": False, "records": [record, {**record, "LastName": None}]}
    first, many, last = composite(
        server,
        part("first", "POST", "sobjects/Contact", {"LastName": "D"}),
        part("many", "POST", "composite/sobjects", records),
        part("last", "POST", "sobjects/Contact", {"LastName": "D"}),
        all_or_none=True,
    )
    assert first["body"][0]["errorCode"] == last["body"][0]["errorCode"] == "PROCESSING_HALTED"
    codes = [result["errors"][0]["statusCode"] for result in many["body"]]
    assert codes == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING"]
    assert server.org.count("Contact") == 0
    good = {"allOrNone": False, "records": [record, record]}
    (kept,) = composite(server, part("kept", "POST", "composite/sobjects", good), all_or_none=True)
    assert [result["success"] for result in kept["body"]] == [True, True]
