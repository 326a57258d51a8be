"""Salesforce tasks that rules create (W1)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crmsync_desktop.domain.action_occasions import moment
from crmsync_desktop.domain.action_rules import OWNER_OF_RECORD
from crmsync_desktop.domain.action_templates import filled, one_line, with_marker
from crmsync_desktop.domain.action_words import marker_of
from crmsync_desktop.domain.owners import OWNER_NOT_MATCHED
from crmsync_desktop.domain.records import Category, Fault, Op, Outcome, Presence, Side, Value, Write, Written
from crmsync_desktop.domain.values import key_of
from crmsync_desktop.engine.action_desk import ActionDesk
from crmsync_desktop.engine.action_reading import RECORD_OWNER
from crmsync_desktop.engine.action_work import Answered, Work
from crmsync_desktop.engine.metadata import schema_of_object
from crmsync_desktop.ports.actions import Firing, FiringState
from crmsync_desktop.ports.crm import Want

TASK: Final = "Task"
SENT_SUBJECT: Final = "sent.Subject"
SENT_DESCRIPTION: Final = "sent.Description"
"""Among a firing's values: what was sent, by which a task is found again whose answer was lost."""
GIVE_UP_SECONDS: Final = 3_600.0
ZONE: Final = "actions.zone"
_DAY: Final = 24 * 3600.0


async def create_tasks(desk: ActionDesk, works: Sequence[Work]) -> AsyncIterator[list[Answered]]:
    """The answers, batch by batch; what can't be sent at all comes first."""
    if not works:
        return
    context = desk.context
    await schema_of_object(TASK, context.store, context.crms[Side.SALESFORCE], context.clock)
    today = await _today(desk) if any(work.rule.due_in_days is not None for work in works) else None
    writes: list[tuple[Work, Write, Fault | None]] = []
    refused: list[Answered] = []
    for work in works:
        owner, fault = await _owner(desk, work)
        if fault is not None and not owner and work.rule.owner != OWNER_OF_RECORD:
            refused.append(Answered(work.firing, Outcome.FAILED, fault, fault.message))
            continue
        writes.append((work, _write(work, owner, today), fault))
    if refused:
        yield refused
    size = context.crms[Side.SALESFORCE].batch_size(Op.CREATE)
    for begin in range(0, len(writes), size):
        context.check_stop()
        batch = writes[begin : begin + size]
        now = desk.now
        for work, write, _ in batch:
            firing = work.firing
            firing.state, firing.sent_at, firing.target_object = FiringState.SENT, now, TASK
            firing.values[SENT_SUBJECT] = write.values["Subject"] or ""
            firing.values[SENT_DESCRIPTION] = write.values["Description"] or ""
        context.store.update_firings([work.firing for work, _, _ in batch])
        answers = await context.crms[Side.SALESFORCE].write([_dated(write, now) for _, write, _ in batch])
        yield [_answered(work.firing, answer, fault) for (work, _, fault), answer in zip(batch, answers, strict=True)]


async def recover_tasks(desk: ActionDesk, firings: Sequence[Firing]) -> list[Answered]:
    """Tasks whose answer was lost: there, surely not there, or not to be told yet; after an hour a person is asked."""
    context = desk.context
    context.check_stop()
    await schema_of_object(TASK, context.store, context.crms[Side.SALESFORCE], context.clock)
    answers = await context.crms[Side.SALESFORCE].recover([_as_sent(firing) for firing in firings])
    others = await _others(desk, firings, answers)
    found: list[Answered] = []
    for firing, answer in zip(firings, answers, strict=True):
        answered = _answered(firing, answer, None)
        if firing.number in others:
            firing.target_id, answered = "", Answered(firing, Outcome.FAILED)
        if answer.outcome is Outcome.UNKNOWN and context.clock.now() - moment(firing.sent_at) > GIVE_UP_SECONDS:
            message = "Salesforce never answered whether it stored the task, and it can't be found."
            fault = Fault(Category.OTHER, "CREATE_UNCERTAIN", message)
            answered = Answered(
                firing, Outcome.FAILED, fault, message, "Look for it in Salesforce; if it isn't there, retry."
            )
        found.append(answered)
    return found


async def _others(desk: ActionDesk, firings: Sequence[Firing], answers: Sequence[Written]) -> set[int]:
    """Firings for which another's task was found: of the same subject, without their own line. A deleted one passes for
    theirs, lest what somebody threw away be made again."""
    pairs = [
        (firing, answer.id)
        for firing, answer in zip(firings, answers, strict=True)
        if answer.outcome is Outcome.DONE and answer.id
    ]
    if not pairs:
        return set()
    ids = list(dict.fromkeys(id for _, id in pairs))
    records = await desk.context.crms[Side.SALESFORCE].read(Want(TASK, ("Description",)), ids)
    live = {record.id: record.cells[0] or "" for record in records if record.presence is Presence.LIVE}
    return {firing.number for firing, id in pairs if id in live and _line_of(firing) not in live[id]}


def _line_of(firing: Firing) -> str:
    """The line that only this firing's task bears."""
    return (firing.values.get(SENT_DESCRIPTION, "").splitlines() or [""])[-1]


def _as_sent(firing: Firing) -> Write:
    values: dict[str, Value] = {
        "Subject": firing.values.get(SENT_SUBJECT) or None,
        "Description": firing.values.get(SENT_DESCRIPTION) or None,
    }
    return Write(_key(firing), Side.SALESFORCE, TASK, Op.CREATE, None, values, journaled_at=firing.sent_at)


def _write(work: Work, owner: str, today: datetime | None) -> Write:
    rule, firing = work.rule, work.firing
    values: dict[str, Value] = {
        "Subject": one_line(filled(rule.subject, firing.values)) or one_line(rule.name),
        "Description": with_marker(filled(rule.description, firing.values), marker_of(rule, firing.number)),
        "WhoId" if work.object in ("Contact", "Lead") else "WhatId": work.target,
    }
    if owner:
        values["OwnerId"] = owner
    if rule.priority:
        values["Priority"] = rule.priority
    if rule.status:
        values["Status"] = rule.status
    if rule.due_in_days is not None and today is not None:
        values["ActivityDate"] = (today + timedelta(days=rule.due_in_days)).date().isoformat()
    return Write(_key(firing), Side.SALESFORCE, TASK, Op.CREATE, None, values)


def _dated(write: Write, now: str) -> Write:
    return Write(write.key, write.side, write.object, write.op, write.id, write.values, journaled_at=now)


def _key(firing: Firing) -> str:
    return f"action-{firing.number}"


def _answered(firing: Firing, answer: Written, beside: Fault | None) -> Answered:
    """`beside`: what was done otherwise than the rule says."""
    if answer.outcome is Outcome.DONE:
        firing.target_object, firing.target_id = TASK, answer.id or ""
        message = beside.message if beside is not None else ""
        return Answered(firing, Outcome.DONE, beside, message, answer=answer, created=True)
    fault = answer.faults[0] if answer.faults else None
    return Answered(firing, answer.outcome, fault, fault.message if fault is not None else "", answer=answer)


async def _owner(desk: ActionDesk, work: Work) -> tuple[str, Fault | None]:
    """The Salesforce user whose task it becomes, "" for the connected one; and what is wrong with whom the rule names."""
    rule = work.rule
    if not rule.owner:
        return "", None
    owners = await desk.owners()
    if rule.owner == OWNER_OF_RECORD:
        owner = work.firing.values.get(RECORD_OWNER, "")
        user = owners.across_to_salesforce.get(owner, "")
        if user:
            return user, None
        why = "has no owner in HubSpot" if not owner else "has an owner in HubSpot without an active counterpart"
        message = f"The record {why}, so the task is the connected user's."
        return "", Fault(Category.OWNERS, OWNER_NOT_MATCHED, message)
    wanted = key_of(rule.owner)
    active = [user for user in owners.known[Side.SALESFORCE].values() if user.email == wanted and user.active]
    if active:
        return active[0].id, None
    message = f"Salesforce has no active user with the e-mail address {rule.owner}, whose the task is to be."
    return "", Fault(Category.OWNERS, "INACTIVE_OWNER_OR_USER", message)


async def _today(desk: ActionDesk) -> datetime:
    """Now, by Salesforce's clock and in the org's time zone."""
    context = desk.context
    kept = context.store.document(ZONE)
    if kept is None or abs(context.clock.now() - kept["read_at"]) >= _DAY:
        zone = (await context.crms[Side.SALESFORCE].identity()).time_zone
        kept = {"read_at": context.clock.now(), "zone": zone}
        context.store.save_document(ZONE, kept)
    seconds = context.clock.now() + context.clocks.get(Side.SALESFORCE, 0.0)
    try:
        return datetime.fromtimestamp(seconds, ZoneInfo(str(kept["zone"])))
    except (ZoneInfoNotFoundError, ValueError):
        return datetime.fromtimestamp(seconds, UTC)
