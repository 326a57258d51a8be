"""The mappings that a connection starts with, against the systems' own field lists (semantics 7)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from crmsync_desktop.domain.configuration import clashes
from crmsync_desktop.domain.mapping import PAIRS, Mapping, Rule, carries_association

FOLDER = Path(__file__).parents[2] / "resources" / "default_mappings"
ENTRIES: dict[str, list[dict[str, Any]]] = {
    pair: tomllib.loads((FOLDER / f"{pair}.toml").read_text(encoding="utf-8"))["mapping"] for pair in PAIRS
}
DEFAULTS = {
    pair: {
        entry["property"]: Mapping(
            property=entry["property"],
            salesforce={object: entry[object] for object in PAIRS[pair].salesforce if object in entry},
            rule=Rule(entry["rule"]),
            values=tuple((theirs, ours) for theirs, ours in entry.get("values", ())),
            builtin=entry["builtin"],
        )
        for entry in entries
    }
    for pair, entries in ENTRIES.items()
}
EACH = [(pair, entry) for pair, entries in ENTRIES.items() for entry in entries]
IDS = {
    "companies": {"salesforceaccountid"},
    "contacts": {"salesforcecontactid", "salesforceleadid", "salesforceaccountid"},
    "deals": {"hs_salesforceopportunityid"},
    "tickets": set[str](),
}
ASSOCIATIONS = {
    "companies": {},
    "contacts": {"associatedcompanyid": "AccountId"},
    "deals": {"associations.companies": "AccountId", "associations.contacts": "OpportunityContactRoles"},
    "tickets": {"associations.companies": "AccountId", "associations.contacts": "ContactId"},
    **{
        pair: {"associations.contacts": "WhoId", "associations.related": "WhatId"}
        for pair in ("tasks", "calls", "emails", "meetings", "notes")
    },
    "forms": {"associations.contacts": "WhoId"},
}
OBJECTS = ("companies", "contacts", "deals", "tickets", "tasks")
ALL_OF_HUBSPOTS = ("notes", "forms")
"""Salesforce's tasks of these are never read back (A1)."""


@pytest.mark.parametrize("pair", PAIRS)
def test_each_property_is_mapped_once(pair: str) -> None:
    assert len(DEFAULTS[pair]) == len(ENTRIES[pair])


@pytest.mark.parametrize(("pair", "entry"), EACH, ids=lambda each: each if isinstance(each, str) else each["property"])
def test_an_entry_holds_nothing_but_what_the_header_explains(pair: str, entry: dict[str, Any]) -> None:
    objects = set(PAIRS[pair].salesforce)
    assert entry.keys() <= {"property", "rule", "builtin", "values"} | objects
    assert entry.keys() & objects
    assert entry["builtin"] is True


@pytest.mark.parametrize("pair", PAIRS)
def test_each_field_takes_part_in_one_mapping_and_a_lookup_in_one_more_as_its_id(pair: str) -> None:
    assert clashes(list(DEFAULTS[pair].values())) == []


@pytest.mark.parametrize("pair", OBJECTS)
def test_all_prefer_salesforce_except_the_owner_the_ids_associations_and_what_doesnt_go_together(pair: str) -> None:
    defaults = DEFAULTS[pair]
    others = {name: mapping.rule for name, mapping in defaults.items() if mapping.rule is not Rule.PREFER_SALESFORCE}
    assert others == {
        "hubspot_owner_id": Rule.TWO_WAY,
        **dict.fromkeys(ASSOCIATIONS[pair], Rule.TWO_WAY),
        **dict.fromkeys(IDS.get(pair, ()), Rule.ALWAYS_SALESFORCE),
        **({"numemployees": Rule.DONT_SYNC} if pair == "contacts" else {}),
    }


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if pair not in OBJECTS])
def test_what_happened_is_two_way_unless_it_is_never_read_back(pair: str) -> None:
    always = Rule.ALWAYS_HUBSPOT if pair in ALL_OF_HUBSPOTS else Rule.TWO_WAY
    rules = {name: mapping.rule for name, mapping in DEFAULTS[pair].items()}
    assert rules == {name: Rule.TWO_WAY if name == "hubspot_owner_id" else always for name in rules}


@pytest.mark.parametrize("pair", PAIRS)
def test_what_belongs_together_is_carried_by_associations(pair: str) -> None:
    carried = {name: mapping for name, mapping in DEFAULTS[pair].items() if carries_association(name)}
    assert {name: next(iter(mapping.salesforce.values())) for name, mapping in carried.items()} == ASSOCIATIONS[pair]


@pytest.mark.parametrize("pair", PAIRS)
def test_paired_values_are_one_to_one(pair: str) -> None:
    """Several values for one would make the sides put each other back without end."""
    for mapping in DEFAULTS[pair].values():
        theirs, ours = [h for h, _ in mapping.values], [s for _, s in mapping.values]
        assert len(set(theirs)) == len(theirs)
        assert len(set(ours)) == len(ours)


@pytest.mark.parametrize("pair", PAIRS)
def test_the_name_of_a_record_is_mapped(pair: str) -> None:
    assert set(PAIRS[pair].label_properties) <= DEFAULTS[pair].keys()


def test_the_ids_belong_to_one_object_each() -> None:
    assert DEFAULTS["contacts"]["salesforcecontactid"].salesforce == {"Contact": "Id"}
    assert DEFAULTS["contacts"]["salesforceleadid"].salesforce == {"Lead": "Id"}
    assert DEFAULTS["contacts"]["salesforceaccountid"].salesforce == {"Contact": "AccountId"}


def test_addresses_have_other_names_on_contacts_than_on_leads() -> None:
    assert DEFAULTS["contacts"]["address"].salesforce == {"Contact": "MailingStreet", "Lead": "Street"}
    assert DEFAULTS["contacts"]["zip"].salesforce == {"Contact": "MailingPostalCode", "Lead": "PostalCode"}


def test_the_domain_of_a_company_is_nobodys_business() -> None:
    assert "domain" not in DEFAULTS["companies"]


def test_a_deals_pipeline_is_decided_before_its_stage() -> None:
    for pair, pipeline, stage in (("deals", "pipeline", "dealstage"), ("tickets", "hs_pipeline", "hs_pipeline_stage")):
        order = list(DEFAULTS[pair])
        assert order.index(pipeline) < order.index(stage)
