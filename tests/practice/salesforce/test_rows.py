from __future__ import annotations

from email.utils import formatdate

from crmsync_desktop.practice.salesforce import EXTERNAL_ID

from .conftest import FrozenTime, Server

NOW = FrozenTime()()


def row(server: Server, record_id: str, fields: str = "") -> dict[str, object]:
    answer = server.get(f"sobjects/Contact/{record_id}", params={"fields": fields} if fields else {})
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def test_a_create_answers_201_with_the_new_id_and_where_it_is(server: Server) -> None:
    answer = server.post("sobjects/Contact/", {"LastName": "Doe"})
    body = answer.json()
    assert answer.status_code == 201
    assert body == {"id": body["id"], "success": True, "errors": []}
    assert body["id"].startswith("003")
    assert len(body["id"]) == 18
    assert answer.headers["Location"] == f"/services/data/v60.0/sobjects/Contact/{body['id']}"


def test_a_new_record_has_its_defaults_its_owner_and_its_full_name(server: Server) -> None:
    found = row(server, server.contact(FirstName="Jane", Salutation="Dr."))
    assert found["Name"] == "Jane Doe"
    assert found["OwnerId"] == found["CreatedById"] == found["LastModifiedById"] == server.org.admin_id
    assert found["IsDeleted"] is False
    assert found["IsEmailBounced"] is False
    assert found["CreatedDate"] == found["SystemModstamp"] == "2027-01-15T08:00:00.000+0000"
    lead = server.post("sobjects/Lead", {"LastName": "Doe", "Company": "Acme"}).json()["id"]
    assert server.get(f"sobjects/Lead/{lead}").json()["Status"] == "Open - Not Contacted"


def test_texts_are_trimmed_and_empty_ones_are_null(server: Server) -> None:
    found = row(server, server.contact(FirstName="  Jane ", Title="   ", Department=""))
    assert (found["FirstName"], found["Title"], found["Department"]) == ("Jane", None, None)


def test_an_open_picklist_takes_any_value(server: Server) -> None:
    assert row(server, server.contact(LeadSource="Something else"))["LeadSource"] == "Something else"


def test_a_change_answers_204_and_moves_the_stamps_even_when_nothing_changed(server: Server) -> None:
    new_id = server.contact(FirstName="Jane")
    for later in ("08:01:00", "08:02:00"):
        server.clock.advance(60)
        answer = server.patch(f"sobjects/Contact/{new_id[:15]}", {"FirstName": "Joan"})
        assert (answer.status_code, answer.content) == (204, b"")
        found = row(server, new_id)
        assert (found["FirstName"], found["Name"]) == ("Joan", "Joan Doe")
        assert found["SystemModstamp"] == found["LastModifiedDate"] == f"2027-01-15T{later}.000+0000"
        assert found["CreatedDate"] == "2027-01-15T08:00:00.000+0000"


def test_only_the_asked_fields_are_read(server: Server) -> None:
    new_id = server.contact(FirstName="Jane")
    assert row(server, new_id, "FirstName,LastName").keys() == {"attributes", "Id", "FirstName", "LastName"}
    server.refused(server.get(f"sobjects/Contact/{new_id}?fields=Nope"), 400, "INVALID_FIELD")


def test_a_deleted_record_answers_404_that_says_so(server: Server) -> None:
    new_id = server.contact()
    assert server.call("DELETE", f"sobjects/Contact/{new_id}").status_code == 204
    for answer in (
        server.get(f"sobjects/Contact/{new_id}"),
        server.patch(f"sobjects/Contact/{new_id}", {"FirstName": "J"}),
        server.call("DELETE", f"sobjects/Contact/{new_id}"),
    ):
        server.refused(answer, 404, "ENTITY_IS_DELETED")


def test_an_id_that_names_no_record_is_not_found(server: Server) -> None:
    account = server.post("sobjects/Account", {"Name": "Acme"}).json()["id"]
    for given in ("003Pr0000000099IAA", account, "nonsense"):
        server.refused(server.get(f"sobjects/Contact/{given}"), 404, "NOT_FOUND")


def test_an_id_in_the_body_of_a_change_is_refused(server: Server) -> None:
    new_id = server.contact()
    server.refused(server.patch(f"sobjects/Contact/{new_id}", {"Id": new_id}), 400, "INVALID_FIELD")


def test_an_upsert_by_external_id_creates_then_changes(server: Server) -> None:
    path = f"sobjects/Contact/{EXTERNAL_ID}/a%2Fb"
    made = server.patch(path, {"LastName": "Doe"})
    assert made.status_code == 201
    assert made.json()["created"] is True
    again = server.patch(path, {"FirstName": "Jane"})
    assert again.status_code == 200
    assert again.json() == {"id": made.json()["id"], "success": True, "errors": [], "created": False}
    found = server.get(path).json()
    assert (found["Name"], found[EXTERNAL_ID]) == ("Jane Doe", "a/b")
    assert server.call("DELETE", path).status_code == 204
    server.refused(server.get(path), 404, "NOT_FOUND")


def test_an_upsert_that_finds_several_changes_none_and_lists_them(server: Server) -> None:
    for _ in range(2):
        server.contact(Email="same@example.com")
    answer = server.patch("sobjects/Contact/Email/SAME@example.com", {"FirstName": "Jane"})
    assert answer.status_code == 300
    assert len(answer.json()) == 2
    assert server.query("SELECT Id FROM Contact WHERE FirstName = 'Jane'")["totalSize"] == 0


def test_an_upsert_by_a_field_that_identifies_nothing_is_not_found(server: Server) -> None:
    server.refused(server.patch("sobjects/Contact/FirstName/Jane", {"LastName": "Doe"}), 404, "NOT_FOUND")
    path = f"sobjects/Contact/{EXTERNAL_ID}/1"
    server.refused(server.patch(path, {"LastName": "Doe", EXTERNAL_ID: "1"}), 400, "INVALID_FIELD")


def test_a_change_is_refused_with_412_when_somebody_was_faster(server: Server) -> None:
    new_id = server.contact()
    seen = {"If-Unmodified-Since": formatdate(NOW, usegmt=True)}
    assert server.patch(f"sobjects/Contact/{new_id}", {"FirstName": "A"}, headers=seen).status_code == 204
    server.clock.advance(2)
    assert server.patch(f"sobjects/Contact/{new_id}", {"FirstName": "B"}, headers=seen).status_code == 204
    answer = server.patch(f"sobjects/Contact/{new_id}", {"FirstName": "C"}, headers=seen)
    assert answer.status_code == 412
    assert row(server, new_id)["FirstName"] == "B"
    nonsense = {"If-Unmodified-Since": "yesterday"}
    assert server.patch(f"sobjects/Contact/{new_id}", {"FirstName": "D"}, headers=nonsense).status_code == 400


def test_a_read_of_what_has_not_changed_answers_304(server: Server) -> None:
    new_id = server.contact()
    same = server.get(f"sobjects/Contact/{new_id}", headers={"If-Modified-Since": formatdate(NOW, usegmt=True)})
    assert (same.status_code, same.content) == (304, b"")
    before = server.get(f"sobjects/Contact/{new_id}", headers={"If-Modified-Since": formatdate(NOW - 60, usegmt=True)})
    assert before.status_code == 200


def test_updated_and_deleted_lists_hold_the_ids_of_their_span(server: Server) -> None:
    kept, gone = server.contact(), server.contact()
    server.clock.advance(10)
    server.call("DELETE", f"sobjects/Contact/{gone}")
    span = {"start": "2027-01-15T07:59:00+00:00", "end": "2027-01-15T09:00:00+00:00"}
    updated = server.get("sobjects/Contact/updated/", params=span).json()
    assert updated == {"ids": [kept], "latestDateCovered": "2027-01-15T08:00:10.000+0000"}
    deleted = server.get("sobjects/Contact/deleted/", params=span).json()
    assert deleted["deletedRecords"] == [{"deletedDate": "2027-01-15T08:00:10.000+0000", "id": gone}]
    assert deleted["latestDateCovered"] == "2027-01-15T08:00:10.000+0000"


def test_spans_that_are_too_old_or_upside_down_are_refused(server: Server) -> None:
    for kind, start, end in (
        ("updated", "2026-12-15T00:00:00Z", "2027-01-15T00:00:00Z"),
        ("deleted", "2026-12-30T00:00:00Z", "2027-01-15T00:00:00Z"),
        ("updated", "2027-01-15T00:00:00Z", "2027-01-14T00:00:00Z"),
    ):
        answer = server.get(f"sobjects/Contact/{kind}", params={"start": start, "end": end})
        server.refused(answer, 400, "INVALID_REPLICATION_DATE")


def test_a_post_may_be_meant_as_another_method(server: Server) -> None:
    path = f"sobjects/Contact/{server.contact()}"
    assert server.post(path, {"LastName": "Roe"}, params={"_HttpMethod": "PATCH"}).status_code == 204
    assert server.get(path, params={"fields": "LastName"}).json()["LastName"] == "Roe"
    server.refused(server.post(path, {}, params={"_HttpMethod": "GET"}), 405, "METHOD_NOT_ALLOWED")
    server.refused(server.call("GET", path, params={"_HttpMethod": "DELETE"}), 400, "INVALID_QUERY_PARAMETER")
    assert server.call("POST", path, params={"_HttpMethod": "DELETE"}).status_code == 204
    server.refused(server.get(path), 404, "ENTITY_IS_DELETED")
