"""What reading chosen records costs, and which way is cheaper."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.schema import Field, Kind, Schema
from crmsync_desktop.domain.selection import (
    LIST,
    PAGE,
    POLLS,
    Cost,
    Way,
    bulk_page,
    by_bulk,
    by_pages,
    can_be_bulk,
    cost_of,
    list_cost,
    reading_cost,
    rest_page,
)


@pytest.mark.parametrize(("rows", "calls"), [(0, 1), (1, 1), (PAGE - 1, 1), (PAGE, 2), (100_000, 51)])
def test_pages_cost_one_call_for_each_two_thousand_and_one_that_finds_the_end(rows: int, calls: int) -> None:
    assert by_pages(rows) == calls


@pytest.mark.parametrize(("rows", "pages"), [(0, 1), (50_000, 1), (50_001, 2), (1_000_000, 20)])
def test_a_job_costs_its_making_its_polls_and_its_pages(rows: int, pages: int) -> None:
    assert by_bulk(rows, 40) == 1 + POLLS + pages


def test_a_job_is_chosen_only_where_it_costs_fewer_calls() -> None:
    assert reading_cost(11_999, 40) == Cost(Way.PAGES, 6)
    assert reading_cost(12_000, 40) == Cost(Way.BULK, 6)
    assert reading_cost(100_000, 40) == Cost(Way.BULK, 7)
    assert reading_cost(100_000, 40, bulk=False) == Cost(Way.PAGES, 51)


def test_pages_of_a_job_shrink_with_the_number_of_fields_within_bounds() -> None:
    assert [bulk_page(fields) for fields in (0, 10, 40, 100, 800, 5_000)] == [
        50_000,
        50_000,
        50_000,
        20_000,
        2_500,
        2_000,
    ]


def test_ten_thousand_ids_cost_a_call() -> None:
    assert [list_cost(values) for values in (0, 1, LIST, LIST + 1)] == [0, 1, 1, 2]


def test_contact_roles_keep_opportunities_out_of_jobs() -> None:
    fields = [Field("Name", "Name", Kind.TEXT, "string"), Field("Roles", "Roles", Kind.MEMBERS, "contact roles")]
    schema = Schema(Side.SALESFORCE, "Opportunity", "Opportunity", {field.name: field for field in fields}, "")
    assert can_be_bulk(schema, ("Name", "", "Gone__c"))
    assert not can_be_bulk(schema, ("Name", "Roles"))


def test_two_long_texts_make_pages_small_and_a_job_cheaper() -> None:
    texts = (("One__c", Kind.LONG_TEXT, 32_768), ("Two__c", Kind.HTML, 32_768), ("Short", Kind.LONG_TEXT, 255))
    fields = {name: Field(name, name, kind, "textarea", length=length) for name, kind, length in texts}
    schema = Schema(Side.SALESFORCE, "Account", "Account", fields, "")
    assert rest_page(schema, ("One__c", "Short", "Gone__c")) == PAGE
    assert rest_page(schema, ("One__c", "Two__c")) == 200
    assert cost_of(2_500, schema, ("One__c", "Short")) == Cost(Way.PAGES, 2)
    assert cost_of(2_500, schema, ("One__c", "Two__c")) == Cost(Way.BULK, 6)
