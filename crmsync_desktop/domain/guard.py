"""The guard rail (P7): a pass that would change, blank or delete more than a set share of records stops and asks first.

Creates aren't counted: they take nothing away, and a first pass makes thousands. Nor are changes of fields that have no
base yet: what two lists that never met differ in is what a first pass is for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from crmsync_desktop.domain.mapping import PAIRS
from crmsync_desktop.domain.records import Op, Side
from crmsync_desktop.domain.settings import Settings

NAMED = 80
"""Per cent of the records hit that one field has to account for, to be called what it is all about."""


class Reach(msgspec.Struct):
    """What a plan would do to the records of one pair on one side. `links`: the pair's live links. `deletes`, `blanks` (a
    field emptied) and `changes` (a field set otherwise than it was last agreed) count records; `blanked` and `changed` count
    them by field."""

    pair: str
    side: Side
    links: int = 0
    deletes: int = 0
    blanks: int = 0
    changes: int = 0
    blanked: dict[str, int] = {}
    changed: dict[str, int] = {}


class Reaches:
    """Counts a plan while it is made."""

    def __init__(self) -> None:
        self._all: dict[tuple[str, Side], Reach] = {}
        self._blanked: dict[tuple[str, Side], Counter[str]] = {}
        self._changed: dict[tuple[str, Side], Counter[str]] = {}

    def count(self, pair: str, side: Side, op: Op, fields: Sequence[tuple[str, bool, bool]]) -> None:
        """One planned update or delete. `fields`: (name, whether it is emptied, whether it has a base)."""
        key = (pair, side)
        reach = self._all.get(key)
        if reach is None:
            reach = self._all[key] = Reach(pair, side)
            self._blanked[key], self._changed[key] = Counter(), Counter()
        if op is Op.DELETE:
            reach.deletes += 1
            return
        emptied = [name for name, blank, _ in fields if blank]
        reach.blanks += bool(emptied)
        self._blanked[key].update(emptied)
        agreed = [name for name, _, based in fields if based]
        reach.changes += bool(agreed)
        self._changed[key].update(agreed)

    def all(self, links: Mapping[str, int]) -> list[Reach]:
        """What was counted; `links` by pair."""
        return [
            msgspec.structs.replace(
                reach,
                links=links.get(reach.pair, 0),
                blanked=dict(self._blanked[key].most_common()),
                changed=dict(self._changed[key].most_common()),
            )
            for key, reach in self._all.items()
        ]

    @property
    def pairs(self) -> set[str]:
        return {pair for pair, _ in self._all}


def objections(settings: Settings, reaches: Iterable[Reach]) -> list[str]:
    """Why this plan may not run without a person's word: a sentence for each pair and side; empty where it may."""
    return [sentence for reach in reaches if (sentence := _objection(settings, reach))]


def _objection(settings: Settings, reach: Reach) -> str:
    lost = reach.deletes + reach.blanks
    too_much = lost > settings.guard_minimum and lost * 100 > settings.guard_share * reach.links
    if too_much:
        return _sentence(reach, [_deleting(reach), _blanking(reach)], f"{settings.guard_share} %")
    many = reach.changes > settings.guard_change_minimum
    if many and reach.changes * 100 > settings.guard_change_share * reach.links:
        return _sentence(reach, [_changing(reach)], f"{settings.guard_change_share} %")
    return ""


def _sentence(reach: Reach, doings: list[str], share: str) -> str:
    what = " and ".join(doing for doing in doings if doing)
    pair = PAIRS.get(reach.pair)
    plural = f"{pair.noun} links" if pair is not None else "links"
    return f"This pass would {what} in {reach.side.label}: more than {share} of {reach.links:,} {plural}."


def _deleting(reach: Reach) -> str:
    return f"delete {_records(reach, reach.deletes)}" if reach.deletes else ""


def _blanking(reach: Reach) -> str:
    return _of_fields("blank", reach.blanked, reach.blanks, reach) if reach.blanks else ""


def _changing(reach: Reach) -> str:
    return _of_fields("change", reach.changed, reach.changes, reach)


def _of_fields(verb: str, fields: Mapping[str, int], records: int, reach: Reach) -> str:
    """“blank the phone of 812 contacts”, or, where it isn't one field, what the commonest of them is."""
    field, hit = max(fields.items(), key=lambda each: each[1])
    if hit == records:
        return f"{verb} {field} of {_records(reach, records)}"
    if hit * 100 >= NAMED * records:
        return f"{verb} fields of {_records(reach, records)} ({field} in {hit:,})"
    return f"{verb} fields of {_records(reach, records)} (mostly {field}, in {hit:,})"


def _records(reach: Reach, count: int) -> str:
    pair = PAIRS.get(reach.pair)
    noun = pair.noun if pair is not None else "record"
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun[:-1]}ies" if noun.endswith("y") else f"{count:,} {noun}s"
