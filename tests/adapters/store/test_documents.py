"""Settings, documents, schemas, lists."""

from __future__ import annotations

import pytest

from crmsync_desktop.adapters.store import SqliteStore
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.schema import Field, Kind, Option, Schema
from crmsync_desktop.domain.settings import ContactSettings, OnHubSpotChange, Settings
from tests.adapters.store.conftest import AT, HS, SF


def test_settings_are_the_defaults_until_saved_and_keep_their_history(store: SqliteStore) -> None:
    assert store.settings() == Settings()
    first = Settings(allocation=5, contacts=ContactSettings(on_hubspot_change=OnHubSpotChange.LEAD, inclusion_list="7"))
    store.save_settings(first)
    store.save_settings(first)
    store.save_settings(Settings(allocation=6))
    assert store.settings() == Settings(allocation=6)
    ((at, former),) = store.document_history("settings")
    assert at == "2026-09-21T14:13:20Z"
    assert (former["allocation"], former["contacts"]["on_hubspot_change"]) == (5, "lead")


def test_settings_of_a_newer_version_are_not_guessed_at(store: SqliteStore) -> None:
    store.save_document("settings", {"allocation": 5, "telepathy": True})
    with pytest.raises(SetupError, match="newer version"):
        store.settings()


def test_documents_are_replaced_and_keep_their_history(store: SqliteStore) -> None:
    assert store.document("mappings") is None
    for value in ({"a": [1, None]}, {"a": [1, None]}, {"b": "é"}):
        store.save_document("mappings", value)
    assert store.document("mappings") == {"b": "é"}
    assert [value for _, value in store.document_history("mappings")] == [{"a": [1, None]}]


def test_schemas_are_kept_by_side_and_object(store: SqliteStore) -> None:
    fields = {"Email": Field("Email", "E-post", Kind.EMAIL, "email", 80, options=(Option("a", "A"),), restricted=True)}
    schema = Schema(SF, "Contact", "Kontakt", fields, AT)
    store.save_schemas([schema, Schema(HS, "contacts", "contact", {}, AT)])
    assert store.schema(SF, "Contact") == schema
    assert store.schema(HS, "contacts") == Schema(HS, "contacts", "contact", {}, AT)
    assert store.schema(SF, "Lead") is None


def test_replacing_members_tells_who_joined_and_left(store: SqliteStore) -> None:
    assert store.set_members("7", ["1", "2", "2", "3"]) == (["1", "2", "3"], [])
    assert store.set_members("7", iter(["3", "4"])) == (["4"], ["1", "2"])
    assert store.set_members("8", ["1"]) == (["1"], [])
    assert store.members("7", ["1", "3", "4", "x"]) == {"3", "4"}


def test_added_members_are_told_apart_from_those_that_were_there(store: SqliteStore) -> None:
    store.set_members("7", ["1"])
    assert store.add_members("7", ["2", "1", "3", "2"]) == ["2", "3"]
    assert store.members("7", ["1", "2", "3"]) == {"1", "2", "3"}
