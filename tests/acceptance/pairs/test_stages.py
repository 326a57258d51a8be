"""Pipelines and stages of deals and tickets, over HTTP (O3)."""

from __future__ import annotations

from tests.acceptance.life.world import World


def test_stages_travel_both_ways_and_nothing_bounces(here: World) -> None:
    n = here.number()
    opportunity = here.make(
        "salesforce", "Opportunity", Name=f"Deal {n}", StageName="Qualification", CloseDate="2027-01-31"
    )
    here.sync()
    deal = here.partner("deals", "salesforce", opportunity)  # type: ignore[arg-type]
    assert deal is not None
    assert here.record("hubspot", "deals", deal)["dealstage"] == "appointmentscheduled"
    here.settled()
    assert here.record("salesforce", "Opportunity", opportunity)["StageName"] == "Qualification"
