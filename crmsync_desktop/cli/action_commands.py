"""Commands for workflow actions (W1)."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from crmsync_desktop.app.action_views import ActionRuleView
from crmsync_desktop.app.facade import Facade
from crmsync_desktop.cli import output
from crmsync_desktop.cli.action_output import show_firings, show_rule, show_rules, show_trial
from crmsync_desktop.cli.session import AsJson, Connection, OnPractice, told
from crmsync_desktop.domain.action_rules import MOST_A_PASS, ActionRule, Then, When, named
from crmsync_desktop.domain.errors import SetupError

actions_app = typer.Typer(
    help="Workflow actions: when something happens to a HubSpot record, do something in Salesforce."
)
RuleName = Annotated[str, typer.Argument(metavar="RULE", help="Its name, or its number.")]
Object = Annotated[str | None, typer.Option(help="contacts, companies, deals, tickets or a custom object.")]
OnList = Annotated[str | None, typer.Option("--joins-list", help="When a contact joins this list (id or exact name).")]
OnProperty = Annotated[str | None, typer.Option("--property", help="When this property takes a value.")]
Is = Annotated[list[str] | None, typer.Option("--is", help="The value it takes, or its label; several: any of them.")]
Changes = Annotated[bool, typer.Option("--changes", help="When the property takes any new value.")]
OnStage = Annotated[
    str | None, typer.Option("--stage", help="When a deal or ticket reaches this stage: PIPELINE/STAGE.")
]
Subject = Annotated[str | None, typer.Option("--task", metavar="SUBJECT", help="Create a task: “Call {firstname}”.")]
Description = Annotated[str | None, typer.Option(help="The task's comments, with placeholders.")]
Due = Annotated[int | None, typer.Option("--due-in-days", help="The task's due date, days from then.")]
Priority = Annotated[str | None, typer.Option(help="The task's priority.")]
TaskStatus = Annotated[str | None, typer.Option("--status", help="The task's status.")]
Owner = Annotated[
    str | None, typer.Option(help="Whose task: a user's e-mail address, or record (the record's owner); else yours.")
]
Campaign = Annotated[str | None, typer.Option(help="Put the contact into this campaign (exact name or id).")]
MemberStatus = Annotated[str | None, typer.Option(help="The member status in the campaign; else its default.")]
Limit = Annotated[int | None, typer.Option(help="How often it fires in one pass, at most.")]


@actions_app.command("list")
def list_actions(name: Connection = None, practice: OnPractice = False, as_json: AsJson = False) -> int:
    """List the rules, and how often each has fired."""
    return told(name, practice, as_json, lambda facade: facade.actions(), show_rules)


@actions_app.command("add")
def add(
    rule: Annotated[str, typer.Argument(metavar="NAME", help="What to call it.")],
    object: Annotated[str, typer.Option(help="contacts, companies, deals, tickets or a custom object.")],
    joins_list: OnList = None,
    property: OnProperty = None,
    values: Is = None,
    changes: Changes = False,
    stage: OnStage = None,
    subject: Subject = None,
    description: Description = None,
    due_in_days: Due = None,
    priority: Priority = None,
    status: TaskStatus = None,
    owner: Owner = None,
    campaign: Campaign = None,
    member_status: MemberStatus = None,
    limit: Limit = None,
    off: Annotated[bool, typer.Option("--off", help="Don't switch it on yet.")] = False,
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Make a rule. It counts what happens from now on: what is true already doesn't fire."""
    made = _edited(
        ActionRule(rule, object, When.LIST, Then.TASK, on=not off),
        _condition(joins_list, property, values, changes, stage, needed=True),
        _deed(subject, description, due_in_days, priority, status, owner, campaign, member_status, needed=True),
        {"limit": MOST_A_PASS if limit is None else limit},
    )
    return told(name, practice, as_json, lambda facade: facade.save_action(made, None), show_rule)


@actions_app.command("edit")
def edit(
    rule: RuleName,
    rename: Annotated[str | None, typer.Option(help="Call it this from now on.")] = None,
    object: Object = None,
    joins_list: OnList = None,
    property: OnProperty = None,
    values: Is = None,
    changes: Changes = False,
    stage: OnStage = None,
    subject: Subject = None,
    description: Description = None,
    due_in_days: Due = None,
    priority: Priority = None,
    status: TaskStatus = None,
    owner: Owner = None,
    campaign: Campaign = None,
    member_status: MemberStatus = None,
    limit: Limit = None,
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Change a rule; what isn't named stays. With another condition it counts what happens from now on."""

    async def work(facade: Facade) -> ActionRuleView:
        found = named([each.rule for each in await facade.actions()], rule)
        if found is None:
            raise SetupError(f"There is no rule “{rule}”.", "", "See them with: actions list")
        plain = {"name": rename, "object": object, "limit": limit}
        wanted = _edited(
            found,
            _condition(joins_list, property, values, changes, stage, needed=False),
            _deed(subject, description, due_in_days, priority, status, owner, campaign, member_status, needed=False),
            {key: value for key, value in plain.items() if value is not None},
        )
        return await facade.save_action(wanted, found.name)

    return told(name, practice, as_json, work, show_rule)


@actions_app.command("on")
def switch_on(rule: RuleName, name: Connection = None, practice: OnPractice = False, as_json: AsJson = False) -> int:
    """Switch a rule on. It counts what happens from now on."""
    return told(name, practice, as_json, lambda facade: facade.switch_action(rule, True), show_rule)


@actions_app.command("off")
def switch_off(rule: RuleName, name: Connection = None, practice: OnPractice = False, as_json: AsJson = False) -> int:
    """Switch a rule off. What waits, waits until it is on again."""
    return told(name, practice, as_json, lambda facade: facade.switch_action(rule, False), show_rule)


@actions_app.command("remove")
def remove(rule: RuleName, name: Connection = None, practice: OnPractice = False, as_json: AsJson = False) -> int:
    """Remove a rule. What it did stays, and stays in the history."""
    return told(name, practice, as_json, lambda facade: facade.remove_action(rule), show_rules)


@actions_app.command("try")
def try_rule(
    rule: RuleName,
    days: Annotated[int, typer.Option(help="How far back to look.")] = 30,
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Say for which records the rule would have fired in the last days, by the journal. Does nothing."""
    return told(name, practice, as_json, lambda facade: facade.try_action(rule, days), show_trial)


@actions_app.command("history")
def history(
    rule: Annotated[
        str | None, typer.Argument(metavar="RULE", help="Its name, or its number; all if left out.")
    ] = None,
    record: Annotated[str | None, typer.Option(help="Only of this record: address, id or e-mail address.")] = None,
    state: Annotated[str | None, typer.Option(help="Only those waiting, failed, done, …")] = None,
    limit: Annotated[int, typer.Option(help="How many, the newest first.", min=1, max=100_000)] = 100,
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """List what has fired, with the reason."""
    return told(name, practice, as_json, lambda facade: facade.firings(rule, record, state, limit, None), show_firings)


@actions_app.command("retry")
def retry(
    numbers: Annotated[list[int] | None, typer.Argument(metavar="FIRING", help="As the history has them.")] = None,
    rule: Annotated[str | None, typer.Option(help="All of this rule that were refused.")] = None,
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Let what was refused be tried again in the next pass: these, those of a rule, or all."""
    return told(
        name,
        practice,
        as_json,
        lambda facade: facade.retry_firings(rule, numbers or None),
        lambda count: print(f"{output.counted(count, 'firing is', 'firings are')} tried again in the next pass."),
    )


@actions_app.command("undo")
def undo(
    number: Annotated[int, typer.Argument(metavar="FIRING", help="As the history has it.", min=1)],
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Take back what one firing did: delete the task unless somebody edited it, or put the member's status back."""
    return told(
        name, practice, as_json, lambda facade: facade.undo_firing(number), lambda firing: show_firings([firing])
    )


def _condition(
    joins_list: str | None,
    property: str | None,
    values: list[str] | None,
    changes: bool,
    stage: str | None,
    needed: bool,
) -> dict[str, object]:
    given = [each for each in (joins_list, property, stage) if each is not None]
    if len(given) > 1 or (needed and not given):
        raise SetupError(
            "Say what it waits for.", "", "One of: --joins-list, --property with --is or --changes, --stage."
        )
    if (values or changes) and property is None and needed:
        raise SetupError("Say which property takes the value.", "", "With --property.")
    if values and changes:
        raise SetupError("Give --is, or --changes.", "", "Not both.")
    found: dict[str, object] = {}
    if joins_list is not None:
        found = {"when": When.LIST, "list_id": joins_list}
    if property is not None:
        found = {"when": When.CHANGED if changes else When.VALUE, "property": property}
    if values:
        found |= {"when": When.VALUE, "values": tuple(values)}
    if changes:
        found["when"] = When.CHANGED
    if stage is not None:
        pipeline, _, name = stage.rpartition("/")
        found = {"when": When.STAGE, "pipeline": pipeline, "stage": name}
    return found


def _deed(
    subject: str | None,
    description: str | None,
    due_in_days: int | None,
    priority: str | None,
    status: str | None,
    owner: str | None,
    campaign: str | None,
    member_status: str | None,
    needed: bool,
) -> dict[str, object]:
    if (subject is not None and campaign is not None) or (needed and subject is None and campaign is None):
        raise SetupError("Say what it does.", "", "One of: --task SUBJECT, --campaign NAME.")
    task = {
        "subject": subject,
        "description": description,
        "due_in_days": due_in_days,
        "priority": priority,
        "status": status,
        "owner": owner,
    }
    found: dict[str, object] = {name: value for name, value in task.items() if value is not None}
    found |= {n: v for n, v in {"campaign": campaign, "member_status": member_status}.items() if v is not None}
    if subject is not None:
        found["then"] = Then.TASK
    if campaign is not None:
        found["then"] = Then.CAMPAIGN
    return found


def _edited(rule: ActionRule, *parts: dict[str, object]) -> ActionRule:
    changes = {name: value for part in parts for name, value in part.items()}
    return msgspec.structs.replace(rule, **changes)
