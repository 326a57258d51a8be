"""Pipelines and their stages in words that fit both systems, and which of them are likely the same (O3). Pure.

Salesforce's counterpart of a pipeline is a record type; its stages are the values of StageName (opportunities) or Status
(cases). An object without record types has one pipeline without an id, which is also where records without one are.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

import msgspec


class Stage(msgspec.Struct, frozen=True, array_like=True):
    """`won` says something of closed stages only; `probability` is a share (0–1), None where the system keeps none. One that
    isn't `active` may still stand on records, and none is given it any more."""

    id: str
    label: str
    closed: bool = False
    won: bool = False
    probability: float | None = None
    active: bool = True

    def like(self, other: Stage) -> bool:
        """Whether both are open, or won, or lost."""
        return self.closed is other.closed and (not self.closed or self.won is other.won)


class Pipeline(msgspec.Struct, frozen=True, array_like=True):
    """`stages` in their order. `default`: where a new record goes if nobody says otherwise. `active` as of a stage."""

    id: str
    label: str
    stages: tuple[Stage, ...] = ()
    default: bool = False
    active: bool = True

    def stage(self, id: str) -> Stage | None:
        return next((stage for stage in self.stages if stage.id == id), None)


T = TypeVar("T", Stage, Pipeline)


def folded(label: str) -> str:
    """A label without case, spaces and punctuation: “Closed Won” and “closedwon” are one."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", label).casefold()))


def first_of(pipelines: Sequence[Pipeline]) -> Pipeline | None:
    """The default pipeline, else the first active one; None where there is none."""
    usable = [pipeline for pipeline in pipelines if pipeline.active]
    return next((pipeline for pipeline in usable if pipeline.default), usable[0] if usable else None)


def match_pipelines(sources: Sequence[Pipeline], targets: Sequence[Pipeline]) -> dict[str, str]:
    """The target of each source, by id: the one of the same name, else the one that shares more than half of its stages'
    names, else the default one. Empty where there is no target at all."""
    fallback = first_of(targets)
    if fallback is None:
        return {}
    usable = [target for target in targets if target.active]
    by_name = _by_name(usable)
    found: dict[str, str] = {}
    for source in sources:
        same = next((by_name[name] for name in _names(source) if name in by_name), None)
        like = same or _alike(source, usable)
        found[source.id] = fallback.id if like is None else like.id
    return found


def _alike(source: Pipeline, targets: Sequence[Pipeline]) -> Pipeline | None:
    names = {folded(stage.label) for stage in source.stages}
    shared = [len(names & {folded(stage.label) for stage in target.stages}) for target in targets]
    most = max(shared)
    return targets[shared.index(most)] if most * 2 > len(names) and shared.count(most) == 1 else None


def match_stages(source: Pipeline, target: Pipeline) -> dict[str, str]:
    """The target of each of the source's stages, by id: equal names; won to won, lost to lost; the open ones by probability
    and place, without ever going back: of two stages, the later one's target is not the earlier. Several may have the
    same. A closed stage without one of its kind has no target, and neither has an open one where none is open: a lost
    deal is never taken for a won one."""
    usable = [stage for stage in target.stages if stage.active]
    by_name = _by_name(usable)
    found: dict[str, str] = {}
    for stage in source.stages:
        named = (by_name[name] for name in _names(stage) if name in by_name)
        same = next((there for there in named if there.like(stage)), None)
        if same is None and stage.closed:
            same = next((there for there in usable if there.like(stage)), None)
        if same is not None:
            found[stage.id] = same.id
    open_sources = [stage for stage in source.stages if not stage.closed]
    open_targets = [stage for stage in usable if not stage.closed]
    if open_targets:
        found.update(_in_order(open_sources, open_targets, found))
    return found


def _in_order(sources: Sequence[Stage], targets: Sequence[Stage], anchors: Mapping[str, str]) -> dict[str, str]:
    """The cheapest assignment that never goes back, around what is known (`anchors`)."""
    place_of = {stage.id: place for place, stage in enumerate(targets)}
    known = [place_of[anchors[stage.id]] if stage.id in anchors else None for stage in sources]
    found: dict[str, str] = {}
    start = 0
    while start < len(sources):
        if known[start] is not None:
            start += 1
            continue
        end = next((place for place in range(start, len(sources)) if known[place] is not None), len(sources))
        low = next((place for place in reversed(known[:start]) if place is not None), 0)
        high = known[end] if end < len(sources) else None
        high = len(targets) - 1 if high is None else high
        if low > high:  # the two systems have them in another order
            low, high = 0, len(targets) - 1
        run = range(start, end)
        costs = [[_cost(sources, targets, one, other) for other in range(low, high + 1)] for one in run]
        for one, other in zip(run, _cheapest(costs), strict=True):
            found[sources[one].id] = targets[low + other].id
        start = end
    return found


_FAR: Final = 0.25
"""What the whole way from the first to the last place weighs against a probability of 1."""


def _cost(sources: Sequence[Stage], targets: Sequence[Stage], one: int, other: int) -> float:
    apart = abs(one / max(len(sources) - 1, 1) - other / max(len(targets) - 1, 1))
    here, there = sources[one].probability, targets[other].probability
    return apart if here is None or there is None else abs(here - there) + _FAR * apart


def _cheapest(costs: list[list[float]]) -> list[int]:
    """A column for each row, never before that of the row above, with the smallest sum; the first of equals."""
    best: list[tuple[float, list[int]]] = [(cost, [place]) for place, cost in enumerate(costs[0])]
    for row in costs[1:]:
        following: list[tuple[float, list[int]]] = []
        least = best[0]
        for place, cost in enumerate(row):
            if best[place][0] < least[0]:
                least = best[place]
            following.append((least[0] + cost, [*least[1], place]))
        best = following
    return min(best, key=lambda each: each[0])[1]


def _by_name(things: Sequence[T]) -> dict[str, T]:
    """By label, else by id; the first of equals."""
    found = {name: thing for thing in reversed(things) for name in _names(thing)[1:]}
    found.update({_names(thing)[0]: thing for thing in reversed(things)})
    return found


def _names(thing: Pipeline | Stage) -> tuple[str, ...]:
    """The folded label, and the folded id where that says something ("closedwon"; not "1")."""
    spoken = folded(thing.id)
    return (folded(thing.label), spoken) if spoken and not spoken.isdecimal() else (folded(thing.label),)
