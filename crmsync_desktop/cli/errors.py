"""What goes wrong is told in one line on standard error; never a traceback."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from crmsync_desktop.domain.errors import BugError, CrmSyncError

COULD_NOT_RUN = 2
_JOINERS = "\u200c\u200d"
"""Invisible, and part of words and emoji."""


@dataclass(slots=True)
class Status:
    code: int = 0


@contextmanager
def told() -> Iterator[Status]:
    """Turn whatever is raised into a line and an exit status."""
    status = Status()
    try:
        yield status
    except CrmSyncError as error:
        tell(error)
        status.code = COULD_NOT_RUN
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        status.code = 130
    except BrokenPipeError:
        sys.stderr.close()
        status.code = COULD_NOT_RUN
    except OSError as error:
        tell(CrmSyncError(_of_the_system(error)))
        status.code = COULD_NOT_RUN
    except Exception as error:
        if not _usage(error, status):
            tell(BugError("Something went wrong in CRMSync Desktop itself.", f"{type(error).__name__}: {error}"))
            status.code = COULD_NOT_RUN


def tell(error: CrmSyncError) -> None:
    """One line: what happened, where, what to do."""
    print(printable(str(error)), file=sys.stderr)


def printable(text: str) -> str:
    """A text of somebody else's on one line: what could command the terminal, or turn its line around, is replaced."""
    line = " ".join(text.split())
    return "".join(c if c.isprintable() or c in _JOINERS else "\ufffd" for c in line)


def _usage(error: Exception, status: Status) -> bool:
    """Mistakes in the command itself, as the command-line library finds them."""
    message = getattr(error, "format_message", None)
    if message is None:
        return False
    print(printable(f"{_plain(message())} See --help."), file=sys.stderr)
    status.code = COULD_NOT_RUN
    return True


def _plain(message: str) -> str:
    """The library's words, without how it came to them, as a sentence."""
    message = (
        message.partition(", unable to parse")[0].replace("Value error, ", "").replace("Input should", "it should")
    )
    return message if message.endswith((".", "?", "!")) else f"{message}."


def _of_the_system(error: OSError) -> str:
    """What the operating system refused, and for which file."""
    if not error.strerror:
        return str(error)
    return f"{error.filename}: {error.strerror}." if error.filename else f"{error.strerror}."
