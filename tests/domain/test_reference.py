"""What a person pastes to name a record."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.reference import Addresses, Reference, parse_reference

REAL = Addresses("https://acme--uat.sandbox.my.salesforce.com", "https://api.hubapi.com", "4711")
PRACTICE = Addresses("http://127.0.0.1:5001", "http://127.0.0.1:5002")
SHORT, LONG = "0031U00001ABCde", "0031U00001ABCdeQAH"
CONTACT = Reference(LONG, Side.SALESFORCE, "Contact")
LIGHTNING = "https://acme--uat.sandbox.lightning.force.com"


@pytest.mark.parametrize("text", [
    SHORT, LONG, f"  {LONG}\n", f"<{LONG}>", LONG.lower().replace("0031u00001abcde", SHORT),
    f"{LIGHTNING}/lightning/r/Contact/{LONG}/view", f"{LIGHTNING}/lightning/r/{LONG}/view?ws=x#top",
    f"https://acme--uat.sandbox.my.salesforce.com/{SHORT}", f"{LIGHTNING.upper().replace('HTTPS', 'https')}/{SHORT}",
])  # fmt: skip
def test_a_salesforce_record_by_id_or_page(text: str) -> None:
    assert parse_reference(text, REAL) == CONTACT


@pytest.mark.parametrize(("text", "found"), [
    ("00Q1U00001ABCde", "Lead"), ("0011U00001ABCde", "Account"), ("0061U00001ABCde", "Opportunity"),
    ("5001U00001ABCde", "Case"), ("a0B1U00001ABCde", ""),
])  # fmt: skip
def test_the_id_says_whose_it_is(text: str, found: str) -> None:
    reference = parse_reference(text, REAL)
    assert (reference.side, reference.object, len(reference.id)) == (Side.SALESFORCE, found, 18)


@pytest.mark.parametrize(("text", "found"), [
    ("151", Reference("151", Side.HUBSPOT)),
    ("https://app.hubspot.com/contacts/4711/record/0-1/151", Reference("151", Side.HUBSPOT, "contacts")),
    ("https://app-eu1.hubspot.com/contacts/4711/record/0-2/151/", Reference("151", Side.HUBSPOT, "companies")),
    ("https://app.hubspot.com/contacts/4711/record/2-99/151", Reference("151", Side.HUBSPOT, "2-99")),
    ("https://app.hubspot.com/contacts/4711/record/0-27/151", Reference("151", Side.HUBSPOT, "tasks")),
    ("https://app.hubspot.com/contacts/4711/record/0-410/151", Reference("151", Side.HUBSPOT, "")),
    ("https://app.hubspot.com/contacts/4711/deal/151?x=1", Reference("151", Side.HUBSPOT, "deals")),
    ("https://api.hubapi.com/contacts/4711/ticket/151", Reference("151", Side.HUBSPOT, "tickets")),
    ("123456789012345", Reference("123456789012345", None)),
    ("mailto:Kari@Example.NO", Reference(email="kari@example.no")),
    ("“kari@example.no”", Reference(email="kari@example.no")),
])  # fmt: skip
def test_a_hubspot_record_or_an_address(text: str, found: Reference) -> None:
    assert parse_reference(text, REAL) == found


def test_practice_orgs_have_pages_on_their_own_ports() -> None:
    assert parse_reference(f"http://127.0.0.1:5001/{SHORT}", PRACTICE) == CONTACT
    found = parse_reference("http://127.0.0.1:5002/contacts/1/record/0-1/7", PRACTICE)
    assert found == Reference("7", Side.HUBSPOT, "contacts")


@pytest.mark.parametrize("text", [
    "", "   ", "\x00", "a\x07b", "x" * 10_000, "kari", "0031U00001ABCdeZZZ", "٣٣٣", "0031U00001ABCd€",
    "https://evil.example/lightning/r/Contact/0031U00001ABCdeQAH/view",
    "https://other.my.salesforce.com/0031U00001ABCde", "http://127.0.0.1:5001/0031U00001ABCde",
    f"{LIGHTNING}/lightning/o/Contact/list", f"{LIGHTNING}/", f"{LIGHTNING}/lightning/r/Contact",
    "https://app.hubspot.com.evil.example/contacts/4711/record/0-1/151", "ftp://app.hubspot.com/contacts/4711/contact/1",
    "https://app.hubspot.com/contacts/4712/record/0-1/151", "https://app.hubspot.com/contacts/4711/record/0-1/x",
    "https://app.hubspot.com/contacts/4711/lists/9", "https://app.hubspot.com/contacts/4711", "https://app.hubspot.com/x/1/2",
    "https://[", "https://host:port/", "javascript://x",
])  # fmt: skip
def test_anything_else_is_refused_with_what_would_do(text: str) -> None:
    with pytest.raises(SetupError) as refused:
        parse_reference(text, REAL)
    assert "e-mail address" in str(refused.value)
    assert len(str(refused.value)) < 500
