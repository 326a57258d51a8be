"""Plans and undos of records that belong to each other, over HTTP (P1, P2)."""

from __future__ import annotations

from crmsync_desktop.app.plan_views import ApplyView, UndoView
from crmsync_desktop.app.views import PassView
from crmsync_desktop.domain.records import Side
from tests.acceptance.life.world import World, written
from tests.acceptance.pairs.portal import associate, associated
from tests.acceptance.pairs.test_associations import CLOSE, account, opportunity, partner, person, role, roles_of


def undo(here: World, done: PassView, preview: bool = False) -> UndoView:
    return here.run(here.service.undo(done.id, None, preview, False))


def apply(here: World, plan: PassView) -> ApplyView:
    return here.run(here.service.apply(plan.id))


def family_in_salesforce(here: World) -> tuple[str, str, str, str]:
    acme = account(here)
    ann = person(here, AccountId=acme)
    deal = opportunity(here, AccountId=acme)
    role(here, deal, ann)
    return acme, ann, deal, here.make("salesforce", "Case", Subject="Broken", ContactId=ann, AccountId=acme)


def family_in_hubspot(here: World) -> tuple[str, str, str]:
    number = here.number()
    company = here.make("hubspot", "companies", name=f"Globex {number}")
    contact = here.make(
        "hubspot", "contacts", lastname=f"Ng {number}", email=f"ng{number}@example.com", associatedcompanyid=company
    )
    deal = here.make(
        "hubspot", "deals", dealname="Up", pipeline="default", dealstage="appointmentscheduled", closedate=CLOSE
    )
    associate(here, "deals", deal, "companies", company)
    associate(here, "deals", deal, "contacts", contact)
    return company, contact, deal


def states(here: World, system: str, *records: tuple[str, str]) -> set[str]:
    return {here.record(system, type, id)["state"] for type, id in records}


def test_a_previewed_family_is_applied_whole(here: World) -> None:
    here.settled()
    acme, ann, deal, _ = family_in_salesforce(here)
    plan = here.sync(preview=True)
    assert sum(tally.created for tally in plan.tallies) == 4
    done = apply(here, plan)
    assert done.moved == ()
    assert here.record("hubspot", "contacts", partner(here, "contacts", ann))["associatedcompanyid"] == partner(
        here, "companies", acme
    )
    assert set(associated(here, "deals", partner(here, "deals", deal), "contacts")) == {partner(here, "contacts", ann)}
    here.settled()


def test_a_family_created_in_hubspot_is_taken_back_whole(here: World) -> None:
    here.settled()
    acme, ann, deal, case = family_in_salesforce(here)
    done = here.sync()
    there = [
        ("companies", partner(here, "companies", acme)), ("contacts", partner(here, "contacts", ann)),
        ("deals", partner(here, "deals", deal)), ("tickets", partner(here, "tickets", case)),
    ]  # fmt: skip
    shown = undo(here, done, preview=True)
    assert (shown.left, sum(tally.deleted for tally in shown.result.tallies)) == ((), 4)
    assert undo(here, done).left == ()
    assert states(here, "hubspot", *there) == {"deleted"}
    here.settled()
    here_still = (("Account", acme), ("Contact", ann), ("Opportunity", deal), ("Case", case))
    assert states(here, "salesforce", *here_still) == {"live"}
    assert roles_of(here, deal) == {ann: None}


def test_a_family_created_in_salesforce_is_taken_back_whole(here: World) -> None:
    here.settled()
    company, contact, deal = family_in_hubspot(here)
    done = here.sync()
    made = [
        ("Account", partner(here, "companies", company, Side.HUBSPOT)),
        ("Contact", partner(here, "contacts", contact, Side.HUBSPOT)),
        ("Opportunity", partner(here, "deals", deal, Side.HUBSPOT)),
    ]
    shown = undo(here, done, preview=True)
    assert (shown.left, sum(tally.deleted for tally in shown.result.tallies)) == ((), 3)
    assert undo(here, done).left == ()
    assert states(here, "salesforce", *made) == {"deleted"}
    here.settled()
    assert states(here, "hubspot", ("companies", company), ("contacts", contact), ("deals", deal)) == {"live"}


def test_an_account_that_others_have_put_records_under_stays(here: World) -> None:
    here.settled()
    company, contact, _ = family_in_hubspot(here)
    done = here.sync()
    acme = partner(here, "companies", company, Side.HUBSPOT)
    theirs = opportunity(here, AccountId=acme)
    (left,) = [each for each in undo(here, done).left if each.object == "Account"]
    assert left.fields[0].why == f"Opportunity {theirs} belongs to it"
    assert states(here, "salesforce", ("Account", acme), ("Opportunity", theirs)) == {"live"}
    assert states(here, "hubspot", ("contacts", contact)) == {"live"}


def test_a_contact_that_somebody_has_logged_a_task_on_stays(here: World) -> None:
    here.settled()
    number = here.number()
    contact = here.make("hubspot", "contacts", lastname=f"Ng {number}", email=f"ng{number}@example.com")
    done = here.sync()
    there = partner(here, "contacts", contact, Side.HUBSPOT)
    task = here.salesforce.create("Task", Subject="Call her", WhoId=there)
    (left,) = undo(here, done).left
    assert left.fields[0].why == f"Task {task} belongs to it"
    assert states(here, "salesforce", ("Contact", there)) == {"live"}


def test_a_move_to_another_account_goes_back_and_stays(here: World) -> None:
    one, two = account(here), account(here)
    ann, bob = person(here, AccountId=one), person(here, AccountId=two)
    here.settled()
    here.edit("salesforce", "Contact", ann, AccountId=two)
    done = here.sync()
    contact = partner(here, "contacts", ann)
    assert here.record("hubspot", "contacts", contact)["associatedcompanyid"] == partner(here, "companies", two)
    assert undo(here, done).left == ()
    former = partner(here, "companies", one)
    assert here.record("hubspot", "contacts", contact)["associatedcompanyid"] == former
    assert written(here.sync()) == 0
    assert here.record("hubspot", "contacts", contact)["associatedcompanyid"] == former
    assert here.record("salesforce", "Contact", ann)["AccountId"] == two
    assert here.record("salesforce", "Contact", bob)["AccountId"] == two


def test_members_of_a_deal_go_back_and_stay(here: World) -> None:
    acme = account(here)
    ann, bob = person(here, AccountId=acme), person(here, AccountId=acme)
    deal = opportunity(here, AccountId=acme)
    role(here, deal, ann)
    here.settled()
    role(here, deal, bob)
    done = here.sync()
    there = partner(here, "deals", deal)
    assert set(associated(here, "deals", there, "contacts")) == {partner(here, "contacts", each) for each in (ann, bob)}
    assert undo(here, done).left == ()
    assert set(associated(here, "deals", there, "contacts")) == {partner(here, "contacts", ann)}
    assert written(here.sync()) == 0
    assert set(associated(here, "deals", there, "contacts")) == {partner(here, "contacts", ann)}
    assert set(roles_of(here, deal)) == {ann, bob}


def test_a_stage_goes_back_with_its_pipeline(here: World) -> None:
    acme = account(here)
    person(here, AccountId=acme)
    deal = opportunity(here, AccountId=acme)
    here.settled()
    there = partner(here, "deals", deal)
    before = here.record("hubspot", "deals", there)["dealstage"]
    here.edit("salesforce", "Opportunity", deal, StageName="Closed Won")
    done = here.sync()
    assert here.record("hubspot", "deals", there)["dealstage"] != before
    assert undo(here, done).left == ()
    assert here.record("hubspot", "deals", there)["dealstage"] == before
    assert written(here.sync()) == 0
    assert here.record("hubspot", "deals", there)["dealstage"] == before


def test_why_knows_stages_and_parents_as_the_planner_does(here: World) -> None:
    acme = account(here)
    ann = person(here, AccountId=acme)
    deal = opportunity(here, AccountId=acme)
    role(here, deal, ann)
    here.settled()
    found = here.run(here.service.why(deal, None))
    assert (found.pair, found.decisions) == ("deals", ("Nothing: both sides agree, or differ as they may.",))
    assert here.run(here.service.why(ann, None)).decisions == found.decisions
    here.edit("salesforce", "Opportunity", deal, StageName="Closed Won")
    here.sync(preview=True)
    stage = here.run(here.service.why(deal, "dealstage")).field
    assert stage is not None
    assert (stage.salesforce, stage.hubspot, stage.base_salesforce) == (
        "Closed Won",
        "appointmentscheduled",
        "Prospecting",
    )
    assert stage.decision.startswith("dealstage: “closedwon” would be written to HubSpot, over “appointmentscheduled”")
