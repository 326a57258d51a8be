"""Activities: tasks by what they stand for, and events. Read, created, updated, over real HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from crmsync_desktop.adapters.salesforce import SalesforceCrm
from crmsync_desktop.adapters.salesforce.variants import variant_of
from crmsync_desktop.domain.errors import BugError, SetupError
from crmsync_desktop.domain.records import Category, Observed, Op, Outcome, Presence, Side, Write, Written
from crmsync_desktop.domain.schema import Kind, Schema
from crmsync_desktop.ports.crm import Page, Want
from tests.adapters.salesforce.conftest import Site
from tests.contracts.crm_contract import cursor, pages, records

pytestmark = pytest.mark.http

VARIANTS = ("Task", "Task.Call", "Task.Email", "Task.Meeting", "Task.Note", "Task.Form")
READABLE = VARIANTS[:3]


def want(object: str, since: str | None = None, *fields: str) -> Want:
    return Want(object, fields or ("Subject", "Description", "WhoId"), ("Id",), since)


def read(site: Site, *wants: Want, **options: Any) -> list[Page]:
    return site.use(lambda crm: pages(crm, *wants), **options)  # type: ignore[no-any-return]


def of(found: list[Page], object: str) -> dict[str, Observed]:
    return records([page for page in found if page.object == object])


def create(site: Site, key: str, object: str, **values: str | None) -> Write:
    journaled = datetime.fromtimestamp(site.clock.now(), UTC).isoformat()
    return Write(key, Side.SALESFORCE, object, Op.CREATE, None, dict(values), f"origin-{key}", journaled)


def written(site: Site, *writes: Write, **options: Any) -> list[Written]:
    return site.use(lambda crm: crm.write(writes), **options)  # type: ignore[no-any-return]


def schemas(site: Site, *objects: str) -> dict[str, Schema]:
    return site.use(lambda crm: crm.schemas(objects))  # type: ignore[no-any-return]


def test_each_variant_is_created_as_what_it_is_and_read_by_its_id(site: Site) -> None:
    contact = site.org.insert("Contact", {"LastName": "Person"})
    answers = written(site, *(create(site, name, name, Subject=f"S {name}", WhoId=contact) for name in VARIANTS))
    assert [answer.outcome for answer in answers] == [Outcome.DONE] * 6
    rows = [site.org.get(answer.id or "") or {} for answer in answers]
    assert [row["TaskSubtype"] for row in rows] == ["Task", "Call", "Email", "Task", "Task", "Task"]
    assert [row["Status"] for row in rows] == ["Not Started", *["Completed"] * 5]
    assert [row["IsClosed"] for row in rows] == [False, *[True] * 5]
    for name, answer in zip(VARIANTS, answers, strict=True):
        (seen,) = site.use(lambda crm, name=name, id=answer.id: crm.read(want(name), [id]))
        assert (seen.object, seen.presence) == (name, Presence.LIVE)
        assert seen.cells == [f"S {name}", None, contact]


def test_variants_are_read_apart_with_one_query(site: Site) -> None:
    made = {
        name: site.org.insert("Task", {"Subject": name, **({"TaskSubtype": subtype} if subtype else {})})
        for name, subtype in (("Task", None), ("Task.Call", "Call"), ("Task.Email", "Email"))
    }
    known = schemas(site, *READABLE).values()
    before = site.requests()
    first = read(site, *map(want, READABLE), schemas=known)
    assert site.requests() - before == 1
    assert {name: set(of(first, name)) for name in READABLE} == {name: {id} for name, id in made.items()}
    since = {name: cursor(first, name) for name in READABLE}
    site.pass_time(60)
    site.org.update(made["Task.Call"], {"Description": "Talked"})
    site.org.delete([made["Task"]])
    before = site.requests()
    second = read(site, *(want(name, since[name]) for name in READABLE), schemas=known)
    assert site.requests() - before == 1
    assert of(second, "Task")[made["Task"]].presence is Presence.DELETED
    assert of(second, "Task.Call")[made["Task.Call"]].cells[1] == "Talked"
    assert [page.object for page in second if page.last] == list(READABLE)
