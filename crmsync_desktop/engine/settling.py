"""Held conflicts that a person decided (P4): the decision waits beside its record, and the next pass writes it through the
ordinary plan. It is forgotten once its record has been dealt with; where a side has changed meanwhile, that is to hold
the conflict anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.settlements import Settlement, Use
from crmsync_desktop.ports.store import Conflict, RecordState, Store

SETTLEMENTS = "settlements"
"""The document that holds what was decided and isn't written yet, by the conflict's name."""


def name_of(conflict: Conflict) -> str:
    """What a conflict is called: its link's number and its property, such as 1204.jobtitle."""
    return f"{conflict.link}.{conflict.property}"


def settlements_of(store: Store) -> dict[str, Settlement]:
    return msgspec.convert(store.document(SETTLEMENTS) or {}, dict[str, Settlement])


def find(held: Iterable[Conflict], ids: Sequence[str]) -> list[Conflict]:
    """The conflicts of these names; a link's number alone stands for all of its own. Raises SetupError for one that isn't."""
    by_name: dict[str, list[Conflict]] = {}
    for conflict in held:
        by_name.setdefault(str(conflict.link), []).append(conflict)
        by_name[name_of(conflict)] = [conflict]
    unknown = [id for id in ids if id not in by_name]
    if unknown:
        raise SetupError(f"No conflict is held under “{unknown[0]}”.", "", "See which are: conflicts")
    return list({name_of(conflict): conflict for id in ids for conflict in by_name[id]}.values())


def keep_settlements(store: Store, chosen: Sequence[Conflict], use: Use, value: str | None, now: str) -> None:
    """Remember the decision and stage the records of both sides."""
    decided = settlements_of(store)
    for conflict in chosen:
        decided[name_of(conflict)] = Settlement(use, value, conflict.salesforce, conflict.hubspot, now)
    links = sorted({conflict.link for conflict in chosen})
    rows = [known.row for records in store.counterparts(links).values() for known in records]
    with store.together():
        store.save_document(SETTLEMENTS, msgspec.to_builtins(decided))
        store.stage_again(None, rows)


def load_settlements(store: Store, preview: bool) -> dict[int, dict[str, Settlement]]:
    """By link and property: those whose records are still staged. The others have been dealt with, and are forgotten."""
    decided = settlements_of(store)
    if not decided:
        return {}
    found: dict[int, dict[str, Settlement]] = {}
    for name, settlement in decided.items():
        link, _, property = name.partition(".")
        found.setdefault(int(link), {})[property] = settlement
    records = store.counterparts(list(found))
    waiting = {
        link: of for link, of in found.items() if any(known.state is RecordState.STAGED for known in records[link])
    }
    left = {f"{link}.{property}": each for link, of in waiting.items() for property, each in of.items()}
    if len(left) < len(decided) and not preview:
        store.save_document(SETTLEMENTS, msgspec.to_builtins(left))
    return waiting
