"""Killed with SIGKILL at any moment: what is there is whole, and no cursor is ahead of its records (E6)."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from crmsync_desktop.adapters.store import SqliteStore
from crmsync_desktop.domain.records import Op
from crmsync_desktop.ports.store import JournalState
from tests.adapters.store.conftest import HS, LAYOUT, PAIR, SF

PAGE = 200

WRITER = f"""
import sys
from pathlib import Path
from crmsync_desktop.adapters.store import SqliteStore
from crmsync_desktop.domain.records import Observed, Op, Presence, Side
from crmsync_desktop.ports.store import Cursor, Entry, JournalState, Link, LinkState, RecordState, Settle

store = SqliteStore(Path(sys.argv[1]))
store.set_layout("{PAIR}", {LAYOUT!r})
page = int(store.cursors().get((Side.SALESFORCE, "Contact"), "-1")) + 1
number = store.begin_pass(False, "", "")
while True:
    ids = [f"{{page}}-{{n}}" for n in range({PAGE})]
    cells = ["x" * 50, str(page), None]
    records = [
        (Observed(side, object_, id_, "", Presence.LIVE, cells, (f"{{id_}}@x.no",)), 1)
        for id_ in ids for side, object_ in ((Side.SALESFORCE, "Contact"), (Side.HUBSPOT, "{PAIR}"))
    ]
    store.stage("{PAIR}", records, Cursor(Side.SALESFORCE, "Contact", str(page)))
    links = store.add_links([Link(0, "{PAIR}", "Contact", i, i, LinkState.LIVE, cells, list(cells)) for i in ids])
    store.plan([Entry(0, number, "{PAIR}", Side.SALESFORCE, "Contact", i, Op.UPDATE, JournalState.PLANNED, None,
                None, None, None, "", str(page), ()) for i in ids])
    rows = [entry.row for entry in store.entries(number, [JournalState.PLANNED])]
    store.mark(rows, JournalState.SENT, "now")
    print(page, flush=True)
    store.settle([Settle(k.row, RecordState.SETTLED) for two in store.counterparts(links).values() for k in two])
    store.finish([(row, JournalState.DONE, None, "") for row in rows], "now")
    page += 1
"""


def check(path: Path, sent: set[int]) -> int:
    """All that must hold after a kill; gives the newest page. `sent`: the pages that the writer said it had marked as sent."""
    store = SqliteStore(path)
    try:
        assert store.moved_aside is None
        newest = int(store.cursors().get((SF, "Contact"), "-1"))
        assert newest >= max(sent)
        for side, object_ in ((SF, "Contact"), (HS, PAIR)):
            ids = [f"{page}-{n}" for page in range(newest + 2) for n in range(PAGE)]
            known = store.records_by_id(side, object_, ids)
            assert [one.id for one in known] == ids[: (newest + 1) * PAGE]
            linked = Counter(one.id.partition("-")[0] for one in known if one.link is not None)
            assert set(linked.values()) <= {PAGE}  # a page's links: all or none
            assert all(one.cells is not None for one in known if one.link is None)
        keys = store.records_by_keys(PAIR, [f"{newest}-{n}@x.no" for n in range(PAGE)])
        assert len(keys) == (2 * PAGE if newest >= 0 else 0)
        journal = store.entries(None, list(JournalState), SF, Op.UPDATE, limit=1_000_000)
        assert len(journal) % PAGE == 0
        marked = Counter(int(one.reason) for one in journal if one.state in (JournalState.SENT, JournalState.DONE))
        assert set(marked) >= sent
        assert set(marked.values()) == {PAGE}
        return newest
    finally:
        store.close()


@pytest.mark.slow
def test_killed_again_and_again_nothing_is_half_there(tmp_path: Path) -> None:
    path = tmp_path / "sync.sqlite"
    chance = random.Random(20)
    newest = -1
    sent: set[int] = set()
    for _ in range(12):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        try:
            assert process.stdout is not None
            for _ in range(chance.randint(1, 4)):
                sent.add(int(process.stdout.readline()))
            # Somewhere in the middle of the next page's transactions.
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(chance.uniform(0, 0.02))
        finally:
            process.kill()
            output, errors = process.communicate()
        assert errors == ""
        sent |= {int(word) for word in output.split()}
        before, newest = newest, check(path, sent)
        assert newest > before
