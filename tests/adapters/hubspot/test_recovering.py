"""Lost creates: found where they are, free to be sent again only where they surely aren't."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.records import Op, Outcome, Side, Write
from crmsync_desktop.practice.hubspot.catalog import object_type
from tests.adapters.hubspot.conftest import Site

pytestmark = pytest.mark.http
UNLINKED = pytest.mark.parametrize("site", [{"link_property": False}], indirect=True)


def test_by_the_link_property_two_hundred_cost_two_calls_past_the_index(site: Site) -> None:
    site.portal.search_lag_seconds = 3_600
    writes = [site.create(f"003{n}", lastname=f"L{n}") for n in range(200)]
    made = {
        each.key: site.insert({"lastname": "as stored", "crmsync_salesforce_id": each.origin_id or ""})
        for each in writes[::2]
    }
    answers = site.use(lambda crm: crm.recover(writes))
    assert {answer.key: answer.id for answer in answers if answer.outcome is Outcome.DONE} == made
    assert [answer.outcome for answer in answers[1::2]] == [Outcome.FAILED] * 100
    assert answers[0].echo == {"lastname": "as stored"}
    assert all(answer.faults == () for answer in answers)
    assert site.calls() == 1 + 2


def test_a_record_from_before_the_journal_is_not_the_lost_one(site: Site) -> None:
    site.insert({"lastname": "Old", "crmsync_salesforce_id": "0031"})
    site.insert({"email": "old@example.com"})
    site.pass_time(3_600)
    writes = [site.create("0031", lastname="New"), site.create(None, email="old@example.com")]
    answers = site.use(lambda crm: crm.recover(writes))
    assert [(answer.outcome, answer.id) for answer in answers] == [(Outcome.FAILED, None)] * 2


@UNLINKED
def test_by_the_address_first_or_additional(site: Site) -> None:
    writes = [
        site.create("0031", email="One@example.com"),
        site.create("0032", email="two@example.com"),
        site.create("0033", email="gone@example.com"),
    ]
    one = site.insert({"email": "one@example.com"})
    two = site.insert({"email": "other@example.com", "hs_additional_emails": "two@example.com"})
    answers = site.use(lambda crm: crm.recover(writes))
    assert [answer.id for answer in answers] == [one, two, None]
    assert answers[2].outcome is Outcome.FAILED


@UNLINKED
def test_without_an_address_the_index_is_given_its_time(site: Site) -> None:
    write = site.create("0031", lastname="Nobody", firstname="No")
    ask = [write]
    assert site.use(lambda crm: crm.recover(ask))[0].outcome is Outcome.UNKNOWN
    site.pass_time(61)
    assert site.use(lambda crm: crm.recover(ask))[0].outcome is Outcome.FAILED


@UNLINKED
def test_without_an_address_one_new_record_with_the_same_values_is_it(site: Site) -> None:
    site.insert({"lastname": "Same", "firstname": "Anna"})
    site.pass_time(3_600)
    write = site.create("0031", lastname="Same", firstname="Anna")
    made = site.insert({"lastname": "Same", "firstname": "Anna"})
    (answer,) = site.use(lambda crm: crm.recover([write]))
    assert (answer.outcome, answer.id) == (Outcome.DONE, made)
    site.insert({"lastname": "Same", "firstname": "Anna"})
    (answer,) = site.use(lambda crm: crm.recover([write]))
    assert answer.outcome is Outcome.UNKNOWN  # which of the two can't be told


@UNLINKED
def test_a_create_with_nothing_to_look_for_stays_unknown(site: Site) -> None:
    write = site.create("0031", closedate="2026-01-01T00:00:00Z")
    site.pass_time(3_600)
    assert site.use(lambda crm: crm.recover([write]))[0].outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("object_name", "name", "more"),
    [("companies", "name", {}), ("deals", "dealname", {}), ("tickets", "subject", {"hs_pipeline_stage": "1"})],
)
@UNLINKED
def test_companies_deals_and_tickets_are_found_by_their_names(
    site: Site, object_name: str, name: str, more: dict[str, str]
) -> None:
    journaled = site.clock.moment().isoformat()
    values = {name: "The new one", "description": "x" * 300, **more}
    write = Write("w1", Side.HUBSPOT, object_name, Op.CREATE, None, dict(values), "0011", journaled)
    kept = {field: value for field, value in values.items() if field in site.portal.catalog.properties(object_name)}
    with site.portal.database.transaction():
        made = str(site.portal.create(object_type(object_name), kept).id)
        site.portal.create(object_type(object_name), kept | {name: "Another one"})
    (answer,) = site.use(lambda crm: crm.recover([write]))
    assert (answer.outcome, answer.id) == (Outcome.DONE, made)
