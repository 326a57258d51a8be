"""Commands that write the whole configuration to a file and read it from one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from crmsync_desktop.app.configuration_views import ConfigurationChangeView, ConfigurationDiffView
from crmsync_desktop.app.facade import Facade
from crmsync_desktop.app.toml_lines import MOST_CHARACTERS, told
from crmsync_desktop.cli import output
from crmsync_desktop.cli.asking import agreed
from crmsync_desktop.cli.errors import COULD_NOT_RUN, printable
from crmsync_desktop.cli.session import AsJson, Name, OnPractice, on
from crmsync_desktop.domain.errors import SetupError

config_app = typer.Typer(help="All settings and mappings to and from one TOML file, without secrets.")
File = Annotated[Path, typer.Argument(help="A file as config export writes it; - for standard input.")]
_MOST_BYTES = 4 * MOST_CHARACTERS
_SHOWN_PROBLEMS = 50
_STANDARD_INPUT = Path("-")
_MARKS = {"added": "+", "removed": "-"}


@config_app.command("export")
def export_configuration(
    name: Name = None,
    practice: OnPractice = False,
    into: Annotated[Path | None, typer.Option("-o", "--output", help="Write it into this file.")] = None,
) -> int:
    """Write all settings and mappings as one TOML file."""

    async def work(facade: Facade) -> int:
        text = await facade.export_configuration()
        if into is None:
            # As UTF-8 wherever it goes: TOML is nothing else, and a console's own encoding may be.
            sys.stdout.buffer.write(text.encode())
            sys.stdout.flush()
        else:
            into.write_text(text, encoding="utf-8", newline="\n")
            print(f"Written to {printable(str(into))}.")
        return 0

    return on(name, practice, work)


@config_app.command("import")
def import_configuration(
    file: File,
    name: Name = None,
    practice: OnPractice = False,
    preview: Annotated[bool, typer.Option("--preview", help="Say what would change, and change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask before changing anything.")] = False,
    as_json: AsJson = False,
) -> int:
    """Make all settings and mappings equal to a file's, after showing what that changes."""
    text = _read(file)

    async def work(facade: Facade) -> int:
        found = await facade.preview_configuration(text)
        if found.problems or not found.changes or preview:
            _show(found, as_json, "Would change")
            return COULD_NOT_RUN if found.problems else 0
        if not yes:
            _show(found, as_json, "Would change")
            asking = not as_json and file != _STANDARD_INPUT and sys.stdin.isatty()
            if not agreed("Change it like this?", asking):
                print("Nothing was changed.", file=sys.stderr)
                return COULD_NOT_RUN
            await facade.import_configuration(text)
            print("Imported.")
            return 0
        _show(await facade.import_configuration(text), as_json, "Changed")
        return 0

    return on(name, practice, work)


def _read(file: Path) -> str:
    """Raises SetupError for what isn't a text of a reasonable length."""
    if file == _STANDARD_INPUT:
        data = sys.stdin.buffer.read(_MOST_BYTES + 1)
    else:
        with file.open("rb") as opened:
            data = opened.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise SetupError(
            f"{file} is too long for a configuration.", "", f"At most {MOST_CHARACTERS:,} characters are read."
        )
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SetupError(f"{file} isn't in UTF-8.", f"Line {line} has other bytes.", "Save it as UTF-8.") from error


def _show(found: ConfigurationDiffView, as_json: bool, verb: str) -> None:
    if as_json:
        output.as_json(found)
        return
    if found.problems:
        print("Nothing was imported.", file=sys.stderr)
        for problem in found.problems[:_SHOWN_PROBLEMS]:
            print(printable(told(problem)), file=sys.stderr)
        if len(found.problems) > _SHOWN_PROBLEMS:
            print(f"… and {len(found.problems) - _SHOWN_PROBLEMS:,} more.", file=sys.stderr)
        return
    if not found.changes:
        print("Nothing to change: the configuration is like this already.")
        return
    for change in found.changes:
        print(_line(change))
        if change.warning:
            print(f"    {printable(change.warning)}")
    print(f"{verb}: {len(found.changes):,}")


def _line(change: ConfigurationChangeView) -> str:
    """“Title: Two-way → Prefer Salesforce unless blank; 1,204 records would change”."""
    mark = _MARKS.get(change.kind)
    what = f"{mark} {change.new or change.old}" if mark else f"{change.old} → {change.new}"
    records = "" if change.records is None else f"; {change.records:,} records would change"
    return printable(f"{change.title}: {what}{records}")
