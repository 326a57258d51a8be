"""C6 over HTTP: an opportunity's stage moves the lifecycle stage of the HubSpot contacts in its contact roles, forward only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crmsync_desktop.domain.records import Side
from crmsync_desktop.ports.store import JournalState
from tests.acceptance.life.world import World, world, written

CLOSE = "2027-01-31"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("stages")) as opened:
        opened.plain_settings(
            contacts={"lifecycle_stage": "update"}, deals={"enabled": True}, companies={"enabled": True}
        )
        opened.sync()  # the first look: what is there already is no news
        yield opened


@pytest.fixture(params=["deals off", "deals on"])
def stages(request: pytest.FixtureRequest, shared: World) -> World:
    on = {"enabled": request.param == "deals on"}
    shared.plain_settings(contacts={"lifecycle_stage": "update"}, companies=on, deals=on)
    return shared


@pytest.fixture
def spread(shared: World) -> World:
    shared.plain_settings(
        contacts={"lifecycle_stage": "update"}, companies={"enabled": True, "lifecycle_sync": "on"}, deals={}
    )
    return shared


def person(here: World, **fields: str) -> str:
    number = here.number()
    return here.make("salesforce", "Contact", LastName=f"Moe {number}", Email=f"moe{number}@example.com", **fields)


def opportunity(here: World, *contacts: str, stage: str = "Prospecting", name: str = "Renewal") -> str:
    id = here.make("salesforce", "Opportunity", Name=name, StageName=stage, CloseDate=CLOSE)
    for contact in contacts:
        role(here, id, contact)
    return id


def role(here: World, opportunity: str, contact: str) -> str:
    return here.make("salesforce", "OpportunityContactRole", OpportunityId=opportunity, ContactId=contact)


def linked(here: World, **fields: str) -> tuple[str, str]:
    """A contact of both systems: (Salesforce id, HubSpot id)."""
    id = person(here, **fields)
    here.sync()
    partner = here.partner("contacts", Side.SALESFORCE, id)
    assert partner is not None
    return id, partner


def stage(here: World, hubspot: str, type: str = "contacts") -> str | None:
    return here.record("hubspot", type, hubspot).get("lifecyclestage")


def test_an_open_opportunity_makes_an_opportunity_and_one_that_is_won_a_customer(stages: World) -> None:
    contact, hubspot = linked(stages)
    before = stages.record("salesforce", "Contact", contact)
    deal = opportunity(stages, contact, name="Acme renewal")
    stages.sync()
    assert stage(stages, hubspot) == "opportunity"
    stages.edit("salesforce", "Opportunity", deal, StageName="Closed Won")
    stages.sync()
    assert stage(stages, hubspot) == "customer"
    (last,) = stages.journal(Side.HUBSPOT, hubspot)[-1:]
    assert last.reason == "Opportunity Acme renewal is Closed Won: lifecycle stage Customer"
    stages.settled()
    assert stages.record("salesforce", "Contact", contact) == before


def test_a_stage_that_changes_during_a_pass_is_seen_by_the_next(stages: World) -> None:
    contact, hubspot = linked(stages)
    deal = opportunity(stages, contact)
    stages.sync(during=lambda: stages.edit("salesforce", "Opportunity", deal, StageName="Closed Won"))
    assert stage(stages, hubspot) == "opportunity"
    stages.sync()
    assert stage(stages, hubspot) == "customer"


def test_a_contact_that_moves_on_in_hubspot_during_a_pass_is_not_moved_back(stages: World) -> None:
    contact, hubspot = linked(stages)
    opportunity(stages, contact)
    stages.sync(during=lambda: stages.edit("hubspot", "contacts", hubspot, lifecyclestage="evangelist"))
    stages.settled()
    assert stage(stages, hubspot) == "evangelist"


def test_a_new_contact_with_a_new_opportunity_gets_its_stage_in_the_pass_that_makes_it(stages: World) -> None:
    contact = person(stages)
    opportunity(stages, contact, stage="Closed Won")
    stages.sync()
    partner = stages.partner("contacts", Side.SALESFORCE, contact)
    assert partner is not None
    assert stage(stages, partner) == "customer"


def test_a_lost_opportunity_changes_nothing(stages: World) -> None:
    contact, hubspot = linked(stages)
    deal = opportunity(stages, contact)
    stages.sync()
    stages.edit("salesforce", "Opportunity", deal, StageName="Closed Lost")
    stages.sync()
    assert stage(stages, hubspot) == "opportunity"
    other, untouched = linked(stages)
    before = stage(stages, untouched)
    opportunity(stages, other, stage="Closed Lost")
    stages.sync()
    assert stage(stages, untouched) == before


def test_of_several_opportunities_the_furthest_counts_and_a_customer_stays_one(stages: World) -> None:
    contact, hubspot = linked(stages)
    opportunity(stages, contact, stage="Qualification")
    opportunity(stages, contact, stage="Closed Won")
    opportunity(stages, contact, stage="Closed Lost")
    stages.sync()
    assert stage(stages, hubspot) == "customer"
    opportunity(stages, contact)
    assert written(stages.sync()) <= (2 if stages.store.settings().deals.enabled else 0)
    assert stage(stages, hubspot) == "customer"


def test_only_contact_roles_count_and_a_removed_one_counts_no_more(stages: World) -> None:
    contact, hubspot = linked(stages)
    deal = opportunity(stages)
    stages.sync()
    assert stage(stages, hubspot) != "opportunity"
    given = role(stages, deal, contact)
    stages.sync()
    assert stage(stages, hubspot) == "opportunity"
    stages.delete("salesforce", "OpportunityContactRole", given)
    stages.sync()
    stages.edit("salesforce", "Opportunity", deal, StageName="Closed Won")
    stages.sync()
    if not stages.store.settings().deals.enabled:  # with deals, HubSpot's deal may bring the role back
        assert stage(stages, hubspot) == "opportunity"


def test_an_edit_of_an_opportunity_that_leaves_its_stage_alone_moves_nobody(stages: World) -> None:
    contact, hubspot = linked(stages)
    deal = opportunity(stages, contact)
    stages.sync()
    stages.edit("hubspot", "contacts", hubspot, lifecyclestage="lead")  # a person may
    stages.edit("salesforce", "Opportunity", deal, Amount="100", Name="Renamed")
    stages.settled()
    assert stage(stages, hubspot) == "lead"


def test_a_portals_own_stage_counts_where_the_portal_has_put_it(stages: World) -> None:
    base = f"{stages.orgs.announced['hubspot']['url']}/crm/properties/2026-03/contacts/lifecyclestage"
    options = stages.hubspot.session.get(base, timeout=30).json()["options"]
    if all(option["value"] != "pilot" for option in options):
        later = [{**option, "displayOrder": option["displayOrder"] * 2} for option in options]
        customer = next(option["displayOrder"] for option in later if option["value"] == "customer")
        own = [{"label": "Pilot", "value": "pilot", "displayOrder": customer - 1, "hidden": False},
               {"label": "Partner", "value": "partner", "displayOrder": customer + 1, "hidden": False}]  # fmt: skip
        stages.hubspot.session.patch(base, json={"options": [*later, *own]}, timeout=30).raise_for_status()
    stages.store.save_document("schemas_outdated", True)
    (before, piloting), (behind, partner) = linked(stages), linked(stages)
    stages.edit("hubspot", "contacts", piloting, lifecyclestage="pilot")
    stages.edit("hubspot", "contacts", partner, lifecyclestage="partner")
    first, second = opportunity(stages, before), opportunity(stages, behind)
    stages.sync()
    assert (stage(stages, piloting), stage(stages, partner)) == ("pilot", "partner")
    for each in (first, second):
        stages.edit("salesforce", "Opportunity", each, StageName="Closed Won")
    stages.sync()
    assert (stage(stages, piloting), stage(stages, partner)) == ("customer", "partner")


def test_a_contact_that_is_not_on_the_inclusion_list_stays_as_it_is(stages: World) -> None:
    base = f"{stages.orgs.announced['hubspot']['url']}/crm/lists/2026-03"
    lists = stages.hubspot.session.post(f"{base}/search", json={"processingTypes": ["DYNAMIC"]}, timeout=30).json()
    chosen = next(each["listId"] for each in lists["lists"] if each["name"] == "Customers and opportunities")
    contact, hubspot = linked(stages)
    stages.settings(contacts={"inclusion_list": str(chosen)})
    before = stage(stages, hubspot)
    opportunity(stages, contact)
    stages.settled()
    assert stage(stages, hubspot) == before


def test_a_quiet_pass_costs_one_call_a_side_and_object(stages: World) -> None:
    contact, _ = linked(stages)
    opportunity(stages, contact)
    stages.settled()
    stages.admin.advance(7200)
    stages.settled()
    stages.admin.advance(700)
    stages.sync()
    objects = 3 if stages.store.settings().deals.enabled else 1
    assert stages.calls() == {"salesforce": 1, "hubspot": objects}


def test_a_preview_shows_the_move_and_the_run_makes_it(stages: World) -> None:
    contact, hubspot = linked(stages)
    opportunity(stages, contact)
    shown = stages.sync(preview=True)
    (planned,) = [
        entry for entry in stages.store.entries(shown.id, [JournalState.PLANNED]) if entry.record_id == hubspot
    ]
    assert [(change.property, change.new) for change in planned.changes] == [("lifecyclestage", "opportunity")]
    assert stage(stages, hubspot) != "opportunity"
    stages.sync()
    assert stage(stages, hubspot) == "opportunity"


def test_with_the_setting_off_nothing_moves_and_what_happened_meanwhile_is_no_news_later(shared: World) -> None:
    shared.plain_settings()
    contact, hubspot = linked(shared)
    before = stage(shared, hubspot)
    opportunity(shared, contact)
    shared.sync()
    shared.settings(contacts={"lifecycle_stage": "update"})
    shared.sync()
    assert stage(shared, hubspot) == before
    opportunity(shared, contact, stage="Closed Won")
    shared.sync()
    assert stage(shared, hubspot) == "customer"


def test_an_org_that_hides_opportunities_says_so_and_syncs_all_the_same(shared: World) -> None:
    shared.plain_settings(contacts={"lifecycle_stage": "update"})
    shared.admin.post("/salesforce/setup", hidden_objects=["Opportunity"])
    try:
        contact, _ = linked(shared)
        assert shared.record("salesforce", "Contact", contact)["state"] == "live"
        assert shared.codes("OpportunityStage") == ["STAGES_HIDDEN"]
    finally:
        shared.admin.post("/salesforce/setup", hidden_objects=[])
        shared.store.save_document("schemas_outdated", True)
    shared.sync()
    assert shared.codes("OpportunityStage") == []


def company_of_three(here: World) -> tuple[str, str, str, str, str]:
    """An account with two contacts, its company, and another contact that only HubSpot has (as the test's list keeps it out):
    the Salesforce id of the first contact, and the HubSpot ids of the company, both contacts and the third."""
    account = here.make("salesforce", "Account", Name=f"Acme {here.number()}")
    first, second = person(here, AccountId=account), person(here, AccountId=account)
    here.settled()
    company = here.partner("companies", Side.SALESFORCE, account)
    one, two = (here.partner("contacts", Side.SALESFORCE, each) for each in (first, second))
    assert company is not None
    assert one is not None
    assert two is not None
    return first, company, one, two, account


def test_the_company_and_its_other_contacts_follow_where_the_setting_says_so(spread: World) -> None:
    contact, company, one, two, _ = company_of_three(spread)
    opportunity(spread, contact, name="Big", stage="Closed Won")
    spread.settled()
    assert [stage(spread, one), stage(spread, two), stage(spread, company, "companies")] == ["customer"] * 3
    (last,) = spread.journal(Side.HUBSPOT, company)[-1:]
    assert last.reason == "Opportunity Big is Closed Won: lifecycle stage Customer, through the company"


def test_another_contact_that_is_ahead_stays_ahead(spread: World) -> None:
    contact, company, one, two, _ = company_of_three(spread)
    spread.edit("hubspot", "contacts", two, lifecyclestage="customer")
    spread.sync()
    opportunity(spread, contact)
    spread.settled()
    assert [stage(spread, one), stage(spread, two)] == ["opportunity", "customer"]
    assert stage(spread, company, "companies") == "opportunity"


def test_a_contact_that_only_hubspot_has_follows_its_company_too(spread: World) -> None:
    contact, company, one, _, _ = company_of_three(spread)
    spread.settings(contacts={"on_hubspot_change": "lead"})
    values = {"email": f"only{spread.number()}@example.com", "associations.companies": company}
    alone = spread.make("hubspot", "contacts", **values)  # without a last name, Salesforce takes no lead of it
    spread.settled()
    assert spread.partner("contacts", Side.HUBSPOT, alone) is None
    opportunity(spread, contact, stage="Closed Won")
    spread.settled()
    assert [stage(spread, one), stage(spread, alone)] == ["customer", "customer"]


def test_without_that_setting_only_the_contact_itself_moves(stages: World) -> None:
    stages.settings(companies={"enabled": True})
    contact, company, one, two, _ = company_of_three(stages)
    others = stage(stages, two), stage(stages, company, "companies")
    opportunity(stages, contact)
    stages.settled()
    assert stage(stages, one) == "opportunity"
    assert (stage(stages, two), stage(stages, company, "companies")) == others


@pytest.mark.parametrize("how", ["drop_before", "drop_after_commit"])
def test_a_write_whose_answer_is_lost_is_made_up_for_once(stages: World, how: str) -> None:
    contact, hubspot = linked(stages)
    opportunity(stages, contact)
    stages.admin.fault("hubspot", path="contacts/batch/update", count=0, **{how: True})
    try:
        assert stages.sync().state == "stopped"
    finally:
        stages.admin.clear_faults()
    stages.settled()
    assert stage(stages, hubspot) == "opportunity"
    done = [entry for entry in stages.journal(Side.HUBSPOT, hubspot) if "lifecycle stage" in entry.reason]
    assert len(done) == 1


def test_an_undo_of_a_move_says_that_hubspot_lets_only_a_person_move_a_stage_back(shared: World) -> None:
    shared.plain_settings(contacts={"lifecycle_stage": "update"})
    contact, hubspot = linked(shared)
    shared.edit("hubspot", "contacts", hubspot, lifecyclestage="lead")
    shared.settled()
    opportunity(shared, contact)
    moved = shared.sync()
    assert stage(shared, hubspot) == "opportunity"
    undone = shared.run(shared.service.undo(moved.id, None, False, True))
    (left,) = [field for record in undone.left for field in record.fields]
    assert "“lead”" in str(left)
    shared.settled()
    assert stage(shared, hubspot) == "opportunity"
