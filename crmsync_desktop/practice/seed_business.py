"""What each system has of the invented business, in rows to load. Ids of what the rows point to are given by the caller."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from crmsync_desktop.practice.business import Affair, Business
from crmsync_desktop.practice.people import Person
from crmsync_desktop.practice.seed_people import DAY, Row

_STAGES = ("Prospecting", "Qualification", "Value Proposition", "Proposal/Price Quote", "Negotiation/Review",
           "Closed Won", "Closed Lost")  # fmt: skip
_DEAL_STAGES = ("appointmentscheduled", "qualifiedtobuy", "presentationscheduled", "decisionmakerboughtin",
                "contractsent", "closedwon", "closedlost")  # fmt: skip
_CASES = ("New", "New", "Working", "Working", "Escalated", "Closed", "Closed")
_TICKETS = ("1", "1", "2", "3", "3", "4", "4")
_TASKS = ("Not Started", "Not Started", "In Progress", "Completed", "Completed", "Waiting on someone else", "Deferred")
_TODOS = ("NOT_STARTED", "NOT_STARTED", "IN_PROGRESS", "COMPLETED", "COMPLETED", "WAITING", "DEFERRED")
_ROLES = ("Decision Maker", "Business User", "Evaluator", "Influencer", None)


def opportunities(draw: random.Random, deals: Sequence[Affair], accounts: Sequence[str], owners: list[str], now: float) -> Iterator[Row]:  # fmt: skip
    for deal in deals:
        # The other system has it a little otherwise: a step further on, at another price.
        level = min(deal.level + (draw.random() < 0.15), 6)
        yield (
            "Opportunity",
            {
                "Name": deal.title[:120],
                "AccountId": accounts[deal.person.company.number],
                "StageName": _STAGES[level],
                "Amount": float(deal.amount if draw.random() < 0.9 else deal.amount + 1000),
                "CloseDate": _day(now + deal.due * DAY),
                "Type": draw.choice(("New Customer", "Existing Customer - Upgrade", None)),
                "LeadSource": draw.choice(("Web", "Partner Referral", "Other", None)),
                "OwnerId": draw.choice(owners),
                **_stamps(deal, now),
            },
        )


def contact_roles(draw: random.Random, deals: Sequence[Affair], made: Sequence[str], contacts: Mapping[int, str], now: float) -> Iterator[Row]:  # fmt: skip
    """`made`: the opportunities' ids in the order of the deals; `contacts`: ids by the person's number."""
    for deal, opportunity in zip(deals, made, strict=True):
        for place, person in enumerate((deal.person, deal.colleague)):
            if person is not None and person.number in contacts:
                yield (
                    "OpportunityContactRole",
                    {
                        "OpportunityId": opportunity,
                        "ContactId": contacts[person.number],
                        "Role": draw.choice(_ROLES),
                        "IsPrimary": place == 0,
                        **_stamps(deal, now),
                    },
                )


def cases(draw: random.Random, tickets: Sequence[Affair], accounts: Sequence[str], contacts: Mapping[int, str], owners: list[str], now: float) -> Iterator[Row]:  # fmt: skip
    for ticket in tickets:
        yield (
            "Case",
            {
                "Subject": ticket.title,
                "Description": ticket.text,
                "Status": _CASES[ticket.level],
                "Priority": draw.choice(("High", "Medium", "Low")),
                "Origin": draw.choice(("Phone", "Email", "Web")),
                "AccountId": accounts[ticket.person.company.number],
                "ContactId": contacts[ticket.person.number],
                "OwnerId": draw.choice(owners),
                **_stamps(ticket, now),
            },
        )


def tasks_and_events(draw: random.Random, business: Business, who: Mapping[int, str], owners: list[str], now: float) -> Iterator[Row]:  # fmt: skip
    """`who`: ids of contacts and leads by the person's number. Meetings are events, all else is a task."""
    for affair in _on(business.tasks, "salesforce"):
        yield (
            "Task",
            {
                "Subject": affair.title,
                "Status": _TASKS[affair.level],
                "Priority": draw.choice(("High", "Normal", "Normal", "Low")),
                "ActivityDate": _day(now + affair.due * DAY),
                "Description": affair.text,
                "TaskSubtype": "Task",
                "WhoId": who[affair.person.number],
                "OwnerId": draw.choice(owners),
                **_stamps(affair, now),
            },
        )
    for affair in _on(business.activities, "salesforce"):
        shared = {"WhoId": who[affair.person.number], "OwnerId": draw.choice(owners), "Description": affair.text}
        moment = now - affair.ages[1] * DAY
        if affair.kind == "meetings":
            start = int(moment) // 1800 * 1800
            yield (
                "Event",
                shared
                | _stamps(affair, now)
                | {
                    "Subject": "Meeting",
                    "StartDateTime": _api_stamp(start),
                    "ActivityDateTime": _api_stamp(start),
                    "ActivityDate": _day(start),
                    "EndDateTime": _api_stamp(start + 3600),
                    "EndDate": _day(start + 3600),
                    "DurationInMinutes": 60,
                    "ShowAs": "Busy",
                },
            )
        else:
            subtype = {"calls": "Call", "emails": "Email"}.get(affair.kind, "Task")
            yield (
                "Task",
                shared
                | _stamps(affair, now)
                | {
                    "Subject": "Email: Your question"
                    if subtype == "Email"
                    else "Call"
                    if subtype == "Call"
                    else "Note",
                    "Status": "Completed",
                    "Priority": "Normal",
                    "ActivityDate": _day(moment),
                    "TaskSubtype": subtype,
                },
            )


def portal_rows(draw: random.Random, business: Business, owners: list[str], now: float) -> Iterator[tuple[Affair, str, dict[str, Any]]]:  # fmt: skip
    """The deals, tickets, tasks and activities of the portal: (what it is about, object type, properties)."""
    for deal in _on(business.deals, "hubspot"):
        yield (
            deal,
            "deals",
            {
                "dealname": deal.title,
                "dealstage": _DEAL_STAGES[deal.level],
                "pipeline": "default",
                "amount": str(deal.amount),
                "closedate": _iso(now + deal.due * DAY),
                "dealtype": draw.choice(("newbusiness", "existingbusiness", "")),
                "hubspot_owner_id": draw.choice(owners),
                "createdate": now - deal.ages[0] * DAY,
                "hs_lastmodifieddate": now - deal.ages[1] * DAY,
            },
        )
    for ticket in _on(business.tickets, "hubspot"):
        yield (
            ticket,
            "tickets",
            {
                "subject": ticket.title,
                "content": ticket.text,
                "hs_pipeline": "0",
                "hs_pipeline_stage": _TICKETS[ticket.level],
                "hs_ticket_priority": draw.choice(("LOW", "MEDIUM", "HIGH", "")),
                "source_type": draw.choice(("EMAIL", "PHONE", "FORM")),
                "hubspot_owner_id": draw.choice(owners),
                "createdate": now - ticket.ages[0] * DAY,
                "hs_lastmodifieddate": now - ticket.ages[1] * DAY,
            },
        )
    for task in _on(business.tasks, "hubspot"):
        yield (
            task,
            "tasks",
            _activity(task, now)
            | {
                "hs_task_subject": task.title,
                "hs_task_body": task.text,
                "hs_task_status": _TODOS[task.level],
                "hs_task_priority": draw.choice(("NONE", "LOW", "MEDIUM", "HIGH")),
                "hs_task_type": "TODO",
                "hs_timestamp": _iso(now + task.due * DAY),
                "hubspot_owner_id": draw.choice(owners),
            },
        )
    for affair in _on(business.activities, "hubspot"):
        yield affair, affair.kind, _activity(affair, now) | _talk(draw, affair, now)


def _talk(draw: random.Random, affair: Affair, now: float) -> dict[str, Any]:
    moment = now - affair.ages[1] * DAY
    shared = {"hs_timestamp": _iso(moment)}
    if affair.kind == "calls":
        return shared | {
            "hs_call_title": "Call with " + affair.person.first,
            "hs_call_body": affair.text,
            "hs_call_direction": draw.choice(("INBOUND", "OUTBOUND")),
            "hs_call_status": "COMPLETED",
            "hs_call_duration": str(draw.randrange(10_000, 3_000_000)),
        }
    if affair.kind == "emails":
        return shared | {
            "hs_email_subject": "Your question",
            "hs_email_text": affair.text,
            "hs_email_direction": "EMAIL",
            "hs_email_status": "SENT",
        }
    if affair.kind == "meetings":
        return shared | {
            "hs_meeting_title": "Meeting",
            "hs_meeting_body": affair.text,
            "hs_meeting_start_time": _iso(moment),
            "hs_meeting_end_time": _iso(moment + 3600),
            "hs_meeting_outcome": draw.choice(("SCHEDULED", "COMPLETED", "NO_SHOW")),
        }
    return shared | {"hs_note_body": affair.text}


def _on(affairs: Sequence[Affair], side: str) -> Iterator[Affair]:
    return (affair for affair in affairs if affair.presence in ("both", side))


def on_side(affairs: Sequence[Affair], side: str) -> list[Affair]:
    """Those that a side has."""
    return list(_on(affairs, side))


def people_of(affair: Affair) -> list[Person]:
    return [person for person in (affair.person, affair.colleague) if person is not None]


def _activity(affair: Affair, now: float) -> dict[str, Any]:
    return {"hs_createdate": now - affair.ages[0] * DAY, "hs_lastmodifieddate": now - affair.ages[1] * DAY}


def _stamps(affair: Affair, now: float) -> dict[str, Any]:
    return {"CreatedDate": int(now - affair.ages[0] * DAY), "SystemModstamp": int(now - affair.ages[1] * DAY)}


def _day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).date().isoformat()


def _api_stamp(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
