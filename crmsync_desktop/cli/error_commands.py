"""Commands for errors at work (S4, S5): list, retry, ignore with a reason, open in either CRM, export."""

from __future__ import annotations

import webbrowser
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

import typer

from crmsync_desktop import bootstrap
from crmsync_desktop.app.error_views import ErrorLineView, PageView
from crmsync_desktop.app.facade import Facade
from crmsync_desktop.app.suggesting import nearest
from crmsync_desktop.cli import error_output, output
from crmsync_desktop.cli.errors import printable
from crmsync_desktop.cli.session import AsJson, Connection, OnPractice, addressed, on
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.records import Category, Side
from crmsync_desktop.domain.remedies import TITLES

CARD_NAMES = ", ".join(Category)
SHOWN = 10
ALL = 1_000_000
PAGE = 1_000
errors_app = typer.Typer(help=f"The sync errors: by cause, with what to do about each. Cards: {CARD_NAMES}.")
Card = Annotated[str | None, typer.Option("--category", metavar="CARD", help=f"Only this card: {CARD_NAMES}.")]
OfPair = Annotated[str, typer.Option("--pair", metavar="PAIR", help="Only this pair, such as contacts.")]
Code = Annotated[str, typer.Option("--code", metavar="CODE", help="Only this cause, as errors --json names it.")]
Ids = Annotated[list[int] | None, typer.Argument(metavar="ID", help="Errors, by the numbers that errors shows.")]


@errors_app.callback(invoke_without_command=True)
def errors(
    context: typer.Context,
    name: Connection = None,
    practice: OnPractice = False,
    category: Card = None,
    pair: OfPair = "",
    ignored: Annotated[bool, typer.Option("--ignored", help="Those that are ignored, instead of the others.")] = False,
    everything: Annotated[bool, typer.Option("--all", help=f"All records of a cause, not the first {SHOWN}.")] = False,
    as_json: AsJson = False,
) -> int:
    """List the sync errors by cause, with what to do about each."""
    if context.invoked_subcommand:
        if name or practice or category or pair or ignored or everything or as_json:
            raise SetupError(
                "Options stand behind the command.", "", f"Write: errors {context.invoked_subcommand} … --OPTION"
            )
        return 0
    chosen = card_of(category)
    shown = ALL if everything or as_json else SHOWN

    async def work(facade: Facade) -> int:
        status = await facade.status()
        cards = [card for card in status.cards if (card.ignored if ignored else card.errors or card.notices)]
        wanted = [card.category for card in cards if chosen in (None, card.category)] or [chosen or Category.OTHER]
        groups = [group for each in wanted for group in await facade.errors(each, pair, ignored, shown)]
        if as_json:
            output.as_json(groups)
        else:
            where = addressed(name, practice)
            error_output.show_errors(sorted(groups, key=lambda group: group.notice), where)
            error_output.show_ending(status, ignored, where)
        return 1 if not ignored and any(not group.notice for group in groups) else 0

    return on(name, practice, work)


@errors_app.command("ignore")
def ignore(
    ids: Ids = None,
    reason: Annotated[str, typer.Option(help="Why nothing is to be done about it; shown by why and errors.")] = "",
    category: Card = None,
    pair: OfPair = "",
    code: Code = "",
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Leave errors out of lists and counts, with a reason.

    As long as record, field and cause are the same. They clear like any other.
    """
    chosen = _chosen(ids, category, pair, code)

    async def work(facade: Facade) -> int:
        count = await facade.ignore_errors(reason, chosen, ids or None, pair, code)
        if as_json:
            output.as_json({"ignored": count})
        else:
            where = addressed(name, practice)
            print(f"{count:,} ignored. See them: errors --ignored{where}")
        return 0

    return on(name, practice, work)


@errors_app.command("unignore")
def unignore(
    ids: Ids = None,
    category: Card = None,
    pair: OfPair = "",
    code: Code = "",
    everything: Annotated[bool, typer.Option("--all", help="All that are ignored.")] = False,
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Count and show ignored errors again."""
    chosen = _chosen(ids, category, pair, code, everything)

    async def work(facade: Facade) -> int:
        count = await facade.unignore_errors(chosen, ids or None, pair, code)
        if as_json:
            output.as_json({"unignored": count})
        else:
            print(f"{count:,} no longer ignored.")
        return 0

    return on(name, practice, work)


@errors_app.command("open")
def open_record(
    error: Annotated[int, typer.Argument(metavar="ID", help="The error, by its number.")],
    salesforce: Annotated[bool, typer.Option("--salesforce", help="Its Salesforce record.")] = False,
    hubspot: Annotated[bool, typer.Option("--hubspot", help="Its HubSpot record.")] = False,
    only_print: Annotated[bool, typer.Option("--print", help="Print the addresses, and open nothing.")] = False,
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Open an error's record in the browser.

    That of the system where the error stands, unless one or both are named.
    """
    sides = [side for side, asked in ((Side.SALESFORCE, salesforce), (Side.HUBSPOT, hubspot)) if asked]

    async def work(facade: Facade) -> int:
        found = await facade.error_pages(error)
        listed = only_print or as_json
        pages = [page for page in found.pages if page.side in sides] if sides else list(found.pages)
        if not pages:
            raise SetupError(f"The record of error {error} isn't linked to one in {sides[0].label}.", found.label)
        if not sides and not listed:
            pages = pages[:1]
        if as_json:
            output.as_json(found)
        elif only_print:
            error_output.show_pages(pages)
        else:
            for page in pages:
                _open(page)
        return 0

    return on(name, practice, work)


@errors_app.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="Ends in .csv or .xlsx; what is there is replaced.")],
    category: Card = None,
    pair: OfPair = "",
    ignored: Annotated[bool, typer.Option("--ignored", help="Those that are ignored, instead of the others.")] = False,
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Write errors and notices into a spreadsheet."""
    chosen = card_of(category)

    async def work(facade: Facade) -> int:
        lines = [line async for line in _lines(facade, chosen, pair, ignored)]
        written = bootstrap.sheets().write_table(
            file, error_output.HEADINGS, (error_output.cells(line) for line in lines)
        )
        if as_json:
            output.as_json({"file": str(file), "written": written})
        else:
            print(f"{output.counted(written, 'line', 'lines')} written to {printable(str(file))}.")
        return 0

    return on(name, practice, work)


def retry(
    ids: Ids = None,
    category: Card = None,
    pair: OfPair = "",
    everything: Annotated[
        bool, typer.Option("--all", help="All that aren't ignored, as without any of these.")
    ] = False,
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Let the next pass try the records in error again, although they haven't changed."""
    chosen = _chosen(ids, category, pair, "", everything, anything=True)

    async def work(facade: Facade) -> int:
        count = await facade.retry_errors(chosen, ids or None, pair)
        if as_json:
            output.as_json({"retried": count})
        else:
            print(f"{output.counted(count, 'record is', 'records are')} tried again in the next pass.")
        return 0

    return on(name, practice, work)


def card_of(name: str | None) -> Category | None:
    """A card by its name or title, in any spelling. Raises SetupError with what may have been meant."""
    if name is None:
        return None
    named = {title.lower().replace(" ", "_"): category for category, title in TITLES.items()}
    wanted = named.get(name.strip().lower().replace(" ", "_").replace("-", "_"))
    if wanted is None:
        raise SetupError(f"There is no card “{name[:80]}”.", "", nearest(name, [*Category], "Cards"))
    return wanted


def _chosen(
    ids: list[int] | None, category: str | None, pair: str, code: str, everything: bool = False, anything: bool = False
) -> Category | None:
    """The card, once it is clear which errors are meant. `anything`: all of them, where nothing is said. Raises SetupError."""
    if sum((bool(ids), bool(category or pair or code), everything)) > 1:
        raise SetupError("Name errors by their numbers, or by what they are.", "", "Not both.")
    if not (ids or category or pair or code or everything or anything):
        raise SetupError("Say which errors.", "", "Give their numbers, --category, --pair or --code.")
    return card_of(category)


def _open(page: PageView) -> None:
    """In the browser of this desktop. Raises SetupError where the record has no page, or there is no browser."""
    if not page.url:
        raise SetupError(f"{page.side.label} {page.object} {page.id} can't be opened in a browser.", "", page.why)
    if not webbrowser.open(page.url):
        raise SetupError("No browser could be opened here.", page.url, "Open that address yourself, or use --print.")
    print(f"Opened {page.url}")


async def _lines(facade: Facade, category: Category | None, pair: str, ignored: bool) -> AsyncIterator[ErrorLineView]:
    after = 0
    while page := await facade.error_lines(category, pair, ignored, after, PAGE):
        after = page[-1].id
        for line in page:
            yield line
