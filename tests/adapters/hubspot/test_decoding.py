"""Records as Observed: the quick paths say what canonical() says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync_desktop.adapters.hubspot.decoding import Decoder, converter, echo_of, merged_ids
from crmsync_desktop.adapters.hubspot.properties import link_property, schema_of
from crmsync_desktop.domain.records import UNSEEN, Presence
from crmsync_desktop.domain.schema import Kind, Schema
from crmsync_desktop.domain.values import canonical
from crmsync_desktop.ports.crm import Want


def definition(name: str, type_: str = "string", field_type: str = "text", **more: Any) -> dict[str, Any]:
    return {"name": name, "label": name.title(), "type": type_, "fieldType": field_type, "options": [], **more}


def schema(*definitions: dict[str, Any]) -> Schema:
    return schema_of("contacts", definitions, "2026-01-01T00:00:00Z")


STAMPS = st.datetimes().map(lambda moment: moment.isoformat(timespec="milliseconds") + "Z")
TEXTS = (
    st.none() | st.text() | st.sampled_from([" a ", "\r\n", "a\rb", "1.10", "007", "true", "", "a;b;;a", "é"]) | STAMPS
)


@given(st.sampled_from(list(Kind)), TEXTS)
def test_every_kind_converts_as_canonical_does(kind: Kind, raw: str | None) -> None:
    assert converter(kind)(raw) == canonical(kind, raw)


@given(st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), TEXTS))
def test_cells_stand_in_the_order_asked_for(properties: dict[str, str | None]) -> None:
    known = schema(definition("a"), definition("b", "datetime", "date"), definition("c", "bool", "booleancheckbox"))
    decoder = Decoder(Want("contacts", ("c", "", "a", "d", "b")), known)
    cells = decoder.live({"id": "7", "properties": properties, "updatedAt": "2026-01-01T00:00:00.000Z"}).cells
    kinds = {"a": Kind.TEXT, "b": Kind.DATETIME, "c": Kind.BOOL}
    expected = [canonical(kinds[n], properties[n]) if n in kinds and n in properties else UNSEEN for n in "c-adb"]
    assert cells == expected


def test_only_what_the_schema_has_is_asked_for() -> None:
    known = schema(definition("email"), definition("hs_merged_object_ids", "enumeration", "checkbox"))
    decoder = Decoder(Want("contacts", ("email", "", "gone"), keys=("email", "hs_additional_emails")), known)
    assert decoder.properties == ("email", "lastmodifieddate", "hs_merged_object_ids")


def test_keys_hold_all_addresses_folded_and_merged_ids_are_told() -> None:
    known = schema(definition("email"), definition("hs_additional_emails"), definition("hs_merged_object_ids"))
    decoder = Decoder(Want("contacts", (), keys=("email", "hs_additional_emails")), known)
    properties = {
        "email": " A@x.example",
        "hs_additional_emails": "b@x.example;a@x.example",
        "hs_merged_object_ids": "1;2;7",
    }
    observed = decoder.live({"id": "7", "properties": properties})
    assert observed.keys == ("a@x.example", "b@x.example")
    assert observed.absorbed == ("1", "2")
    assert merged_ids({"id": "7", "properties": {}}) == ()


def test_tombstones_have_no_cells() -> None:
    decoder = Decoder(Want("contacts", ("a",)), schema(definition("a")))
    archived = decoder.deleted({"id": "7", "properties": {}, "archivedAt": "2026-01-02T00:00:00.000Z"})
    assert (archived.presence, archived.cells, archived.version) == (Presence.DELETED, [], "2026-01-02T00:00:00.000Z")
    merged = decoder.merged("7", {"id": "9", "properties": {}})
    assert (merged.id, merged.presence, merged.successor) == ("7", Presence.DELETED, ("contacts", "9"))
    assert decoder.unseen("8").presence is Presence.UNSEEN


def test_an_echo_holds_what_was_written_and_nothing_else() -> None:
    known = schema(definition("a"), definition("b"))
    record = {"id": "7", "properties": {"a": " kept ", "b": "other", "lastmodifieddate": "x"}}
    assert echo_of(record, ("a", "missing"), known) == {"a": "kept"}


@pytest.mark.parametrize(
    ("given", "kind", "restricted", "writable"),
    [
        (definition("firstname"), Kind.TEXT, False, True),
        (definition("email"), Kind.EMAIL, False, True),
        (definition("about", field_type="textarea"), Kind.LONG_TEXT, False, True),
        (definition("bio", field_type="html"), Kind.HTML, False, True),
        (definition("phone", field_type="phonenumber"), Kind.PHONE, False, True),
        (definition("n", "number", "number"), Kind.NUMBER, False, True),
        (definition("score", "number", "calculation_score", calculated=True), Kind.NUMBER, False, False),
        (definition("d", "date", "date"), Kind.DATE, False, True),
        (definition("t", "datetime", "date"), Kind.DATETIME, False, True),
        (definition("b", "bool", "booleancheckbox"), Kind.BOOL, False, True),
        (definition("e", "enumeration", "booleancheckbox"), Kind.BOOL, False, True),
        (definition("p", "enumeration", "select", options=[{"value": "v", "label": "V"}]), Kind.PICKLIST, True, True),
        (definition("x", "enumeration", "select", externalOptions=True, options=[{"value": "v"}]), Kind.PICKLIST, False, True),
        (definition("m", "enumeration", "checkbox", options=[{"value": "v", "label": "V"}]), Kind.MULTIPICKLIST, True, True),
        (definition("hubspot_owner_id", "enumeration", "select", referencedObjectType="OWNER"), Kind.OWNER, False, True),
        (definition("hs_object_id", "number", "number", modificationMetadata={"readOnlyValue": True}), Kind.ID, False, False),
        (definition("where", "object_coordinates", "text"), Kind.OPAQUE, False, True),
    ],
)  # fmt: skip
def test_each_property_type_has_its_kind(given: dict[str, Any], kind: Kind, restricted: bool, writable: bool) -> None:
    field = schema(given).fields[given["name"]]
    assert (field.kind, field.restricted, field.createable, field.updateable) == (kind, restricted, writable, writable)
    assert field.length == (65_536 if given["type"] == "string" else None)


def test_options_stand_in_the_portals_own_order_and_those_without_a_place_last() -> None:
    places = {"won": 2, "none": -1, "lead": 0, "own": 1, "untold": None}
    options = [{"value": name, "label": name, "displayOrder": place} for name, place in places.items()]
    field = schema(definition("stage", "enumeration", "radio", options=options)).fields["stage"]
    assert [option.value for option in field.options] == ["lead", "own", "won", "none", "untold"]


def test_the_link_property_counts_only_where_it_is_unique() -> None:
    name = "crmsync_salesforce_id"
    assert link_property(schema(definition(name, hasUniqueValue=True))) == name
    assert link_property(schema(definition(name))) is None
    assert link_property(schema()) is None
