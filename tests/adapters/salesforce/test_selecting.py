"""Chosen records by pages, counts of them, and what both refuse."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from crmsync_desktop.adapters.salesforce import SalesforceCrm
from crmsync_desktop.domain.errors import AllocationReached, BugError, SetupError, SignInNeeded, Unreachable
from crmsync_desktop.domain.filters import Condition, Filter, Group, Joined, Not, Operator
from crmsync_desktop.domain.records import UNSEEN, Presence, Side
from crmsync_desktop.domain.selection import Cost, Way, by_pages, reading_cost, rest_page
from crmsync_desktop.ports.crm import Want
from crmsync_desktop.practice.salesforce.customisation import CustomField
from crmsync_desktop.practice.salesforce.setup import OrgSetup
from tests.adapters.salesforce.conftest import Site
from tests.adapters.salesforce.selecting import ALL_L, BUSY, CONTACTS, fill, ids, known, pages, paid, read, records

pytestmark = pytest.mark.http

LONG_TEXTS = (CustomField("One__c", "longtextarea", "Account"), CustomField("Two__c", "longtextarea", "Account"))


def test_a_count_is_one_call(site: Site) -> None:
    fill(site, 30)
    site.org.insert("Contact", {"LastName": "Other"})
    schemas = known(site, "Contact")
    one = Group(Joined.AND, (ALL_L, Not(Condition("Email", Operator.EQUALS, ("E5@example.com",)))))
    assert site.use(lambda crm: crm.how_many("Contact", one), schemas=schemas) == 29
    assert site.use(lambda crm: crm.how_many("Contact", None), schemas=schemas) == 31
    assert site.requests() == 2
    assert paid(site) == ["import", "import"]


def test_a_count_without_a_number_is_nonsense(site: Site) -> None:
    schemas = known(site, "Contact")
    site.faults.plan += [("GET", "/query", (200, "application/json", b'{"done":true,"records":[]}'))] * 4
    with pytest.raises(Unreachable):
        site.use(lambda crm: crm.how_many("Contact", None), schemas=schemas)


def test_pages_come_in_the_order_of_ids_two_thousand_a_call(site: Site) -> None:
    made = fill(site, 4_100)
    found = read(site, CONTACTS, ALL_L)
    assert ids(found) == made
    assert [len(page.records) for page in found] == [2_000, 2_000, 100]
    assert [(page.last, page.way, page.missing) for page in found] == [
        (False, Way.PAGES, ()),
        (False, Way.PAGES, ()),
        (True, Way.PAGES, ()),
    ]
    assert records(found)[7].cells == ["L7", "e7@example.com"]
    assert records(found)[7].keys == ("e7@example.com",)
    assert site.requests() == by_pages(4_100) == 3
    assert paid(site) == ["import"] * 3


def test_a_full_page_says_nothing_of_what_is_behind_it(site: Site) -> None:
    made = fill(site, 2_000)
    found = read(site, CONTACTS, None)
    assert [(len(page.records), page.last) for page in found] == [(2_000, False), (0, True)]
    assert ids(found) == made
    assert site.requests() == by_pages(2_000) == 2


def test_nothing_found_is_one_empty_last_page(site: Site) -> None:
    (page,) = read(site, CONTACTS, ALL_L)
    assert (page.records, page.last) == ([], True)


def test_a_read_goes_on_from_any_page_in_another_process(site: Site) -> None:
    made = fill(site, 4_100)
    whole = read(site, CONTACTS, ALL_L)
    for number, page in enumerate(whole):
        before = site.requests()
        rest = read(site, CONTACTS, ALL_L, after=page.position)
        assert ids(whole[: number + 1]) + ids(rest) == made
        assert site.requests() - before == max(1, 2 - number)


def test_records_made_and_deleted_between_two_pages_shift_nothing(site: Site) -> None:
    made = fill(site, 2_500)
    first, *_ = read(site, CONTACTS, ALL_L)
    site.org.delete([made[0], made[2_100]])
    new = site.org.insert("Contact", {"LastName": "L-new"})
    rest = read(site, CONTACTS, ALL_L, after=first.position)
    assert ids(rest) == [*made[2_000:2_100], *made[2_101:], new]


@pytest.mark.parametrize(
    ("limit", "calls", "given"), [(0, 0, 0), (1, 1, 1), (2_000, 1, 2_000), (2_001, 2, 2_001), (9_000, 2, 2_500)]
)
def test_no_more_come_than_were_asked_for(site: Site, limit: int, calls: int, given: int) -> None:
    made = fill(site, 2_500)
    found = read(site, CONTACTS, ALL_L, limit=limit)
    assert ids(found) == made[:given]
    assert [page.last for page in found] == [False] * (len(found) - 1) + [True]
    assert site.requests() == calls
    for number, page in enumerate(found):
        rest = read(site, CONTACTS, ALL_L, limit=limit, after=page.position)
        assert ids(found[: number + 1]) + ids(rest) == made[:given]


@pytest.mark.parametrize("site", [{"setup": OrgSetup(custom_fields=LONG_TEXTS)}], indirect=True)
def test_wide_rows_come_in_smaller_pages_and_all_of_them(site: Site) -> None:
    made = [{"Name": f"A{n}", "One__c": "1" * 200, "Two__c": "2"} for n in range(1_100)]
    site.org.load(("Account", row) for row in made)
    want = Want("Account", ("Name", "One__c", "Two__c"))
    found = read(site, want, None)
    assert [record.cells for record in records(found)] == [list(row.values()) for row in made]
    (schema,) = known(site, "Account")
    assert site.requests() == by_pages(1_100, rest_page(schema, want.fields)) == 6
    assert reading_cost(1_100, 3, page=200) == Cost(Way.PAGES, 6)


@pytest.mark.parametrize("what", ["lose", "cut", BUSY])
def test_a_lost_or_broken_answer_is_asked_for_again_and_nothing_comes_twice(site: Site, what: Any) -> None:
    made = fill(site, 4_100)
    site.faults.plan.append(("GET", "/query", what))
    found = read(site, CONTACTS, ALL_L)
    assert ids(found) == made
    assert site.requests() == 4
    assert paid(site) == ["import"] * 4


def test_salesforce_that_stays_away_stops_the_read_where_it_stands(site: Site) -> None:
    made = fill(site, 4_100)

    async def body(crm: SalesforceCrm) -> tuple[str, int]:
        reading = crm.select(CONTACTS, ALL_L)
        first = await anext(reading)
        site.faults.plan += [("GET", "/query", BUSY)] * 4
        with pytest.raises(Unreachable):
            await anext(reading)
        return first.position, len(first.records)

    position, given = site.use(body, schemas=known(site, "Contact"))
    assert ids(read(site, CONTACTS, ALL_L, after=position)) == made[given:]


def test_the_allocation_stops_a_read_at_any_call_and_it_goes_on_later(site: Site) -> None:
    made = fill(site, 4_100)
    found: list[str] = []
    position = None
    schemas = known(site, "Contact")
    for allowed in range(4):
        site.budget.set_allocation(Side.SALESFORCE, allowed)

        async def body(crm: SalesforceCrm, position: str | None = position) -> str | None:
            try:
                async for page in crm.select(CONTACTS, ALL_L, after=position):
                    found.extend(record.id for record in page.records)
                    position = page.position
            except AllocationReached:
                pass
            return position

        position = site.use(body, schemas=schemas)
        assert site.requests() == allowed
    assert found == made


def test_a_token_that_is_no_longer_accepted_is_told(site: Site) -> None:
    schemas = known(site, "Contact")
    with pytest.raises(SignInNeeded):
        site.use(lambda crm: crm.how_many("Contact", None), schemas=schemas, access_token="wrong")
    with pytest.raises(SignInNeeded):
        site.use(lambda crm: pages(crm.select(CONTACTS, None)), schemas=schemas, access_token="wrong")


@pytest.mark.parametrize(
    ("filter", "title"),
    [
        (Condition("Emial", Operator.BLANK), "Contact has no field Emial"),
        (Condition("Description", Operator.CONTAINS, ("x",)), "Salesforce can't filter by Description"),
        (Condition("Birthdate", Operator.LESS, ("soon",)), "is no value for Birthdate"),
        (
            Group(Joined.OR, (Condition("LastName", Operator.IN, tuple(f"{n:0>300}" for n in range(400))),)),
            "The filter is too long for Salesforce",
        ),
    ],
)
def test_a_filter_that_doesnt_fit_costs_no_call(site: Site, filter: Filter, title: str) -> None:
    schemas = known(site, "Contact")
    with pytest.raises(SetupError, match=title):
        site.use(lambda crm: crm.how_many("Contact", filter), schemas=schemas)
    with pytest.raises(SetupError, match=title):
        site.use(lambda crm: pages(crm.select(CONTACTS, filter)), schemas=schemas)
    with pytest.raises(SetupError, match=title):
        site.use(lambda crm: pages(crm.select(CONTACTS, filter, way=Way.BULK)), schemas=schemas)
    assert site.requests() == 0


def test_a_long_filter_travels_in_a_body(site: Site) -> None:
    made = fill(site, 20)
    values = tuple(f"{'x' * 90}{n}" for n in range(490))
    filter = Group(
        Joined.OR, (Condition("LastName", Operator.IN, values), Condition("LastName", Operator.IN, ("l7", "L8")))
    )
    assert ids(read(site, CONTACTS, filter)) == made[7:9]
    assert site.use(lambda crm: crm.how_many("Contact", filter), schemas=known(site, "Contact")) == 2
    assert site.faults.seen == ["POST /services/data/v67.0/composite"] * 2


def test_a_field_that_has_gone_since_is_unseen_and_the_read_goes_on(site: Site) -> None:
    made = fill(site, 2_100)
    schemas = known(site, "Contact")
    want = Want("Contact", ("LastName", "Title"))
    site.org.change_setup(hidden_fields=("Contact.Title",))
    found = site.use(lambda crm: pages(crm.select(want, ALL_L)), schemas=schemas)
    assert ids(found) == made
    assert records(found)[0].cells == ["L0", UNSEEN]
    assert site.requests() == 2 + 2  # the refused page and a describe besides
    filter = Condition("Title", Operator.BLANK)
    with pytest.raises(SetupError, match="Contact has no field Title"):
        site.use(lambda crm: pages(crm.select(want, filter)), schemas=schemas)
    with pytest.raises(SetupError, match="Contact has no field Title"):
        site.use(lambda crm: crm.how_many("Contact", filter), schemas=schemas)


def test_an_object_that_isnt_there_is_told(site: Site) -> None:
    with pytest.raises(SetupError, match="can't see the object Nope__c"):
        site.use(lambda crm: crm.how_many("Nope__c", None))


def test_a_converted_lead_comes_with_its_contact(site: Site) -> None:
    lead = site.org.insert("Lead", {"LastName": "Was", "Company": "Acme"})
    made = site.org.convert_lead(lead)
    (record,) = records(read(site, Want("Lead", ("LastName",)), None))
    assert (record.presence, record.successor) == (Presence.DELETED, ("Contact", made["contact"]))


@pytest.mark.parametrize("way", Way)
def test_opportunities_come_with_their_contact_roles_and_so_by_pages(site: Site, way: Way) -> None:
    contact = site.org.insert("Contact", {"LastName": "Buyer"})
    deal = site.org.insert("Opportunity", {"Name": "Deal", "StageName": "Prospecting", "CloseDate": "2027-02-01"})
    site.org.insert("OpportunityContactRole", {"OpportunityId": deal, "ContactId": contact, "Role": "Decision Maker"})
    want = Want("Opportunity", ("Name", "OpportunityContactRoles"))
    (page,) = read(site, want, None, way=way)
    assert page.way is Way.PAGES
    assert page.records[0].cells[0] == "Deal"
    assert contact in str(page.records[0].cells[1])


@pytest.mark.parametrize("way", Way)
def test_tasks_are_told_apart_by_what_they_stand_for(site: Site, way: Way) -> None:
    to_do = site.org.insert("Task", {"Subject": "Write"})
    call = site.org.insert("Task", {"Subject": "Rang", "TaskSubtype": "Call"})
    filter = Condition("Subject", Operator.NOT_BLANK)

    async def count_and_list(crm: SalesforceCrm, object: str) -> tuple[int, list[str]]:
        listed = await pages(crm.select_ids(Want(object, ()), [to_do, call]))
        return await crm.how_many(object, filter), ids(listed)

    for object, made in (("Task", to_do), ("Task.Call", call)):
        assert ids(read(site, Want(object, ("Subject",)), filter, way=way)) == [made]
        assert site.use(partial(count_and_list, object=object), schemas=known(site, object)) == (1, [made])


@pytest.mark.parametrize(
    "position", ["", "{}", '{"way":"pages","after":"\' OR Id != \'"}', '{"way":"bulk","job":"../limits"}']
)
def test_a_position_that_isnt_one_is_told(site: Site, position: str) -> None:
    with pytest.raises(BugError, match="position"):
        read(site, CONTACTS, None, after=position)
    with pytest.raises(BugError, match="position"):
        site.use(lambda crm: crm.release(position))
    assert site.requests() == 0
