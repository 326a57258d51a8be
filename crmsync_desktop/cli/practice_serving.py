"""Commands that serve the practice orgs, set their dials and show what they were asked."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from crmsync_desktop import bootstrap
from crmsync_desktop.cli import output, practice_output
from crmsync_desktop.cli.session import AsJson
from crmsync_desktop.domain.errors import SetupError

practice_app = typer.Typer(
    help="The practice orgs: a Salesforce org and a HubSpot portal of your own, on this machine."
)
LOOK_EVERY = 0.5
"""Seconds between two looks at the log."""


@practice_app.command("serve")
def practice_serve(
    contacts: Annotated[
        int, typer.Option(min=0, max=1_000_000, help="People on each side, on the first start.")
    ] = 1000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same people.")] = 1,
    salesforce_port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = 0,
    hubspot_port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = 0,
    only: Annotated[str, typer.Option(help="both, or people in salesforce or hubspot alone.")] = "both",
    faults: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A TOML file that sets faults and other dials.")
    ] = None,
    log: Annotated[Path | None, typer.Option(dir_okay=False, help="A file to write every request into.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start over with new people.")] = False,
    as_json: AsJson = False,
) -> int:
    """Serve the practice orgs until stopped. The first line of output is a JSON object with addresses and tokens."""
    if only not in ("both", "salesforce", "hubspot"):
        raise SetupError(f"--only can't be “{only}”.", "", "It is both, salesforce or hubspot.")

    def announce(told: dict[str, Any]) -> None:
        print(json.dumps(told), flush=True)
        if not as_json:
            print("Serving the practice orgs. Stop with Ctrl+C.", file=sys.stderr)
        if told.get("contacts") != contacts:
            print(
                f"These practice orgs hold {told.get('contacts'):,} people already; --fresh starts over.",
                file=sys.stderr,
            )

    bootstrap.serve_practice(
        bootstrap.home(), contacts=contacts, seed=seed, salesforce_port=salesforce_port, hubspot_port=hubspot_port,
        only=only, fresh=fresh, announce=announce, faults=faults, log=log,
    )  # fmt: skip
    return 0


@practice_app.command("faults")
def practice_faults(
    file: Annotated[
        Path | None,
        typer.Argument(exists=True, dir_okay=False, help="A TOML file of dials; its faults replace those on order."),
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Take all faults off order.")] = False,
    as_json: AsJson = False,
) -> int:
    """Show the faults on order in the running practice orgs, or change them and the other dials."""
    if file is not None and clear:
        raise SetupError("A file and --clear can't go together.", "", "A file replaces the faults on order by itself.")
    with bootstrap.practice_traffic(bootstrap.home()) as traffic:
        if file is not None:
            found = traffic.turn(_text_of(file), file.name)
        elif clear:
            traffic.clear_faults()
            found = []
        else:
            found = traffic.faults()
    if as_json:
        output.as_json(found)
    else:
        practice_output.show_faults(found)
    return 0


@practice_app.command("log")
def practice_log(
    system: Annotated[str, typer.Option(help="Only requests to salesforce or hubspot.")] = "",
    endpoint: Annotated[str, typer.Option(help="Only endpoints whose name has this in it.")] = "",
    status: Annotated[int, typer.Option(min=0, max=599, help="Only answers with this status.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=20_000, help="How many at most, the newest.")] = 50,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what comes, until stopped.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> int:
    """Show what the running practice orgs were asked."""
    if system not in ("", "salesforce", "hubspot"):
        raise SetupError(f"There is no system “{system}”.", "", "It is salesforce or hubspot.")
    with bootstrap.practice_traffic(bootstrap.home()) as traffic:
        last = 0
        while True:
            calls = traffic.calls(after=last, limit=limit, system=system, endpoint=endpoint, status=status)
            for call in calls:
                print(json.dumps(call) if as_json else practice_output.call_line(call), flush=True)
                last = call["number"]
            if not follow:
                return 0
            time.sleep(LOOK_EVERY)


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise SetupError(f"{file.name} is not a text file in UTF-8.") from None
