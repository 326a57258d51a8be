"""Properties that an account's rules require: enforced by the paths of 2026-09, passed over by all older ones.

Source: HubSpot's changelog of 2026-09 (the two codes).
Unverified: the wording of MISSING_REQUIRED_PROPERTY and MISSING_CONDITIONAL_REQUIRED_PROPERTY, and that their status is 400.
Unverified: an update is refused for a required property only if it clears it, and for a conditional one if it meets the condition.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from crmsync_desktop.practice.hubspot.refusals import ValueProblem, missing_properties
from crmsync_desktop.practice.hubspot.values import as_text

if TYPE_CHECKING:
    from crmsync_desktop.practice.hubspot.catalog import ObjectType
    from crmsync_desktop.practice.hubspot.records import Record
    from crmsync_desktop.practice.hubspot.setup import PortalSetup

ENFORCED_BY = "2026-09"


def enforce(
    setup: PortalSetup, version: str, kind: ObjectType, given: Mapping[str, object], record: Record | None
) -> None:
    """`given`: what is about to be written, to `record` or to a new one. Raises a 400 Refusal."""
    if version != ENFORCED_BY or not (setup.required_properties or setup.conditional_required):
        return
    written = {name: as_text(value) for name, value in given.items()}
    after = {**(record.properties if record is not None else {}), **written}
    problems = [
        ValueProblem(name, "MISSING_REQUIRED_PROPERTY", f"Property {name} is required.")
        for name in setup.required_properties.get(kind.name, ())
        if not after.get(name) and (record is None or name in written)
    ]
    for rule in setup.conditional_required.get(kind.name, ()):
        if after.get(rule.property, "") not in rule.values or written.keys().isdisjoint(
            (rule.property, *rule.requires)
        ):
            continue
        message = f"is required when {rule.property} is {after[rule.property]}."
        problems += [
            ValueProblem(name, "MISSING_CONDITIONAL_REQUIRED_PROPERTY", f"Property {name} {message}")
            for name in rule.requires
            if not after.get(name)
        ]
    if problems:
        raise missing_properties(kind.singular, problems)
