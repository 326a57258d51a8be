"""What becomes of one field: the decision table (architecture 3, semantics 1). Everything else serves these lines.

The rules are written once, with Salesforce as the master; Prefer/Always HubSpot are the mirror image.
"""

from __future__ import annotations

from enum import IntEnum

import msgspec

from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.settings import OnConflict


class Action(IntEnum):
    AGREE = 0
    """Both hold the same: the bases move up, nothing is written."""
    TO_HUBSPOT = 1
    TO_SALESFORCE = 2
    DIFFER = 3
    """They differ and may: the rule, or what a system makes of a value when storing it, lets them."""
    HOLD = 4
    """Both were edited: a person decides (P4)."""


class Facts(msgspec.Struct, gc=False, frozen=True, array_like=True):
    """One field of one link. `based`: there is a base. `moved`: the side's value differs from its own base. `close`: the
    two differ only by what storing does to a value. `newest`: the side that was edited last, None if that can't be told; `how`
    says by what, as the end of a sentence."""

    equal: bool
    based: bool
    salesforce_blank: bool
    hubspot_blank: bool
    salesforce_moved: bool
    hubspot_moved: bool
    close: bool
    newest: Side | None
    how: str = ""


def is_dispute(rule: Rule, facts: Facts) -> bool:
    """Whether the decision hangs on which edit is newer: only then is anybody's history asked for."""
    if rule is not Rule.TWO_WAY or facts.equal or facts.salesforce_moved != facts.hubspot_moved or facts.close:
        return False
    return facts.based or not (facts.salesforce_blank or facts.hubspot_blank)


def decide(rule: Rule, facts: Facts, on_conflict: OnConflict) -> tuple[Action, str]:
    """The action and the reason, in words for the journal. `rule` is any but Don't sync, which is never asked."""
    if facts.equal:
        return Action.AGREE, "both sides hold the same value"
    if rule is Rule.TWO_WAY:
        return _two_way(facts, on_conflict)
    if rule in (Rule.PREFER_HUBSPOT, Rule.ALWAYS_HUBSPOT):
        action, reason = _mastered(rule, _mirror(facts), "HubSpot")
        return _MIRRORED[action], reason
    return _mastered(rule, facts, "Salesforce")


def _two_way(facts: Facts, on_conflict: OnConflict) -> tuple[Action, str]:
    if facts.close and facts.salesforce_moved == facts.hubspot_moved:
        # Also where both moved, or there is no base yet: a run that died after a write, before it heard of it, looks so.
        return Action.DIFFER, "the same value as each system stores it"
    if not facts.based:
        if facts.salesforce_blank:
            return Action.TO_SALESFORCE, "first link: Salesforce is blank"
        if facts.hubspot_blank:
            return Action.TO_HUBSPOT, "first link: HubSpot is blank"
        return _newest(facts, "first link, both have a value")
    if facts.salesforce_moved and not facts.hubspot_moved:
        return Action.TO_HUBSPOT, "edited in Salesforce"
    if facts.hubspot_moved and not facts.salesforce_moved:
        return Action.TO_SALESFORCE, "edited in HubSpot"
    why = "edited on both sides" if facts.salesforce_moved else "the sides differ though neither was edited"
    if on_conflict is OnConflict.HOLD:
        return Action.HOLD, why
    return _newest(facts, why)


def _newest(facts: Facts, why: str) -> tuple[Action, str]:
    if facts.newest is Side.HUBSPOT:
        return Action.TO_SALESFORCE, f"{why}: HubSpot's edit is newer{facts.how}"
    if facts.newest is Side.SALESFORCE:
        return Action.TO_HUBSPOT, f"{why}: Salesforce's edit is newer{facts.how}"
    return Action.TO_HUBSPOT, f"{why}: which is newer can't be told, so Salesforce's counts{facts.how}"


def _mastered(rule: Rule, facts: Facts, master: str) -> tuple[Action, str]:
    """In here the master is called Salesforce, whichever it is."""
    if facts.based and not facts.salesforce_moved and not facts.hubspot_moved and facts.close:
        return Action.DIFFER, "the same value as each system stores it"
    if not facts.salesforce_blank:
        return Action.TO_HUBSPOT, f"{rule.label}: {master} has a value"
    cleared = facts.based and facts.salesforce_moved
    if rule.always:
        if cleared:
            return Action.TO_HUBSPOT, f"{rule.label}: cleared in {master}"
        return Action.DIFFER, f"{rule.label}: {master} is blank, the other side keeps its value"
    if cleared and not facts.hubspot_moved:
        return Action.TO_HUBSPOT, f"{rule.label}: cleared in {master}"
    return Action.TO_SALESFORCE, f"{rule.label}: {master} is blank"


def _mirror(facts: Facts) -> Facts:
    return Facts(
        equal=facts.equal,
        based=facts.based,
        salesforce_blank=facts.hubspot_blank,
        hubspot_blank=facts.salesforce_blank,
        salesforce_moved=facts.hubspot_moved,
        hubspot_moved=facts.salesforce_moved,
        close=facts.close,
        newest=facts.newest and facts.newest.other,
        how=facts.how,
    )


_MIRRORED = {
    Action.TO_HUBSPOT: Action.TO_SALESFORCE,
    Action.TO_SALESFORCE: Action.TO_HUBSPOT,
    Action.DIFFER: Action.DIFFER,
}
