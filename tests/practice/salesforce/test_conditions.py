"""Conditional requests on rows, and the lists of what was updated and deleted, over HTTP."""

from __future__ import annotations

from dataclasses import replace
from email.utils import formatdate

import pytest

from .conftest import FrozenTime, Server

EARLIER, LATER = formatdate(FrozenTime()() - 60, usegmt=True), formatdate(FrozenTime()() + 60, usegmt=True)
HOUR = {"start": "2027-01-15T07:00:00Z", "end": "2027-01-15T09:00:00Z"}


def account(server: Server) -> str:
    return str(server.post("sobjects/Account", {"Name": "Acme"}).json()["id"])


def test_a_get_is_answered_304_where_nothing_is_newer(server: Server) -> None:
    path = f"sobjects/Contact/{server.contact()}"
    same = server.get(path, headers={"If-Modified-Since": LATER})
    assert (same.status_code, same.content) == (304, b"")
    assert server.get(path, headers={"If-Modified-Since": EARLIER}).status_code == 200
    assert server.get(path, headers={"If-Unmodified-Since": LATER}).status_code == 200
    server.refused(server.get(path, headers={"If-Unmodified-Since": EARLIER}), 412, "PRECONDITION_FAILED")


def test_a_write_is_refused_where_somebody_was_faster(server: Server) -> None:
    path = f"sobjects/Contact/{server.contact()}"
    late = server.patch(path, {"FirstName": "J"}, headers={"If-Unmodified-Since": EARLIER})
    server.refused(late, 412, "PRECONDITION_FAILED")
    assert server.patch(path, {"FirstName": "J"}, headers={"If-Unmodified-Since": LATER}).status_code == 204


def test_a_header_without_a_date_is_400_in_a_write_and_ignored_in_a_read(server: Server) -> None:
    path = f"sobjects/Contact/{server.contact()}"
    wrong = {"If-Unmodified-Since": "yesterday"}
    server.refused(server.patch(path, {"FirstName": "J"}, headers=wrong), 400, "INVALID_HEADER")
    assert server.get(path, headers={**wrong, "If-Modified-Since": "today"}).status_code == 200
    assert server.call("DELETE", path, headers={"If-Unmodified-Since": EARLIER}).status_code == 204


def test_accounts_have_tags(server: Server) -> None:
    path = f"sobjects/Account/{account(server)}"
    tag = server.get(path).headers["ETag"]
    same = server.get(path, headers={"If-None-Match": f'"other", {tag}'})
    assert (same.status_code, same.headers["ETag"]) == (304, tag)
    assert server.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    assert server.get(path, headers={"If-None-Match": "*"}).status_code == 304
    server.refused(server.get(path, headers={"If-Match": '"other"'}), 412, "PRECONDITION_FAILED")
    server.clock.advance(1)
    assert server.patch(path, {"Phone": "1"}, headers={"If-Match": f"W/{tag}"}).status_code == 204
    late = server.patch(path, {"Phone": "2"}, headers={"If-Match": tag})
    server.refused(late, 412, "PRECONDITION_FAILED")
    assert server.get(path).headers["ETag"] != tag


def test_two_changes_within_a_second_have_two_tags(server: Server) -> None:
    """Whoever counts on If-Match would lose the other's change otherwise; If-Unmodified-Since is only as fine as dates."""
    path = f"sobjects/Account/{account(server)}"
    tag = server.get(path).headers["ETag"]
    assert server.patch(path, {"NumberOfEmployees": 1}, headers={"If-Match": tag}).status_code == 204
    server.refused(server.patch(path, {"NumberOfEmployees": 1}, headers={"If-Match": tag}), 412, "PRECONDITION_FAILED")


def test_other_objects_have_no_tags(server: Server) -> None:
    path = f"sobjects/Contact/{server.contact()}"
    assert "ETag" not in server.get(path).headers
    assert server.get(path, headers={"If-Match": '"other"', "If-None-Match": "*"}).status_code == 200


def test_spans_are_cut_to_whole_minutes(server: Server) -> None:
    new_id = server.contact()
    late = {"start": "2027-01-15T08:00:59.900Z", "end": "2027-01-15T08:01:59Z"}
    assert server.get("sobjects/Contact/updated", params=late).json()["ids"] == [new_id]
    within = {"start": "2027-01-15T08:00:10Z", "end": "2027-01-15T08:00:50Z"}
    for which in ("updated", "deleted"):
        server.refused(server.get(f"sobjects/Contact/{which}", params=within), 400, "INVALID_REPLICATION_DATE")


@pytest.mark.parametrize(("which", "days"), [("updated", 30), ("deleted", 15)])
def test_spans_reach_back_so_many_days_and_no_more(server: Server, which: str, days: int) -> None:
    server.clock.advance(days * 86_400)
    now = {"end": "2027-02-20T00:00:00Z"}
    path = f"sobjects/Contact/{which}"
    assert server.get(path, params={"start": "2027-01-15T08:00:30Z", **now}).status_code == 200
    answer = server.get(path, params={"start": "2027-01-15T07:59:00Z", **now})
    assert f"{days} days" in server.refused(answer, 400, "INVALID_REPLICATION_DATE")["message"]
    for params in ({}, {"start": "yesterday", "end": "today"}, now):
        server.refused(server.get(path, params=params), 400, "MALFORMED_QUERY")


def test_too_many_ids_in_a_span_are_refused(server: Server) -> None:
    server.org.most_replicated = 1
    first = server.contact()
    assert server.get("sobjects/Contact/updated", params=HOUR).json()["ids"] == [first]
    second = server.contact()
    server.refused(server.get("sobjects/Contact/updated", params=HOUR), 400, "EXCEEDED_ID_LIMIT")
    server.org.delete([first, second])
    server.refused(server.get("sobjects/Contact/deleted", params=HOUR), 400, "EXCEEDED_ID_LIMIT")


def test_an_object_that_can_not_be_replicated_has_no_such_lists(server: Server) -> None:
    contact = server.org.schema["Contact"]
    server.org.schema["Contact"] = replace(contact, flags={**contact.flags, "replicateable": False})
    for which in ("updated", "deleted"):
        server.refused(server.get(f"sobjects/Contact/{which}", params=HOUR), 400, "INVALID_TYPE")


def test_the_list_of_deleted_ones_knows_those_that_left_the_recycle_bin(server: Server) -> None:
    gone = server.contact()
    server.org.delete([gone])
    server.org.empty_bin([gone])
    body = server.get("sobjects/Contact/deleted", params=HOUR).json()
    assert [entry["id"] for entry in body["deletedRecords"]] == [gone]
    assert body.keys() == {"deletedRecords", "earliestDateAvailable", "latestDateCovered"}


def test_an_upsert_that_only_updates_finds_nothing(server: Server) -> None:
    path = "sobjects/Contact/Email/new@example.com"
    server.refused(server.patch(path, {"LastName": "D"}, params={"updateOnly": "true"}), 404, "NOT_FOUND")
    assert server.patch(path, {"LastName": "D"}).status_code == 201
    assert server.patch(path, {"LastName": "E"}, params={"updateOnly": "true"}).status_code == 200


def test_a_record_that_no_key_finds_can_not_be_deleted(server: Server) -> None:
    path = "sobjects/Contact/Email/nobody@example.com"
    server.refused(server.call("DELETE", path), 404, "NOT_FOUND")
    server.contact(Email="nobody@example.com")
    assert server.call("DELETE", path).status_code == 204


def test_a_describe_is_answered_304_too(server: Server) -> None:
    path = "sobjects/Contact/describe"
    assert server.get(path, headers={"If-Modified-Since": LATER}).status_code == 304
    assert server.get(path, headers={"If-Modified-Since": "nonsense"}).status_code == 200
