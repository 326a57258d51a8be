"""Every write names its source, as HubSpot's property histories do."""

from __future__ import annotations

from pathlib import Path

from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.hubspot import HubSpotPortal
from crmsync_desktop.practice.hubspot.catalog import OBJECT_TYPES
from crmsync_desktop.practice.hubspot.merging import merge
from crmsync_desktop.practice.hubspot.sources import PERSON_USER_ID
from tests.practice.hubspot.conftest import NOW, Served

CONTACTS = "/crm/objects/2026-03/contacts"
KIND = OBJECT_TYPES["contacts"]


def who(served: Served, *ids: str) -> list[str]:
    told = served.portal.changed_by("contacts", map(int, ids))
    return [told[int(each)] for each in ids]


def test_the_last_writer_of_a_record_is_known(served: Served) -> None:
    contact, other = served.contact(firstname="Kari"), served.contact(firstname="Ola")
    with served.portal.database.transaction():
        record = served.portal.find(KIND, contact, None)
        served.portal.update(KIND, record, {"firstname": "Karin"}, source="CRM_UI")
    assert who(served, contact, other) == ["person", "sync"]
    served.ok("PATCH", f"{CONTACTS}/{contact}", {"properties": {"firstname": "Karen"}})
    with served.portal.database.transaction():
        served.portal.archive(served.portal.find(KIND, other, None), source="CRM_UI")
    assert who(served, contact, other) == ["sync", "person"]
    assert served.portal.changed_by("contacts", [1]) == {}
    assert served.portal.changed_by("deals", [int(contact)]) == {}


def test_what_a_person_made_restored_or_merged_counts_as_a_person_s(served: Served) -> None:
    with served.portal.database.transaction():
        one, two, three = (served.portal.create(KIND, {"firstname": name}, source="CRM_UI") for name in "abc")
    assert who(served, str(one.id)) == ["person"]
    served.ok("DELETE", f"{CONTACTS}/{three.id}")
    assert who(served, str(three.id)) == ["sync"]
    with served.portal.database.transaction():
        served.portal.restore(KIND, three.id)
        survivor = merge(served.portal, KIND, one, two, source="CRM_UI")
    assert who(served, str(three.id), str(survivor.id), str(one.id)) == ["person", "person", "person"]


def test_a_property_s_history_names_the_source_of_each_version(served: Served) -> None:
    contact = served.contact(firstname="Kari")
    served.clock.advance(1)
    with served.portal.database.transaction():
        record = served.portal.find(KIND, contact, None)
        served.portal.update(KIND, record, {"firstname": "Karin"}, source="CRM_UI")
        served.clock.advance(1)
        served.portal.update(KIND, record, {"firstname": "Karen"}, source="AUTOMATION_PLATFORM")
    told = served.ok("GET", f"{CONTACTS}/{contact}", propertiesWithHistory="firstname")["propertiesWithHistory"]
    assert [(each["value"], each["sourceType"], each.get("sourceId")) for each in told["firstname"]] == [
        ("Karen", "AUTOMATION_PLATFORM", f"enrollmentId:{contact};actionExecutionIndex:0"),
        ("Karin", "CRM_UI", f"userId:{PERSON_USER_ID}"),
        ("Kari", "INTEGRATION", "1160452"),
    ]
    assert told["firstname"][1]["updatedByUserId"] == PERSON_USER_ID
    assert who(served, contact) == ["automation"]


def test_a_database_of_an_earlier_version_learns_to_keep_the_writer(tmp_path: Path) -> None:
    file, clock = tmp_path / "old.db", PracticeClock(source=lambda: NOW)
    portal = HubSpotPortal(file, clock)
    with portal.database.transaction():
        record = portal.create(KIND, {"firstname": "Kari"})
    portal.connection.execute("ALTER TABLE record DROP COLUMN writer")
    portal.close()
    portal = HubSpotPortal(file, clock)
    assert portal.changed_by("contacts", [record.id]) == {record.id: "sync"}
    with portal.database.transaction():
        portal.update(KIND, portal.find(KIND, str(record.id), None), {"firstname": "K"}, source="CRM_UI")
    assert portal.changed_by("contacts", [record.id]) == {record.id: "person"}
    portal.close()
