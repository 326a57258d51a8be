"""Imports of objects whose pair is off, of custom objects and of activities; what guards them; and one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from crmsync_desktop.app.import_views import ImportDoneView, ImportSource
from crmsync_desktop.app.object_views import ObjectRequest
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.filters import Condition, Operator
from crmsync_desktop.domain.list_columns import Wanted
from crmsync_desktop.domain.records import Side
from tests.acceptance.life.world import World, world, written
from tests.acceptance.pairs.portal import associated

NAME = "Subscription__c"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("imports")) as opened:
        opened.admin.post("/hubspot/setup", tier="enterprise")
        opened.admin.post("/hubspot/limits", burst=10**9, searches=10**9)
        opened.admin.post("/salesforce/setup", custom_objects=[NAME])
        yield opened


def brought(here: World, object: str, *ids: str, approved: bool = True) -> ImportDoneView:
    source = ImportSource(object, lists=Wanted.IDS, values=ids)
    return here.run(here.service.import_run(source, (), approved))


def outcomes(done: ImportDoneView) -> dict[str, int]:
    return {outcome: count for outcome, count in done.imported.counts.items() if count}


def test_accounts_come_once_though_companies_dont_sync(here: World) -> None:
    number = here.number()
    account = here.salesforce.create("Account", Name=f"Fjord {number}", Website=f"https://fjord{number}.example")
    assert outcomes(brought(here, "Account", account)) == {"created": 1}
    (company,) = here.named("hubspot", "companies", f"Fjord {number}")
    assert here.record("hubspot", "companies", company)["salesforceaccountid"] == account
    assert outcomes(brought(here, "account", account[:15])) == {"unchanged": 1}
    here.edit("hubspot", "companies", company, name="Edited")
    here.salesforce.edit("Account", account, Name=f"Fjord {number} AS")
    assert outcomes(brought(here, "Account", account)) == {"updated": 1}
    assert here.record("hubspot", "companies", company)["name"] == f"Fjord {number} AS"
    here.settled()
    assert here.named("hubspot", "companies", f"Fjord {number}") == [company]
    done = here.run(here.service.undo(brought(here, "Account", account).result.id - 2, None, False, True))
    assert done.result.state == "done"


def test_an_import_of_a_pair_that_is_off_is_taken_back_without_reading_all_of_it(here: World) -> None:
    number = here.number()
    account = here.salesforce.create("Account", Name=f"Back {number}", Website=f"https://back{number}.example")
    other = here.salesforce.create("Account", Name=f"Other {number}", Website=f"https://other{number}.example")
    assert here.store.records_by_id(Side.SALESFORCE, "Account", [other]) == []
    done = brought(here, "Account", account)
    (company,) = here.named("hubspot", "companies", f"Back {number}")
    here.edit("hubspot", "companies", company, name=f"Back {number} edited")
    kept = here.run(here.service.undo(done.result.id, None, True, True))
    assert [(each.record_id, each.pair) for each in kept.left] == [(company, "companies")]
    here.edit("hubspot", "companies", company, name=f"Back {number}")
    undone = here.run(here.service.undo(done.result.id, None, False, True))
    assert (written(undone.result), undone.left) == (1, ())
    assert here.named("hubspot", "companies", f"Back {number}") == []
    assert here.store.records_by_id(Side.SALESFORCE, "Account", [other]) == []


def test_what_belongs_to_an_imported_record_hears_of_it_in_the_next_pass(here: World) -> None:
    """A deal waits for its contact's account to be a company; the import makes it one."""
    here.settings(deals={"enabled": True}, companies={"enabled": True})
    try:
        number = here.number()
        account = here.salesforce.create("Account", Name=f"Vik {number}")
        contact = here.salesforce.create("Contact", LastName="Vik", Email=f"vik{number}@x.example", AccountId=account)
        assert outcomes(brought(here, "Contact", contact)) == {"created": 1}
        assert outcomes(brought(here, "Account", account)) == {"created": 1}
        here.settled()
        person = here.partner("contacts", Side.SALESFORCE, contact)
        company = here.partner("companies", Side.SALESFORCE, account)
        assert company is not None
        assert here.record("hubspot", "contacts", str(person))["associatedcompanyid"] == company
        assert here.errors(account, contact) == []
    finally:
        here.settings(deals={"enabled": False}, companies={"enabled": False})


def test_custom_objects_come_with_what_they_belong_to(here: World) -> None:
    source = ImportSource(NAME)
    with pytest.raises(SetupError, match=f"objects add {NAME}"):
        here.run(here.service.import_count(source))
    here.run(here.service.add_object(NAME, ObjectRequest()))
    kind = here.store.settings().custom_objects[0].hubspot
    number = here.number()
    contact = here.salesforce.create("Contact", LastName="Moe", Email=f"moe{number}@x.example")
    own = here.salesforce.create(NAME, Contact__c=contact, Plan__c="Team", Monthly_Price__c=49.5)
    here.salesforce.create(NAME, Plan__c="Enterprise")
    here.settled()
    where = Condition("Plan__c", Operator.EQUALS, ("Team",))
    assert here.run(here.service.import_count(ImportSource(NAME, where))).records == 1
    done = here.run(here.service.import_run(ImportSource(NAME, where), (), False))
    assert outcomes(done) == {"created": 1}
    id = str(here.partner(NAME, Side.SALESFORCE, own))
    assert here.record("hubspot", kind, id)["plan"] == "Team"
    assert set(associated(here, kind, id, "contacts")) == {here.partner("contacts", Side.SALESFORCE, contact)}


@pytest.mark.parametrize(
    ("object", "type", "values"),
    [
        ("Opportunity", "deals", {"Name": "Big {n}", "StageName": "Prospecting", "CloseDate": "2026-12-01"}),
        ("Case", "tickets", {"Subject": "Broken {n}", "Status": "New"}),
        ("Lead", "contacts", {"LastName": "Lie {n}", "Company": "Lie", "Email": "lie{n}@x.example"}),
        ("Task", "tasks", {"Subject": "Ring {n}", "WhoId": "{contact}"}),
    ],
)
def test_each_object_comes_once(here: World, object: str, type: str, values: dict[str, str]) -> None:
    number = here.number()
    contact = here.salesforce.create("Contact", LastName="Ås", Email=f"as{number}@x.example")
    here.settled()
    fields = {name: text.format(n=number, contact=contact) for name, text in values.items()}
    id = here.salesforce.create(object, **fields)
    assert outcomes(brought(here, object, id)) == {"created": 1}
    assert outcomes(brought(here, object, id)) == {"unchanged": 1}
    here.settled()
    text = next(iter(fields.values()))
    assert len(here.named("hubspot", type, text)) == 1


def test_a_converted_lead_says_what_it_has_become(here: World) -> None:
    lead = here.salesforce.create("Lead", LastName="Con", Company="Con AS", Email=f"con{here.number()}@x.example")
    contact = here.convert(lead)["contact"]
    done = brought(here, "Lead", lead)
    assert outcomes(done) == {"skipped": 1}
    assert f"It has become Contact {contact}" in done.skipped[0].reason


def test_one_that_would_change_too_much_asks_first(here: World) -> None:
    number = here.number()
    ids = [here.salesforce.create("Contact", LastName=f"G{number}.{n}", Email=f"g{n}.{number}@x.example") for n in range(3)]  # fmt: skip
    here.settled()
    for id in ids:
        here.salesforce.edit("Contact", id, Title="Guard")
    here.settings(guard_change_minimum=1, guard_change_share=1)
    try:
        stopped = brought(here, "Contact", *ids, approved=False)
        assert stopped.imported.state == "stopped"
        assert f"import resume {stopped.imported.number} --approve" in stopped.result.message
        assert outcomes(stopped) == {"pending": 3}
        done = here.run(here.service.import_resume(stopped.imported.number, True))
        assert outcomes(done) == {"updated": 3}
    finally:
        here.plain_settings()
    assert written(here.sync()) == 0


def test_there_is_one_at_a_time_and_it_can_be_stopped(here: World) -> None:
    contact = here.salesforce.create("Contact", LastName="One", Email=f"one{here.number()}@x.example")
    source = ImportSource("Contact", lists=Wanted.IDS, values=(contact,))

    async def two() -> None:
        first = asyncio.ensure_future(here.service.import_run(source, (), False))
        while not any(row.state == "running" for row in await here.service.imports(1)):
            await asyncio.sleep(0)
        with pytest.raises(SetupError, match="is running"):
            await here.service.import_preview(source, ())
        while here.service._runner._running is None or here.service._runner._running.done():
            await asyncio.sleep(0)
        await here.service.import_cancel(None)
        done = await first
        assert done.imported.state == "cancelled"
        assert outcomes(await here.service.import_resume(done.imported.number, False)) == {"created": 1}

    here.run(two())


def test_what_became_of_each_is_told_page_by_page(here: World) -> None:
    number = brought(here, "Contact", "nonsense", "more nonsense").imported.number
    first = here.run(here.service.import_items(number, None, 0, 1))
    second = here.run(here.service.import_items(number, "skipped", first[0].row, 10))
    assert [item.salesforce_id for item in (*first, *second)] == ["nonsense", "more nonsense"]
    with pytest.raises(SetupError, match="no outcome “odd”"):
        here.run(here.service.import_items(number, "odd", 0, 1))
