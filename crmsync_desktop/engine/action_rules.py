"""Where the rules of workflow actions are kept (W1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from crmsync_desktop.domain.action_rules import ActionRule, watched
from crmsync_desktop.ports.store import Store

DOCUMENT: Final = "actions"


class _Kept(msgspec.Struct):
    """`last`: the last number that was given to a rule; none is given twice."""

    last: int = 0
    rules: tuple[ActionRule, ...] = ()


def action_rules(store: Store) -> tuple[ActionRule, ...]:
    """All rules, in the order in which they were made."""
    return _kept(store).rules


def next_number(store: Store) -> int:
    return _kept(store).last + 1


def save_action_rules(store: Store, rules: Sequence[ActionRule]) -> None:
    """In place of all. Where nothing watches an object any more, the next rule that does begins at its own beginning."""
    before = _kept(store)
    last = max([before.last, *(rule.number for rule in rules)])
    with store.together():
        store.save_document(DOCUMENT, msgspec.to_builtins(_Kept(last, tuple(rules))))
        for place in _places(before.rules) - _places(rules):
            store.move_cursor(place, "")


def list_place(list_id: str) -> str:
    """What the memory calls a list, where it keeps how far that was read and whom it has seen."""
    return f"list/{list_id}"


def _places(rules: Sequence[ActionRule]) -> set[str]:
    return {rule.object if watched(rule) else list_place(rule.list_id) for rule in rules if rule.on}


def _kept(store: Store) -> _Kept:
    return msgspec.convert(store.document(DOCUMENT) or {}, _Kept)
