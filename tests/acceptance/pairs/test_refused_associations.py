"""What belongs together and can't be joined just now: nothing is made twice, nothing is taken away, and it is told (O2)."""

from __future__ import annotations

from crmsync_desktop.domain.records import Side
from tests.acceptance.life.world import World, written
from tests.acceptance.pairs.portal import associate, associated, make_label
from tests.acceptance.pairs.test_associations import CLOSE, opportunity, partner, person, role, roles_of

ROLE = "Evaluator"
RULE = {
    "sobject": "OpportunityContactRole", "name": "Evaluators", "message": "No evaluators here.", "field": "Role",
    "when": [{"field": "Role", "operator": "equals", "value": ROLE}],
}  # fmt: skip


def test_a_refused_role_leaves_one_opportunity_and_the_deal_as_it_was_until_it_is_allowed(here: World) -> None:
    ann = person(here)
    here.sync()
    contact = partner(here, "contacts", ann)
    make_label(here, "deals", "contacts", ROLE)
    here.admin.advance(86_400)  # the portal's labels are read once a day
    here.admin.post("/salesforce/setup", validation_rules=[RULE])
    deal = here.make(
        "hubspot", "deals", dealname="Evaluated", pipeline="default", dealstage="appointmentscheduled", closedate=CLOSE
    )
    associate(here, "deals", deal, "contacts", contact, ROLE)
    here.settled()
    sold = partner(here, "deals", deal, Side.HUBSPOT)
    assert here.named("salesforce", "Opportunity", "Evaluated") == [sold]
    assert roles_of(here, sold) == {}
    assert "FIELD_CUSTOM_VALIDATION_EXCEPTION" in here.codes(deal, sold)
    assert associated(here, "deals", deal, "contacts") == {contact: {None, ROLE}}
    here.admin.post("/salesforce/setup", validation_rules=[])
    here.edit("hubspot", "deals", deal, dealname="Evaluated and edited")
    here.settled()
    assert roles_of(here, sold) == {ann: ROLE}
    assert "FIELD_CUSTOM_VALIDATION_EXCEPTION" not in here.codes(deal, sold)


def test_a_quiet_pass_over_all_pairs_costs_one_call_in_salesforce_and_one_for_each_object_in_hubspot(
    here: World,
) -> None:
    deal = opportunity(here)
    role(here, deal, person(here))
    here.sync()
    here.admin.advance(7_200)
    here.settled()
    here.admin.advance(1_800)
    assert here.calls() == {"salesforce": 1, "hubspot": 4}


def test_roles_and_associations_that_moved_no_date_travel_all_the_same(here: World) -> None:
    ann, bo = person(here), person(here)
    deal = opportunity(here)
    first = role(here, deal, ann)
    here.settled()
    there = partner(here, "deals", deal)
    contacts = {id: partner(here, "contacts", id) for id in (ann, bo)}
    here.admin.advance(7_200)
    here.settled()
    here.delete("salesforce", "OpportunityContactRole", first)
    here.sync()
    assert associated(here, "deals", there, "contacts") == {}
    associate(here, "deals", there, "contacts", contacts[bo])
    here.admin.advance(7_200)
    here.sync()
    assert set(roles_of(here, deal)) == {bo}
    assert written(here.sync()) == 0
