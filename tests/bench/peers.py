"""Three synchronisers that keep what both sides last said, as CRMSync does, on the bench's people: each person is a file.

- unison: two folders of 100,000 .vcf files. It compares what the files hold, so that its first run is a first match.
- vdirsyncer: the same two folders as its own storages. It reads and compares every item on its first run, too.
- mbsync: a Maildir of 100,000 messages beside an empty one. It never compares what messages say: two full Maildirs would
  be doubled, so its first run fills the second one; and what can change of a message is only a flag, in its file's name.

They are looked for on the PATH; vdirsyncer, a Python package, is otherwise put into a throw-away environment. CPU is the
user and system time of their whole process trees, as the kernel counts it.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.instant import NAMES, cells_of

VDIRSYNCER = "vdirsyncer==0.21.0"
RUN_SECONDS, INSTALL_SECONDS = 240, 90
EDITED = "Edited"
_MBSYNC = """FSync no

MaildirStore near
Path {home}/near/
Inbox {home}/near/INBOX
SubFolders Verbatim

MaildirStore far
Path {home}/far/
Inbox {home}/far/INBOX
SubFolders Verbatim

Channel people
Far :far:
Near :near:
Patterns INBOX
Create Both
SyncState {home}/state/
"""
_VDIRSYNCER = """[general]
status_path = "{home}/status/"

[pair people]
a = "one"
b = "other"
collections = null

[storage one]
type = "filesystem"
path = "{home}/one"
fileext = ".vcf"

[storage other]
type = "filesystem"
path = "{home}/other"
fileext = ".vcf"
"""


class NotHere(Exception):
    """The peer can't be had on this machine; the text says why."""


@dataclass(frozen=True)
class Costs:
    """CPU seconds for `pairs` pairs: the first run, one after 1 % changed on each side, one in which nothing changed, and, where
    the peer can, one that reads everything again. `name` with its version."""

    name: str
    pairs: int
    first: float
    changed: float
    quiet: float
    reread: float | None = None


def unison(folder: Path, pairs: int) -> Costs:
    program = _found("unison")
    home = _home(folder, "unison")
    one, other = _cards(home, pairs)
    name = _version(program, "-version")

    def run(*options: str) -> float:
        return _cpu([program, str(one), str(other), "-batch", "-silent", *options], home)

    first = run()
    _edit_cards(one, other, pairs)
    changed = run()
    _assert_alike(one, other, pairs)
    quiet, reread = run(), run("-fastcheck", "false")
    shutil.rmtree(home)
    return Costs(name, pairs, first, changed, quiet, reread)


def vdirsyncer(folder: Path, pairs: int) -> Costs:
    home = _home(folder, "vdirsyncer")
    program = shutil.which("vdirsyncer") or _installed(home)
    one, other = _cards(home, pairs)
    (home / "config").write_text(_VDIRSYNCER.format(home=home), encoding="utf-8")
    command = [program, "--verbosity", "WARNING", "--config", str(home / "config")]
    name = _version(program, "--version")
    _cpu([*command, "discover"], home)

    def run() -> float:
        return _cpu([*command, "sync"], home)

    first = run()
    _edit_cards(one, other, pairs)
    changed = run()
    _assert_alike(one, other, pairs)
    quiet = run()
    shutil.rmtree(home)
    return Costs(name, pairs, first, changed, quiet)


def mbsync(folder: Path, pairs: int) -> Costs:
    program = _found("mbsync")
    home = _home(folder, "mbsync")
    for part in ("far", "state", *(f"near/INBOX/{each}" for each in ("cur", "new", "tmp"))):
        (home / part).mkdir(parents=True)
    cards = home / "near" / "INBOX" / "cur"
    for number in range(pairs):
        text = f"Message-ID: <{number}@example.com>\r\nSubject: {number}\r\n\r\n{_card(number)}"
        _write(cards / f"1700000000.{number}.bench:2,S", text)
    (home / "config").write_text(_MBSYNC.format(home=home), encoding="utf-8")

    def run() -> float:
        return _cpu([program, "-q", "-c", str(home / "config"), "people"], home)

    first = run()
    there = home / "far" / "INBOX" / "cur"
    assert len(os.listdir(there)) == pairs, "mbsync didn't fill the second Maildir"
    for where, rest in ((cards, 0), (there, 50)):
        for number, name in enumerate(sorted(os.listdir(where))):
            if number % 100 == rest:
                os.rename(where / name, where / name.replace(":2,S", ":2,FS"))
    changed = run()
    flags = [sum(":2,FS" in name for name in os.listdir(where)) for where in (cards, there)]
    assert flags[0] == flags[1] >= pairs // 100, flags
    quiet = run()
    shutil.rmtree(home)
    return Costs(_version(program, "--version"), pairs, first, changed, quiet)


PEERS: dict[str, Callable[[Path, int], Costs]] = {"unison": unison, "mbsync": mbsync, "vdirsyncer": vdirsyncer}


def _found(name: str) -> str:
    program = shutil.which(name)
    if program is None:
        raise NotHere(f"{name} is not on the PATH")
    return program


def _installed(home: Path) -> str:
    """vdirsyncer in an environment of its own. Raises NotHere."""
    venv.create(home / "venv", with_pip=True)
    python = home / "venv" / "bin" / "python"
    command = [str(python), "-m", "pip", "-q", "--disable-pip-version-check", "--no-input", "install"]
    try:
        done = subprocess.run(
            [*command, "--only-binary", ":all:", VDIRSYNCER],
            capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise NotHere(f"{VDIRSYNCER} could not be had within {INSTALL_SECONDS} s") from None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no word why"])[-1]
        raise NotHere(f"{VDIRSYNCER} could not be had: {last}")
    return str(home / "venv" / "bin" / "vdirsyncer")


def _version(program: str, option: str) -> str:
    done = subprocess.run([program, option], capture_output=True, text=True, timeout=30, check=False)
    found = re.search(r"\d+(?:\.\d+)+", done.stdout + done.stderr)
    return f"{Path(program).name} {found[0]}" if found else Path(program).name


def _cpu(command: list[str], home: Path) -> float:
    """CPU seconds of a command and of everything that it started. Raises NotHere where it doesn't end well, with its words."""
    environment = os.environ | {"HOME": str(home), "UNISON": str(home / "archives"), "LC_ALL": "C.UTF-8"}
    with _children_cpu() as spent:
        try:
            done = subprocess.run(
                command, env=environment, capture_output=True, text=True, errors="replace", timeout=RUN_SECONDS,
                stdin=subprocess.DEVNULL, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise NotHere(f"{Path(command[0]).name} didn't end within {RUN_SECONDS} s") from None
    if done.returncode:
        last = ((done.stderr or done.stdout).strip().splitlines() or ["no word why"])[-1]
        raise NotHere(f"{Path(command[0]).name} ended with exit status {done.returncode}: {last}")
    return spent[0]


@contextmanager
def _children_cpu() -> Iterator[list[float]]:
    def total() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before, spent = total(), [0.0]
    yield spent
    spent[0] = total() - before


def _home(folder: Path, name: str) -> Path:
    home = folder / name
    (home / "archives").mkdir(parents=True)
    return home


def _card(number: int, edited: bool = False) -> str:
    """A person as a vCard of the cells that the engine's records have."""
    cells = cells_of(number)
    if edited:
        cells[3] = EDITED
    lines = "".join(f"X-{name.upper()}:{cell or ''}\r\n" for name, cell in zip(NAMES, cells, strict=True))
    return f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{number}\r\nFN:{cells[2]}\r\n{lines}END:VCARD\r\n"


def _cards(home: Path, pairs: int) -> tuple[Path, Path]:
    one, other = home / "one", home / "other"
    for side in (one, other):
        side.mkdir()
        for number in range(pairs):
            _write(side / f"{number}.vcf", _card(number))
    return one, other


def _write(path: Path, text: str) -> None:
    with open(path, "w", encoding="ascii", newline="") as file:
        file.write(text)


def _edit_cards(one: Path, other: Path, pairs: int) -> None:
    """1 % of each side, others on each."""
    time.sleep(1.1)  # a change within the second of the last look is one that they may have to look at twice
    for side, rest in ((one, 0), (other, 50)):
        for number in range(rest, pairs, 100):
            _write(side / f"{number}.vcf", _card(number, edited=True))


def _assert_alike(one: Path, other: Path, pairs: int) -> None:
    for side in (one, other):
        for number in (*range(0, pairs, 1000), *range(50, pairs, 1000)):
            assert EDITED in (side / f"{number}.vcf").read_text(encoding="ascii"), (
                f"{side}: {number} wasn't carried over"
            )


def missing_here() -> str:
    """Why no peer can be measured on this system; empty where they can."""
    return "" if sys.platform != "win32" else "CPU time of a process tree isn't told by Windows"
