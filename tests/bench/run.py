"""Runs the benches: `python -m tests.bench.run [NAME ...]`, or `./dev bench`.

A bench is a module tests/bench/bench_NAME.py with `def bench() -> list[Figure]`, and, if it needs more than the default,
`LIMIT_SECONDS`. Each runs in a process of its own, so that its memory and its imports are its own, and is ended when its
time is up. One that says `ON_REQUEST = True` takes too long to be run without being named. All the others together write docs/benchmarks.md; NAMEs only print. Exit status 1 when a bench could not be
measured; a goal that isn't met is shown, and is no error: machines are shared and noisy.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import importlib
import importlib.util
import json
import os
import platform
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.figure import Figure

FOLDER = Path(__file__).resolve().parent
REPORT = FOLDER.parents[1] / "docs" / "benchmarks.md"
LIMIT_SECONDS = 300.0
DESCRIBED = ("PySide6-Essentials", "SQLAlchemy", "msgspec", "orjson", "xxhash", "uvicorn")
HEADINGS = ("figure", "value", "goal", "holds", "against", "ratio", "note")


class NotMeasured(Exception):
    """A bench failed, or didn't end in time."""


def discover(folder: Path = FOLDER) -> list[str]:
    return sorted(path.stem.removeprefix("bench_") for path in folder.glob("bench_*.py"))


def on_request(name: str, package: str = "tests.bench") -> bool:
    """Whether the bench runs only where it is named."""
    return re.search(r"^ON_REQUEST(?:: bool)? = True$", _source(package, name), re.MULTILINE) is not None


def measure(name: str, package: str = "tests.bench") -> list[Figure]:
    """Runs one bench in a process of its own and returns its figures; raises NotMeasured."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder, "figures.json")
        command = [sys.executable, "-m", "tests.bench.run", "--into", str(answer), f"{package}.bench_{name}"]
        process = subprocess.Popen(command, start_new_session=os.name != "nt")
        limit = time_limit(package, name)
        try:
            status = process.wait(limit)
        except subprocess.TimeoutExpired:
            raise NotMeasured(f"didn't end within {limit:g} s") from None
        finally:
            end_with_children(process)
        if status != 0:
            raise NotMeasured(f"ended with exit status {status}")
        return [Figure(**entry) for entry in json.loads(answer.read_text(encoding="utf-8"))]


def time_limit(package: str, name: str) -> float:
    """LIMIT_SECONDS as the bench's source says it, in seconds; read, not imported, to leave its imports out of here."""
    said = re.search(r"^LIMIT_SECONDS(?:: float)? = ([\d.]+)", _source(package, name), re.MULTILINE)
    return float(said[1]) if said else LIMIT_SECONDS


def _source(package: str, name: str) -> str:
    spec = importlib.util.find_spec(f"{package}.bench_{name}")
    return Path(spec.origin).read_text(encoding="utf-8") if spec and spec.origin else ""


def end_with_children(process: subprocess.Popen[bytes]) -> None:
    """Ends the bench and, where the system has process groups, what it has started and left running."""
    if os.name != "nt":
        with contextlib.suppress(ProcessLookupError, PermissionError):  # all ended
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.wait()


def run_one(answer: Path, module: str) -> int:
    figures = importlib.import_module(module).bench()
    answer.write_text(json.dumps([dataclasses.asdict(figure) for figure in figures]), encoding="utf-8")
    return 0


def number(value: float) -> str:
    """Three significant digits, thousands set apart."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 0.001 else f"{value:.2e}"


def row(figure: Figure) -> tuple[str, ...]:
    holds = {True: "✓", False: "✗", None: ""}[figure.holds]
    ratio = "" if figure.ratio is None else f"{number(figure.ratio)} ×"
    value = f"{number(figure.value)} {figure.unit}".strip()
    return figure.name, value, figure.goal, holds, figure.peer, ratio, figure.note


def machine() -> list[str]:
    """What a reader has to know of the machine to compare, without what would name it."""
    model, memory = platform.processor() or platform.machine(), ""
    if Path("/proc/cpuinfo").exists():
        found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
        model = found[1] if found else model
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        memory = f", {os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB of memory"
    versions = [f"{name} {metadata.version(name)}" for name in DESCRIBED]
    return [
        f"{model}, {os.cpu_count()} cores{memory}",
        f"{platform.system()} {platform.release().split('-')[0]}, Python {platform.python_version()}",
        ", ".join(versions),
    ]


def report(measured: dict[str, list[Figure] | str], date: datetime.date) -> str:
    """docs/benchmarks.md: a table for each bench, or, as text, why it has none."""
    lines = ["# Benchmarks", "", f"Written by `./dev bench` on {date.isoformat()}.", ""]
    lines += [f"- {line}" for line in machine()]
    for name, figures in measured.items():
        lines += ["", f"## {name.replace('_', ' ').capitalize()}", ""]
        if isinstance(figures, str):
            lines.append(f"Not measured: {figures}.")
            continue
        lines += ["| " + " | ".join(HEADINGS) + " |", "|" + " --- |" * len(HEADINGS)]
        lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row(figure)) + " |" for figure in figures]
    return "\n".join(lines) + "\n"


def show(console: Console, name: str, figures: list[Figure]) -> None:
    table = Table(title=name, title_justify="left", title_style="bold")
    for heading in HEADINGS:
        table.add_column(heading, justify="right" if heading in ("value", "ratio") else "left", overflow="fold")
    for figure in figures:
        table.add_row(*row(figure), style="red" if figure.holds is False else None)
    console.print(table)


def main(arguments: Sequence[str]) -> int:
    if arguments[:1] == ["--into"]:
        return run_one(Path(arguments[1]), arguments[2])
    known = discover()
    unknown = [name for name in arguments if name not in known]
    if unknown:
        print(f"there is no bench called {', '.join(unknown)}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    if not known:
        print(f"there is no bench_*.py in {FOLDER}", file=sys.stderr)
        return 2
    console = Console()
    measured: dict[str, list[Figure] | str] = {}
    for name in arguments or [name for name in known if not on_request(name)]:
        console.print(f"[dim]measuring {name}[/dim]")
        try:
            figures = measure(name)
        except NotMeasured as reason:
            measured[name] = str(reason)
            console.print(f"[red]{name}: {reason}[/red]")
        else:
            measured[name] = figures
            show(console, name, figures)
    if not arguments:
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text(report(measured, datetime.datetime.now(datetime.UTC).date()), encoding="utf-8")
    with_goal = [
        f for figures in measured.values() if not isinstance(figures, str) for f in figures if f.holds is not None
    ]
    console.print(f"{sum(f.holds is True for f in with_goal)} of {len(with_goal)} goals met")
    return int(any(isinstance(figures, str) for figures in measured.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
