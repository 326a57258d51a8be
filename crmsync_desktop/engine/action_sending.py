"""Doing what rules say (W1): each firing is in the memory as sent before it is sent, and done once, whatever becomes of the
answer. Tasks are found again by a line that only they bear, campaign members by who they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from crmsync_desktop.domain.action_rules import Then
from crmsync_desktop.domain.records import Category, Fault, Outcome, Presence, Side
from crmsync_desktop.engine.action_desk import ActionDesk
from crmsync_desktop.engine.action_members import set_members
from crmsync_desktop.engine.action_retry import error_name
from crmsync_desktop.engine.action_tasks import create_tasks, recover_tasks
from crmsync_desktop.engine.action_work import Answered, Work
from crmsync_desktop.engine.execute import raise_if_stopped
from crmsync_desktop.ports.actions import Firing, FiringState
from crmsync_desktop.ports.crm import Want

PAGE: Final = 2_000
FORETOLD: Final = 10
"""Firings that a preview names."""
TRIES: Final = 3
"""From which try on a refusal that ought to pass by itself is an error (semantics 6)."""
_PASSING: Final = (Category.TEMPORARY, Category.RECORD_GONE, Category.ASSOCIATIONS)
"""What was refused for these is tried again by itself: a server that is busy for as long as it is, a counterpart that was merged,
converted or deleted meanwhile until the next passes have seen to that."""


async def look_for_lost(desk: ActionDesk) -> None:
    """Settle what an earlier crash or a lost answer left open, before anything is sent."""
    lost = _all(desk, (FiringState.SENT, FiringState.UNKNOWN))
    members = [firing for firing in lost if firing.target_object != "Task"]
    for firing in members:  # a member is looked for anyway before it is made
        firing.state = FiringState.NOTED
    desk.context.store.update_firings(members)
    tasks = [firing for firing in lost if firing.target_object == "Task"]
    if tasks:
        _settle(desk, await recover_tasks(desk, tasks))


async def send(desk: ActionDesk, noted: Sequence[Firing]) -> None:
    """Do what is due; `noted` is what a preview found, and would do first. Raises LimitReached or Unreachable where a system
    stops us; what was sent until then is settled."""
    waiting = [*_all(desk, (FiringState.NOTED, FiringState.WAITING)), *noted]
    known = [firing for firing in waiting if firing.rule in desk.rules]
    if not desk.context.preview:
        _drop(desk, [firing for firing in waiting if firing.rule not in desk.rules], "The rule was removed.")
    due = await _linked(desk, [firing for firing in known if desk.rules[firing.rule].on])
    for rule in desk.rules.values():
        own = [work for work in due if work.rule.number == rule.number]
        over = len(own) - rule.limit
        if over > 0:
            due = [work for work in due if work.rule.number != rule.number] + own[: rule.limit]
        if desk.context.preview:
            continue
        if over > 0:
            desk.hold_back(rule, over)
        elif rule.number not in desk.troubled:
            desk.clear([f"rule {rule.number}"])
    tasks = [work for work in due if work.rule.then is Then.TASK]
    members = [work for work in due if work.rule.then is Then.CAMPAIGN]
    if desk.context.preview:
        desk.tally.created += len(tasks) + len(members)
        _foretell(desk, due)
        return
    async for answers in create_tasks(desk, tasks):
        _settle(desk, answers)
        raise_if_stopped([answered.answer for answered in answers if answered.answer is not None])
    async for answers in set_members(desk, members):
        _settle(desk, answers)
        raise_if_stopped([answered.answer for answered in answers if answered.answer is not None])


def _foretell(desk: ActionDesk, due: Sequence[Work]) -> None:
    """What a preview says of what would be done."""
    if due:
        shown = [f"“{work.rule.name}”: {work.firing.reason}" for work in due[:FORETOLD]]
        more = f" And {len(due) - FORETOLD:,} more." if len(due) > FORETOLD else ""
        desk.context.announce(f"Workflow actions would be done: {' '.join(shown)}{more}")


def _all(desk: ActionDesk, states: Sequence[FiringState]) -> list[Firing]:
    found: list[Firing] = []
    while page := desk.context.store.firings(states, after=found[-1].number if found else 0, limit=PAGE):
        found += page
    return found


# who is meant


async def _linked(desk: ActionDesk, firings: Sequence[Firing]) -> list[Work]:
    """Those whose records have a counterpart, with it, in order; the others wait, and say so."""
    found: list[Work] = []
    for object in sorted({firing.object for firing in firings}):
        own = [firing for firing in firings if firing.object == object]
        heirs, gone = await _heirs(desk, object, sorted({firing.record_id for firing in own}))
        names = sorted({heirs.get(firing.record_id, firing.record_id) for firing in own})
        targets = _counterparts(desk, object, names)
        for firing in own:
            target = targets.get(heirs.get(firing.record_id, firing.record_id))
            if target is not None:
                found.append(Work(firing, desk.rules[firing.rule], *target))
        if not desk.context.preview:
            lacking = [each for each in own if heirs.get(each.record_id, each.record_id) not in targets]
            _drop(desk, [each for each in lacking if each.record_id in gone], "The HubSpot record was deleted.")
            _wait(desk, [each for each in lacking if each.record_id not in gone])
    return sorted(found, key=lambda work: work.firing.number)


def _counterparts(desk: ActionDesk, object: str, ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """By HubSpot id: the linked (Salesforce object, id)."""
    pair = desk.pair_of(object)
    found: dict[str, tuple[str, str]] = {}
    if pair is None:
        return found
    for salesforce in pair.salesforce:
        linked = desk.context.store.counterpart_ids(pair.name, Side.HUBSPOT, ids, salesforce)
        found.update({id: (salesforce, target) for id, target in linked.items()})
    return found


async def _heirs(desk: ActionDesk, object: str, ids: Sequence[str]) -> tuple[dict[str, str], set[str]]:
    """Whom HubSpot's records were merged into, and those that were deleted. The memory doesn't know one from the other of
    each; HubSpot does, and is asked about these few."""
    known = desk.context.store.records_by_id(Side.HUBSPOT, object, ids)
    gone = [each.id for each in known if each.presence is Presence.DELETED]
    if not gone or desk.context.preview:
        return {}, set()
    desk.context.check_stop()
    records = await desk.context.crms[Side.HUBSPOT].read(Want(object, ()), gone)
    heirs = {each.id: each.successor[1] for each in records if each.successor is not None}
    return heirs, {each.id for each in records if each.presence is not Presence.LIVE} - set(heirs)


def _wait(desk: ActionDesk, firings: Iterable[Firing]) -> None:
    new = [firing for firing in firings if firing.state is not FiringState.WAITING]
    for firing in new:
        firing.state = FiringState.WAITING
        firing.message = "The record isn't linked with one in Salesforce yet."
        rule = desk.rules[firing.rule]
        message = f"Rule “{rule.name}” waits: the record has no counterpart in Salesforce yet."
        fault = Fault(Category.ASSOCIATIONS, "ACTION_WAITS", message, (rule.name,))
        remedy = "It is done as soon as the record is linked. Why it isn't: why RECORD"
        desk.fault(rule, firing, fault, remedy)
    desk.context.store.update_firings(new)


def _drop(desk: ActionDesk, firings: Sequence[Firing], why: str) -> None:
    for firing in firings:
        firing.state, firing.message, firing.ended_at = FiringState.DROPPED, why, desk.now
    desk.context.store.update_firings(firings)
    desk.clear([error_name(firing) for firing in firings])


# what came of it

_STATES: Final = {
    Outcome.DONE: FiringState.DONE,
    Outcome.FAILED: FiringState.FAILED,
    Outcome.UNKNOWN: FiringState.UNKNOWN,
    Outcome.NOT_SENT: FiringState.NOTED,
}


def _settle(desk: ActionDesk, answers: Sequence[Answered]) -> None:
    """The memory's last word on what was answered; errors are opened and cleared."""
    cleared: list[str] = []
    with desk.context.store.together():
        for answered in answers:
            firing = answered.firing
            firing.state, firing.message = _becomes(answered), answered.message
            if firing.state in (FiringState.DONE, FiringState.FAILED):
                firing.ended_at = desk.now
            if firing.state is FiringState.FAILED:
                desk.tally.failed += 1
            if firing.state is FiringState.DONE:
                _count(desk, answered)
            if not _tell(desk, answered) and firing.state is FiringState.DONE:
                cleared.append(error_name(firing))
        desk.context.store.update_firings([answered.firing for answered in answers])
        desk.clear(cleared)


def _becomes(answered: Answered) -> FiringState:
    """The firing's state after this answer; its tries are counted."""
    firing, fault, state = answered.firing, answered.fault, _STATES[answered.outcome]
    if state is not FiringState.FAILED:
        return state
    if fault is None:  # surely not stored: once more
        return FiringState.NOTED
    if fault.category in _PASSING:
        firing.tries += 1
        if fault.category is Category.TEMPORARY or firing.tries < TRIES:
            return FiringState.NOTED
    return FiringState.FAILED


def _tell(desk: ActionDesk, answered: Answered) -> bool:
    """Open the error, or the notice, that the answer calls for; gives whether it does."""
    firing, fault, rule = answered.firing, answered.fault, desk.rules.get(answered.firing.rule)
    if fault is None or rule is None:
        return False
    lasting = fault.category is Category.TEMPORARY and firing.tries >= TRIES
    if firing.state not in (FiringState.DONE, FiringState.FAILED) and not lasting:
        return False
    about = msgspec.structs.replace(fault, fields=(rule.name,))
    desk.fault(rule, firing, about, answered.remedy, notice=firing.state is FiringState.DONE)
    return True


def _count(desk: ActionDesk, answered: Answered) -> None:
    if answered.created:
        desk.tally.created += 1
    elif answered.changed:
        desk.tally.updated += 1
