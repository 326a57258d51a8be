"""What an admin and everybody else do where workflow actions are at work, over the practice orgs' own API."""

from __future__ import annotations

from typing import Any

from crmsync_desktop.app.action_views import ActionRuleView, FiringView
from crmsync_desktop.domain.action_rules import ActionRule, Then, When
from tests.acceptance.life.world import World


class Office:
    """`here`: the orgs and the product's service."""

    def __init__(self, here: World) -> None:
        self.here = here

    # the portal and the org

    def list_of(self, name: str, *members: str) -> str:
        """A list of contacts, filled by hand."""
        body = {"name": name, "objectTypeId": "0-1", "processingType": "MANUAL"}
        made = str(self._hubspot("post", "/crm/lists/2026-03", body)["list"]["listId"])
        if members:
            self.join(made, *members)
        return made

    def join(self, list_id: str, *members: str) -> None:
        self._hubspot("put", f"/crm/lists/2026-03/{list_id}/memberships/add", list(members))

    def leave(self, list_id: str, *members: str) -> None:
        self._hubspot("put", f"/crm/lists/2026-03/{list_id}/memberships/remove", list(members))

    def _hubspot(self, method: str, path: str, body: Any) -> Any:
        url = f"{self.here.orgs.announced['hubspot']['url']}{path}"
        answer = self.here.hubspot.session.request(method, url, json=body, timeout=30)
        assert answer.ok, answer.text
        return answer.json()

    def contact(self, **values: str) -> str:
        """A HubSpot contact that is linked by now."""
        number = self.here.number()
        filled = {"email": f"w{number}@example.com", "firstname": "Ada", "lastname": f"Action{number}", **values}
        return self.here.make("hubspot", "contacts", **filled)

    def campaign(self, name: str, *statuses: str) -> str:
        made = self.here.salesforce.create("Campaign", Name=name, IsActive=True)
        for place, label in enumerate(statuses):
            self.here.salesforce.create("CampaignMemberStatus", CampaignId=made, Label=label, SortOrder=10 + place)
        return made

    def tasks(self, about: str) -> list[dict[str, Any]]:
        """Tasks of a Salesforce record."""
        field = "WhoId" if about[:3] in ("003", "00Q") else "WhatId"
        fields = "Id, Subject, Description, ActivityDate, Priority, Status, OwnerId"
        return self.here.salesforce.query(f"SELECT {fields} FROM Task WHERE {field} = '{about}'")

    def members(self, campaign: str) -> list[tuple[str, str]]:
        """(person, status) of a campaign."""
        rows = self.here.salesforce.query(
            f"SELECT ContactId, LeadId, Status FROM CampaignMember WHERE CampaignId = '{campaign}'"
        )
        return sorted((row["ContactId"] or row["LeadId"], row["Status"]) for row in rows)

    # the product

    def task_rule(self, name: str, object: str, when: When, subject: str, **rest: Any) -> ActionRuleView:
        return self.save(ActionRule(name, object, when, Then.TASK, subject=subject, **rest))

    def campaign_rule(self, name: str, when: When, campaign: str, **rest: Any) -> ActionRuleView:
        return self.save(ActionRule(name, "contacts", when, Then.CAMPAIGN, campaign=campaign, **rest))

    def save(self, rule: ActionRule, replaces: str | None = None) -> ActionRuleView:
        """A few seconds later than what happened before: HubSpot tells its time to the second."""
        self.here.admin.advance(3)
        return self.here.run(self.here.service.save_action(rule, replaces))

    def history(self, rule: str | None = None, state: str | None = None) -> list[FiringView]:
        return self.here.run(self.here.service.firings(rule, None, state, 1_000, None))

    def no_rules(self) -> None:
        for each in self.here.run(self.here.service.actions()):
            self.here.run(self.here.service.remove_action(each.rule.name))
