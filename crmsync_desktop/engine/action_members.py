"""Campaigns that rules put people into (W1). Who is a member already is looked at first, each time: nobody becomes one twice,
and a lost answer needs no other recovery.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

from crmsync_desktop.domain.records import Category, Fault, Observed, Op, Outcome, Side, Value, Write, Written
from crmsync_desktop.engine.action_desk import ActionDesk
from crmsync_desktop.engine.action_work import Answered, Work
from crmsync_desktop.engine.metadata import schema_of_object
from crmsync_desktop.ports.actions import FiringState
from crmsync_desktop.ports.crm import Want

MEMBER: Final = "CampaignMember"
MEMBER_STATUS: Final = "CampaignMemberStatus"
OBJECTS: Final = ("Campaign", MEMBER, MEMBER_STATUS)
FIELDS: Final = ("CampaignId", "ContactId", "LeadId", "Status")
SENT_STATUS: Final = "sent.Status"
"""Among a firing's values: the member status that was sent."""
ROUNDS: Final = 3
"""How often a pass looks again: several firings may be about one member, and somebody may be quicker."""
_TAKEN: Final = "DUPLICATE_VALUE"


@dataclass(frozen=True, slots=True)
class _Member:
    id: str
    status: Value


async def set_members(desk: ActionDesk, works: Sequence[Work]) -> AsyncIterator[list[Answered]]:
    """The answers, batch by batch. What is left after some rounds waits for the next pass."""
    if not works:
        return
    context = desk.context
    for object in (MEMBER, MEMBER_STATUS):
        await schema_of_object(object, context.store, context.crms[Side.SALESFORCE], context.clock)
    offered = await statuses_of(desk, sorted({work.rule.campaign for work in works}))
    good, bad = [], []
    for work in works:
        fault = _misfit(work, offered.get(work.rule.campaign, {}))
        if fault is None:
            good.append(work)
        else:
            bad.append(Answered(work.firing, Outcome.FAILED, fault, fault.message))
    if bad:
        yield bad
    for _ in range(ROUNDS):
        turn, good = _one_each(good)
        if not turn:
            return
        again: list[Work] = []
        async for answers in _round(desk, turn, offered):
            taken = [each for each in answers if each.fault is not None and each.fault.code == _TAKEN]
            numbers = {each.firing.number for each in taken}
            again += [work for work in turn if work.firing.number in numbers]
            for each in taken:  # somebody was quicker: look again
                each.firing.state = FiringState.NOTED
            context.store.update_firings([each.firing for each in taken])
            yield [each for each in answers if each.firing.number not in numbers]
        good = [*again, *good]


async def statuses_of(desk: ActionDesk, campaigns: Sequence[str]) -> dict[str, dict[str, bool]]:
    """By campaign: its member statuses, and whether each is what a member without one gets."""
    want = Want(MEMBER_STATUS, ("CampaignId", "Label", "IsDefault"))
    rows = await desk.context.crms[Side.SALESFORCE].find(want, "CampaignId", campaigns)
    found: dict[str, dict[str, bool]] = {}
    for row in rows:
        campaign, label, default = row.cells
        if campaign and label:
            found.setdefault(campaign, {})[label] = default == "true"
    return found


def _misfit(work: Work, offered: dict[str, bool]) -> Fault | None:
    """Salesforce takes a status that a campaign doesn't have for its default one, without a word; so it is looked at here."""
    rule = work.rule
    called = rule.name_of(rule.campaign)
    if not offered:
        message = f"The campaign “{called}” is gone, or hidden from the connected user."
        return Fault(Category.RECORD_GONE, "ENTITY_IS_DELETED", message)
    if rule.member_status and rule.member_status not in offered:
        there = ", ".join(f"“{label}”" for label in offered)
        message = f"The campaign “{called}” has no member status “{rule.member_status}” any more; it has {there}."
        return Fault(Category.PROPERTY_VALUES, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message)
    return None


def _one_each(works: Sequence[Work]) -> tuple[list[Work], list[Work]]:
    """The first of each member, and the rest: two writes of one record don't go together."""
    taken: set[tuple[str, str]] = set()
    first: list[Work] = []
    rest: list[Work] = []
    for work in works:
        place = (work.rule.campaign, work.target)
        (rest if place in taken else first).append(work)
        taken.add(place)
    return first, rest


async def _round(
    desk: ActionDesk, works: Sequence[Work], offered: dict[str, dict[str, bool]]
) -> AsyncIterator[list[Answered]]:
    context = desk.context
    members = await _members(desk, works)
    creates: list[tuple[Work, Write]] = []
    updates: list[tuple[Work, Write]] = []
    settled: list[Answered] = []
    for work in works:
        member = members.get((work.rule.campaign, work.target))
        status = work.rule.member_status
        key = f"action-{work.firing.number}"
        if member is None:
            values: dict[str, Value] = {"CampaignId": work.rule.campaign, f"{work.object}Id": work.target}
            if status:
                values["Status"] = status
            work.firing.former = ""
            creates.append((work, Write(key, Side.SALESFORCE, MEMBER, Op.CREATE, None, values)))
        elif not status or member.status == status:
            work.firing.target_object, work.firing.target_id = MEMBER, member.id
            stands = f" with the status “{member.status}”" if member.status else ""
            settled.append(Answered(work.firing, Outcome.DONE, message=f"It was a member already{stands}."))
        else:
            work.firing.former = member.status or ""
            work.firing.target_id = member.id
            updates.append((work, Write(key, Side.SALESFORCE, MEMBER, Op.UPDATE, member.id, {"Status": status})))
    if settled:
        yield settled
    for op, planned in ((Op.CREATE, creates), (Op.UPDATE, updates)):
        size = context.crms[Side.SALESFORCE].batch_size(op)
        for begin in range(0, len(planned), size):
            context.check_stop()
            batch = planned[begin : begin + size]
            for work, write in batch:
                work.firing.state, work.firing.sent_at, work.firing.target_object = FiringState.SENT, desk.now, MEMBER
                work.firing.values[SENT_STATUS] = write.values.get("Status") or ""
            context.store.update_firings([work.firing for work, _ in batch])
            answers = await context.crms[Side.SALESFORCE].write([write for _, write in batch])
            yield [_answered(work, op, answer) for (work, _), answer in zip(batch, answers, strict=True)]


async def _members(desk: ActionDesk, works: Sequence[Work]) -> dict[tuple[str, str], _Member]:
    """By campaign and person: who is a member already."""
    found: dict[tuple[str, str], _Member] = {}
    for object in ("Contact", "Lead"):
        people = sorted({work.target for work in works if work.object == object})
        if not people:
            continue
        desk.context.check_stop()
        want, field = Want(MEMBER, FIELDS), f"{object}Id"
        rows: list[Observed] = await desk.context.crms[Side.SALESFORCE].find(want, field, people)
        for row in rows:
            cells = dict(zip(FIELDS, row.cells, strict=True))
            campaign, person = cells["CampaignId"], cells[field]
            if campaign and person:
                found[campaign, person] = _Member(row.id, cells["Status"] or None)
    return found


def _answered(work: Work, op: Op, answer: Written) -> Answered:
    if answer.outcome is Outcome.DONE:
        work.firing.target_object, work.firing.target_id = MEMBER, answer.id or work.firing.target_id
        message = f"The status was “{work.firing.former}”." if op is Op.UPDATE else ""
        created = op is Op.CREATE
        return Answered(work.firing, Outcome.DONE, None, message, answer=answer, created=created, changed=not created)
    work.firing.former = None
    fault = answer.faults[0] if answer.faults else None
    return Answered(work.firing, answer.outcome, fault, fault.message if fault is not None else "", answer=answer)
