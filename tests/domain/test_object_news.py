"""What has changed in a custom object's schema since (X1)."""

from __future__ import annotations

from typing import Any

from crmsync_desktop.domain.mapping import Mapping, Rule
from crmsync_desktop.domain.object_news import News, NewValues, news, own_fields, told
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.schema import Field, Kind, Option, Schema

OBJECT = "Subscription__c"
FREE, TEAM, OLD = Option("Free", "Free"), Option("Team", "Team"), Option("Old", "Old", active=False)


def schema(side: Side, *fields: Field) -> Schema:
    return Schema(side, OBJECT, OBJECT, {each.name: each for each in fields}, "")


def field(name: str, kind: Kind = Kind.TEXT, **more: Any) -> Field:
    return Field(name=name, label=name, kind=kind, native_type="", **more)


def listed(name: str, *options: Option, restricted: bool = True) -> Field:
    return field(name, Kind.PICKLIST, options=options, restricted=restricted)


def found(ours: list[Field], theirs: list[Field], mappings: list[Mapping], known: tuple[str, ...] = ()) -> News:
    return news(schema(Side.SALESFORCE, *ours), schema(Side.HUBSPOT, *theirs), known, mappings)


def test_fields_that_nobody_decided_about_are_new() -> None:
    ours = [field("Name"), field("Known__c"), field("Mapped__c"), field("New__c"), field("Place__Longitude__s")]
    told_of = found(ours, [], [Mapping("mapped", {OBJECT: "Mapped__c"})], ("Known__c",))
    assert told_of == News(fields=("New__c", "Place__Longitude__s"))
    assert own_fields(schema(Side.SALESFORCE, *ours)) == ("Known__c", "Mapped__c", "New__c", "Place__Longitude__s")


def test_a_mapped_field_that_isnt_there_is_gone() -> None:
    assert found([], [], [Mapping("plan", {OBJECT: "Plan__c"})]).gone == ("Plan__c",)
    assert not found([], [], [Mapping("plan", {"Other": "Plan__c"})])


def test_active_values_that_the_list_in_hubspot_lacks_are_new() -> None:
    plan = Mapping("plan", {OBJECT: "Plan__c"})
    ours, theirs = [listed("Plan__c", FREE, TEAM, OLD)], [listed("plan", FREE)]
    assert found(ours, theirs, [plan]).values == (NewValues("Plan__c", "plan", (TEAM,)),)
    assert not found(ours, [listed("plan", FREE, TEAM)], [plan])


def test_values_that_need_no_place_in_hubspots_list_arent_new() -> None:
    ours = [listed("Plan__c", FREE, TEAM)]
    plan = Mapping("plan", {OBJECT: "Plan__c"})
    assert not found(ours, [listed("plan", FREE)], [Mapping("plan", {OBJECT: "Plan__c"}, values=(("x", "Team"),))])
    assert not found(ours, [listed("plan", FREE)], [Mapping("plan", {OBJECT: "Plan__c"}, Rule.DONT_SYNC)])
    assert not found(ours, [listed("plan", FREE, restricted=False)], [plan])
    assert not found(ours, [field("plan")], [plan])
    assert not found(ours, [], [plan])


def test_news_are_told_in_a_few_words() -> None:
    assert told(News()) == ""
    assert told(News(fields=("A__c",), gone=("B__c",))) == "1 new field, 1 field is gone"
    values = (NewValues("P__c", "p", (FREE, TEAM)),)
    assert told(News(("A__c", "B__c"), values, ("C__c", "D__c"))) == (
        "2 new fields, 2 new values of lists, 2 fields are gone"
    )
