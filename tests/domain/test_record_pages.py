"""Addresses of records: only on the connection's own hosts, whatever stands in a record."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.record_pages import Hosts, host_of, is_salesforce_id, page_of
from crmsync_desktop.domain.records import Side

ACME = Hosts("https://acme.my.salesforce.com", "app-eu1.hubspot.com", "12345")
SHORT = "0035g00000ABCDE"
LONG = "0035g00000ABCDEAA4"
SF, HS = Side.SALESFORCE, Side.HUBSPOT


@pytest.mark.parametrize(
    ("object", "id", "url"),
    [
        ("Contact", SHORT, f"https://acme.my.salesforce.com/lightning/r/Contact/{SHORT}/view"),
        ("Task.Call", SHORT, f"https://acme.my.salesforce.com/lightning/r/Task/{SHORT}/view"),
        ("Subscription__c", SHORT, f"https://acme.my.salesforce.com/lightning/r/Subscription__c/{SHORT}/view"),
    ],
)
def test_a_salesforce_record_is_at_the_orgs_own_host(object: str, id: str, url: str) -> None:
    page = page_of(SF, object, id, ACME)
    assert (page.url, page.why, page.side, page.object, page.id) == (url, "", SF, object, id)


@pytest.mark.parametrize(
    ("object", "kind"),
    [
        ("contacts", "0-1"), ("companies", "0-2"), ("deals", "0-3"), ("tickets", "0-5"), ("tasks", "0-27"),
        ("notes", "0-46"), ("meetings", "0-47"), ("calls", "0-48"), ("emails", "0-49"), ("2-1234567", "2-1234567"),
    ],
)  # fmt: skip
def test_a_hubspot_record_is_in_its_portal(object: str, kind: str) -> None:
    assert page_of(HS, object, "101", ACME).url == f"https://app-eu1.hubspot.com/contacts/12345/record/{kind}/101"


def test_without_its_region_hubspot_is_asked_at_its_general_address() -> None:
    assert page_of(HS, "deals", "7", Hosts("", "", "9")).url == "https://app.hubspot.com/contacts/9/record/0-3/7"


@pytest.mark.parametrize(
    "id",
    [
        "", "003", "../../secur/logout.jsp", "0035g00000ABCD/", "0035g00000ABCD?", "0035g00000ABCD\n", SHORT + "\n",
        "https://evil.example", "javascript:alert", "0035g00000ABCDEAAA", "٠٠٣5g00000ABCDE", "0035g00000 BCDE",
    ],
)  # fmt: skip
def test_what_is_no_salesforce_id_is_refused(id: str) -> None:
    page = page_of(SF, "Contact", id, ACME)
    assert page.url == ""
    assert "isn't a Salesforce record's id" in page.why
    assert page.why.isprintable()


@pytest.mark.parametrize("object", ["", "Contact/../..", "Con tact", "@evil", "C" * 81, "__proto__%2f", "Ünder"])
def test_what_is_no_salesforce_object_is_refused(object: str) -> None:
    assert page_of(SF, object, SHORT, ACME).url == ""


@pytest.mark.parametrize(
    "id", ["", "0", "012", "1/..", "1?x", "1#", "１２", "1\n", "-1", "9" * 21, "contacts.email", "x" * 999]
)
def test_what_is_no_hubspot_id_is_refused(id: str) -> None:
    page = page_of(HS, "contacts", id, ACME)
    assert page.url == ""
    assert "isn't a HubSpot record's id" in page.why
    assert len(page.why) < 150


@pytest.mark.parametrize("object", ["form_submissions", "mapping", "pair", "2-", "2-0", "2-1/..", "0-1"])
def test_what_hubspot_shows_on_no_page_of_its_own_says_so(object: str) -> None:
    assert "no page" in page_of(HS, object, "1", ACME).why


@pytest.mark.parametrize(
    "url",
    [
        "", "http://acme.my.salesforce.com", "https://acme.my.salesforce.com@evil.example",
        "https://evil.example/acme.my.salesforce.com", "https://acme.my.salesforce.com:8443", "https://127.0.0.1",
        "https://[::1]", "https://localhost", "https://acme.my.salesforce.com?x", "https://acme.my.salesforce.com#x",
        "https://acme.my.salesforce.com\n", "https://acme.my. salesforce.com", "javascript://acme.my.salesforce.com",
        "https:acme.my.salesforce.com", "https://-acme.com", "https://" + "a." * 200 + "com", "https://аcme.my.salesforce.com",
    ],
)  # fmt: skip
def test_what_is_more_or_less_than_an_https_host_leads_nowhere(url: str) -> None:
    assert host_of(url) == ""
    page = page_of(SF, "Contact", SHORT, Hosts(url))
    assert page.url == ""
    assert page.why.isprintable()


def test_a_host_is_taken_in_lower_case_and_without_its_slash() -> None:
    assert host_of("https://Acme--Dev.Sandbox.my.salesforce.com/") == "acme--dev.sandbox.my.salesforce.com"


@pytest.mark.parametrize(
    "host", ["app.hubspot.com.evil.example", "evil.example", "app-eu1.hubspot.com/", "127.0.0.1:1", " "]
)
def test_another_host_than_hubspots_window_leads_nowhere(host: str) -> None:
    assert page_of(HS, "contacts", "1", Hosts("", host, "1")).url == ""


@pytest.mark.parametrize("portal", ["", "abc", "1/2", "0"])
def test_without_the_portals_id_there_is_no_address(portal: str) -> None:
    assert (
        page_of(HS, "contacts", "1", Hosts("", "app.hubspot.com", portal)).why
        == "The id of the HubSpot account isn't known."
    )


def test_a_salesforce_id_of_18_characters_fits_its_own_suffix() -> None:
    assert is_salesforce_id(SHORT)
    assert is_salesforce_id("003000000000001AAA")
    assert not is_salesforce_id("003000000000001AAB")
