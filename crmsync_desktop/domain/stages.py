"""How pipelines and stages read on the other side (O3): pipelines ⇄ record types, stages ⇄ StageName or Status. Pure.

Learnt from both systems (domain/pipelines.py) unless an admin chose otherwise. Several may read as the same one, and then
nothing bounces: sides are equal where either reads as the other, and a record stays in the pipeline (record type) that
it is in for as long as that is equal to where the other side has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from crmsync_desktop.domain.layout import Layout
from crmsync_desktop.domain.pipelines import Pipeline, Stage, match_pipelines, match_stages
from crmsync_desktop.domain.records import UNSEEN, Category, Cell, Fault, Side

PROPERTIES: Final = {"deals": ("pipeline", "dealstage"), "tickets": ("hs_pipeline", "hs_pipeline_stage")}
"""By pair: HubSpot's properties of a record's pipeline and stage."""
STAGE_UNKNOWN: Final = "STAGE_UNKNOWN"
"""The code of a value that wasn't among the stages when they were last read."""
STAGE_NOT_MAPPED: Final = "STAGE_NOT_MAPPED"


class Choice(msgspec.Struct, frozen=True, array_like=True):
    """What an admin chose: records that come `to` this side from the pipeline and stage of the other go into `target` and
    `target_stage`. Without stages it says where a pipeline goes."""

    to: Side
    pipeline: str
    stage: str
    target: str
    target_stage: str

    @property
    def about(self) -> tuple[Side, str, str, str]:
        """What can be chosen only once: a stage has its target in each pipeline that it may come into."""
        return self.to, self.pipeline, self.stage, self.target if self.stage else ""


class Tables(msgspec.Struct, frozen=True):
    """Both systems' pipelines (Salesforce's are record types) and what reads as what, by the side that it comes to:
    `places`: pipeline → pipeline; `steps`: (pipeline, stage, pipeline there) → stage. `gone` are choices that name
    what isn't there any more: they don't count."""

    salesforce: tuple[Pipeline, ...]
    hubspot: tuple[Pipeline, ...]
    places: dict[Side, dict[str, str]]
    steps: dict[Side, dict[tuple[str, str, str], str]]
    homes: dict[str, str]
    """The HubSpot pipeline that a stage is in: their ids are HubSpot's own in all pipelines."""
    chosen: tuple[Choice, ...] = ()
    gone: tuple[Choice, ...] = ()

    def of(self, side: Side) -> tuple[Pipeline, ...]:
        return self.salesforce if side is Side.SALESFORCE else self.hubspot


def tables_of(salesforce: Sequence[Pipeline], hubspot: Sequence[Pipeline], choices: Iterable[Choice] = ()) -> Tables:
    """What reads as what: learnt, then as chosen."""
    sides = {Side.SALESFORCE: tuple(salesforce), Side.HUBSPOT: tuple(hubspot)}
    places: dict[Side, dict[str, str]] = {}
    steps: dict[Side, dict[tuple[str, str, str], str]] = {}
    for to in Side:
        sources, targets = sides[to.other], sides[to]
        places[to] = match_pipelines(sources, targets)
        steps[to] = {
            (source.id, stage, target.id): there
            for source in sources
            for target in targets
            for stage, there in match_stages(source, target).items()
        }
    chosen: list[Choice] = []
    gone: list[Choice] = []
    for choice in choices:
        if not _stands(choice, sides[choice.to.other], sides[choice.to]):
            gone.append(choice)
            continue
        chosen.append(choice)
        if choice.stage:
            steps[choice.to][choice.pipeline, choice.stage, choice.target] = choice.target_stage
        else:
            places[choice.to][choice.pipeline] = choice.target
    homes = {stage.id: pipeline.id for pipeline in reversed(sides[Side.HUBSPOT]) for stage in pipeline.stages}
    return Tables(sides[Side.SALESFORCE], sides[Side.HUBSPOT], places, steps, homes, tuple(chosen), tuple(gone))


def changes(
    salesforce_before: Sequence[Pipeline],
    salesforce: Sequence[Pipeline],
    hubspot_before: Sequence[Pipeline],
    hubspot: Sequence[Pipeline],
) -> list[str]:
    """What has come and gone, in words."""
    told: list[str] = []
    for side, before, after in (
        (Side.SALESFORCE, salesforce_before, salesforce),
        (Side.HUBSPOT, hubspot_before, hubspot),
    ):
        old, new = _listed(before), _listed(after)
        told += [f"New in {side.label}: {label}." for key, label in new.items() if key not in old]
        told += [f"Gone from {side.label}: {label}." for key, label in old.items() if key not in new]
        told += [
            f"Renamed in {side.label}: {old[key]} is now {label}."
            for key, label in new.items()
            if key in old and old[key] != label
        ]
    return told


def _listed(pipelines: Sequence[Pipeline]) -> dict[tuple[str, str], str]:
    """What is given to records, by (pipeline, stage), with what people call it."""
    active = [pipeline for pipeline in pipelines if pipeline.active]
    found = {(pipeline.id, ""): f"“{pipeline.label}”" for pipeline in active}
    found.update(
        {
            (pipeline.id, stage.id): f"“{pipeline.label}/{stage.label}”"
            for pipeline in active
            for stage in pipeline.stages
            if stage.active
        }
    )
    return found


def _stands(choice: Choice, sources: Sequence[Pipeline], targets: Sequence[Pipeline]) -> bool:
    source = next((each for each in sources if each.id == choice.pipeline), None)
    target = next((each for each in targets if each.id == choice.target), None)
    if source is None or target is None:
        return False
    return not choice.stage or (
        source.stage(choice.stage) is not None and target.stage(choice.target_stage) is not None
    )


def read_by(layout: Layout, tables: Tables) -> Layout:
    """The layout with pipelines and stages read by these tables. Unchanged where its pair has none."""
    properties = PROPERTIES.get(layout.pair.name)
    if properties is None:
        return layout
    places = {column.property: column.place for column in layout.columns}
    pipeline, stage = (places.get(property) for property in properties)
    readers = {
        properties[0]: PipelineReading(tables, properties[0], -1 if pipeline is None else pipeline),
        properties[1]: StageReading(tables, properties[1], -1 if stage is None else stage, pipeline),
    }
    columns = tuple(
        msgspec.structs.replace(column, translation=readers[column.property], strict=True, beside=True)
        if column.property in readers
        else column
        for column in layout.columns
    )
    together = () if pipeline is None or stage is None else ((pipeline, stage),)
    return msgspec.structs.replace(layout, columns=columns, groups=(*layout.groups, *together))


class _Reading(msgspec.Struct, frozen=True):
    """`place`: where the cells of either side have this property."""

    tables: Tables
    name: str
    place: int

    @property
    def waits(self) -> bool:
        """An admin may pair it yet."""
        return True


class PipelineReading(_Reading, frozen=True):
    """Implements layout.BesideTranslation for pipelines and record types. An opportunity may have no record type."""

    def to_hubspot(self, cell: str, cells: Sequence[Cell], target: Sequence[Cell] = ()) -> Cell:
        return self.tables.places[Side.HUBSPOT].get(cell, UNSEEN)

    def to_salesforce(self, cell: str, cells: Sequence[Cell], target: Sequence[Cell] = ()) -> Cell:
        if cell not in self.tables.places[Side.SALESFORCE]:
            return UNSEEN
        return self.tables.places[Side.SALESFORCE][cell] or None

    def agrees(self, salesforce: Sequence[Cell], hubspot: Sequence[Cell]) -> bool:
        return _together(self.tables, _text(salesforce, self.place), _text(hubspot, self.place))

    def fault(self, side: Side, cell: str, cells: Sequence[Cell]) -> Fault:
        what = "record type" if side is Side.HUBSPOT else "pipeline"
        known = next((each.label for each in self.tables.of(side.other) if each.id == cell), None)
        return _fault(self, side, f"{what} “{known or cell}”", known is not None)


class StageReading(_Reading, frozen=True):
    """Implements layout.BesideTranslation for stages. `pipeline_place`: where the cells have the pipeline (the record
    type); None where that doesn't travel."""

    pipeline_place: int | None

    def to_hubspot(self, cell: str, cells: Sequence[Cell], target: Sequence[Cell] = ()) -> Cell:
        record_type = self._record_type(cells)
        pipeline = self.tables.homes.get(_text(target, self.place), "")
        if not pipeline or not self._agree(record_type, pipeline):
            pipeline = self.tables.places[Side.HUBSPOT].get(record_type, "")
        return self.tables.steps[Side.HUBSPOT].get((record_type, cell, pipeline), UNSEEN) if cell else None

    def to_salesforce(self, cell: str, cells: Sequence[Cell], target: Sequence[Cell] = ()) -> Cell:
        pipeline = self.tables.homes.get(cell, "")
        record_type = self._record_type(target)
        if not self._agree(record_type, pipeline):
            record_type = self.tables.places[Side.SALESFORCE].get(pipeline, "")
        return self.tables.steps[Side.SALESFORCE].get((pipeline, cell, record_type), UNSEEN) if cell else None

    def agrees(self, salesforce: Sequence[Cell], hubspot: Sequence[Cell]) -> bool:
        s, h = _text(salesforce, self.place), _text(hubspot, self.place)
        if not self._agree(self._record_type(salesforce), self.tables.homes.get(h, "")):
            return False
        return self.to_hubspot(s, salesforce, hubspot) == h or self.to_salesforce(h, hubspot, salesforce) == s

    def fault(self, side: Side, cell: str, cells: Sequence[Cell]) -> Fault:
        stage = self._known(side.other, cell)
        return _fault(self, side, f"stage “{stage.label if stage else cell}”", stage is not None)

    def _record_type(self, cells: Sequence[Cell]) -> str:
        """Where record types don't travel, all opportunities are read as if they had none."""
        return "" if self.pipeline_place is None else _text(cells, self.pipeline_place)

    def _agree(self, record_type: str, pipeline: str) -> bool:
        """Whether a record may stay where it is. Where pipelines don't travel it always may."""
        return self.pipeline_place is None or _together(self.tables, record_type, pipeline)

    def _known(self, side: Side, id: str) -> Stage | None:
        found = (pipeline.stage(id) for pipeline in self.tables.of(side))
        return next((stage for stage in found if stage is not None), None)


def _together(tables: Tables, record_type: str, pipeline: str) -> bool:
    """Whether either reads as the other."""
    return (
        tables.places[Side.HUBSPOT].get(record_type) == pipeline
        or tables.places[Side.SALESFORCE].get(pipeline) == record_type
    )


def _text(cells: Sequence[Cell], place: int) -> str:
    cell = cells[place] if 0 <= place < len(cells) else None
    return cell or ""


def _fault(reading: _Reading, side: Side, what: str, known: bool) -> Fault:
    if not known:
        message = f"{side.other.label} doesn't list the {what} that this record has; its stages are read anew."
        return Fault(Category.FIELD_MAPPING, STAGE_UNKNOWN, message, (reading.name,))
    message = f"{side.other.label}'s {what} has no counterpart in {side.label}."
    return Fault(Category.FIELD_MAPPING, STAGE_NOT_MAPPED, message, (reading.name,))
