"""The tables of stages and owners, in words: what a person reads, and what a person writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crmsync_desktop.app.match_views import OwnerRow, OwnersView, Person, StageRow, StagesView
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.owners import Owners
from crmsync_desktop.domain.pipelines import Pipeline, Stage
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.schema import Owner
from crmsync_desktop.domain.stages import Choice, Tables

_LISTED = 12


def stages_view(pair: str, tables: Tables, news: Sequence[str]) -> StagesView:
    rows = [row for to in (Side.SALESFORCE, Side.HUBSPOT) for row in _rows(tables, to)]
    warnings = [row.problem for row in rows if row.problem]
    warnings += [f"A choice doesn't count any more: {_choice(choice)} isn't there." for choice in tables.gone]
    return StagesView(pair, tuple(rows), (*warnings, *news))


def _rows(tables: Tables, to: Side) -> Iterable[StageRow]:
    targets = {each.id: each for each in tables.of(to)}
    chosen = {choice.about for choice in tables.chosen}
    for source in tables.of(to.other):
        if not source.active:
            continue
        place = tables.places[to].get(source.id, "")
        whole = targets.get(place)
        label = "" if whole is None else whole.label
        yield StageRow(to, source.id, source.label, "", "", place, label, "", "", (to, source.id, "", "") in chosen)
        elsewhere = {choice.target for choice in tables.chosen if choice.to is to and choice.pipeline == source.id}
        for target in dict.fromkeys([place, *sorted(elsewhere)]):
            for stage in source.stages:
                about = (to, source.id, stage.id, target)
                if stage.active and (target == place or about in chosen):
                    yield _stage_row(tables, to, source, stage, targets.get(target), about in chosen)


def _stage_row(
    tables: Tables, to: Side, source: Pipeline, stage: Stage, target: Pipeline | None, chosen: bool
) -> StageRow:
    there = None
    if target is not None:
        there = target.stage(tables.steps[to].get((source.id, stage.id, target.id), ""))
    problem = ""
    if there is None:
        problem = (
            f"{to.other.label}'s “{source.label}/{stage.label}” has no counterpart in {to.label}: such records wait."
        )
    return StageRow(
        to=to,
        pipeline=source.id,
        pipeline_label=source.label,
        stage=stage.id,
        stage_label=stage.label,
        target="" if target is None else target.id,
        target_label="" if target is None else target.label,
        target_stage="" if there is None else there.id,
        target_stage_label="" if there is None else there.label,
        chosen=chosen,
        problem=problem,
    )


def _choice(choice: Choice) -> str:
    one = "/".join(part for part in (choice.pipeline, choice.stage) if part)
    other = "/".join(part for part in (choice.target, choice.target_stage) if part)
    return f"“{one}” → {choice.to.label}'s “{other}”"


def chosen_by(tables: Tables, hubspot: str, salesforce: str, only: Side | None) -> list[Choice]:
    """The choices that two places make, each as a person writes it: a pipeline (record type), pipeline/stage, or a stage that
    only one pipeline has; labels or ids. `only`: for records that come to this side. Raises SetupError, with what there is."""
    places = {
        Side.HUBSPOT: _located(tables.hubspot, hubspot, "HubSpot has no pipeline or stage"),
        Side.SALESFORCE: _located(tables.salesforce, salesforce, "Salesforce has no record type or stage"),
    }
    if bool(places[Side.HUBSPOT][1]) is not bool(places[Side.SALESFORCE][1]):
        raise SetupError(
            "A stage goes to a stage, and a pipeline to a record type.",
            f"“{hubspot}” and “{salesforce}” aren't of one kind.",
            'Write a stage with its pipeline: "Sales Pipeline/Contract Sent" "New Business/Negotiation".',
        )
    ways = [only] if only is not None else list(Side)
    return [Choice(to, *places[to.other], *places[to]) for to in ways]


def _located(pipelines: Sequence[Pipeline], text: str, missing: str) -> tuple[str, str]:
    """(pipeline, stage), stage "" for the pipeline as a whole."""
    wanted = text.strip()
    whole = [pipeline for pipeline in pipelines if pipeline.id and _is(pipeline, wanted)]
    if whole:
        return whole[0].id, ""
    parts = [(wanted[:at], wanted[at + 1 :]) for at, letter in enumerate(wanted) if letter == "/"]
    found = [
        (pipeline.id, stage.id)
        for pipeline in pipelines
        for left, right in parts
        for stage in pipeline.stages
        if _is(pipeline, left.strip()) and _is(stage, right.strip())
    ]
    found = found or [
        (each.id, stage.id) for each in pipelines if each.active for stage in each.stages if _is(stage, wanted)
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise SetupError(f"Several have the stage “{wanted}”.", "", f"Write which: “{_names(pipelines, found)}”.")
    active = [each for each in pipelines if each.active]
    there = [
        stage.label if len(active) == 1 else f"{each.label}/{stage.label}" for each in active for stage in each.stages
    ]
    more = f" and {len(there) - _LISTED} more" if len(there) > _LISTED else ""
    raise SetupError(f"{missing} “{wanted}”.", "", f"There are: {', '.join(there[:_LISTED])}{more}.")


def _names(pipelines: Sequence[Pipeline], found: Sequence[tuple[str, str]]) -> str:
    labels = {pipeline.id: pipeline.label for pipeline in pipelines}
    return "”, “".join(f"{labels[pipeline]}/{stage}" for pipeline, stage in found[:_LISTED])


def _is(thing: Pipeline | Stage, text: str) -> bool:
    return text in (thing.id, thing.label) or thing.label.casefold() == text.casefold()


def owners_view(owners: Owners) -> OwnersView:
    """Who is who: the paired ones, then those that nobody matches; users and owners that may own something first."""
    users, others = owners.known[Side.SALESFORCE], owners.known[Side.HUBSPOT]
    paired = {(pairing.salesforce, pairing.hubspot) for pairing in owners.paired}
    rows: list[OwnerRow] = []
    met: set[str] = set()
    for id, user in users.items():
        there = owners.across_to_hubspot.get(id) or next(
            (hubspot for hubspot, salesforce in owners.across_to_salesforce.items() if salesforce == id), None
        )
        if there is not None:
            met.add(there)
            how = "chosen" if (id, there) in paired else "e-mail"
            rows.append(OwnerRow(_person(user), _person(others[there]), how))
        elif user.active:
            rows.append(OwnerRow(_person(user), None, ""))
    rows += [OwnerRow(None, _person(owner), "") for id, owner in others.items() if id not in met and owner.active]
    rows.sort(key=lambda row: not row.how)
    gone = [
        f"The pairing of {each.salesforce} with {each.hubspot} doesn't count: one of them is gone, or neither is active."
        for each in owners.gone
    ]
    return OwnersView(tuple(rows), tuple(gone))


def one_of(people: Iterable[Owner], text: str, side: Side) -> Owner:
    """The person with this id, e-mail address or name. Raises SetupError where that is nobody, or several."""
    wanted = text.strip().casefold()
    listed = list(people)
    found = [each for each in listed if each.id == text.strip()] or [each for each in listed if each.email == wanted]
    found = found or [each for each in listed if each.name.casefold() == wanted]
    if len(found) == 1:
        return found[0]
    what = "user" if side is Side.SALESFORCE else "owner"
    title = f"{side.label} has {'several' if found else 'no'} {what}{'s' if found else ''} “{text.strip()}”."
    raise SetupError(title, "", "Write the id or the e-mail address; see them with: owners list")


def _person(owner: Owner) -> Person:
    return Person(owner.id, owner.name, owner.email, owner.active)
