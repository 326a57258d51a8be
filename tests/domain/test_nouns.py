"""The small nouns: sides, rules, settings, errors."""

from __future__ import annotations

import msgspec
import pytest

from crmsync_desktop.domain.errors import AllocationReached, CrmSyncError, ItemError, LimitReached, PassError
from crmsync_desktop.domain.mapping import CONTACTS, PAIRS, Rule
from crmsync_desktop.domain.records import Category, Fault, Side
from crmsync_desktop.domain.settings import ContactSettings, OnConflict, Settings


def test_each_side_has_another() -> None:
    assert (Side.SALESFORCE.other, Side.HUBSPOT.other) == (Side.HUBSPOT, Side.SALESFORCE)
    assert (Side.SALESFORCE.label, Side.HUBSPOT.label) == ("Salesforce", "HubSpot")


@pytest.mark.parametrize(
    ("rule", "label", "master", "always"),
    [
        (Rule.PREFER_SALESFORCE, "Prefer Salesforce unless blank", Side.SALESFORCE, False),
        (Rule.ALWAYS_SALESFORCE, "Always use Salesforce", Side.SALESFORCE, True),
        (Rule.TWO_WAY, "Two-way", None, False),
        (Rule.DONT_SYNC, "Don't sync", None, False),
        (Rule.PREFER_HUBSPOT, "Prefer HubSpot unless blank", Side.HUBSPOT, False),
        (Rule.ALWAYS_HUBSPOT, "Always use HubSpot", Side.HUBSPOT, True),
    ],
)
def test_rules(rule: Rule, label: str, master: Side | None, always: bool) -> None:
    assert (rule.label, rule.master, rule.always) == (label, master, always)


def test_contacts_are_matched_by_address_a_contact_before_a_lead() -> None:
    assert PAIRS["contacts"] is CONTACTS
    assert CONTACTS.salesforce == ("Contact", "Lead")
    assert CONTACTS.keys.keys() == {"Contact", "Lead", "contacts"}
    assert all("email" in fields[0].lower() for fields in CONTACTS.keys.values())


def test_settings_survive_json_and_refuse_what_they_dont_know() -> None:
    settings = Settings(allocation=5_000, on_conflict=OnConflict.HOLD, contacts=ContactSettings(inclusion_list="17"))
    assert msgspec.json.decode(msgspec.json.encode(settings), type=Settings) == settings
    with pytest.raises(msgspec.ValidationError, match="alocation"):
        msgspec.json.decode(b'{"alocation": 5}', type=Settings)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"on_conflict": "coin"}', type=Settings)


def test_an_error_says_what_where_and_what_to_do() -> None:
    error = CrmSyncError("Refused.", "Email", "Correct it.")
    assert str(error) == "Refused. Email Correct it."
    assert str(CrmSyncError("Refused.")) == "Refused."


def test_a_records_error_speaks_with_the_systems_words() -> None:
    fault = Fault(Category.PROPERTY_VALUES, "STRING_TOO_LONG", "too long", ("Title",))
    error = ItemError(fault, "Shorten it.")
    assert (error.title, error.detail, error.hint, error.fault) == ("too long", "STRING_TOO_LONG", "Shorten it.", fault)


def test_a_limit_ends_a_pass_and_says_when_it_goes_on() -> None:
    error = AllocationReached("The allocation is used up.", resume_at="2026-03-01T16:40:00Z")
    assert isinstance(error, LimitReached)
    assert isinstance(error, PassError)
    assert error.resume_at == "2026-03-01T16:40:00Z"
