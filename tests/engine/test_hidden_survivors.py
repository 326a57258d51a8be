"""A record that became another one, which the connected user may not see."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.records import Side
from tests.engine.desk import Desk
from tests.simulation.sides import Row


def hide(desk: Desk, object: str, but: Row | None = None) -> Row:
    """Take the newest record of this object out of what the connected user sees."""
    row = [each for each in desk.salesforce.rows.values() if each.object == object and each is not but][-1]
    del desk.salesforce.rows[row.id]
    return row


@pytest.mark.parametrize("setting", ["delete", "nothing"])
def test_i10_a_lead_converted_into_a_contact_that_cannot_be_seen_deletes_nothing(setting: str) -> None:
    with Desk(on_hubspot_change="lead", on_salesforce_delete=setting) as desk:
        hubspot = desk.in_hubspot(company="Acme")
        desk.sync()
        lead = desk.partner(hubspot)
        desk.salesforce.convert(lead.id)
        contact = hide(desk, "Contact")
        desk.sync()
        desk.sync()
        assert hubspot.live
        assert [error.code for error in desk.errors()] == ["NOT_VISIBLE"]
        calls = len(desk.calls())
        desk.sync()
        assert len(desk.calls()) - calls <= 2  # nothing is asked for again and again
        contact.values["Title"] = "Seen again"
        desk.salesforce.rows[contact.id] = contact  # a permission was granted; the record itself didn't change
        desk.memory.store.stage_again(Side.SALESFORCE, [desk.known(lead).row])
        desk.sync()
        desk.sync()
        assert desk.errors() == []
        assert desk.partner(hubspot) is contact
        assert [row.id for row in desk.hubspot.live()] == [hubspot.id]
        assert hubspot.values["jobtitle"] == "Seen again"


def test_c5_a_converted_lead_whose_contact_was_deleted_is_deleted_like_it() -> None:
    with Desk(on_hubspot_change="lead", on_salesforce_delete="delete") as desk:
        hubspot = desk.in_hubspot(company="Acme")
        desk.sync()
        desk.salesforce.convert(desk.partner(hubspot).id)
        contact = [each for each in desk.salesforce.rows.values() if each.object == "Contact"][-1]
        desk.salesforce.remove(contact.id)
        desk.sync()
        assert not hubspot.live


def test_c9_a_converted_lead_whose_contact_was_merged_since_is_followed_to_the_last_of_them() -> None:
    with Desk(on_hubspot_change="lead", on_salesforce_delete="delete") as desk:
        hubspot = desk.in_hubspot(company="Acme")
        desk.sync()
        desk.salesforce.convert(desk.partner(hubspot).id)
        contact = [each for each in desk.salesforce.rows.values() if each.object == "Contact"][-1]
        master = desk.in_salesforce(Email=None, Title="Survivor")
        desk.salesforce.merge(master.id, contact.id)
        desk.sync()
        assert hubspot.live
        assert desk.partner(hubspot) is master
        assert [row.id for row in desk.hubspot.live()] == [hubspot.id]
        assert hubspot.values["jobtitle"] == "Survivor"
