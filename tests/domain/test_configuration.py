"""The whole configuration as a value: what differs, what is taken twice, in which order it is written down."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync_desktop.domain.configuration import (
    Clash,
    Configuration,
    MappingChange,
    MappingPart,
    RowChange,
    SettingChange,
    clashes,
    completed,
    difference,
    flat,
    in_order,
    settings_of,
)
from crmsync_desktop.domain.mapping import Mapping, Rule
from crmsync_desktop.domain.owners import Pairing
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.settings import ContactSettings, OnConflict, OnHubSpotChange, Settings
from crmsync_desktop.domain.stages import Choice

EMAIL = Mapping("email", {"Contact": "Email", "Lead": "Email"}, builtin=True)
TITLE = Mapping("jobtitle", {"Contact": "Title"}, Rule.TWO_WAY, builtin=True)
NOTES = Mapping("notes", {"Contact": "Description"})
SIZE = Mapping("size", {"Lead": "Size__c"}, values=(("big", "Large"),))
DEFAULTS = (EMAIL, TITLE)


def configuration(*mappings: Mapping, settings: Settings | None = None) -> Configuration:
    return Configuration(flat(settings or Settings()), {"contacts": mappings})


def test_settings_are_flat_with_dotted_keys_and_come_back_the_same() -> None:
    settings = Settings(allocation=7, on_conflict=OnConflict.HOLD, contacts=ContactSettings(inclusion_list="17"))
    values = flat(settings)
    assert values["allocation"] == 7
    assert values["contacts.inclusion_list"] == "17"
    assert flat(Settings())["contacts.inclusion_list"] == ""
    assert settings_of(values) == settings
    assert settings_of({}) == Settings()


def test_a_setting_that_cannot_be_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="nonsense"):
        settings_of({"contacts.nonsense": 1})
    with pytest.raises(msgspec.ValidationError):
        settings_of({"on_conflict": "coin"})


def test_nothing_differs_from_itself_whatever_the_order_of_mappings() -> None:
    assert difference(configuration(EMAIL, NOTES), configuration(NOTES, EMAIL)) == ()


def test_each_difference_is_told_by_what_it_is_about() -> None:
    retitled = msgspec.structs.replace(TITLE, rule=Rule.PREFER_SALESFORCE, salesforce={"Lead": "Title"})
    renamed = msgspec.structs.replace(SIZE, values=(("small", "Small"),))
    before = configuration(EMAIL, TITLE, SIZE)
    after = configuration(NOTES, retitled, renamed, settings=Settings(guard_share=9))
    assert difference(before, after) == (
        SettingChange("guard_share", 25, 9),
        MappingChange("contacts", MappingPart.ADDED, NOTES, NOTES),
        MappingChange("contacts", MappingPart.FIELDS, TITLE, retitled),
        MappingChange("contacts", MappingPart.RULE, TITLE, retitled),
        MappingChange("contacts", MappingPart.VALUES, SIZE, renamed),
        MappingChange("contacts", MappingPart.REMOVED, EMAIL, EMAIL),
    )


def test_a_pair_that_was_not_there_is_all_new() -> None:
    before = Configuration(flat(Settings()), {})
    assert difference(before, configuration(NOTES)) == (MappingChange("contacts", MappingPart.ADDED, NOTES, NOTES),)


def test_default_mappings_come_first_in_the_products_order_then_the_others_by_name() -> None:
    assert in_order([SIZE, TITLE, NOTES, EMAIL], DEFAULTS) == (EMAIL, TITLE, NOTES, SIZE)


def test_a_default_mapping_that_is_left_out_becomes_what_it_was_at_first() -> None:
    changed = msgspec.structs.replace(TITLE, rule=Rule.DONT_SYNC)
    assert completed([NOTES], [EMAIL, changed, SIZE], DEFAULTS) == (EMAIL, TITLE, NOTES)


def test_a_default_mapping_that_is_not_there_stays_out_and_one_of_an_older_version_stays() -> None:
    former = Mapping("former", {"Lead": "Former"}, builtin=True)
    assert completed([], [EMAIL, former], DEFAULTS) == (EMAIL, former)


def test_what_is_mapped_twice_is_found() -> None:
    again = Mapping("email", {"Lead": "Other"})
    thief = Mapping("thief", {"Contact": "Title", "Lead": "Title"})
    assert clashes([EMAIL, TITLE, again, thief]) == [Clash(2, 0, "", "email"), Clash(3, 1, "Contact", "Title")]
    assert clashes([EMAIL, TITLE, NOTES, SIZE]) == []


def test_a_lookup_may_be_mapped_as_an_association_and_as_the_text_of_its_id_but_not_twice_as_either() -> None:
    text, carried = (
        Mapping("account_id", {"Contact": "AccountId"}),
        Mapping("associatedcompanyid", {"Contact": "AccountId"}),
    )
    twice = Mapping("associations.companies", {"Contact": "AccountId"})
    assert clashes([text, carried]) == []
    assert clashes([text, carried, twice]) == [Clash(2, 1, "Contact", "AccountId")]


MAPPINGS = st.builds(
    Mapping,
    st.sampled_from(["email", "jobtitle", "notes", "size", "x"]),
    st.dictionaries(st.sampled_from(["Contact", "Lead"]), st.text(min_size=1, max_size=3), min_size=1),
    st.sampled_from(Rule),
    st.lists(st.tuples(st.text(max_size=2), st.text(max_size=2)), max_size=2, unique_by=lambda each: each[0]).map(
        tuple
    ),
    st.just(False),
)
SETTINGS = st.builds(
    Settings,
    allocation=st.integers(1, 10**8),
    on_conflict=st.sampled_from(OnConflict),
    contacts=st.builds(
        ContactSettings,
        on_hubspot_change=st.sampled_from(OnHubSpotChange),
        inclusion_list=st.none() | st.integers(1, 10**9).map(str),
    ),
)
CONFIGURATIONS = st.builds(
    lambda settings, mappings: configuration(*mappings, settings=settings),
    SETTINGS,
    st.lists(MAPPINGS, max_size=5, unique_by=lambda each: each.property),
)


@given(SETTINGS)
def test_any_settings_survive_being_flat(settings: Settings) -> None:
    assert settings_of(flat(settings)) == settings


@given(CONFIGURATIONS, CONFIGURATIONS)
def test_the_differences_are_all_there_is_between_two(before: Configuration, after: Configuration) -> None:
    """Done to the one, they make the other."""
    settings = dict(before.settings)
    mappings = {mapping.property: mapping for mapping in before.mappings["contacts"]}
    for change in difference(before, after):
        if isinstance(change, SettingChange):
            assert settings[change.key] == change.old
            settings[change.key] = change.new
            continue
        assert isinstance(change, MappingChange)
        if change.part is MappingPart.REMOVED:
            del mappings[change.old.property]
        else:
            mappings[change.new.property] = change.new
    assert settings == after.settings
    assert in_order(list(mappings.values()), ()) == in_order(after.mappings["contacts"], ())


def test_rows_of_stages_and_owners_that_differ_are_told() -> None:
    first = Choice(Side.HUBSPOT, "012A", "Prospecting", "default", "qualifiedtobuy")
    whole = Choice(Side.SALESFORCE, "default", "", "", "")
    before = Configuration({}, {}, {"deals": (first, whole)}, (Pairing("005A", "71"),))
    after = Configuration({}, {}, {"deals": (msgspec.structs.replace(first, target_stage="contractsent"),)})
    assert difference(before, after) == (
        RowChange("deals.stage", "Salesforce's 012A/Prospecting", "default/qualifiedtobuy", "default/contractsent"),
        RowChange("deals.stage", "HubSpot's default", "(no record type)", ""),
        RowChange("owner", "005A", "71", ""),
    )
    assert difference(before, before) == ()
