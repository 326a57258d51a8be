"""The settings for state and country say what the org says, where the two differ (C8)."""

from __future__ import annotations

import pytest

from crmsync_desktop.app.address_words import HUBSPOT, SALESFORCE, address_settings, with_picklists
from crmsync_desktop.app.words import changed, connection_settings, contact_settings
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.schema import Field, Kind, Option, Schema
from crmsync_desktop.domain.settings import Settings


def org(*countries: Option) -> dict[str, Schema]:
    """An org whose contacts have these countries; without any, no picklists."""
    codes = Field("MailingCountryCode", "Mailing Country Code", Kind.PICKLIST, "picklist", options=countries)
    fields = {codes.name: codes} if countries else {}
    return {"Contact": Schema(Side.SALESFORCE, "Contact", "Contact", fields, "")}


ORGS = {
    "off": org(),
    "on": org(Option("NO", "Norway"), Option("SE", "Sweden")),
    "customised": org(Option("NO", "Norway"), Option("HQ", "Head office")),
}


@pytest.mark.parametrize("chosen", ORGS)
@pytest.mark.parametrize("actual", ORGS)
def test_a_choice_that_the_org_contradicts_has_a_warning_with_the_right_one(chosen: str, actual: str) -> None:
    settings = changed(Settings(), SALESFORCE, chosen)
    warnings = {view.key: view.warning for view in with_picklists(contact_settings(settings), ORGS[actual])}
    assert bool(warnings.pop(SALESFORCE)) is (chosen != actual)
    assert not any(warnings.values())


def test_the_warning_names_what_is_set_and_what_to_choose() -> None:
    (warning,) = [view.warning for view in with_picklists(address_settings(Settings()), ORGS["on"]) if view.warning]
    assert warning == ("This is set to “off”, but the org has them, with Salesforce's standard values: choose “on”.")


def test_nothing_is_said_before_the_fields_are_known_or_of_other_settings() -> None:
    assert not any(view.warning for view in with_picklists(contact_settings(Settings()), {}))
    assert with_picklists(connection_settings(Settings()), ORGS["on"]) == connection_settings(Settings())


def test_both_settings_begin_as_hubspots_own_integration_has_them() -> None:
    assert {view.key: view.value for view in address_settings(Settings())} == {SALESFORCE: "off", HUBSPOT: "match"}
