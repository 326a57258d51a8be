"""What texts mean in the world, whatever an org accepts."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.gazetteer import gazetteer
from crmsync_desktop.domain.place_variants import COUNTRIES, SUBDIVISIONS

WORLD = gazetteer()
COUNTRY_TEXTS = {
    "NO": ["Norge", "Noreg", "Norway", "no", "NOR", "Kongeriket Norge", "Kingdom of Norway", "Norvège", "Norwegen"],
    "US": [
        "USA",
        "U.S.A.",
        "U.S.",
        "us",
        "United States of America",
        "The United States",
        "De forente stater",
        "EE. UU.",
    ],
    "GB": ["UK", "U.K.", "England", "Great Britain", "Storbritannia", "Scotland", "Wales", "Nord-Irland", "GBR"],
    "NL": ["Holland", "The Netherlands", "Netherlands", "Nederland", "Pays-Bas"],
    "CI": ["Côte d'Ivoire", "Cote dIvoire", "Ivory Coast", "Elfenbenskysten"],
    "KR": ["South Korea", "Korea, Republic of", "Republic of Korea", "Sør-Korea"],
    "KP": ["North Korea", "DPRK", "Korea, Democratic People's Republic of"],
    "DE": ["Tyskland", "Germany", "Deutschland", "Allemagne", "Federal Republic of Germany"],
    "CZ": ["Czechia", "Czech Republic", "Tsjekkia"],
    "AT": ["Østerrike", "Oesterreich", "Österreich", "Austria"],
    "LC": ["St Lucia", "Saint Lucia", "St. Lucia"],
    "GM": ["The Gambia", "Gambia, The", "Gambia"],
    "ST": ["ST", "Sao Tome", "São Tomé og Príncipe"],
    "PL": ["Republic of Poland", "Polen", "The Republic of Poland"],
    "XK": ["Kosovo", "XK"],
    "NE": ["Niger"],
    "NG": ["Nigeria"],
    "CD": ["DR Congo", "Kongo-Kinshasa", "Zaire"],
    "TW": ["Republic of China", "Taiwan"],
    "JP": ["日本", "Japan"],
}
STATE_TEXTS = {
    "US-CA": ["California", "CA", "Calif.", "us-ca", "US CA", "State of California", "CALIFORNIA", "Kalifornien"],
    "US-DC": ["Washington, D.C.", "DC", "District of Columbia"],
    "US-WA": ["Washington", "Washington State", "WA"],
    "NO-03": ["Oslo", "Oslo fylke", "03", "NO-03"],
    "NO-30": ["Viken"],
    "NO-32": ["Akershus", "Akershus fylkeskommune"],
    "NO-46": ["Hordaland", "Vestland"],
    "NO-15": ["Møre og Romsdal", "More & Romsdal", "Moere og Romsdal"],
    "SE-AB": ["Stockholm", "Stockholms län"],
    "IE-CO": ["Co. Cork", "County Cork", "Cork"],
    "DE-BY": ["Bayern", "Bavaria", "Freistaat Bayern", "BY", "Bavière"],
    "ES-CT": ["Catalunya", "Cataluña", "Catalonia", "Katalonia"],
    "CA-BC": ["B.C.", "British Columbia"],
    "BR-SP": ["São Paulo", "Sao Paulo"],
    "GB-WLS": ["Wales", "Cymru"],
    "CN-HN": ["Hunan", "Hunan Sheng"],
}


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in COUNTRY_TEXTS.items() for text in texts])
def test_a_country_is_found_by_what_people_call_it(code: str, text: str) -> None:
    assert WORLD.countries(text) == {code}


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in STATE_TEXTS.items() for text in texts])
def test_a_state_is_found_within_its_country_by_what_people_call_it(code: str, text: str) -> None:
    assert WORLD.states(code[:2], text) == {code}


@pytest.mark.parametrize(
    ("text", "codes"),
    [("Korea", {"KP", "KR"}), ("Virgin Islands", {"VG", "VI"}), ("Congo", {"CD", "CG"}), ("Kongo", {"CD", "CG"})],
)
def test_a_name_of_several_countries_means_any_of_them(text: str, codes: set[str]) -> None:
    assert WORLD.countries(text) == codes


@pytest.mark.parametrize("text", ["Atlantis", "Norwya", "", "–", "Republic", "ZZ", "Bavaria"])
def test_what_is_no_country_means_none(text: str) -> None:
    assert WORLD.countries(text) == set()


@pytest.mark.parametrize(
    ("country", "text"), [("US", "Bavaria"), ("NO", "CA"), ("US", "DE-BY"), ("US", ""), ("VA", "Rome")]
)
def test_what_is_no_state_of_a_country_means_none(country: str, text: str) -> None:
    assert WORLD.states(country, text) == set()


def test_a_name_that_a_country_gives_to_two_states_means_both() -> None:
    assert WORLD.states("BG", "Sofia") == {"BG-22", "BG-23"}


def test_codes_are_told_from_names() -> None:
    assert WORLD.is_country("NO")
    assert WORLD.is_country("no")
    assert not WORLD.is_country("NOR")
    assert not WORLD.is_country("ZZ")
    assert WORLD.is_state("US", "CA")
    assert not WORLD.is_state("US", "ZZ")


def test_names_of_a_code_are_given_folded() -> None:
    assert {"norge", "norway", "noreg"} <= set(WORLD.country_names("NO"))
    assert {"california", "calif"} <= set(WORLD.state_names("US", "US-CA"))


def test_every_variant_that_is_listed_leads_to_its_code() -> None:
    assert all(code in WORLD.countries(text) for code, texts in COUNTRIES.items() for text in texts)
    assert all(code in WORLD.states(code[:2], text) for code, texts in SUBDIVISIONS.items() for text in texts)
