"""What a person sees of the tables that say which stages and owners are each other's (O3, C10)."""

from __future__ import annotations

import msgspec

from crmsync_desktop.domain.records import Side


class StageRow(msgspec.Struct, frozen=True):
    """Where records of one stage go that come `to` a side; a row without a `stage` is of a whole pipeline (record type).
    Ids with what people call them; `target` "" where there is none. `chosen`: by an admin, else it was learnt."""

    to: Side
    pipeline: str
    pipeline_label: str
    stage: str
    stage_label: str
    target: str
    target_label: str
    target_stage: str
    target_stage_label: str
    chosen: bool
    problem: str = ""


class StagesView(msgspec.Struct, frozen=True):
    """Both tables of a pair, in both systems' order. `warnings`: what is unpaired, gone, or new."""

    pair: str
    rows: tuple[StageRow, ...]
    warnings: tuple[str, ...] = ()


class Person(msgspec.Struct, frozen=True):
    """A Salesforce user or a HubSpot owner."""

    id: str
    name: str
    email: str
    active: bool


class OwnerRow(msgspec.Struct, frozen=True):
    """One side's or both sides' person. `how`: "e-mail", "chosen", or "" where nobody matches."""

    salesforce: Person | None
    hubspot: Person | None
    how: str


class OwnersView(msgspec.Struct, frozen=True):
    rows: tuple[OwnerRow, ...]
    warnings: tuple[str, ...] = ()
