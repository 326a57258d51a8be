"""Rows that somebody else holds, and the other dials that refuse a save."""

from __future__ import annotations

from typing import Any

import pytest

from crmsync_desktop.practice.salesforce import RowError
from crmsync_desktop.practice.salesforce.automation_rules import Trigger

from .conftest import Server


def typed(kind: str, **fields: Any) -> dict[str, Any]:
    return {"attributes": {"type": kind}, **fields}


def account(server: Server) -> str:
    return str(server.post("sobjects/Account", {"Name": "Acme"}).json()["id"])


def test_a_locked_row_refuses_writes_until_the_clock_has_passed(server: Server) -> None:
    one, other = server.contact(), server.contact()
    server.org.lock_rows([one[:15]], 10)
    entry = server.refused(server.patch(f"sobjects/Contact/{one}", {"Phone": "1"}), 400, "UNABLE_TO_LOCK_ROW")
    assert entry["message"] == f"unable to obtain exclusive access to this record or 1 records: {one}"
    assert entry["fields"] == []
    server.refused(server.call("DELETE", f"sobjects/Contact/{one}"), 400, "UNABLE_TO_LOCK_ROW")
    records = [typed("Contact", Id=one, Phone="1"), typed("Contact", Id=other, Phone="1")]
    first, second = server.patch("composite/sobjects", {"records": records}).json()
    assert first["errors"][0]["statusCode"] == "UNABLE_TO_LOCK_ROW"
    assert second["success"]
    assert server.get(f"sobjects/Contact/{one}").status_code == 200
    server.clock.advance(10)
    assert server.patch(f"sobjects/Contact/{one}", {"Phone": "1"}).status_code == 204


def test_a_locked_parent_refuses_its_children(server: Server) -> None:
    parent = account(server)
    child, free = server.contact(AccountId=parent), server.contact()
    server.org.lock_rows([parent], 60)
    server.refused(server.post("sobjects/Contact", {"LastName": "B", "AccountId": parent}), 400, "UNABLE_TO_LOCK_ROW")
    server.refused(server.patch(f"sobjects/Contact/{child}", {"Phone": "1"}), 400, "UNABLE_TO_LOCK_ROW")
    server.refused(server.patch(f"sobjects/Contact/{free}", {"AccountId": parent}), 400, "UNABLE_TO_LOCK_ROW")
    assert server.patch(f"sobjects/Contact/{free}", {"Phone": "1"}).status_code == 204
    server.org.release_rows()
    assert server.patch(f"sobjects/Contact/{child}", {"Phone": "1"}).status_code == 204


def test_a_lock_inside_a_trigger_is_nested_in_its_failure(server: Server) -> None:
    parent = account(server)
    child = server.contact(AccountId=parent)
    server.org.lock_rows([parent], 60, trigger="ContactRollUp")
    entry = server.refused(
        server.patch(f"sobjects/Contact/{child}", {"Phone": "1"}), 400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
    )
    assert entry["message"] == (
        "ContactRollUp: execution of AfterUpdate\n\ncaused by: System.DmlException: Update failed. First exception on "
        f"row 0 with id {parent}; first error: UNABLE_TO_LOCK_ROW, unable to obtain exclusive access to this record or "
        f"1 records: {parent}: []\n\nTrigger.ContactRollUp: line 5, column 1"
    )


def test_a_trigger_that_saves_a_locked_parent_fails(server: Server) -> None:
    user = server.org.users()[1]["Id"]
    one = server.contact(OwnerId=user)
    server.org.change_setup(triggers=(Trigger("Contact", "TouchesOwner", "touch_parent", "OwnerId"),))
    server.org.lock_rows([user], 60)
    entry = server.refused(
        server.patch(f"sobjects/Contact/{one}", {"Phone": "1"}), 400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
    )
    assert "first error: UNABLE_TO_LOCK_ROW" in entry["message"]
    assert server.get(f"sobjects/Contact/{one}").json()["Phone"] is None


def test_only_ids_of_the_org_can_be_locked(server: Server) -> None:
    for nonsense in ("zzz", "003"):
        with pytest.raises(RowError, match="MALFORMED_ID"):
            server.org.lock_rows([nonsense], 1)


def test_a_full_org_creates_nothing(server: Server) -> None:
    one = server.contact()
    server.org.set_storage_full(True)
    entry = server.refused(server.post("sobjects/Contact", {"LastName": "B"}), 403, "STORAGE_LIMIT_EXCEEDED")
    assert entry["message"] == "storage limit exceeded"
    assert server.patch(f"sobjects/Contact/{one}", {"Phone": "1"}).status_code == 204
    (result,) = server.post("composite/sobjects", {"records": [typed("Contact", LastName="B")]}).json()
    assert result["errors"][0]["statusCode"] == "STORAGE_LIMIT_EXCEEDED"
    server.org.set_storage_full(False)
    server.contact()


def test_sharing_keeps_records_from_the_apis_user_but_not_from_people(server: Server) -> None:
    hidden, read_only, parent = server.contact(), server.contact(), account(server)
    server.org.change_setup(hidden_records=(hidden, parent), read_only_records=(read_only,))
    records = [
        typed("Contact", Id=hidden, Phone="1"),
        typed("Contact", Id=read_only, Phone="1"),
        typed("Contact", Id=read_only, AccountId=parent),
    ]
    results = server.patch("composite/sobjects", {"records": records}).json()
    errors = [result["errors"][0] for result in results]
    assert [error["statusCode"] for error in errors] == [
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
        "INSUFFICIENT_ACCESS_OR_READONLY",
        "INSUFFICIENT_ACCESS_OR_READONLY",
    ]
    assert errors[0]["message"] == f"insufficient access rights on cross-reference id: {hidden}"
    assert errors[1]["message"] == "insufficient access rights on object id"
    entry = server.refused(
        server.post("sobjects/Contact", {"LastName": "A", "AccountId": parent}),
        403,
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
    )
    assert parent in entry["message"]
    server.refused(server.call("DELETE", f"sobjects/Contact/{read_only}"), 403, "INSUFFICIENT_ACCESS_OR_READONLY")
    server.org.update(read_only, {"Phone": "2", "AccountId": parent})
    server.org.delete([hidden])
