"""A configuration as a file, and the file as a configuration: the same, and in the same letters."""

from __future__ import annotations

import tomllib
from importlib.metadata import version

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync_desktop.app.configuration_reading import Reading
from crmsync_desktop.app.configuration_text import described, written
from crmsync_desktop.app.toml_lines import told
from crmsync_desktop.bootstrap import default_mappings
from crmsync_desktop.domain.configuration import Configuration, flat, in_order, settings_of
from crmsync_desktop.domain.mapping import PAIRS, Mapping, Rule
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.schema import Identity
from crmsync_desktop.domain.settings import (
    ContactSettings,
    OnAmbiguousMatch,
    OnConflict,
    OnHubSpotChange,
    OnSalesforceChange,
    OnSalesforceDelete,
    Settings,
)
from crmsync_desktop.ports.profiles import Profile

AT = "2026-11-24T08:00:00Z"
PROFILE = Profile("Acme", "https://acme.example", "https://api.example")
DEFAULTS = default_mappings("contacts")
BUILTIN = {"contacts": frozenset(mapping.property for mapping in DEFAULTS)}
EMPTY = Configuration(flat(Settings()), {"contacts": tuple(DEFAULTS)})


def read(text: str) -> Reading:
    return Reading(text, BUILTIN)


def body(text: str) -> str:
    return text[text.index("format = ") :]


def test_every_setting_there_is_has_words_and_stands_in_the_file() -> None:
    """A setting that is added to the domain and not to the words would be lost on its way through a file."""
    assert described(Settings()).keys() == flat(Settings()).keys()
    document = tomllib.loads(written(EMPTY, PROFILE, AT))
    keys = set(document["connection"]) | {f"{pair}.{key}" for pair in PAIRS for key in document.get(pair, {})}
    assert keys - {f"{pair}.mapping" for pair in PAIRS} == set(flat(Settings()))


def test_each_setting_is_explained_with_its_choices_and_its_default() -> None:
    text = written(EMPTY, PROFILE, AT)
    assert "# Deleting contacts: When a Salesforce contact or lead is deleted.\n" in text
    assert '#   "nothing" Do nothing (default). The HubSpot contact stays and is no longer synced.\n' in text
    assert "#   A whole number from 15 to 900; 300 (default).\n" in text
    for view in described(Settings()).values():
        for choice in view.choices:
            assert f'#   "{choice.value}" {choice.label}' in text
    assert text.count(" (default)") == len(described(Settings()))
    for rule in Rule:
        assert f'#   "{rule.value}" {rule.label}\n' in text


def test_the_header_says_what_wrote_it_when_and_for_which_systems_on_lines_of_its_own() -> None:
    org = Identity(Side.SALESFORCE, "00D1", 'Evil\nallocation = 1\n"', "005", "Ada")
    named = msgspec.structs.replace(PROFILE, salesforce=org)
    text = written(EMPTY, named, AT)
    assert text.startswith(
        f"# Configuration of CRMSync Desktop {version('crmsync-desktop')}, written {AT}\n# Connection: Acme\n"
    )
    assert '# Salesforce: Evil allocation = 1 " (00D1), https://acme.example\n' in text
    assert all(line.startswith("#") or not line for line in text.split("format = ")[0].splitlines())
    assert body(text) == body(written(EMPTY, PROFILE, "2027-01-01T00:00:00Z"))


def test_the_file_of_a_new_connection_reads_as_what_it_is() -> None:
    reading = read(written(EMPTY, PROFILE, AT))
    assert reading.problems == []
    assert reading.configuration == EMPTY


def test_line_ends_of_windows_and_its_byte_order_mark_change_nothing() -> None:
    reading = read("\ufeff" + written(EMPTY, PROFILE, AT).replace("\n", "\r\n"))
    assert reading.problems == []
    assert reading.configuration == EMPTY


def test_what_is_left_out_has_its_default() -> None:
    reading = read('format = 1\n[[contacts.mapping]]\nproperty = "notes"\nLead = "Description"\n')
    assert reading.problems == []
    assert settings_of(reading.configuration.settings) == Settings()
    assert reading.configuration.mappings == {"contacts": (Mapping("notes", {"Lead": "Description"}),)}


MAPPINGS = st.lists(
    st.builds(
        Mapping,
        st.text(min_size=1, max_size=8).filter(lambda name: name not in BUILTIN["contacts"]),
        st.dictionaries(st.sampled_from(["Contact", "Lead"]), st.text(min_size=1, max_size=5), min_size=1),
        st.sampled_from(Rule),
        st.lists(st.tuples(st.text(), st.text()), max_size=3, unique_by=lambda each: each[0]).map(tuple),
    ),
    max_size=4,
    unique_by=lambda mapping: mapping.property,
)
SETTINGS = st.builds(
    Settings,
    allocation=st.integers(1, 100_000_000),
    poll_seconds=st.integers(15, 900),
    on_conflict=st.sampled_from(OnConflict),
    guard_share=st.integers(0, 100),
    guard_minimum=st.integers(0, 1_000_000),
    guard_change_share=st.integers(0, 100),
    guard_change_minimum=st.integers(0, 1_000_000),
    canary_minimum=st.integers(0, 1_000_000),
    contacts=st.builds(
        ContactSettings,
        st.sampled_from(OnSalesforceChange),
        st.sampled_from(OnHubSpotChange),
        st.sampled_from(OnSalesforceDelete),
        st.none() | st.integers(1, 10**9).map(str),
        st.sampled_from(OnAmbiguousMatch),
    ),
)


@given(SETTINGS, MAPPINGS, st.sampled_from(Rule))
def test_any_configuration_comes_back_from_its_file_and_gives_the_same_letters_again(
    settings: Settings, mappings: list[Mapping], rule: Rule
) -> None:
    changed = msgspec.structs.replace(DEFAULTS[0], rule=rule)
    all_mappings = in_order([*mappings, changed, *DEFAULTS[1:]], DEFAULTS)
    configuration = Configuration(flat(settings), {"contacts": all_mappings})
    text = written(configuration, PROFILE, AT)
    reading = read(text)
    assert reading.problems == []
    assert reading.configuration == configuration
    assert written(reading.configuration, PROFILE, AT) == text


M = "\n[[contacts.mapping]]\n"
WRONG = {
    "no format": ("[contacts]\n", "format: It doesn't say which format it has. This version reads format = 1."),
    "a newer format": ("format = 2\n[new]", "Line 1: format: Its format is 2. A newer version of CRMSync Desktop wrote it."),
    "a format that is a text": ('format = "1"', "Line 1: format: Its format is '1'. This version reads format = 1."),
    "a format that is true": ("format = true", "Line 1: format: Its format is True. This version reads format = 1."),
    "an unknown table": (
        "format = 1\n\n[deels]",
        "Line 3: deels: There is no “deels” in the file. Did you mean “deals”? "
        "Known: format, connection, contacts, companies, deals, tickets, tasks, calls, emails, meetings, notes, forms and 2 more.",
    ),
    "an unknown setting": (
        "format = 1\n[connection]\nallocations = 1",
        "Line 3: connection.allocations: There is no “allocations” in [connection]. Did you mean “allocation”? "
        "Known: allocation, poll_seconds, on_conflict, guard_share, guard_minimum, "
        "guard_change_share, guard_change_minimum, canary_minimum.",
    ),
    "a setting at the wrong place": (
        "format = 1\nallocation = 1",
        "Line 2: allocation: There is no “allocation” in the file. Did you mean “action”? "
        "Known: format, connection, contacts, companies, deals, tickets, tasks, calls, emails, meetings, notes, forms and 2 more.",
    ),
    "a section that is no table": ("format = 1\ncontacts = 3", "Line 2: contacts: It is a number. It takes a table: [contacts]."),
    "a section that is a date": ("format = 1\ncontacts = 2020-01-01", "Line 2: contacts: It is a date or time. It takes a table: [contacts]."),
    "a choice that there isn't": (
        'format = 1\n[contacts]\non_hubspot_change = "Lead"',
        "Line 3: contacts.on_hubspot_change: “Lead” is not a choice. It takes one of: contact, lead.",
    ),
    "a choice that is a list": (
        "format = 1\n[contacts]\non_hubspot_change = []",
        "Line 3: contacts.on_hubspot_change: A list is not a choice. It takes one of: contact, lead.",
    ),
    "a switch that is a text": (
        'format = 1\n[deals]\nenabled = "on"',
        "Line 3: deals.enabled: “on” is neither on nor off. It takes one of: true, false.",
    ),
    "a number that is too large": (
        "format = 1\n[connection]\nguard_share = 101",
        "Line 3: connection.guard_share: 101 isn't possible. It takes a whole number from 0 to 100.",
    ),
    "a number as a text": (
        'format = 1\n[connection]\nguard_share = "7"',
        "Line 3: connection.guard_share: “7” isn't possible. It takes a whole number from 0 to 100.",
    ),
    "a number that is true": (
        "format = 1\n[connection]\nguard_share = true",
        "Line 3: connection.guard_share: True isn't possible. It takes a whole number from 0 to 100.",
    ),
    "a fraction": (
        "format = 1\n[connection]\nguard_share = 7.5",
        "Line 3: connection.guard_share: 7.5 isn't possible. It takes a whole number from 0 to 100.",
    ),
    "a number of a thousand digits": (
        f"format = 1\n[connection]\nguard_share = {'9' * 1_000}",
        "Line 3: connection.guard_share: A number isn't possible. It takes a whole number from 0 to 100.",
    ),
    "a list that is a number": (
        "format = 1\n[contacts]\ninclusion_list = 17",
        "Line 3: contacts.inclusion_list: 17 isn't a list. It takes a list's number as a text: \"17\", or \"\".",
    ),
    "a list by its name": (
        'format = 1\n[contacts]\ninclusion_list = "VIP"',
        "Line 3: contacts.inclusion_list: “VIP” isn't a list. It takes a list's number as a text: \"17\", or \"\".",
    ),
    "mappings that are no tables": (
        "format = 1\n[contacts]\nmapping = [1]",
        "Line 3: contacts.mapping: It is a list. It takes tables: [[contacts.mapping]].",
    ),
    "a mapping without a property": (
        f'format = 1{M}Lead = "A"',
        'Line 2: contacts.mapping.property: This mapping names no HubSpot property. Write: property = "jobtitle".',
    ),
    "a mapping without a field": (
        f'format = 1{M}property = "a"',
        'Line 2: contacts.mapping: “a” has no Salesforce field. Write Contact = "…" or Lead = "…".',
    ),
    "a field that is a number": (
        f'format = 1{M}property = "a"\nLead = 1',
        "Line 4: contacts.mapping.Lead: 1 isn't a field of Lead. It takes its API name.",
    ),
    "an unknown key of a mapping": (
        f'format = 1{M}property = "a"\nLead = "A"\nAccount = "B"',
        "Line 5: contacts.mapping.Account: There is no “Account” in a mapping. "
        "Known: property, rule, default, values, Contact, Lead.",
    ),
    "a rule that there isn't": (
        f'format = 1{M}property = "a"\nLead = "A"\nrule = "twoway"',
        "Line 5: contacts.mapping.rule: “twoway” is not a rule. It takes one of: prefer_salesforce, always_salesforce, "
        "two_way, dont_sync, prefer_hubspot, always_hubspot.",
    ),
    "a default that isn't one": (
        f'format = 1{M}property = "a"\nLead = "A"\ndefault = true',
        "Line 5: contacts.mapping.default: “a” isn't a default mapping. Write false, or leave it out.",
    ),
    "a default that denies it": (
        f'format = 1{M}property = "email"\nLead = "Email"\ndefault = false',
        "Line 5: contacts.mapping.default: “email” is a default mapping. Write true, or leave it out.",
    ),
    "a property twice": (
        f'format = 1{M}property = "a"\nLead = "A"{M}property = "a"\nLead = "B"',
        "Line 6: contacts.mapping.property: “a” is mapped already, in line 2. Keep one of the two.",
    ),
    "values that are no list": (
        f'format = 1{M}property = "a"\nLead = "A"\nvalues = "x"',
        "Line 5: contacts.mapping.values: It is a text. It takes pairs of texts: [[HubSpot's value, Salesforce's value], …].",
    ),
    "a value alone": (
        f'format = 1{M}property = "a"\nLead = "A"\nvalues = [["x"]]',
        "Line 5: contacts.mapping.values: A list isn't a pair of texts. It takes pairs of texts: "
        "[[HubSpot's value, Salesforce's value], …].",
    ),
    "a value twice": (
        f'format = 1{M}property = "a"\nLead = "A"\nvalues = [["x", "1"], ["x", "2"]]',
        "Line 5: contacts.mapping.values: HubSpot's value “x” is paired twice. Keep one of the two.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "words"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_its_line_and_what_would_be_right(text: str, words: str) -> None:
    assert [told(problem) for problem in read(text).problems] == [words]


def test_everything_that_is_wrong_is_told_at_once_from_top_to_bottom() -> None:
    text = 'format = 1\n[contacts]\non_hubspot_change = ""\nx = 1\n[[contacts.mapping]]\n[connection]\ny = 2\n'
    assert [problem.line for problem in read(text).problems] == [3, 4, 5, 7]
