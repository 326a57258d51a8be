"""Parents and children of a record by the name of the relationship, over HTTP."""

from __future__ import annotations

from .conftest import Server


def test_a_parent_is_read_by_its_relationship(server: Server) -> None:
    account = server.post("sobjects/Account", {"Name": "Acme"}).json()["id"]
    contact = server.contact(AccountId=account)
    found = server.get(f"sobjects/Contact/{contact[:15]}/account", params={"fields": "Name"}).json()
    assert found == {
        "attributes": {"type": "Account", "url": f"/services/data/v60.0/sobjects/Account/{account}"},
        "Id": account,
        "Name": "Acme",
    }
    assert server.get(f"sobjects/Contact/{contact}/Owner").json()["Username"] == "ada.admin@practice.example"


def test_children_are_listed_by_their_relationship(server: Server) -> None:
    account = server.post("sobjects/Account", {"Name": "Acme"}).json()["id"]
    ids = [server.contact(AccountId=account) for _ in range(2)]
    server.contact()
    found = server.get(f"sobjects/Account/{account}/Contacts", params={"fields": "Id,LastName"}).json()
    assert (found["totalSize"], found["done"]) == (2, True)
    assert sorted(record["Id"] for record in found["records"]) == sorted(ids)
    whole = server.get(f"sobjects/Account/{account}/Contacts").json()["records"][0]
    assert whole.keys() == server.get(f"sobjects/Contact/{ids[0]}").json().keys()


def test_what_is_not_related_is_not_found(server: Server) -> None:
    contact = server.contact()
    for path in (f"{contact}/Account", f"{contact}/Nope", "003Pr0000000099IAA/Account"):
        server.refused(server.get(f"sobjects/Contact/{path}"), 404, "NOT_FOUND")
    account = server.post("sobjects/Account", {"Name": "Acme"}).json()["id"]
    answer = server.get(f"sobjects/Account/{account}/Contacts", params={"fields": "Nope"})
    server.refused(answer, 400, "INVALID_FIELD")
    del server.org.schema["User"]
    server.refused(server.get(f"sobjects/Contact/{contact}/Owner"), 404, "NOT_FOUND")
