"""The mappings that a connection starts with, against the systems' own field lists (semantics 7)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from crmsync_desktop.domain.mapping import Mapping, Rule

FILE = Path(__file__).parents[2] / "resources" / "default_mappings" / "contacts.toml"
ENTRIES: list[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["mapping"]
DEFAULTS = {
    entry["property"]: Mapping(
        property=entry["property"],
        salesforce={object: entry[object] for object in ("Contact", "Lead") if object in entry},
        rule=Rule(entry["rule"]),
        values=tuple((theirs, ours) for theirs, ours in entry.get("values", ())),
        builtin=entry["builtin"],
    )
    for entry in ENTRIES
}
IDS = {"salesforcecontactid", "salesforceleadid", "salesforceaccountid"}


def test_each_property_is_mapped_once() -> None:
    assert len(DEFAULTS) == len(ENTRIES)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["property"])
def test_an_entry_holds_nothing_but_what_the_header_explains(entry: dict[str, Any]) -> None:
    assert entry.keys() <= {"property", "Contact", "Lead", "rule", "builtin", "values"}
    assert entry.keys() & {"Contact", "Lead"}
    assert entry["builtin"] is True


@pytest.mark.parametrize("object", ["Contact", "Lead"])
def test_each_field_takes_part_in_one_mapping(object: str) -> None:
    fields = [mapping.salesforce[object] for mapping in DEFAULTS.values() if object in mapping.salesforce]
    assert len(fields) == len(set(fields))


def test_all_prefer_salesforce_except_the_owner_the_ids_and_what_doesnt_go_together() -> None:
    others = {name: mapping.rule for name, mapping in DEFAULTS.items() if mapping.rule is not Rule.PREFER_SALESFORCE}
    assert others == {
        "hubspot_owner_id": Rule.TWO_WAY,
        "numemployees": Rule.DONT_SYNC,
        **dict.fromkeys(IDS, Rule.ALWAYS_SALESFORCE),
    }


def test_the_ids_belong_to_one_object_each() -> None:
    assert DEFAULTS["salesforcecontactid"].salesforce == {"Contact": "Id"}
    assert DEFAULTS["salesforceleadid"].salesforce == {"Lead": "Id"}
    assert DEFAULTS["salesforceaccountid"].salesforce == {"Contact": "AccountId"}


def test_addresses_have_other_names_on_contacts_than_on_leads() -> None:
    assert DEFAULTS["address"].salesforce == {"Contact": "MailingStreet", "Lead": "Street"}
    assert DEFAULTS["zip"].salesforce == {"Contact": "MailingPostalCode", "Lead": "PostalCode"}
