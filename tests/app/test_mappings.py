"""The mappings of contacts, on schemas as the practice orgs have them in miniature."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import msgspec
import pytest

from crmsync_desktop.adapters.store import SqliteStore
from crmsync_desktop.app.mappings import Mappings
from crmsync_desktop.bootstrap import default_mappings
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.mapping import COMPANIES, CONTACTS, Existing, Rule
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.schema import Field, Kind, Option, Schema

AT = "2026-11-24T08:00:00Z"


def schema(side: Side, object: str, *fields: tuple[str, Kind]) -> Schema:
    made = {name: Field(name, name, kind, kind.value) for name, kind in fields}
    return Schema(side, object, object, made, AT)


SCHEMAS = {
    "contacts": schema(
        Side.HUBSPOT, "contacts", ("email", Kind.EMAIL), ("jobtitle", Kind.TEXT), ("notes", Kind.TEXT), ("size", Kind.NUMBER)
    ),
    "Contact": schema(
        Side.SALESFORCE, "Contact", ("Email", Kind.EMAIL), ("Title", Kind.TEXT), ("Description", Kind.TEXT),
        ("Photo", Kind.OPAQUE),
    ),
    "Lead": schema(Side.SALESFORCE, "Lead", ("Email", Kind.EMAIL), ("Title", Kind.TEXT), ("Born", Kind.DATE)),
}  # fmt: skip


@pytest.fixture
def mappings() -> Iterator[Mappings]:
    store = SqliteStore(":memory:")
    yield Mappings(store, CONTACTS, default_mappings("contacts"))
    store.close()


def test_defaults_that_the_systems_do_not_have_are_not_offered(mappings: Mappings) -> None:
    assert [mapping.property for mapping in mappings.usable(SCHEMAS)] == ["email", "jobtitle"]


def test_every_default_mapping_starts_as_the_native_integration_has_it() -> None:
    rules = {mapping.property: mapping.rule for mapping in default_mappings("contacts")}
    assert rules["hubspot_owner_id"] is Rule.TWO_WAY
    assert rules["email"] is Rule.PREFER_SALESFORCE
    assert rules["salesforcecontactid"] is Rule.ALWAYS_SALESFORCE
    assert all(mapping.builtin for mapping in default_mappings("contacts"))


def test_a_rule_that_was_set_is_kept_and_shown(mappings: Mappings) -> None:
    mappings.set_rule("jobtitle", Rule.TWO_WAY)
    view = next(view for view in mappings.views(SCHEMAS, {"jobtitle": ("CEO", "Boss")}) if view.property == "jobtitle")
    assert (view.rule, view.examples) == (Rule.TWO_WAY, ("CEO", "Boss"))


def test_a_default_mapping_cannot_be_removed_only_switched_off(mappings: Mappings) -> None:
    with pytest.raises(SetupError, match="Don't sync"):
        mappings.remove("email")
    mappings.set_rule("email", Rule.DONT_SYNC)


def test_a_mapping_is_added_and_removed(mappings: Mappings) -> None:
    mappings.add("notes", {"Contact": "Description"}, Rule.TWO_WAY, SCHEMAS)
    assert "notes" in [mapping.property for mapping in mappings.usable(SCHEMAS)]
    mappings.remove("notes")
    assert "notes" not in [mapping.property for mapping in mappings.all()]


@pytest.mark.parametrize(
    ("property", "salesforce", "why"),
    [
        ("jobtitle", {"Contact": "Description"}, "mapped already"),
        ("notes", {"Contact": "Title"}, "mapped already, to “jobtitle”"),
        ("nothing", {"Contact": "Description"}, "no property"),
        ("notes", {"Contact": "Nothing__c"}, "no field Contact.Nothing__c"),
        ("notes", {}, "Choose a Salesforce field"),
        ("size", {"Lead": "Born"}, ""),
        ("notes", {"Contact": "Photo"}, ""),
    ],
)
def test_a_mapping_that_cannot_be_is_refused_with_the_reason(
    mappings: Mappings, property: str, salesforce: dict[str, str], why: str
) -> None:
    problem, _ = mappings.check(property, salesforce, SCHEMAS)
    assert problem
    assert why in problem
    before = mappings.all()
    with pytest.raises(SetupError, match="can't be made"):
        mappings.add(property, salesforce, Rule.TWO_WAY, SCHEMAS)
    assert mappings.all() == before


def test_fields_that_cannot_be_mapped_are_not_offered(mappings: Mappings) -> None:
    assert "Photo" not in [field.name for field in mappings.fields(SCHEMAS)]
    assert "Title" in [field.name for field in mappings.fields(SCHEMAS)]


def test_values_that_the_product_pairs_are_offered_only_where_both_lists_have_them() -> None:
    def listed(side: Side, object: str, name: str, *values: str) -> Schema:
        options = tuple(Option(value, value) for value in values)
        return Schema(side, object, object, {name: Field(name, name, Kind.PICKLIST, "list", options=options)}, AT)

    schemas = {
        "companies": listed(Side.HUBSPOT, "companies", "type", "PROSPECT", "RESELLER", "OTHER"),
        "Account": listed(Side.SALESFORCE, "Account", "Type", "Prospect", "Other", "Partner"),
    }
    with contextlib.closing(SqliteStore(":memory:")) as store:
        [mapping] = Mappings(store, COMPANIES, default_mappings("companies")).usable(schemas)
    assert mapping.values == (("PROSPECT", "Prospect"), ("OTHER", "Other"))


def test_values_that_are_paired_are_not_warned_of() -> None:
    def listed(side: Side, object: str, name: str, *values: str) -> Schema:
        options = tuple(Option(value, value) for value in values)
        field = Field(name, name, Kind.PICKLIST, "list", options=options, restricted=True)
        return Schema(side, object, object, {name: field}, AT)

    schemas = {
        "companies": listed(Side.HUBSPOT, "companies", "type", "PROSPECT", "VENDOR"),
        "Account": listed(Side.SALESFORCE, "Account", "Type", "Prospect", "Rival"),
    }
    with contextlib.closing(SqliteStore(":memory:")) as store:
        mappings = Mappings(store, COMPANIES, default_mappings("companies"))
        [view] = mappings.views(schemas, {})
        assert "Rival" in view.warning
        assert "VENDOR" in view.warning
        assert "rospect" not in view.warning
        mappings.set_values("type", [("PROSPECT", "Prospect"), ("VENDOR", "Rival")], schemas)
        [view] = mappings.views(schemas, {})
    assert view.warning == ""
    assert view.values == (("PROSPECT", "Prospect"), ("VENDOR", "Rival"))


def test_what_salesforce_requires_and_no_mapping_fills_is_listed(mappings: Mappings) -> None:
    required = Field("Segment__c", "Segment", Kind.TEXT, "text", required=True)
    contact = msgspec.structs.replace(SCHEMAS["Contact"], fields={**SCHEMAS["Contact"].fields, "Segment__c": required})
    schemas = {**SCHEMAS, "Contact": contact}
    assert [(each.object, each.name) for each in mappings.missing(schemas)] == [("Contact", "Segment__c")]
    mappings.add("notes", {"Contact": "Segment__c"}, Rule.TWO_WAY, schemas)
    assert mappings.missing(schemas) == []
    mappings.set_rule("notes", Rule.DONT_SYNC)
    assert len(mappings.missing(schemas)) == 1


def test_a_backfill_is_kept_until_a_pass_that_knew_of_it_is_done(mappings: Mappings) -> None:
    mappings.add("notes", {"Contact": "Description"}, Rule.TWO_WAY, SCHEMAS)
    began = mappings.all()
    as_if = mappings.as_if_backfilled("notes")
    assert (as_if.all()[-1].existing, mappings.all()[-1].existing) == (Existing.BACKFILL, Existing.STAY)
    mappings.backfill("notes")
    mappings.synced(began)
    assert mappings.all()[-1].existing is Existing.BACKFILL, "it was asked for while the pass ran"
    mappings.synced(mappings.all())
    assert (mappings.all()[-1].existing, mappings.all()[-1].unread) == (Existing.TRAVEL, False)
    mappings.set_rule("notes", Rule.DONT_SYNC)
    with pytest.raises(SetupError, match="isn't synced"):
        mappings.backfill("notes")
