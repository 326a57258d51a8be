"""What an admin sets up: read from JSON strictly, kept in the database, changed while the org is served."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import requests

from crmsync_desktop.practice.admin import Practice, create_admin_app
from crmsync_desktop.practice.calls import CallLog, System
from crmsync_desktop.practice.clock import PracticeClock, SkewedClock
from crmsync_desktop.practice.faults import Faults
from crmsync_desktop.practice.hubspot import HubSpotPortal
from crmsync_desktop.practice.salesforce import OrgSetup, SalesforceOrg
from tests.practice.servers import running

from .conftest import Server

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"states": "on"}, "The setup knows no states; it has state_country, "),
    ({"state_country": "maybe"}, "The setup's state_country must be one of off, on, customised, not 'maybe'."),
    ({"record_types": 1}, "The setup's record_types must be true or false, not 1."),
    ({"hidden_fields": "Contact.Phone"}, "The setup's hidden_fields must be a list."),
    ({"hidden_fields": [7]}, "The setup's hidden_fields[0] must be a text, not 7."),
    ({"custom_objects": ["Invoice__c"]}, "The setup's custom_objects knows no example Invoice__c; there is Subscription__c."),
    ({"custom_objects": [7]}, "The setup's custom_objects[0] must be a JSON object."),
    ({"custom_fields": [{"name": "A__c", "type": "string", "values": [{"value": 1}]}]},
     "The setup's custom_fields[0]'s values[0]'s value must be a text, not 1."),
    ({"custom_fields": [{"name": "A__c", "type": "string", "default": []}]},
     "The setup's custom_fields[0]'s default must be a text, not []."),
    ({"triggers": [{"sobject": "Contact"}]}, "The setup's triggers[0] lacks name."),
    ({"removed_fields": ["Contact.Nope"]}, "The org has no field Contact.Nope."),
    ({"removed_fields": ["Nope.Name"]}, "The org has no field Nope.Name."),
    ({"removed_fields": ["Contact.LastName"]}, "Contact.LastName can't be removed: every org has it. It can be hidden."),
    ({"tracked_fields": ["Contact.Nope"]}, "The org has no field Contact.Nope."),
    ({"tracked_fields": ["Contact.CreatedDate"]}, "Contact.CreatedDate can't be tracked: a field history has fields that"),
    ({"tracked_fields": ["Campaign.Name"]}, "Campaign.Name can't be tracked: a field history has fields that"),
    ({"triggers": [{"sobject": "Contact", "name": "T", "does": "upper", "field": "Nope"}]},
     "The rule T names Contact.Nope, which the org doesn't have."),
]  # fmt: skip


@pytest.mark.parametrize(("given", "sentence"), WRONG)
def test_a_setup_that_makes_no_sense_is_refused_in_one_sentence_and_changes_nothing(
    org: SalesforceOrg, given: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        org.change_setup(**given)
    assert org.setup == OrgSetup()


def test_a_setup_reads_back_from_its_own_json() -> None:
    setup = OrgSetup.from_json(
        {
            "state_country": "customised",
            "custom_objects": ["Subscription__c"],
            "triggers": [{"sobject": "Contact", "name": "T", "does": "set", "field": "Title", "value": 1}],
        }
    )
    assert OrgSetup.from_json(setup.to_json()) == setup
    assert OrgSetup().to_json() == {}


def test_a_setup_outlives_the_server_and_yields_to_a_new_one(tmp_path: Path, clock: PracticeClock) -> None:
    first = SalesforceOrg(tmp_path / "org.db", clock, setup=OrgSetup(removed_fields=("Contact.Jigsaw",)))
    described = first.described_at
    first.close()
    again = SalesforceOrg(tmp_path / "org.db", clock)
    assert again.setup.removed_fields == ("Contact.Jigsaw",)
    assert again.described_at == described
    assert "jigsaw" not in again.schema["Contact"].by_name
    again.close()
    third = SalesforceOrg(tmp_path / "org.db", clock, setup=OrgSetup())
    assert "jigsaw" in third.schema["Contact"].by_name
    assert third.described_at > described
    third.close()


def test_a_removed_field_is_gone_for_everybody_and_its_values_come_back_with_it(server: Server) -> None:
    record = server.contact(Jigsaw="123")
    server.org.change_setup(removed_fields=["Contact.Jigsaw"])
    assert "Jigsaw" not in [entry["name"] for entry in server.get("sobjects/Contact/describe").json()["fields"]]
    server.refused(server.get("query", params={"q": "SELECT Jigsaw FROM Contact"}), 400, "INVALID_FIELD")
    server.refused(server.patch(f"sobjects/Contact/{record}", {"Jigsaw": "1"}), 400, "INVALID_FIELD")
    assert "Jigsaw" not in server.get(f"sobjects/Contact/{record}").json()
    assert server.contact(Email="a@practice.example")
    server.org.change_setup(removed_fields=[])
    assert server.get(f"sobjects/Contact/{record}").json()["Jigsaw"] == "123"


def test_a_describe_is_out_of_date_after_a_change_of_the_setup_even_within_a_second(server: Server) -> None:
    for path in ("sobjects/", "sobjects/Contact/describe"):
        known = server.get(path).headers["Last-Modified"]
        assert server.get(path, headers={"If-Modified-Since": known}).status_code == 304
        server.org.change_setup(removed_fields=["Contact.Jigsaw"])
        fresh = server.get(path, headers={"If-Modified-Since": known})
        assert fresh.status_code == 200
        assert server.get(path, headers={"If-Modified-Since": fresh.headers["Last-Modified"]}).status_code == 304
        server.org.change_setup(removed_fields=[])


def test_the_admin_api_shows_and_changes_the_setup(server: Server, tmp_path: Path) -> None:
    skews: dict[System, SkewedClock] = {name: SkewedClock(server.clock) for name in ("salesforce", "hubspot")}
    portal = HubSpotPortal(tmp_path / "hubspot.db", skews["hubspot"])
    practice = Practice(server.org, portal, CallLog(), server.clock, Faults(), lambda: None, skews)
    owner = {"Authorization": "Bearer owner"}
    with running(create_admin_app(practice, token="owner")) as url, requests.Session() as session:
        address = f"{url}/salesforce/setup"
        assert session.get(address, headers=owner, timeout=10).json() == {}
        changed = session.post(address, headers=owner, json={"state_country": "on"}, timeout=10)
        assert (changed.status_code, changed.json()) == (200, {"state_country": "on"})
        added = session.post(address, headers=owner, json={"hidden_fields": ["Contact.Fax"]}, timeout=10).json()
        assert added == {"state_country": "on", "hidden_fields": ["Contact.Fax"]}
        wrong = session.post(address, headers=owner, json={"state_country": "maybe"}, timeout=10)
        assert wrong.status_code == 400
        assert wrong.json()["error"] == "The setup's state_country must be one of off, on, customised, not 'maybe'."
        assert session.get(address, headers=server.session.headers, timeout=10).status_code == 401
        assert session.get(address, headers=owner, timeout=10).json() == added
    portal.close()
    names = [entry["name"] for entry in server.get("sobjects/Contact/describe").json()["fields"]]
    assert "MailingCountryCode" in names
    assert "Fax" not in names
