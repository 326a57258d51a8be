"""Passes over all four pairs on the seeded practice orgs: what they cost, what a preview shows, what is left to do."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

import pytest

from crmsync_desktop.domain.records import Op, Side
from crmsync_desktop.ports.store import Entry, JournalState
from tests.acceptance.life.world import World, world, written
from tests.acceptance.pairs.conftest import ALL_ON

Shown = tuple[object, ...]


@pytest.fixture
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("seeded"), contacts=120) as opened:
        opened.settings(**ALL_ON)
        yield opened


def entries(here: World, pass_id: int) -> list[Entry]:
    return here.store.entries(pass_id, list(JournalState), limit=10_000)


def written_fields(entry: Entry) -> Shown:
    """What an entry writes. A parent that doesn't exist yet has no id in a preview: what matters is that it has one."""
    lookups = ("associatedcompanyid", "associations.companies", "associations.contacts")
    fields = tuple((c.property, bool(c.new) if c.property in lookups else c.new) for c in entry.changes)
    return (entry.pair, entry.side, entry.object, entry.op, entry.label, fields)


def test_a_preview_of_all_pairs_is_the_run_minus_its_writes(seeded: World) -> None:
    preview = seeded.sync(preview=True)
    promised = Counter(map(written_fields, entries(seeded, preview.id)))
    assert {entry.pair for entry in entries(seeded, preview.id)} == {"companies", "contacts", "deals", "tickets"}
    run = seeded.sync()
    done = Counter(map(written_fields, entries(seeded, run.id)))
    assert not promised - done, f"shown and not done: {promised - done}\nDONE MORE: {done - promised}"
    more = done - promised
    assert all(what[3] is Op.UPDATE for what in more), "what comes on top are ids noted on records that were made"
    assert run.state == "done"


def test_the_second_pass_over_all_pairs_writes_nothing_and_costs_next_to_nothing(seeded: World) -> None:
    seeded.sync()
    seeded.admin.reset_calls()
    quiet = seeded.sync()
    assert written(quiet) == 0
    assert quiet.calls["salesforce"] <= 2
    assert quiet.calls["hubspot"] <= 4 + 4, "a search for each pair; what the overlap shows again has associations"


def batches(journal: list[Entry], side: Side, op: Op) -> int:
    """How many full batches these writes make. A pair's go together, apart from the updates that say what became of records
    that this pass made (their ids, values stored otherwise): they come after all that is made."""
    made = max(entry.row for entry in journal if entry.op is Op.CREATE)
    most = {Side.SALESFORCE: 200, Side.HUBSPOT: 100}[side]
    counts = Counter((each.pair, each.row > made) for each in journal if (each.side, each.op) == (side, op))
    return sum(math.ceil(count / most) for count in counts.values())


def test_a_first_pass_costs_no_more_than_the_sum_of_its_parts(seeded: World) -> None:
    """Contacts were connected before (`world`), so their properties and owners are known."""
    run = seeded.sync()
    journal = [entry for entry in entries(seeded, run.id) if entry.state is JournalState.DONE]
    parts = {
        Side.SALESFORCE: {
            "describe; record types and stages of deals, and of tickets": 1 + 1 + 1,
            "one composite of queries that reads all objects": 1,
            "created, and read back": 2 * batches(journal, Side.SALESFORCE, Op.CREATE),
            "read, updated, and read back": 3 * batches(journal, Side.SALESFORCE, Op.UPDATE),
            "contact roles: those that stand, and those that come": 2,
        },
        Side.HUBSPOT: {
            "properties of three pairs, labels, two lists of pipelines, the account": 3 + 1 + 2 + 1,
            "a search for each pair": 4,
            "companies and contacts of deals and of tickets": 2 * 2,
            "created; the answer says what was stored": batches(journal, Side.HUBSPOT, Op.CREATE),
            "read, and updated": 2 * batches(journal, Side.HUBSPOT, Op.UPDATE),
            "with the reading of deals and of tickets: what they belong to": 2 * 2,
        },
    }
    least = {side.value: sum(own.values()) for side, own in parts.items()}
    assert all(run.calls[side] <= count for side, count in least.items()), f"{run.calls} of {least}: {parts}"
    assert min(count for own in parts.values() for count in own.values()) > 0, f"a part that never came up: {parts}"
