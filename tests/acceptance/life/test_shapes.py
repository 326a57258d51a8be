"""Fields that are removed or retyped, values that are renamed, owners who leave, and records that are hidden: all else goes on,
nothing is blanked, and there is one clear word about what doesn't."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.life.kinds import (
    ALL,
    DURING,
    REST,
    During,
    Kind,
    Story,
    covers,
    covers_all,
    everything_on,
    hubspot,
    in_salesforce,
    linked,
    partner,
    salesforce,
    text_of,
    twins,
)
from tests.acceptance.life.shapes import Shape
from tests.acceptance.life.world import Deed, World

PAIRS = ("contacts", "companies", "deals", "tickets")


@pytest.fixture
def here(shared: World) -> Iterator[World]:
    everything_on(shared)
    yield shared
    shared.admin.post("/salesforce/setup", hidden_records=[])


@pytest.fixture
def shape(here: World, request: pytest.FixtureRequest) -> Iterator[Shape]:
    shape = Shape(here, *getattr(request, "param", ("string",)))
    yield shape
    shape.gone()


PICKED = pytest.mark.parametrize("shape", [("picklist", ("red", "blue"))], indirect=True, ids=["picklist"])


def one_of_each(here: World, **fields: str) -> dict[Kind, tuple[str, str]]:
    ids = {kind: in_salesforce(here, kind, **fields) for kind in ALL}
    here.settled()
    return {kind: (id, partner(here, kind, id)) for kind, id in ids.items()}


def meanwhile(here: World, when: str, deed: Deed) -> None:
    """Let it happen; during a pass, in one that is about to write what stands staged."""
    if when == DURING:
        here.sync(during=deed)
    else:
        deed()
    here.sync()
    here.sync()


def still_goes_on(here: World, records: dict[Kind, tuple[str, str]]) -> None:
    for kind, (id, other) in records.items():
        here.edit("salesforce", kind.sobject, id, **{kind.text[0]: "From Salesforce"})
        assert hubspot(here, kind, other)["state"] == "live"
    here.settled()
    for kind, (id, other) in records.items():
        assert text_of(here, kind, id, other) == ("From Salesforce", "From Salesforce"), kind.name
        here.edit("hubspot", kind.type, other, **{kind.text[1]: "From HubSpot"})
    here.settled()
    for kind, (id, other) in records.items():
        assert text_of(here, kind, id, other) == ("From HubSpot", "From HubSpot"), kind.name


def told_of(here: World, shape: Shape) -> list[str]:
    """What is told of the mapping, in the mappings' list and as an error, for each pair."""
    ids = [f"{pair}.{shape.property}" for pair in PAIRS]
    for pair in PAIRS:
        (row,) = [view for view in here.run(here.service.mappings(pair)) if view.property == shape.property]
        assert row.problem, pair
    return sorted({row.message for row in here.errors(*ids)})


@covers_all("field removed in Salesforce")
def test_a_field_that_salesforce_lost_blanks_nothing_and_stops_nothing_else(
    here: World, shape: Shape, when: str
) -> None:
    records = one_of_each(here, **{shape.field: "Kept"})
    for kind, (_, other) in records.items():
        assert hubspot(here, kind, other)[shape.property] == "Kept"
        here.edit("hubspot", kind.type, other, **{shape.property: "Edited", kind.text[1]: "Too"})
    meanwhile(here, when, lambda: shape.in_salesforce(None))
    for kind, (id, other) in records.items():
        assert hubspot(here, kind, other)[shape.property] == "Edited", kind.name
        assert text_of(here, kind, id, other) == ("Too", "Too"), kind.name
    still_goes_on(here, records)
    messages = told_of(here, shape)
    assert messages
    assert all(shape.field in message for message in messages)
    shape.in_salesforce("string")
    shape.read_again()
    here.settled()
    assert here.codes(*(f"{pair}.{shape.property}" for pair in PAIRS)) == []


@covers_all("field removed in HubSpot")
def test_a_property_that_hubspot_lost_blanks_nothing_and_stops_nothing_else(
    here: World, shape: Shape, when: str
) -> None:
    records = one_of_each(here, **{shape.field: "Kept"})
    for kind, (id, _) in records.items():
        here.edit("salesforce", kind.sobject, id, **{shape.field: "Edited", kind.text[0]: "Too"})
    meanwhile(here, when, shape.out_of_hubspot)
    for kind, (id, other) in records.items():
        assert salesforce(here, kind, id)[shape.field] == "Edited", kind.name
        assert text_of(here, kind, id, other) == ("Too", "Too"), kind.name
    still_goes_on(here, records)
    messages = told_of(here, shape)
    assert messages
    assert all(shape.property in message for message in messages)


@covers_all("field retyped in Salesforce")
def test_a_field_that_is_a_number_now_takes_what_it_can_and_tells_what_it_cannot(
    here: World, shape: Shape, when: str
) -> None:
    records = one_of_each(here, **{shape.field: "7"})
    for kind, (_, other) in records.items():
        here.edit("hubspot", kind.type, other, **{shape.property: "seven", kind.text[1]: "Too"})
    meanwhile(here, when, lambda: shape.in_salesforce("double"))
    for kind, (id, other) in records.items():
        assert hubspot(here, kind, other)[shape.property] == "seven", kind.name
        assert text_of(here, kind, id, other) == ("Too", "Too"), kind.name
    still_goes_on(here, records)


@covers_all("field retyped in HubSpot")
def test_a_property_that_is_a_number_now_keeps_what_salesforce_says(here: World, shape: Shape, when: str) -> None:
    records = one_of_each(here, **{shape.field: "7"})
    for kind, (id, _) in records.items():
        here.edit("salesforce", kind.sobject, id, **{shape.field: "seven", kind.text[0]: "Too"})

    def retype() -> None:
        shape.out_of_hubspot()
        shape.in_hubspot("double")

    meanwhile(here, when, retype)
    for kind, (id, other) in records.items():
        assert salesforce(here, kind, id)[shape.field] == "seven", kind.name
        assert text_of(here, kind, id, other) == ("Too", "Too"), kind.name
    still_goes_on(here, records)


@PICKED
@covers_all("value renamed in Salesforce")
def test_a_value_that_salesforce_renamed_is_refused_with_the_values_that_it_takes(
    here: World, shape: Shape, when: str
) -> None:
    records = one_of_each(here, **{shape.field: "blue"})
    for kind, (_, other) in records.items():
        here.edit("hubspot", kind.type, other, **{shape.property: "red", kind.text[1]: "Too"})
    meanwhile(here, when, lambda: shape.in_salesforce("picklist", ("reds", "blue")))
    for kind, (id, other) in records.items():
        assert hubspot(here, kind, other)[shape.property] == "red", kind.name
        assert text_of(here, kind, id, other) == ("Too", "Too"), kind.name
        told = " ".join(f"{row.message} {row.hint}" for row in here.errors(id, other))
        assert "nearest: reds" in told, kind.name
        assert "pair the two values" in told, kind.name
    still_goes_on(here, records)
    for pair in PAIRS:
        here.run(here.service.set_values(pair, shape.property, [("red", "reds"), ("blue", "blue")]))
    here.run(here.service.retry_errors(None, None))
    here.settled()
    for kind, (id, other) in records.items():
        assert shape.values_of(kind, id, other) == ("reds", "red"), kind.name


@PICKED
@covers_all("value renamed in HubSpot")
def test_a_value_that_hubspot_renamed_is_refused_with_the_values_that_it_takes(
    here: World, shape: Shape, when: str
) -> None:
    records = one_of_each(here, **{shape.field: "blue"})
    for kind, (id, _) in records.items():
        here.edit("salesforce", kind.sobject, id, **{shape.field: "red", kind.text[0]: "Too"})
    meanwhile(here, when, lambda: shape.options_in_hubspot(("reds", "blue")))
    for kind, (id, other) in records.items():
        assert salesforce(here, kind, id)[shape.field] == "red", kind.name
        assert text_of(here, kind, id, other) == ("Too", "Too"), kind.name
        told = " ".join(f"{row.message} {row.hint}" for row in here.errors(id, other))
        assert "nearest: reds" in told, kind.name
    still_goes_on(here, records)
    for pair in PAIRS:
        here.run(here.service.set_values(pair, shape.property, [("reds", "red"), ("blue", "blue")]))
    here.run(here.service.retry_errors(None, None))
    here.settled()
    for kind, (id, other) in records.items():
        assert shape.values_of(kind, id, other) == ("red", "reds"), kind.name


@covers("hidden by permissions", *ALL)
def test_a_record_that_is_hidden_is_neither_deleted_nor_blanked_and_comes_back(
    here: World, kind: Kind, when: str
) -> Story:
    here.settings(guard_minimum=1000, **{name: {"on_salesforce_delete": "delete"} for name in PAIRS})
    id, other = yield from linked(here, kind)
    title = salesforce(here, kind, id)[kind.title]
    here.edit("hubspot", kind.type, other, **{kind.text[1]: "On its way"})

    def hide() -> None:
        others = here.admin.get("/salesforce/setup").get("hidden_records", [])
        here.admin.post("/salesforce/setup", hidden_records=[*others, id])

    if when == DURING:
        yield During(hide)
    else:
        hide()
    yield REST
    assert hubspot(here, kind, other)["state"] == "live"
    assert hubspot(here, kind, other)[kind.text[1]] == "On its way"
    assert here.codes(id, other) == ["NOT_VISIBLE"]
    here.admin.post("/salesforce/setup", hidden_records=[])
    here.edit("salesforce", kind.sobject, id, **{kind.title: f"{title}-again"})
    yield REST
    assert text_of(here, kind, id, other) == ("On its way", "On its way")
    assert hubspot(here, kind, other)[kind.title_property] == f"{title}-again"
    assert twins(here, kind, f"{title}-again") == (1, 1)
    assert here.codes(id, other) == []


@covers_all("owner deactivated")
def test_an_owner_who_left_is_a_notice_and_stops_nothing(here: World, when: str) -> None:
    users = here.salesforce.query("SELECT Id, Email FROM User WHERE IsActive = true")
    url = f"{here.orgs.announced['hubspot']['url']}/crm/owners/2026-03"
    owners = here.hubspot.session.get(url, timeout=30).json()["results"]
    by_email = {owner["email"]: str(owner["id"]) for owner in owners}
    leaving = next(user for user in users[1:] if user["Email"] in by_email)
    records = one_of_each(here)
    for kind, (_, other) in records.items():
        here.edit("hubspot", kind.type, other, hubspot_owner_id=by_email[leaving["Email"]], **{kind.text[1]: "Too"})

    def leave() -> None:
        here.salesforce.edit("User", leaving["Id"], IsActive=False)

    try:
        meanwhile(here, when, leave)
        here.store.save_document("owners", None)
        here.sync()
        for kind, (id, other) in records.items():
            assert text_of(here, kind, id, other) == ("Too", "Too"), kind.name
            assert hubspot(here, kind, other)["hubspot_owner_id"] == by_email[leaving["Email"]], kind.name
            assert salesforce(here, kind, id)["OwnerId"] != leaving["Id"], kind.name
            told = {row.category.value for row in here.errors(id, other)}
            assert told == {"owners"}, kind.name
        still_goes_on(here, records)
    finally:
        here.salesforce.edit("User", leaving["Id"], IsActive=True)
        here.store.save_document("owners", None)
    back = by_email[leaving["Email"]]
    for owner in (next(each for each in by_email.values() if each != back), back):
        for kind, (_, other) in records.items():
            here.edit("hubspot", kind.type, other, hubspot_owner_id=owner)
        here.settled()
    for kind, (id, other) in records.items():
        assert salesforce(here, kind, id)["OwnerId"] == leaving["Id"], kind.name
        assert here.errors(id, other) == [], kind.name
