"""What a write may do to a record: which values it may set, and which HubSpot passes over in silence.

Sources: HubSpot's staff and users on lifecycle stages (through the API a stage never moves backwards: the request succeeds
and the value stays, unless it was cleared before; in HubSpot's window a person may); the properties guide (a leading
semicolon adds to a multiple checkbox); the pipelines guide (a record's stage belongs to its pipeline, ids and not labels);
the knowledge base, "Perform a permanent delete" (an e-mail erased for good can't be added in the window or by an import, but
through the API it can).
Unverified: a stage or pipeline that doesn't exist is refused with INVALID_OPTION, as any other option is.
Unverified: a stage of another pipeline moves the record into that pipeline unless the write names one.
Unverified: a record without a property that its type requires is refused with the names in context.properties.
Unverified: the owner id of somebody who is no owner is refused with INVALID_OPTION.
Unverified: in the window, an e-mail erased for good is refused with INVALID_EMAIL.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from crmsync_desktop.practice.hubspot.catalog import ObjectType, problems_of
from crmsync_desktop.practice.hubspot.refusals import Refusal, ValueProblem, invalid_values
from crmsync_desktop.practice.hubspot.sources import Source
from crmsync_desktop.practice.hubspot.uniqueness import ADDITIONAL_EMAILS
from crmsync_desktop.practice.hubspot.values import (
    MAX_TEXT,
    PropertyDefinition,
    as_text,
    invalid_option,
    parts_of,
    stored,
)

if TYPE_CHECKING:
    from crmsync_desktop.practice.hubspot.portal import HubSpotPortal

STAGE = "lifecyclestage"


def checked(
    portal: HubSpotPortal, kind: ObjectType, properties: Mapping[str, object], held: Mapping[str, str], source: Source
) -> dict[str, str]:
    """The values as they will be kept. Raises a 400 Refusal that names every property that is wrong."""
    known = portal.catalog.properties(kind.name)
    problems = problems_of(properties, known)
    kept: dict[str, str] = {}
    wrong = {problem.property for problem in problems}
    for name, value in properties.items():
        if name in wrong:
            continue
        definition = known[name]
        if definition.plain and type(value) is str and len(value) <= MAX_TEXT:
            kept[name] = value
            continue
        if isinstance(value, str) and value.startswith(";") and definition.multiple:
            value = ";".join(parts_of(f"{held.get(name, '')};{value}"))
        result = _stored(portal, definition, value, source)
        if isinstance(result, ValueProblem):
            problems.append(result)
        else:
            kept[name] = result
    if kind.pipeline is not None and (kind.pipeline[0] in kept or kind.pipeline[1] in kept or not held):
        problems += _placed(portal, kind, kind.pipeline, kept, held)
    if problems:
        raise invalid_values(problems)
    if kept.get(STAGE) and source != "CRM_UI" and _backwards(known, held.get(STAGE, ""), kept[STAGE]):
        del kept[STAGE]
    return kept


def refuse_incomplete(kind: ObjectType, kept: Mapping[str, str]) -> None:
    """Raises a 400 Refusal for a new record without what its type requires."""
    if missing := [name for name in kind.required if not kept.get(name)]:
        message = f"Error creating {kind.singular.upper()}. Some required properties were not set."
        raise Refusal(400, "VALIDATION_ERROR", message, context={"properties": missing})


def _stored(portal: HubSpotPortal, definition: PropertyDefinition, value: object, source: Source) -> str | ValueProblem:
    name, result = definition.name, stored(definition, value)
    if isinstance(result, ValueProblem) or not result:
        return result
    if name == "email":
        query = "SELECT 1 FROM blocked_email WHERE email = ?"
        if source == "CRM_UI" and portal.connection.execute(query, (result,)).fetchone():
            return ValueProblem(
                name, "INVALID_EMAIL", f"Email address {as_text(value)} is blocked: it was erased for good"
            )
    elif name == ADDITIONAL_EMAILS:
        return ";".join(dict.fromkeys(part.strip().lower() for part in result.split(";") if part.strip()))
    elif name == "hubspot_owner_id" and result not in portal.directory.owner_ids:
        return invalid_option(name, result, ", ".join(sorted(portal.directory.owner_ids)))
    return result


def _placed(
    portal: HubSpotPortal, kind: ObjectType, names: tuple[str, str], kept: dict[str, str], held: Mapping[str, str]
) -> list[ValueProblem]:
    """Fills in the pipeline, or says what is wrong with it or with the stage."""
    in_pipeline, in_stage = names
    pipelines = portal.pipelines.all(kind.name)
    ids = [each["id"] for each in pipelines]
    chosen, stage = kept.get(in_pipeline, ""), kept.get(in_stage, "")
    if chosen and chosen not in ids:
        return [invalid_option(in_pipeline, chosen, ", ".join(ids))]
    place = portal.pipelines.of_stage(kind.name, stage) if stage else None
    if stage and (place is None or (chosen and place[0] != chosen)):
        wanted = chosen or held.get(in_pipeline) or (ids[0] if ids else "")
        allowed = [each["id"] for pipeline in pipelines if pipeline["id"] == wanted for each in pipeline["stages"]]
        return [invalid_option(in_stage, stage, ", ".join(allowed))]
    if place is not None:
        kept[in_pipeline] = place[0]
    elif chosen and held.get(in_stage):
        of_held = portal.pipelines.of_stage(kind.name, held[in_stage])
        if of_held is None or of_held[0] != chosen:
            allowed = [each["id"] for pipeline in pipelines if pipeline["id"] == chosen for each in pipeline["stages"]]
            return [invalid_option(in_stage, held[in_stage], ", ".join(allowed))]
    elif not held and not chosen and ids and kind.name == "deals":
        kept[in_pipeline] = ids[0]
    return []


def _backwards(known: Mapping[str, PropertyDefinition], before: str, after: str) -> bool:
    options = known[STAGE].json["options"]
    order = {each["value"]: each["displayOrder"] for each in options}
    return bool(before) and order.get(after, 0) < order.get(before, 0)
