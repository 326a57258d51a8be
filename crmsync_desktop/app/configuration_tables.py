"""The tables of stages and owners in a configuration file: what an admin paired by hand, each row as what it is. What is learnt
isn't in the file: it is learnt anew where the file is imported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import tomlkit
from tomlkit.items import AoT, Table

from crmsync_desktop.domain.owners import Pairing
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.stages import PROPERTIES, Choice

STAGE: Final = "stage"
OWNER: Final = "owner"
STAGE_KEYS: Final = ("to", "pipeline", "stage", "target", "target_stage")
OWNER_KEYS: Final = ("salesforce", "hubspot")
ABOUT_STAGES: Final = (
    'Stages of {pair} set by hand. Records that come to a system (to = "hubspot" or "salesforce") from a pipeline and stage of '
    "the other go into target and target_stage; without stages, the row is about whole pipelines. All by id; a record "
    "type is Salesforce's pipeline, \"\" where there are none. Rows that name what isn't there don't count.",
)
ABOUT_OWNERS: Final = (
    "Owners paired by hand, by id, where the e-mail addresses of a Salesforce user and a HubSpot owner differ.",
)
Refuse = Callable[[tuple[str | int, ...], str, str], None]
"""(where, what is wrong, what would be accepted)."""


def stage_rows(choices: Sequence[Choice]) -> AoT:
    rows = tomlkit.aot()
    for choice in choices:
        values = (choice.to.value, choice.pipeline, choice.stage, choice.target, choice.target_stage)
        rows.append(_row(STAGE_KEYS, values))
    return rows


def owner_rows(pairings: Sequence[Pairing]) -> AoT:
    rows = tomlkit.aot()
    for pairing in pairings:
        rows.append(_row(OWNER_KEYS, (pairing.salesforce, pairing.hubspot)))
    return rows


def _row(keys: Sequence[str], values: Sequence[str]) -> Table:
    row = tomlkit.table()
    for key, value in zip(keys, values, strict=True):
        row.add(key, value)
    row.add(tomlkit.nl())
    return row


def has_stages(pair: str) -> bool:
    return pair in PROPERTIES


def read_stages(pair: str, rows: Any, refuse: Refuse) -> tuple[Choice, ...]:
    """The choices; what is wrong with a row is refused, and the row left out."""
    found: dict[tuple[Side, str, str, str], Choice] = {}
    for place, row in _tables(rows, (pair, STAGE), f"It takes tables: [[{pair}.{STAGE}]].", refuse):
        path = (pair, STAGE, place)
        texts = _texts(row, STAGE_KEYS, path, refuse)
        if texts is None:
            continue
        if texts[0] not in list(Side):
            refuse((*path, "to"), f"“{texts[0]}” isn't a system.", 'It takes "salesforce" or "hubspot".')
            continue
        choice = Choice(Side(texts[0]), *texts[1:])
        if bool(choice.stage) is not bool(choice.target_stage):
            refuse(path, "One of the stages is missing.", "A stage goes to a stage, and a pipeline to a pipeline.")
        elif choice.about in found:
            refuse(path, "The same stage or pipeline is set twice.", "Keep one of the two.")
        else:
            found[choice.about] = choice
    return tuple(found.values())


def read_owners(rows: Any, refuse: Refuse) -> tuple[Pairing, ...]:
    found: dict[str, Pairing] = {}
    for place, row in _tables(rows, (OWNER,), f"It takes tables: [[{OWNER}]].", refuse):
        texts = _texts(row, OWNER_KEYS, (OWNER, place), refuse)
        if texts is None:
            continue
        if not all(texts):
            refuse((OWNER, place), "This row names only one person.", 'Write salesforce = "005…" and hubspot = "…".')
        elif texts[0] in found:
            refuse((OWNER, place), f"The user {texts[0]} is paired twice.", "Keep one of the two.")
        else:
            found[texts[0]] = Pairing(*texts)
    return tuple(found.values())


def _tables(rows: Any, path: tuple[str, ...], accepted: str, refuse: Refuse) -> list[tuple[int, dict[str, Any]]]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        refuse(path, "It isn't a list of tables.", accepted)
        return []
    return list(enumerate(rows))


def _texts(row: dict[str, Any], keys: Sequence[str], path: tuple[str | int, ...], refuse: Refuse) -> list[str] | None:
    for key, value in row.items():
        if key not in keys:
            refuse((*path, str(key)[:80]), "There is no such key here.", f"Known: {', '.join(keys)}.")
            return None
        if not isinstance(value, str):
            refuse((*path, key), "It isn't a text.", "It takes an id, as a text.")
            return None
    return [str(row.get(key, "")) for key in keys]
