"""State and Country/Territory Picklists over HTTP: off, on, and on with an admin's changes."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import pytest

from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.salesforce import OrgSetup, SalesforceOrg

from .conftest import FrozenTime, Server, serve

NO_SUCH_COUNTRY = (
    "There's a problem with this country, even though it may appear correct. "
    "Please select a country/territory from the list of valid countries.: "
)
NO_SUCH_STATE = (
    "There's a problem with this state, even though it may appear correct. "
    "Please select a state from the list of valid states.: "
)
NO_COUNTRY = "A country/territory must be specified before specifying a state value for field: "
OTHER_COUNTRY = "The existing country/territory doesn't recognize the state value for field: "
MISMATCH = "Mismatched integration value and ISO code for field: "


def served(tmp_path_factory: pytest.TempPathFactory, setup: OrgSetup) -> Iterator[Server]:
    clock = PracticeClock(source=FrozenTime())
    org = SalesforceOrg(tmp_path_factory.mktemp("org") / "org.db", clock, setup=setup)
    yield from serve(org, clock)
    org.close()


@pytest.fixture(scope="module")
def on(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from served(tmp_path_factory, OrgSetup(state_country="on"))


@pytest.fixture(scope="module")
def customised(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from served(tmp_path_factory, OrgSetup(state_country="customised"))


def described(server: Server, sobject: str) -> dict[str, dict[str, Any]]:
    return {entry["name"]: entry for entry in server.get(f"sobjects/{sobject}/describe").json()["fields"]}


def mailing(server: Server, record: str) -> dict[str, Any]:
    found = server.get(f"sobjects/Contact/{record}").json()
    parts = ("Country", "CountryCode", "State", "StateCode")
    assert {part: (found["MailingAddress"] or {}).get(part[0].lower() + part[1:]) for part in parts} == {
        part: found[f"Mailing{part}"] for part in parts
    }
    return {part: found[f"Mailing{part}"] for part in parts if found[f"Mailing{part}"] is not None}


US_OREGON = {"Country": "United States", "CountryCode": "US", "State": "Oregon", "StateCode": "OR"}


def test_a_plain_org_takes_any_text_and_has_no_code_fields(server: Server) -> None:
    record = server.contact(MailingCountry="Atlantis", MailingState="Deep")
    assert server.get(f"sobjects/Contact/{record}").json()["MailingCountry"] == "Atlantis"
    assert "MailingCountryCode" not in described(server, "Contact")
    server.refused(server.patch(f"sobjects/Contact/{record}", {"MailingCountryCode": "US"}), 400, "INVALID_FIELD")


@pytest.mark.parametrize(
    ("sobject", "stems"),
    [("Account", ("Billing", "Shipping")), ("Contact", ("Mailing", "Other")), ("Lead", ("",)), ("User", ("",))],
)
def test_every_address_has_its_codes_in_describe_the_states_hanging_on_the_country(
    on: Server, sobject: str, stems: tuple[str, ...]
) -> None:
    fields = described(on, sobject)
    for stem in stems:
        country, state = fields[f"{stem}CountryCode"], fields[f"{stem}StateCode"]
        assert (country["type"], country["length"], country["restrictedPicklist"]) == ("picklist", 10, True)
        assert (country["controllerName"], country["dependentPicklist"]) == (None, False)
        assert (state["controllerName"], state["dependentPicklist"]) == (f"{stem}CountryCode", True)
        assert state["compoundFieldName"] == country["compoundFieldName"] == f"{stem}Address"
        codes = [entry["value"] for entry in country["picklistValues"]]
        assert "US" in codes
        belongs: dict[str, set[str]] = {}
        for entry in state["picklistValues"]:
            bits = b64decode(entry["validFor"])
            where = [code for index, code in enumerate(codes) if bits[index >> 3] & 0x80 >> (index & 7)]
            assert len(where) == 1
            belongs.setdefault(where[0], set()).add(entry["value"])
        assert sorted(belongs) == ["AU", "BR", "CA", "CN", "IE", "IN", "IT", "MX", "US"]
        assert {"OR", "NY"} < belongs["US"]
        assert "ON" in belongs["CA"]


def test_states_of_two_countries_may_share_a_code(on: Server) -> None:
    labels = [
        entry["label"] for entry in described(on, "Lead")["StateCode"]["picklistValues"] if entry["value"] == "PA"
    ]
    assert {"Pará", "Pennsylvania", "Palermo"} <= set(labels)


def test_a_valid_code_brings_its_text_and_a_valid_text_its_code(on: Server) -> None:
    by_code = on.contact(MailingCountryCode="US", MailingStateCode="OR")
    assert mailing(on, by_code) == US_OREGON
    by_text = on.contact(MailingCountry="United States", MailingState="Oregon")
    assert mailing(on, by_text) == US_OREGON
    assert mailing(on, on.contact(MailingCountryCode="us", MailingStateCode="or")) == US_OREGON
    assert mailing(on, on.contact(MailingCountryCode="DE")) == {"Country": "Germany", "CountryCode": "DE"}
    on.patch(f"sobjects/Contact/{by_code}", {"MailingCountry": "Canada", "MailingState": "Ontario"})
    assert mailing(on, by_code) == {"Country": "Canada", "CountryCode": "CA", "State": "Ontario", "StateCode": "ON"}
    found = on.query(f"SELECT Id FROM Contact WHERE MailingStateCode = 'ON' AND Id = '{by_code}'")
    assert found["totalSize"] == 1


def test_a_create_goes_by_the_codes_where_code_and_text_disagree(on: Server) -> None:
    record = on.contact(MailingCountryCode="US", MailingCountry="Canada", MailingStateCode="OR", MailingState="Ontario")
    assert mailing(on, record) == US_OREGON


def test_clearing_the_country_clears_the_state_too(on: Server) -> None:
    for empty in ({"MailingCountryCode": None}, {"MailingCountryCode": ""}, {"MailingCountry": None}):
        record = on.contact(MailingCountryCode="US", MailingStateCode="OR")
        assert on.patch(f"sobjects/Contact/{record}", empty).status_code == 204
        assert mailing(on, record) == {}
    record = on.contact(MailingCountryCode="US", MailingStateCode="OR")
    on.patch(f"sobjects/Contact/{record}", {"MailingState": None})
    assert mailing(on, record) == {"Country": "United States", "CountryCode": "US"}


def test_a_save_that_leaves_the_address_alone_or_repeats_it_is_no_change(on: Server) -> None:
    record = on.contact(MailingCountryCode="US", MailingStateCode="OR")
    for same in (
        {"MailingCity": "Salem"},
        {"MailingCountry": "United States"},
        {"MailingCountryCode": "US", "MailingCountry": "United States", "MailingStateCode": "OR"},
    ):
        assert on.patch(f"sobjects/Contact/{record}", same).status_code == 204
        assert mailing(on, record) == US_OREGON


REFUSED_CREATES: list[tuple[dict[str, Any], str]] = [
    ({"MailingCountry": "USA"}, f"{NO_SUCH_COUNTRY}Mailing Country"),
    ({"MailingCountry": "united states"}, f"{NO_SUCH_COUNTRY}Mailing Country"),
    ({"MailingCountryCode": "ZZ"}, f"{NO_SUCH_COUNTRY}Mailing Country Code"),
    ({"MailingState": "Oregon"}, f"{NO_COUNTRY}Mailing State/Province"),
    ({"MailingStateCode": "OR"}, f"{NO_COUNTRY}Mailing State/Province Code"),
    ({"MailingCountryCode": "US", "MailingState": "Ontario"}, f"{OTHER_COUNTRY}Mailing State/Province"),
    ({"MailingCountryCode": "DE", "MailingStateCode": "OR"}, f"{OTHER_COUNTRY}Mailing State/Province Code"),
    ({"MailingCountryCode": "US", "MailingState": "Oregno"}, f"{NO_SUCH_STATE}Mailing State/Province"),
    ({"MailingCountryCode": "US", "MailingStateCode": "Q9"}, f"{NO_SUCH_STATE}Mailing State/Province Code"),
]


@pytest.mark.parametrize(("fields", "message"), REFUSED_CREATES)
def test_an_address_that_is_not_in_the_picklists_is_refused_by_rows_and_collections(
    on: Server, fields: dict[str, Any], message: str
) -> None:
    entry = on.refused(on.post("sobjects/Contact", {"LastName": "Doe", **fields}), 400, "FIELD_INTEGRITY_EXCEPTION")
    assert entry["message"] == message
    assert entry["fields"] == [
        next(name for name in fields if described(on, "Contact")[name]["label"] == message.rsplit(": ", 1)[1])
    ]
    record = {"attributes": {"type": "Contact"}, "LastName": "Doe", **fields}
    (result,) = on.post("composite/sobjects", {"records": [record]}).json()
    assert result["errors"] == [
        {"statusCode": "FIELD_INTEGRITY_EXCEPTION", "message": message, "fields": entry["fields"]}
    ]


REFUSED_UPDATES: list[tuple[dict[str, Any], str]] = [
    ({"MailingCountryCode": "CA"}, f"{OTHER_COUNTRY}Mailing State/Province Code"),
    ({"MailingCountry": "Canada"}, f"{OTHER_COUNTRY}Mailing State/Province Code"),
    ({"MailingCountryCode": "CA", "MailingCountry": "Mexico"}, f"{MISMATCH}Mailing Country"),
    ({"MailingCountryCode": "CA", "MailingCountry": None}, f"{MISMATCH}Mailing Country"),
    ({"MailingStateCode": "NY", "MailingState": "Texas"}, f"{MISMATCH}Mailing State/Province"),
    ({"MailingState": "Ontario"}, f"{OTHER_COUNTRY}Mailing State/Province"),
]


@pytest.mark.parametrize(("changes", "message"), REFUSED_UPDATES)
def test_an_update_whose_parts_do_not_go_together_is_refused_and_changes_nothing(
    on: Server, changes: dict[str, Any], message: str
) -> None:
    record = on.contact(MailingCountryCode="US", MailingStateCode="OR")
    entry = on.refused(on.patch(f"sobjects/Contact/{record}", changes), 400, "FIELD_INTEGRITY_EXCEPTION")
    assert entry["message"] == message
    assert mailing(on, record) == US_OREGON


def test_an_admin_can_edit_integration_values_add_a_country_and_switch_one_off(customised: Server) -> None:
    assert mailing(customised, customised.contact(MailingCountryCode="US", MailingStateCode="CA")) == {
        "Country": "USA", "CountryCode": "US", "State": "Calif.", "StateCode": "CA",
    }  # fmt: skip
    assert mailing(customised, customised.contact(MailingCountry="USA"))["CountryCode"] == "US"
    assert mailing(customised, customised.contact(MailingCountryCode="XK")) == {
        "Country": "Kosovo", "CountryCode": "XK",
    }  # fmt: skip
    labels = {
        entry["value"]: entry["label"]
        for entry in described(customised, "Account")["BillingCountryCode"]["picklistValues"]
    }
    assert labels["US"] == "United States"
    assert "KP" not in labels
    for fields in ({"MailingCountry": "United States"}, {"MailingCountryCode": "KP"}):
        answer = customised.post("sobjects/Contact", {"LastName": "Doe", **fields})
        customised.refused(answer, 400, "FIELD_INTEGRITY_EXCEPTION")


def test_switching_the_picklists_on_finds_the_codes_of_known_texts_and_keeps_the_others(server: Server) -> None:
    known = server.contact(MailingCountry="usa", MailingState="oregon")
    partly = server.contact(MailingCountry="Germany", MailingState="Bavaria")
    unknown = server.contact(MailingCountry="Atlantis", MailingState="Deep")
    server.org.change_setup(state_country="on")
    assert mailing(server, known) == US_OREGON
    assert mailing(server, partly) == {"Country": "Germany", "CountryCode": "DE", "State": "Bavaria"}
    assert mailing(server, unknown) == {"Country": "Atlantis", "State": "Deep"}
    assert server.patch(f"sobjects/Contact/{unknown}", {"MailingCountry": "Atlantis"}).status_code == 204
    assert mailing(server, unknown) == {"Country": "Atlantis", "State": "Deep"}
    server.refused(
        server.patch(f"sobjects/Contact/{unknown}", {"MailingState": "Deeper"}), 400, "FIELD_INTEGRITY_EXCEPTION"
    )
    server.org.change_setup(state_country="off")
    assert server.get(f"sobjects/Contact/{known}").json()["MailingCountry"] == "United States"


def test_loaded_records_get_their_codes(on: Server) -> None:
    on.org.load([("Lead", {"LastName": "Loaded", "Company": "C", "Country": "US", "State": "NY", "City": "Ithaca"})])
    (found,) = on.query("SELECT Country, CountryCode, State, StateCode FROM Lead WHERE LastName = 'Loaded'")["records"]
    del found["attributes"]
    assert found == {"Country": "United States", "CountryCode": "US", "State": "New York", "StateCode": "NY"}
