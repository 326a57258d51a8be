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


def test_a_first_pass_costs_hardly_more_than_the_least_possible(seeded: World) -> None:
    run = seeded.sync()
    journal = [entry for entry in entries(seeded, run.id) if entry.state is JournalState.DONE]
    batches: Counter[tuple[Side, str, Op]] = Counter((e.side, e.pair, e.op) for e in journal)
    most = {Side.SALESFORCE: 200, Side.HUBSPOT: 100}
    least = dict.fromkeys(Side, 0)
    for (side, _, op), count in batches.items():
        least[side] += math.ceil(count / most[side]) * (1 if op is Op.CREATE else 2)  # an update is read before
    objects = {Side.SALESFORCE: 5, Side.HUBSPOT: 4}
    for side in Side:
        # Schemas, owners, pipelines and reading: a call or two for each object.
        around = objects[side] * 4 + 4
        assert run.calls[side.value] <= least[side] * 1.5 + around, (run.calls, least, batches)
