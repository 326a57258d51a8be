"""Commands for imports from Salesforce into HubSpot (I1)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from crmsync_desktop.app.facade import Facade
from crmsync_desktop.app.import_views import ImportCountView, ImportDoneView, ImportSource
from crmsync_desktop.cli import output
from crmsync_desktop.cli.asking import agreed
from crmsync_desktop.cli.errors import printable
from crmsync_desktop.cli.import_output import show_check, show_count, show_done, show_imports
from crmsync_desktop.cli.previewing import SHOWN_CHANGES, changes_of, status_of
from crmsync_desktop.cli.session import AsJson, Connection, OnPractice, addressed, on, told
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.filter_text import parse_filter
from crmsync_desktop.domain.list_columns import Wanted

imports_app = typer.Typer(help="Bring chosen Salesforce records into HubSpot: by a filter, or by a list.")
Object = Annotated[str, typer.Argument(help="The Salesforce object: Contact, Lead, Account, Subscription__c …")]
Where = Annotated[
    str | None, typer.Option("--where", help="""Only those that meet this: 'Industry = "Banking" and CreatedDate > 2026-01-01'.""")
]  # fmt: skip
Ids = Annotated[Path | None, typer.Option("--ids", help="A file with Salesforce ids: CSV, XLSX or one a line.")]
Emails = Annotated[Path | None, typer.Option("--emails", help="A file with e-mail addresses.")]
Id = Annotated[list[str] | None, typer.Option("--id", help="This record; may be repeated.")]
Email = Annotated[list[str] | None, typer.Option("--email", help="The records with this address; may be repeated.")]
Column = Annotated[str, typer.Option("--column", help="The file's column, by its heading or number; else it is found.")]
Only = Annotated[
    str, typer.Option("--only", help="Only these HubSpot properties, parted by commas; else all that are mapped.")
]
Approve = Annotated[bool, typer.Option("--approve", help="Though the guard rail would stop it.")]
Yes = Annotated[bool, typer.Option("--yes", help="Don't ask.")]
Number = Annotated[int, typer.Argument(metavar="IMPORT", help="Its number, as import list shows it.")]


@imports_app.command("count")
def count(
    object: Object,
    where: Where = None,
    ids: Ids = None,
    emails: Emails = None,
    id: Id = None,
    email: Email = None,
    column: Column = "",
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Say how many records there are, and what importing them would cost."""
    source = _source(object, where, ids, emails, id, email, column)
    return told(name, practice, as_json, lambda facade: facade.import_count(source), show_count)


@imports_app.command("check")
def check(
    object: Object,
    ids: Ids = None,
    emails: Emails = None,
    id: Id = None,
    email: Email = None,
    column: Column = "",
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Look at a list: what of it is in Salesforce, and what is no id, another object's, or not there."""
    source = _source(object, None, ids, emails, id, email, column)

    async def work(facade: Facade) -> int:
        found = await facade.check_list(source)
        output.answer(found, as_json, show_check)
        return 1 if found.missing else 0

    return on(name, practice, work)


@imports_app.command("preview")
def preview(
    object: Object,
    where: Where = None,
    ids: Ids = None,
    emails: Emails = None,
    id: Id = None,
    email: Email = None,
    column: Column = "",
    only: Only = "",
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Say what an import would create, match and change, field by field. Nothing is written."""
    source = _source(object, where, ids, emails, id, email, column)

    async def work(facade: Facade) -> int:
        with output.progress_of(facade, as_json):
            done = await facade.import_preview(source, _properties(only))
        return await _told(facade, done, addressed(name, practice), as_json)

    return on(name, practice, work)


@imports_app.command("run")
def run(
    object: Object,
    where: Where = None,
    ids: Ids = None,
    emails: Emails = None,
    id: Id = None,
    email: Email = None,
    column: Column = "",
    only: Only = "",
    yes: Yes = False,
    approve: Approve = False,
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Import them, once you have agreed to how many there are and what it costs."""
    source = _source(object, where, ids, emails, id, email, column)

    async def work(facade: Facade) -> int:
        if not yes and not _agreed(await facade.import_count(source), as_json):
            return 0
        with output.progress_of(facade, as_json):
            done = await facade.import_run(source, _properties(only), approve)
        return await _told(facade, done, addressed(name, practice), as_json)

    return on(name, practice, work)


@imports_app.command("resume")
def resume(
    number: Number,
    approve: Approve = False,
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Go on with an import that was stopped, or run one that was previewed."""

    async def work(facade: Facade) -> int:
        with output.progress_of(facade, as_json):
            done = await facade.import_resume(number, approve)
        return await _told(facade, done, addressed(name, practice), as_json)

    return on(name, practice, work)


@imports_app.command("cancel")
def cancel(
    number: Annotated[int | None, typer.Argument(metavar="IMPORT", help="Its number; else the one that runs.")] = None,
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Give up an import that stopped half-way. (One that runs in this terminal is stopped by Ctrl+C.) What it did stays."""
    return told(name, practice, as_json, lambda facade: facade.import_cancel(number), lambda each: show_imports([each]))


@imports_app.command("list")
def list_imports(name: Connection = None, practice: OnPractice = False, as_json: AsJson = False) -> int:
    """List the imports, the newest first, with what became of their records."""
    return told(name, practice, as_json, lambda facade: facade.imports(100), show_imports)


@imports_app.command("report")
def report(
    number: Number,
    file: Annotated[Path, typer.Argument(help="Where to write it: a .csv or .xlsx file.")],
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Write what became of each record of an import into a file for a spreadsheet."""

    async def work(facade: Facade) -> int:
        written = await facade.import_report(number, str(file.absolute()))
        if as_json:
            output.as_json({"file": str(file), "records": written})
        else:
            print(f"{output.counted(written, 'record', 'records')} written to {printable(str(file))}.")
        return 0

    return on(name, practice, work)


def _source(
    object: str,
    where: str | None,
    ids: Path | None,
    emails: Path | None,
    id: list[str] | None,
    email: list[str] | None,
    column: str,
) -> ImportSource:
    """Raises SetupError for more than one way to choose, and for a filter that can't be read."""
    given = [name for name, value in (("--where", where), ("--ids", ids), ("--emails", emails), ("--id", id), ("--email", email)) if value]  # fmt: skip
    if len(given) > 1:
        raise SetupError(f"{' and '.join(given)} don't go together.", "", "Choose the records in one way.")
    if column and not (ids or emails):
        raise SetupError("--column goes with --ids or --emails.", "", "Name the file, too.")
    if ids or id:
        return ImportSource(object, lists=Wanted.IDS, values=tuple(id or ()), file=_absolute(ids), column=column)
    if emails or email:
        return ImportSource(
            object, lists=Wanted.EMAILS, values=tuple(email or ()), file=_absolute(emails), column=column
        )
    return ImportSource(object, None if where is None else parse_filter(where))


def _absolute(file: Path | None) -> str:
    return "" if file is None else str(file.absolute())


def _properties(only: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in only.split(",") if name.strip())


def _agreed(counted: ImportCountView, as_json: bool) -> bool:
    """Raises SetupError where nobody can be asked."""
    if counted.room:
        return True  # it is refused, with the reason
    if not as_json:
        show_count(counted)
    question = f"Import {output.counted(counted.records, 'record', 'records')} into HubSpot?"
    return agreed(question, sys.stdin.isatty() and not as_json)


async def _told(facade: Facade, done: ImportDoneView, where: str, as_json: bool) -> int:
    """Show how it ended; gives the exit status: 1 where records were skipped."""
    preview = done.result.preview
    most = None if as_json else SHOWN_CHANGES
    changes = await changes_of(facade, done.result.id, most) if preview else []
    if as_json:
        output.as_json({"import": done, "changes": changes} if preview else {"import": done})
    else:
        show_done(done, changes, where)
    return status_of(done.result, bool(done.skipped))
