"""The names on the do-not-create list."""

from __future__ import annotations

from crmsync_desktop.domain.do_not_create import address_names, id_name
from crmsync_desktop.domain.records import Side


def test_an_address_stands_on_the_list_as_a_hash_alone() -> None:
    (name,) = address_names(["moe@example.com", "003000000000001aaa"])
    assert "moe" not in name
    assert address_names(["moe@example.com"]) == [name]
    assert address_names(["noe@example.com"]) != [name]


def test_an_id_stands_there_with_its_side() -> None:
    assert id_name(Side.HUBSPOT, "7") == "hubspot/7"
    assert id_name(Side.SALESFORCE, "7") == "salesforce/7"
