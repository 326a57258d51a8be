"""C8 over HTTP: State and Country/Territory Picklists off, on and customised, with HubSpot's values matched or sent as they
are, in both directions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.acceptance.conditions import Difficult

TEXTS = ("MailingCountry", "MailingState")
CODES = ("MailingCountryCode", "MailingStateCode")
Message = tuple[str, str]


def org(here: Difficult, picklists: str, hubspot: str = "match") -> None:
    """The org's picklists, and both settings as an admin chooses them for it."""
    here.admin.post("/salesforce/setup", state_country=picklists)
    for key, value in (("salesforce", picklists), ("hubspot", hubspot)):
        assert here.run("settings", "set", "--practice", f"contacts.{key}_state_country", value).status == 0


def person(here: Difficult, name: str, country: str | None = None, state: str | None = None, **more: str) -> None:
    place = {key: text for key, text in (("country", country), ("state", state)) if text}
    here.hubspot.create(lastname=name, email=f"{name.lower()}@example.com", **place, **more)


def salesforce_id(here: Difficult, name: str) -> str:
    return str(dict(here.contacts("LastName", "Id"))[name])


def hubspot_id(here: Difficult, name: str) -> str:
    return next(str(each["id"]) for each in here.hubspot.all("lastname") if each["properties"]["lastname"] == name)


def messages(here: Difficult) -> list[Message]:
    """(record, message) of each error about a property's value."""
    groups = json.loads(here.run("errors", "--practice", "--json").out)
    errors = [error for group in groups if group["category"] == "property_values" for error in group["records"]]
    return sorted((error["label"], error["message"]) for error in errors)


MATCHED = {
    # name: what HubSpot has, and what then stands in Salesforce (country, state, codes) by kind of picklist
    "English": (("Norway", None), ("Norway", None, "NO", None), None),
    "Norwegian": (("Norge", None), ("Norway", None, "NO", None), None),
    "Code": (("no", None), ("Norway", None, "NO", None), None),
    "Short": (("U.S.A.", "Calif."), ("United States", "California", "US", "CA"), ("USA", "Calif.", "US", "CA")),
    "Prefixed": (("usa", "US-TX"), ("United States", "Texas", "US", "TX"), ("USA", "Texas", "US", "TX")),
    "Renamed": (("Deutschland", None), ("Germany", None, "DE", None), ("Deutschland", None, "DE", None)),
    "Accents": (("Brasil", "Sao Paulo"), ("Brazil", "São Paulo", "BR", "SP"), None),
    "Part": (
        ("England", None),
        ("United Kingdom", None, "GB", None),
        ("United Kingdom of Great Britain", None, "GB", None),
    ),
}


@pytest.mark.parametrize("picklists", ["on", "customised"])
def test_what_hubspot_calls_a_place_becomes_the_orgs_code_and_both_sides_keep_their_own_word(
    here: Difficult, picklists: str
) -> None:
    org(here, picklists)
    for name, ((country, state), _, _) in MATCHED.items():
        person(here, name, country, state)
    here.settled()
    expected = [
        (name, *(custom if custom and picklists == "customised" else on)) for name, (_, on, custom) in MATCHED.items()
    ]
    assert here.contacts("LastName", *TEXTS, *CODES) == sorted(expected, key=str)
    held = [(name, *texts) for name, (texts, _, _) in MATCHED.items()]
    assert here.people("lastname", "country", "state") == sorted(held, key=str)
    assert messages(here) == []
    assert here.quiet() == {"salesforce": 1, "hubspot": 1}


def test_another_word_for_the_same_place_is_no_change_and_another_place_is(here: Difficult) -> None:
    org(here, "on")
    here.rule("country", "two_way")
    here.rule("state", "two_way")
    person(here, "Moe", "Norge")
    person(here, "Lee", "USA", "Calif.")
    here.settled()
    here.hubspot.edit(hubspot_id(here, "Moe"), country="Kongeriket Norge")
    here.hubspot.edit(hubspot_id(here, "Lee"), country="United States", state="us-ca")
    assert here.sync().writes() == 0
    here.hubspot.edit(hubspot_id(here, "Moe"), country="Sverige")
    here.hubspot.edit(hubspot_id(here, "Lee"), country="Canada", state="Ont.")
    here.settled()
    assert here.contacts("LastName", *TEXTS, *CODES) == [
        ("Lee", "Canada", "Ontario", "CA", "ON"),
        ("Moe", "Sweden", None, "SE", None),
    ]
    here.salesforce.edit("Contact", salesforce_id(here, "Moe"), MailingCountryCode="DK")
    here.salesforce.edit("Contact", salesforce_id(here, "Lee"), MailingStateCode="BC")
    here.settled()
    assert here.people("lastname", "country", "state") == [
        ("Lee", "Canada", "British Columbia"),
        ("Moe", "Denmark", None),
    ]
    assert messages(here) == []


def test_what_cant_be_told_isnt_sent_costs_no_call_and_is_one_error_that_names_what_is_nearest(here: Difficult) -> None:
    org(here, "on")
    person(here, "Slip", "Norwya", city="Oslo")
    person(here, "Several", "Korea", "Seoul", city="Seoul")
    person(here, "Elsewhere", "United States", "Bavaria", city="Munich")
    person(here, "Homeless", None, "California", city="LA")
    here.admin.reset_calls()
    assert here.sync().writes() > 0
    assert (
        here.admin.calls()["salesforce"] <= 5
    )  # changes, describe of both objects, users, one create (and its read-back)
    here.settled()
    assert here.contacts("LastName", "MailingCity", *TEXTS) == [
        ("Elsewhere", "Munich", "United States", None),
        ("Homeless", "LA", None, None),
        ("Several", "Seoul", None, None),
        ("Slip", "Oslo", None, None),
    ]
    assert messages(here) == [
        ("Elsewhere", "“Bavaria” isn't a state that Salesforce accepts for United States."),
        ("Homeless", "The state “California” can't go to Salesforce without its country: fill in the country as well."),
        ("Several", "“Korea” may mean several countries. Salesforce accepts of them: "
         "Korea, Democratic People's Republic of; Korea, Republic of."),
        ("Slip", "“Norwya” isn't a country that Salesforce accepts. Nearest: Norway."),
    ]  # fmt: skip
    assert here.quiet() == {"salesforce": 1, "hubspot": 1}
    here.hubspot.edit(hubspot_id(here, "Slip"), country="Norway")
    here.hubspot.edit(hubspot_id(here, "Several"), country="South Korea", state="")
    here.hubspot.edit(hubspot_id(here, "Elsewhere"), state="Oregon")
    here.hubspot.edit(hubspot_id(here, "Homeless"), country="USA")
    here.settled()
    assert here.contacts("LastName", *CODES) == [
        ("Elsewhere", "US", "OR"),
        ("Homeless", "US", "CA"),
        ("Several", "KR", None),
        ("Slip", "NO", None),
    ]
    assert messages(here) == []


def test_an_edit_to_what_nobody_knows_blanks_nothing_in_salesforce(here: Difficult) -> None:
    org(here, "on")
    here.rule("country", "two_way")
    here.rule("state", "two_way")
    here.rule("phone", "two_way")
    person(here, "Moe", "Norway", phone="1")
    here.settled()
    here.hubspot.edit(hubspot_id(here, "Moe"), country="Atlantis", phone="2")
    here.settled()
    assert here.contacts("MailingCountry", "Phone") == [("Norway", "2")]
    assert here.people("country") == [("Atlantis",)]
    assert [name for name, _ in messages(here)] == ["Moe"]
    here.hubspot.edit(hubspot_id(here, "Moe"), jobtitle="Diver")
    here.settled()
    assert here.contacts("MailingCountry", "Title") == [("Norway", "Diver")]
    assert [name for name, _ in messages(here)] == ["Moe"]


def test_a_country_that_changes_without_its_state_is_left_out_with_one_error_until_both_agree(here: Difficult) -> None:
    org(here, "on")
    here.rule("country", "two_way")
    here.rule("state", "two_way")
    person(here, "Lee", "USA", "Oregon")
    here.settled()
    here.hubspot.edit(hubspot_id(here, "Lee"), country="Norway", jobtitle="Diver")
    here.settled()
    assert here.contacts(*CODES, "Title") == [("US", "OR", "Diver")]
    assert [name for name, _ in messages(here)] == ["Lee"]
    here.hubspot.edit(hubspot_id(here, "Lee"), country="Mexico", state="Jalisco")
    here.settled()
    assert here.contacts(*CODES) == [("MX", "JAL")]
    here.hubspot.edit(hubspot_id(here, "Lee"), country="", state="")
    here.settled()
    assert here.contacts(*CODES) == [(None, None)]
    assert messages(here) == []


def test_salesforces_country_stands_and_a_state_of_another_one_is_left_out(here: Difficult) -> None:
    org(here, "on")
    here.person(MailingCountryCode="US")
    here.settled()
    here.hubspot.edit(here.only(), country="Canada", state="Ontario")
    here.settled()
    assert here.contacts(*CODES) == [("US", None)]
    assert here.people("country", "state") == [("United States", "Ontario")]
    assert [message for _, message in messages(here)] == [
        "“Ontario” isn't a state that Salesforce accepts for United States."
    ]


@pytest.mark.parametrize("picklists", ["on", "customised"])
def test_salesforces_places_reach_hubspot_in_salesforces_words(here: Difficult, picklists: str) -> None:
    org(here, picklists)
    here.person(MailingCountryCode="US", MailingStateCode="CA")
    here.salesforce.create("Lead", LastName="Lee", Company="X", Email="lee@example.com", CountryCode="DE")
    here.settled()
    words = {"on": ("United States", "California", "Germany"), "customised": ("USA", "Calif.", "Deutschland")}[
        picklists
    ]
    assert here.people("lastname", "country", "state") == [("Lee", words[2], None), ("Moe", words[0], words[1])]
    here.hubspot.edit(hubspot_id(here, "Lee"), jobtitle="Diver")
    here.settled()
    assert here.quiet() == {"salesforce": 1, "hubspot": 1}


def test_an_orgs_own_country_is_matched_and_one_that_it_switched_off_is_not(here: Difficult) -> None:
    org(here, "customised")
    person(here, "Own", "Republic of Kosovo")
    person(here, "Off", "Iran")
    here.settled()
    assert here.contacts("LastName", "MailingCountryCode") == [("Off", None), ("Own", "XK")]
    assert messages(here) == [("Off", "“Iran” isn't a country that Salesforce accepts. Nearest: Ireland; Iraq.")]


@pytest.mark.parametrize("picklists", ["on", "customised"])
def test_own_values_go_as_they_are_and_a_refusal_names_what_salesforce_accepts(here: Difficult, picklists: str) -> None:
    org(here, picklists, "own")
    person(here, "Same", "Norway", city="Oslo")
    person(here, "Word", "Norge", city="Oslo")
    person(here, "Slip", "Norwya", city="Oslo")
    person(here, "Homeless", None, "California", city="LA")
    person(here, "Elsewhere", "Canada", "Ontaria", city="Toronto")
    here.settled()
    assert here.contacts("LastName", "MailingCity", *TEXTS) == [
        ("Elsewhere", "Toronto", None, None),
        ("Homeless", "LA", None, None),
        ("Same", "Oslo", "Norway", None),
        ("Slip", "Oslo", None, None),
        ("Word", "Oslo", None, None),
    ]
    told = dict(messages(here))
    assert sorted(told) == ["Elsewhere", "Homeless", "Slip", "Word"]
    assert told["Word"].endswith("Its list has “Norway” for “Norge”.")
    assert "“Norwya” isn't a country that Salesforce accepts. Nearest: Norway" in told["Slip"]
    assert "without its country" in told["Homeless"]
    assert told["Elsewhere"].endswith("“Ontaria” isn't a state that Salesforce accepts for Canada. Nearest: Ontario.")
    assert here.people("lastname", "country")[4] == ("Word", "Norge")


@pytest.mark.parametrize("hubspot", ["match", "own"])
def test_without_picklists_states_and_countries_are_texts(here: Difficult, hubspot: str) -> None:
    org(here, "off", hubspot)
    person(here, "Moe", "Norge", "Atlantis")
    person(here, "Lee", None, "calif.")
    here.settled()
    assert here.contacts("LastName", *TEXTS) == [("Lee", None, "calif."), ("Moe", "Norge", "Atlantis")]
    here.salesforce.edit("Contact", salesforce_id(here, "Lee"), MailingCountry="U.S.")
    here.settled()
    assert here.people("lastname", "country", "state") == [("Lee", "U.S.", "calif."), ("Moe", "Norge", "Atlantis")]
    assert messages(here) == []


def test_picklists_that_are_switched_on_later_are_noticed_and_nothing_bounces(here: Difficult) -> None:
    for name, country, state in (("Moe", "Norge", None), ("Lee", "USA", "Calif."), ("Odd", "Atlantis", None)):
        person(here, name, country, state)
    here.settled()
    assert "warning" not in here.run("settings", "get", "--practice").out
    here.admin.post("/salesforce/setup", state_country="on")
    here.describe_again()
    here.settled()
    shown = " ".join(here.run("settings", "get", "--practice").out.split())
    assert "This is set to “off”, but the org has them, with Salesforce's standard values: choose “on”." in shown
    org(here, "on")
    assert "This is set to" not in here.run("settings", "get", "--practice").out
    before = here.contacts("LastName", *TEXTS), here.people("lastname", "country", "state")
    assert here.sync().writes() == 0
    here.salesforce.edit("Contact", salesforce_id(here, "Odd"), Title="King")
    here.settled()
    assert (here.contacts("LastName", *TEXTS), here.people("lastname", "country", "state")) == before
    here.hubspot.edit(hubspot_id(here, "Odd"), city="Deep")
    here.settled()
    assert here.people("lastname", "country", "state") == before[1]


def test_what_a_pass_wrote_is_previewed_in_words_and_put_back_by_an_undo(here: Difficult) -> None:
    org(here, "on")
    for property in ("country", "state"):
        here.rule(property, "two_way")
    here.person(MailingCountryCode="US", MailingStateCode="OR")
    here.settled()
    here.hubspot.edit(here.only(), country="Kanada", state="Ont.")
    shown = json.loads(here.run("sync", "--preview", "--practice", "--json").out)
    assert "Canada" in json.dumps(shown)
    assert here.contacts(*CODES) == [("US", "OR")]
    number = here.sync().json["pass"]["id"]
    assert here.contacts(*CODES) == [("CA", "ON")]
    assert here.run("undo", str(number), "--practice").status == 0
    assert here.contacts(*TEXTS, *CODES) == [("United States", "Oregon", "US", "OR")]


def test_a_list_that_changed_since_it_was_read_is_read_anew_once_a_code_is_refused(here: Difficult) -> None:
    org(here, "customised")
    person(here, "Moe", "Norway")
    here.settled()
    here.admin.post("/salesforce/setup", state_country="on")
    person(here, "Own", "Kosovo", city="Pristina")
    here.sync()
    assert here.contacts("LastName", "MailingCity", "MailingCountry")[1] == ("Own", "Pristina", None)
    here.settled()
    assert [message for _, message in messages(here)] == ["“Kosovo” isn't a country that Salesforce accepts."]
    here.admin.post("/salesforce/setup", state_country="off")
    person(here, "Text", "Norge")
    here.sync()
    here.settled()
    assert dict(here.contacts("LastName", "MailingCountry"))["Text"] == "Norge"


def test_a_property_with_options_of_its_own_gets_the_option_that_means_the_same(here: Difficult) -> None:
    org(here, "on")
    countries = {"nor": "Norge", "usa": "USA", "sve": "Sverige"}
    with choices(here, "land", countries), choices(here, "fylke", {"calif": "Calif.", "on": "Ontario"}):
        for property, field in (("land", "Contact.OtherCountry"), ("fylke", "Contact.OtherState")):
            added = here.run(
                "mappings", "add", "--practice", "contacts", property, "--field", field, "--rule", "two_way"
            )
            assert added.status == 0, added.err
        here.person(OtherCountryCode="US", OtherStateCode="CA")
        here.salesforce.create("Contact", LastName="Far", OtherCountryCode="AF", Email="far@example.com")
        here.hubspot.create(lastname="New", email="new@example.com", land="nor")
        here.settled()
        assert here.people("lastname", "land", "fylke") == [
            ("Far", None, None),
            ("Moe", "usa", "calif"),
            ("New", "nor", None),
        ]
        codes = ("OtherCountryCode", "OtherStateCode")
        assert here.contacts("LastName", *codes) == [("Far", "AF", None), ("Moe", "US", "CA"), ("New", "NO", None)]
        here.salesforce.edit("Contact", salesforce_id(here, "Far"), OtherCountryCode="AL")
        here.hubspot.edit(hubspot_id(here, "Moe"), land="sve", fylke="")
        here.settled()
        assert messages(here) == [("Far", "“Albania” isn't among the options of HubSpot's property.")]
        assert dict(here.contacts("LastName", "OtherCountryCode"))["Moe"] == "SE"
        assert here.quiet() == {"salesforce": 1, "hubspot": 1}


@contextmanager
def choices(here: Difficult, name: str, options: dict[str, str]) -> Iterator[None]:
    """A HubSpot property of contacts with these options (value: label), for as long as the test needs it."""
    base = f"{here.desk.orgs.announced['hubspot']['url']}/crm/properties/2026-03/contacts"
    body = {
        "name": name,
        "label": name.title(),
        "type": "enumeration",
        "fieldType": "select",
        "groupName": "contactinformation",
        "options": [
            {"value": value, "label": label, "displayOrder": n, "hidden": False}
            for n, (value, label) in enumerate(options.items())
        ],
    }
    session = here.hubspot.session
    session.post(base, json=body, timeout=30).raise_for_status()
    here.describe_again()
    yield
    session.delete(f"{base}/{name}", timeout=30).raise_for_status()
