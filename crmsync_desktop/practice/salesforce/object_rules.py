"""Rules of single objects that no field's describe tells: activities, contact roles and campaign members.

They run when a record's own values and lookups are in order, and may fill in what the object works out from them.
`Claims` are the places that the records of one chunk have taken, since none of them is in the database yet.
"""

# ruff: noqa: S608  (identifiers come from our own schema, values are always parameters)

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from . import status_tables
from .errors import RowError
from .saves import Lookups, Save
from .stamps import seconds, stamp
from .store import Store, quoted

if TYPE_CHECKING:
    from .records import Records

Claims = set[tuple[Any, ...]]
_LONGEST_EVENT = timedelta(days=14)
_CASE = "500"


def apply(store: Store, lookups: Lookups, sobject: str, save: Save, claims: Claims) -> None:
    """Raises RowError where the object's own rules refuse the record."""
    rule = _RULES.get(sobject)
    if rule is not None:
        rule(store, lookups, save, claims)


def _task(store: Store, lookups: Lookups, save: Save, claims: Claims) -> None:
    _who_and_what(save)
    _series(save)
    _account(store, lookups, save)


_SERIES = ("RecurrenceStartDateOnly", "RecurrenceEndDateOnly", "RecurrenceType")


def _series(save: Save) -> None:
    """A task that repeats says from when to when and how, and has no due date and no new status of its own (object
    reference, IsRecurrence, ActivityDate, Status). Its occurrences aren't made here.

    Unverified: a due date or a new status of a task that repeats is refused as INVALID_FIELD_FOR_INSERT_UPDATE.
    """
    if not save.row.get("IsRecurrence"):
        return
    missing = [name for name in _SERIES if save.row.get(name) is None]
    if missing:
        raise RowError("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", missing)
    refused = "ActivityDate" if save.given.get("ActivityDate") else "Status"
    if refused == "ActivityDate" or (save.before is not None and "Status" in save.changed):
        message = f"{refused}: a recurring task can not have one of its own"
        raise RowError("INVALID_FIELD_FOR_INSERT_UPDATE", message, [refused])


def _event(store: Store, lookups: Lookups, save: Save, claims: Claims) -> None:
    _who_and_what(save)
    _private(save)
    _account(store, lookups, save)
    if save.before is None or not _TIMES.isdisjoint(save.given):
        _times(save)


def _who_and_what(save: Save) -> None:
    """Unverified: an activity that has a lead as its name and is related to a record is refused at WhatId."""
    who, what = save.row.get("WhoId"), save.row.get("WhatId")
    if who and what and str(who).startswith("00Q"):
        message = "Related To ID: a lead's activity can not be related to another record"
        raise RowError("FIELD_INTEGRITY_EXCEPTION", message, ["WhatId"])


def _private(save: Save) -> None:
    """Private events can't be associated with records (object reference, IsPrivate).

    Unverified: a private event that is associated with a record is refused as FIELD_INTEGRITY_EXCEPTION at IsPrivate.
    """
    if save.row.get("IsPrivate") and (save.row.get("WhoId") or save.row.get("WhatId")):
        message = "Private: a private event can not be associated with other records"
        raise RowError("FIELD_INTEGRITY_EXCEPTION", message, ["IsPrivate"])


def _account(store: Store, lookups: Lookups, save: Save) -> None:
    """AccountId follows from the account or opportunity that the activity is about, or else from its contact (object
    reference, Task and Event); a case's account doesn't count."""
    row = save.row
    if save.before is None or row.get("WhoId") != save.before.get("WhoId") or row["WhatId"] != save.before["WhatId"]:
        what = row.get("WhatId")
        about = None if what and str(what).startswith(_CASE) else what
        row["AccountId"] = _account_of(store, lookups, about) or _account_of(store, lookups, row.get("WhoId"))


def _account_of(store: Store, lookups: Lookups, id18: str | None) -> str | None:
    if id18 is None:
        return None
    known = lookups.account_of(id18)
    if known is not None:
        return known
    for sobject in store.schema.values():
        if sobject.prefix == id18[:3]:
            facts = store.facts(sobject, [id18], ("AccountId",)).get(id18, {})
            return id18 if sobject.name == "Account" else facts.get("AccountId")
    return None


_TIMES = frozenset({"StartDateTime", "EndDateTime", "DurationInMinutes", "IsAllDayEvent", "ActivityDateTime"})


def _times(save: Save) -> None:
    """A start, and an end or a duration that agree, 14 days apart at most; a due date that isn't the start's is refused
    (object reference, Event). What is missing is filled in.

    Unverified: an event whose end and duration disagree is a FIELD_INTEGRITY_EXCEPTION with a wording of our own.

    Unverified: an all-day event begins at midnight UTC, whatever time of that day it is given.
    """
    row, given = save.row, save.given
    start = given.get("StartDateTime") or given.get("ActivityDateTime") or row.get("StartDateTime")
    if start is None:
        raise RowError("REQUIRED_FIELD_MISSING", "Required fields are missing: [StartDateTime]", ["StartDateTime"])
    for name, own in (("ActivityDateTime", start), ("ActivityDate", start[:10])):
        if given.get(name) is not None and given[name] != own:
            message = f"{name}: the due date must match the start of the event"
            raise RowError("FIELD_INTEGRITY_EXCEPTION", message, [name])
    if row.get("IsAllDayEvent"):
        start = f"{start[:10]}T00:00:00.000+0000"
    end, minutes = given.get("EndDateTime"), given.get("DurationInMinutes")
    if end is None and minutes is None:
        if save.before is not None:
            minutes = row.get("DurationInMinutes")
        elif not row.get("IsAllDayEvent"):
            message = "Required fields are missing: [DurationInMinutes]"
            raise RowError("REQUIRED_FIELD_MISSING", message, ["DurationInMinutes"])
        minutes = 1440 if minutes is None else minutes
    lasts = seconds(end) - seconds(start) if end is not None else int(minutes or 0) * 60
    at = "EndDateTime" if minutes is None else "DurationInMinutes"
    if end is not None and minutes is not None and lasts != int(minutes) * 60:
        message = "Duration and End Date Time: the duration does not fit the time between start and end"
        raise RowError("FIELD_INTEGRITY_EXCEPTION", message, [at])
    if not 0 <= lasts <= _LONGEST_EVENT.total_seconds():
        message = f"{'End' if minutes is None else 'Duration'}: the event must end after its start, within 14 days"
        raise RowError("FIELD_INTEGRITY_EXCEPTION", message, [at])
    finish = stamp(seconds(start) + lasts)
    values = {
        "StartDateTime": start,
        "ActivityDateTime": start,
        "ActivityDate": start[:10],
        "EndDateTime": finish,
        "EndDate": finish[:10],
        "DurationInMinutes": lasts // 60,
    }
    row.update({name: value for name, value in values.items() if name in row})


def _contact_role(store: Store, lookups: Lookups, save: Save, claims: Claims) -> None:
    """A contact has each role once on an opportunity (words as quoted from a real flow's error).

    Unverified: a contact may have several different roles on one opportunity.
    """
    row = save.row
    sql = (
        f"SELECT count(*) FROM {quoted('OpportunityContactRole')} WHERE OpportunityId = ? AND ContactId = ? "
        "AND Role IS ? AND IsDeleted = 0 AND Id != ?"
    )
    place = (row["OpportunityId"], row["ContactId"], row.get("Role"))
    if place in claims or store.db.execute(sql, (*place, save.id18)).fetchone()[0]:
        raise RowError("DUPLICATE_VALUE", "Contact has already been added in that Contact Role.")
    claims.add(place)


def _campaign_member(store: Store, lookups: Lookups, save: Save, claims: Claims) -> None:
    """A lead or a contact, once in a campaign.

    Unverified: a campaign member without a lead and a contact is refused as REQUIRED_FIELD_MISSING.
    """
    row = save.row
    person = row.get("LeadId") or row.get("ContactId")
    if person is None:
        raise RowError("REQUIRED_FIELD_MISSING", "Required fields are missing: [LeadId]", ["LeadId"])
    field = "LeadId" if row.get("LeadId") else "ContactId"
    sql = (
        f"SELECT count(*) FROM {quoted('CampaignMember')} WHERE CampaignId = ? AND {field} = ? "
        "AND IsDeleted = 0 AND Id != ?"
    )
    place = (row["CampaignId"], person)
    if place in claims or store.db.execute(sql, (*place, save.id18)).fetchone()[0]:
        raise RowError("DUPLICATE_VALUE", "Already a campaign member.")
    claims.add(place)
    row["Status"], row["HasResponded"] = status_tables.member_status(store, row["CampaignId"], row.get("Status"))


_RULES: dict[str, Callable[[Store, Lookups, Save, Claims], None]] = {
    "Task": _task,
    "Event": _event,
    "OpportunityContactRole": _contact_role,
    "CampaignMember": _campaign_member,
}


def settle(records: Records, sobject: str, saves: Iterable[Save], user_id: str) -> None:
    """What the org sets right in other records once these are saved: an opportunity has one primary contact role,
    which is made from the ContactId that it is created with, and which its ContactId follows (object reference).

    Unverified: a new primary contact role makes the one before it an ordinary one, which gets a new SystemModstamp.
    """
    if sobject == "Opportunity":
        for save in saves:
            if save.error is None and save.before is None and save.row.get("ContactId"):
                role = {"OpportunityId": save.id18, "ContactId": save.row["ContactId"], "IsPrimary": 1}
                records.create(records.schema["OpportunityContactRole"], role, user_id)
    if sobject != "OpportunityContactRole":
        return
    roles = records.schema[sobject]
    sql = f"SELECT Id FROM {quoted(sobject)} WHERE OpportunityId = ? AND IsPrimary = 1 AND IsDeleted = 0 AND Id != ?"
    for save in saves:
        if save.error is not None:
            continue
        opportunity = str(save.row["OpportunityId"])
        if save.changed.get("IsPrimary"):
            others = records.store.db.execute(sql, (opportunity, save.id18)).fetchall()
            with records.acting("automation"):
                for (other,) in others:
                    records.touch(roles, other, {"IsPrimary": 0}, user_id)
        if save.row["IsPrimary"] or "IsPrimary" in save.changed:
            follow_primary(records, opportunity)


def follow_primary(records: Records, opportunity: str) -> None:
    """Let an opportunity's ContactId say who its primary contact is.

    Unverified: an opportunity's ContactId follows its primary contact role without a new SystemModstamp.
    """
    deals = records.schema["Opportunity"]
    if "contactid" in deals.by_name:
        sql = (
            f"SELECT ContactId FROM {quoted('OpportunityContactRole')} "
            "WHERE OpportunityId = ? AND IsPrimary = 1 AND IsDeleted = 0"
        )
        found = records.store.db.execute(sql, (opportunity,)).fetchone()
        records.store.update(deals, opportunity, {"ContactId": found[0] if found else None})
