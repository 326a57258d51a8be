"""What people do with tasks, calls and notes, in both systems."""

from __future__ import annotations

from crmsync_desktop.domain.records import Side, Value
from crmsync_desktop.domain.values import stamp
from tests.simulation.activities import (
    CONTACTS,
    LEAD,
    PLACES,
    RELATED,
    WHAT,
    WHO,
    ActivityHubSpot,
    ActivitySalesforce,
    split,
)
from tests.simulation.families import Families
from tests.simulation.fields import ACTIVITIES
from tests.simulation.nature import Nature
from tests.simulation.sides import Row

TITLE = {"tasks": "hs_task_subject", "calls": "hs_call_title", "notes": "hs_note_body"}
BODY = {"tasks": "hs_task_body", "calls": "hs_call_body", "notes": "hs_note_body"}
STATES = ("Open", "Waiting", "Completed")
ABOUT = {"Account": "companies", "Opportunity": "deals"}


class Busy(Families):
    """Families whose contacts are called, written to and reminded of."""

    _salesforce: ActivitySalesforce
    _hubspot: ActivityHubSpot

    def __init__(self, nature: Nature, salesforce: ActivitySalesforce, hubspot: ActivityHubSpot) -> None:
        super().__init__(nature, salesforce, hubspot)
        self._acts += [
            (12, self._plan_task),
            (7, self._log_call),
            (7, self._write_note),
            (16, self._edit_activity),
            (12, self._edit_task_in_both),
            (4, self._complete_task),
            (10, self._associate_activity),
            (7, self._name_another),
            (4, self._drop_activity),
            (2, self._bring_task_back),
        ]

    def settle_in(self, count: int) -> None:
        super().settle_in(count)
        for _ in range(count // 4):
            self._plan_task()
            self._log_call()
            self._write_note()

    # made

    def _plan_task(self) -> bool:
        side = self._side()
        if side is Side.HUBSPOT:
            self._in_portal("tasks")
        else:
            self._in_org("Task", {"Status": self._random.choice(STATES)})
        return True

    def _log_call(self) -> bool:
        if self._random.random() < 0.7:
            self._in_portal("calls")
        else:
            self._in_org("Task.Call", {})
        return True

    def _write_note(self) -> bool:
        self._in_portal("notes")
        return True

    def _words(self, what: str) -> str:
        self._number += 1
        return f"{what} {self._number}"

    def _day(self) -> str:
        return stamp(self._nature.now() + 86_400 * self._random.randrange(-3, 30))

    def _in_portal(self, object: str) -> None:
        values: dict[str, Value] = {
            BODY[object]: f"<p>{self._words('About')}</p>",
            "hs_timestamp": self._day(),
        }
        if object != "notes":
            values[TITLE[object]] = self._words(object)
        if object == "tasks":
            values["hs_task_status"] = self._random.choice(STATES)
        values |= {name: ";".join(self._places(name)) or None for name in PLACES}
        self._hubspot.insert(values, object=object)

    def _places(self, name: str) -> list[str]:
        most = 3 if name == CONTACTS else 2
        rows = [row for object in PLACES[name] for row in self._hubspot.live(object)]
        chosen = self._random.sample(rows, min(len(rows), self._random.choice((0, 1, 1, most))))
        return [f"{row.object}/{row.id}" for row in chosen]

    def _in_org(self, object: str, values: dict[str, Value]) -> None:
        subject, body = self._words(object), self._words("About")
        day = self._day()[:10]
        self._salesforce.insert(
            object, {"Subject": subject, "Description": body, "ActivityDate": day, **values, **self._lookups()}
        )

    def _lookups(self) -> dict[str, Value]:
        who = self._pick(self._persons()) if self._random.random() < 0.75 else None
        about = [*self._salesforce.live("Account"), *self._salesforce.live("Opportunity")]
        what = self._pick(about) if self._random.random() < 0.5 else None
        if who is not None and who.id.startswith(LEAD):
            what = None
        return {WHO: who.id if who else None, WHAT: what.id if what else None}

    # changed

    def _activities(self, side: Side, *objects: str) -> list[Row]:
        return [row for row in self._systems[side].live() if row.object in (objects or ACTIVITIES) and not row.locked]

    def _edit_activity(self) -> bool:
        side = self._side()
        row = self._pick(self._activities(side))
        if row is None:
            return False
        if side is Side.SALESFORCE:
            field = self._random.choice(("Subject", "Description", "ActivityDate", "OwnerId"))
            value: Value = self._day()[:10] if field == "ActivityDate" else self._words("Edited")
            value = self._value("hubspot_owner_id", side) if field == "OwnerId" else value
        else:
            field = self._random.choice((TITLE[row.object], BODY[row.object], "hs_timestamp", "hubspot_owner_id"))
            words = self._words("Edited")
            value = f"<b>{words}</b>" if field == BODY[row.object] else words
            value = self._day() if field == "hs_timestamp" else value
            value = self._value(field) if field == "hubspot_owner_id" else value
        self._edit(side, row, {field: value})
        return True

    def _edit_task_in_both(self) -> bool:
        row = self._pick(self._activities(Side.SALESFORCE, "Task"))
        other = row and self._hubspot.rows.get(row.stands_for or "")
        if row is None or other is None or not other.live or other.object != "tasks":
            row = self._pick([row for row in self._activities(Side.HUBSPOT, "tasks") if row.stands_for])
            other, row = row, row and self._salesforce.rows.get(row.stands_for or "")
        if row is None or other is None or not (row.live and other.live):
            return False
        same, name = self._words("Both"), self._random.random() < 0.3
        self._edit(Side.SALESFORCE, row, {"Subject": same})
        self._edit(Side.HUBSPOT, other, {"hs_task_subject": same if name else self._words("Both")})
        return True

    def _complete_task(self) -> bool:
        side = self._side()
        row = self._pick(self._activities(side, "tasks", "Task"))
        if row is None:
            return False
        self._edit(side, row, {"Status" if side is Side.SALESFORCE else "hs_task_status": "Completed"})
        return True

    def _associate_activity(self) -> bool:
        """In HubSpot, where it moves no date; now and then somebody edits the activity as well."""
        row = self._pick(self._activities(Side.HUBSPOT))
        if row is None:
            return False
        name = self._random.choice((CONTACTS, RELATED))
        held = split(row.values[name])
        if held and self._random.random() < 0.4:
            held.remove(self._random.choice(held))
        self._hubspot.associate(row, name, [*held, *self._places(name)])
        if self._random.random() < 0.6:
            self._edit(Side.HUBSPOT, row, {BODY[row.object]: f"<i>{self._words('Edited')}</i>"})
        return True

    def _name_another(self) -> bool:
        row = self._pick(self._activities(Side.SALESFORCE))
        if row is None:
            return False
        self._edit(Side.SALESFORCE, row, self._lookups())
        return True

    def _drop_activity(self) -> bool:
        side = self._side()
        row = self._pick(self._activities(side))
        if row is not None:
            (self._salesforce.remove if side is Side.SALESFORCE else self._hubspot.archive)(row.id)
        return row is not None

    def _bring_task_back(self) -> bool:
        gone = [row for row in self._salesforce.rows.values() if row.object in ACTIVITIES and not row.live]
        row = self._pick(gone)
        if row is not None:
            self._salesforce.undelete(row.id)
        return row is not None
