"""C8: the addresses of accounts and leads are written as codes, too, by the same two settings."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.records import Side
from tests.acceptance.life.world import World
from tests.acceptance.pairs.conftest import ALL_ON


@pytest.fixture
def coded(here: World) -> Iterator[World]:
    here.admin.post("/salesforce/setup", state_country="on")
    here.store.save_document("schemas_outdated", True)
    here.plain_settings(**ALL_ON, contacts={"salesforce_state_country": "on"})
    yield here
    here.admin.post("/salesforce/setup", state_country="off")


def test_a_companys_address_becomes_its_accounts_billing_address(coded: World) -> None:
    company = coded.make("hubspot", "companies", name="Acme", country="USA", state="Calif.", city="LA")
    coded.make("hubspot", "contacts", lastname="Moe", email="moe@example.com", associatedcompanyid=company)
    coded.sync()
    account = coded.partner("companies", Side.HUBSPOT, company)
    assert account is not None
    found = coded.record("salesforce", "Account", account)
    parts = ("BillingCity", "BillingCountry", "BillingCountryCode", "BillingState", "BillingStateCode")
    assert [found[part] for part in parts] == ["LA", "United States", "US", "California", "CA"]
    coded.settled()
    for property in ("country", "state"):
        coded.rule("companies", property, Rule.TWO_WAY)
    coded.edit("hubspot", "companies", company, country="Canada", state="")
    coded.settled()
    found = coded.record("salesforce", "Account", account)
    assert (found["BillingCountryCode"], found.get("BillingStateCode")) == ("CA", None)
    coded.edit("salesforce", "Account", account, BillingCountry="Norway")
    coded.settled()
    assert coded.record("hubspot", "companies", company)["country"] == "Norway"
    assert [row.message for row in coded.errors(account, company) if not row.notice] == []


def test_a_new_lead_has_codes_and_keeps_hubspots_other_words(coded: World) -> None:
    coded.settings(contacts={"on_hubspot_change": "lead"})
    person = coded.make(
        "hubspot", "contacts", lastname="Lee", email="lee@example.com", company="X", country="Brasil", state="Sao Paulo"
    )
    wrong = coded.make("hubspot", "contacts", lastname="Far", email="far@example.com", company="X", country="Brazzil")
    coded.sync()
    lead = coded.partner("contacts", Side.HUBSPOT, person)
    assert lead is not None
    found = coded.record("salesforce", "Lead", lead)
    assert (found["CountryCode"], found["StateCode"]) == ("BR", "SP")
    assert coded.record("hubspot", "contacts", person)["country"] == "Brasil"
    other = coded.partner("contacts", Side.HUBSPOT, wrong)
    assert other is not None
    assert coded.record("salesforce", "Lead", other).get("CountryCode") is None
    said = [row.message for row in coded.errors(other, wrong) if row.code == "FIELD_INTEGRITY_EXCEPTION"]
    assert said == ["“Brazzil” isn't a country that Salesforce accepts. Nearest: Brazil."]
    coded.settled()
