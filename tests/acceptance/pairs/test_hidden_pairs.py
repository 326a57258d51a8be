"""A pair that can't be read keeps none of the others from syncing; it says what to do, and catches up by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from crmsync_desktop.domain.records import Side
from tests.acceptance.life.world import World
from tests.acceptance.pairs.test_associations import account, opportunity, partner, person, role

SOBJECTS = {"companies": "Account", "deals": "Opportunity", "tickets": "Case"}
SCOPES = [
    "oauth", "crm.lists.read", "crm.objects.owners.read",
    *(
        f"crm.{kind}.{object}.{may}"
        for object in ("contacts", "companies", "deals")
        for kind, may in (("objects", "read"), ("objects", "write"), ("schemas", "read"))
    ),
]  # fmt: skip


@contextmanager
def hidden(here: World, pair: str) -> Iterator[None]:
    here.admin.post("/salesforce/setup", hidden_objects=[SOBJECTS[pair]])
    try:
        yield
    finally:
        here.admin.post("/salesforce/setup", hidden_objects=[])


@pytest.mark.parametrize("described_anew", [False, True])
@pytest.mark.parametrize("pair", ["companies", "deals", "tickets"])
def test_an_object_that_is_hidden_keeps_its_own_pair_out_and_no_other(
    here: World, pair: str, described_anew: bool
) -> None:
    here.sync()
    acme = account(here)
    ann = person(here, AccountId=acme)
    deal = opportunity(here, AccountId=acme)
    role(here, deal, ann)
    case = here.make("salesforce", "Case", Subject=f"Broken {here.number()}", ContactId=ann)
    made = {"companies": acme, "contacts": ann, "deals": deal, "tickets": case}
    with hidden(here, pair):
        here.store.save_document("schemas_outdated", described_anew)
        assert here.sync().state == "done"
        (error,) = here.errors(pair)
        assert (error.category.value, error.code) == ("permissions", "PAIR_NOT_READ")
        assert SOBJECTS[pair] in f"{error.message} {error.hint}"
        for name, id in made.items():
            assert (here.partner(name, Side.SALESFORCE, id) is None) == (name == pair), name
    here.sync()
    here.settled()
    assert here.errors(pair) == []
    assert all(partner(here, name, id) for name, id in made.items())


def test_a_missing_scope_for_tickets_keeps_only_tickets_out(here: World) -> None:
    here.sync()
    token = here.orgs.announced["hubspot"]["access_token"]
    here.admin.post("/hubspot/keys", token=token, scopes=SCOPES)
    try:
        ann = person(here)
        assert here.sync().state == "done"
        assert partner(here, "contacts", ann)
        (error,) = here.errors("tickets")
        assert error.code == "PAIR_NOT_READ"
    finally:
        here.admin.post("/hubspot/keys", token=token)
    here.settled()
    assert here.errors("tickets") == []
