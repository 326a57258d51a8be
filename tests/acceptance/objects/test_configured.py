"""X1, M6: custom objects go out to a connection's configuration file, and come in from it on another account."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from crmsync_desktop.app.configuration_views import ConfigurationDiffView
from crmsync_desktop.app.object_views import ObjectRequest
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.records import Side
from tests.acceptance.life.world import World
from tests.acceptance.objects.portal import made_by_hand

NAME = "Subscription__c"
pytestmark = pytest.mark.usefixtures("cleared")


def added(here: World) -> str:
    """One is added and on; gives the file."""
    here.run(here.service.add_object(NAME, ObjectRequest(without=("Billing_Id__c",))))
    here.run(here.service.set_setting(f"{NAME}.enabled", "on"))
    here.run(here.service.set_setting(f"{NAME}.on_salesforce_delete", "delete"))
    return here.run(here.service.export_configuration())


def preview(here: World, text: str) -> ConfigurationDiffView:
    return here.run(here.service.preview_configuration(text))


def problems(here: World, text: str) -> list[str]:
    return [f"{each.key}: {each.message} {each.accepted}" for each in preview(here, text).problems]


def test_what_goes_out_comes_in_without_a_change_or_a_call(here: World) -> None:
    text = added(here)
    assert f"[{NAME}]" in text
    assert 'hubspot_name = "subscription"' in text
    here.admin.reset_calls()
    assert preview(here, text) == ConfigurationDiffView(())
    assert here.admin.calls() == {"salesforce": 0, "hubspot": 0}


def test_an_object_that_was_taken_off_comes_back_with_its_mappings(here: World) -> None:
    text = added(here)
    before, mappings = here.store.settings(), here.store.document(f"mappings.{NAME}")
    here.run(here.service.remove_object(NAME))
    made = here.salesforce.create(NAME, Plan__c="Team", Billing_Id__c=f"C{here.number()}")
    shown = preview(here, text)
    assert shown.problems == ()
    (own,) = [each for each in shown.changes if each.kind == "object"]
    assert (own.key, own.old, own.new) == (NAME, "", "subscription")
    assert {each.kind for each in shown.changes} == {"object", "added"}
    here.run(here.service.import_configuration(text))
    assert here.store.settings() == before
    assert {each["property"] for each in here.store.document(f"mappings.{NAME}")} == {
        each["property"] for each in mappings
    }
    here.settled()
    assert here.partner(NAME, Side.SALESFORCE, made) is not None
    assert preview(here, text).changes == ()


def test_in_another_account_the_object_is_found_by_its_name(here: World) -> None:
    text = added(here)
    here.run(here.service.remove_object(NAME))
    elsewhere = re.sub(r'hubspot = "2-\d+"', 'hubspot = "2-1"', text)
    here.run(here.service.import_configuration(elsewhere))
    assert here.store.settings().custom_objects[0].hubspot != "2-1"


def test_an_object_that_hubspot_lacks_says_what_is_missing(here: World) -> None:
    text = added(here).replace('hubspot_name = "subscription"', 'hubspot_name = "nothing"')
    text = re.sub(r'hubspot = "2-\d+"', 'hubspot = "2-1"', text)
    (problem,) = problems(here, text)
    assert "no custom object “nothing” here" in problem
    assert "subscription (2-" in problem
    assert f"objects add {NAME}" in problem


def test_an_object_that_the_org_lacks_says_so(here: World) -> None:
    text = added(here).replace(NAME, "Gone__c")
    here.run(here.service.remove_object(NAME))
    assert any("can't see the object Gone__c" in each for each in problems(here, text))
    with pytest.raises(SetupError, match="Nothing was imported"):
        here.run(here.service.import_configuration(text))
    assert here.store.settings().custom_objects == ()


def test_an_object_that_a_file_leaves_out_is_taken_off(here: World) -> None:
    with_it = added(here)
    without = with_it[: with_it.index(f"# Salesforce's {NAME}")].rpartition(f"[{NAME}]")[0]
    shown = preview(here, without)
    assert [(each.kind, each.key, each.old, each.new) for each in shown.changes] == [
        ("object", NAME, "subscription", "")
    ]
    assert "links are forgotten" in shown.changes[0].warning
    here.run(here.service.import_configuration(without))
    assert here.store.settings().custom_objects == ()
    assert here.store.document(f"mappings.{NAME}") is None


def test_settings_and_mappings_change_one_by_one(here: World) -> None:
    text = added(here)
    own = text.index(f"[{NAME}]")
    changed = text[:own] + text[own:].replace('on_salesforce_delete = "delete"', 'on_salesforce_delete = "nothing"', 1)
    changed = changed.replace('property = "plan"\nSubscription__c = "Plan__c"\nrule = "always_salesforce"', 'property = "plan"\nSubscription__c = "Plan__c"\nrule = "two_way"')  # fmt: skip
    shown = preview(here, changed)
    assert [(each.kind, each.key) for each in shown.changes] == [
        ("setting", f"{NAME}.on_salesforce_delete"),
        ("rule", f"{NAME}.plan"),
    ]
    here.run(here.service.import_configuration(changed))
    rules = {each.property: each.rule for each in here.run(here.service.mappings(NAME))}
    assert rules["plan"] is Rule.TWO_WAY


def test_an_object_of_another_name_begins_anew(here: World) -> None:
    text = added(here)
    made = here.salesforce.create(NAME, Plan__c="Team", Billing_Id__c=f"D{here.number()}")
    here.settled()
    kind = made_by_hand(
        here,
        "contract",
        *(
            {"name": name, "label": name, "type": "string", "fieldType": "text"}
            for name in ("plan", "start_date", "monthly_price")
        ),
        {"name": "auto_renew", "label": "auto_renew", "type": "bool", "fieldType": "booleancheckbox"},
        {"name": "crmsync_salesforce_id", "label": "Id", "type": "string", "fieldType": "text", "hasUniqueValue": True},
    )
    other = re.sub(r'hubspot = "2-\d+"', f'hubspot = "{kind}"', text.replace('"subscription"', '"contract"'))
    other = other.replace('property = "name"\nSubscription__c', 'property = "title"\nSubscription__c').replace(
        'label_property = "name"', 'label_property = "title"'
    )
    other = re.sub(r'\[\[Subscription__c.mapping\]\]\nproperty = "associations.companies"\n[^\[]*', "", other)
    assert problems(here, other) == []
    here.run(here.service.import_configuration(other))
    assert here.store.link_count(NAME) == 0
    here.settled()
    id = here.partner(NAME, Side.SALESFORCE, made)
    assert id is not None
    assert here.record("hubspot", kind, id)["plan"] == "Team"


@pytest.mark.parametrize(
    ("change", "told"),
    {
        "an object that is no table": (lambda text: text.replace("\n[connection]", "\nOther__c = 3\n[connection]", 1), "It takes a table"),
        "no type id": (lambda text: re.sub(r'hubspot = "2-\d+"\n', "", text), "doesn't say its hubspot"),
        "a name that is a number": (lambda text: text.replace('noun = "subscription"', "noun = 4"), "isn't a text"),
        "a setting that isn't there": (lambda text: text.replace("noun =", "nouns =", 1), "There is no “nouns”"),
        "two ways without a rule": (
            lambda text: text[: text.index(f"[{NAME}]")]
            + text[text.index(f"[{NAME}]") :].replace('on_hubspot_change = "nothing"', 'on_hubspot_change = "create_or_update"'),
            "Always use Salesforce",
        ),
    }.values(),
)  # fmt: skip
def test_what_is_wrong_with_an_object_is_told_and_nothing_is_changed(
    here: World, change: Callable[[str], str], told: str
) -> None:
    text = added(here)
    before = here.store.settings()
    found = problems(here, change(text))
    assert any(told in each for each in found), found
    assert here.store.settings() == before
