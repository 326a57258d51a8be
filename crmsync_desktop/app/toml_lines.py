"""Where things stand in a TOML file, and what is too strange a file to be read at all.

The standard library's reader tells the line of a broken file, but of a sound one it gives values alone; a person who mistyped
a key wants its line. It also takes minutes for some small files (a key of a thousand parts), so such are refused before.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

from crmsync_desktop.app.configuration_views import ConfigurationProblemView

MOST_CHARACTERS = 1_000_000
MOST_DOTS = 16
"""In one line, outside of strings. No key of ours has more than two."""
_STRING = r'"(?:\\.|[^"\\])*"|\'[^\']*\''
_PART = rf"(?:{_STRING}|[A-Za-z0-9_-]+)"
_KEY = re.compile(rf"\s*({_PART}(?:\s*\.\s*{_PART})*)\s*=")
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_PART}(?:\s*\.\s*{_PART})*)\s*\]")
_PARTS = re.compile(_PART)
# One that isn't closed ends with its line. It always matches, so that no line can be made to cost more than its length.
_TEXTS_AND_COMMENT = re.compile(r'"(?:\\.?|[^"\\])*(?:"|$)|\'[^\']*(?:\'|$)|#.*')
_AT = re.compile(r"\s*\(at line (\d+), column (\d+)\)|\s*\(at end of document\)")
Path = tuple[str | int, ...]


class Lines:
    """The line of each key, table and array element, by its path: ("contacts", "mapping", 0, "rule")."""

    def __init__(self, text: str) -> None:
        self._found: dict[Path, int] = {}
        table: Path = ()
        counts: dict[Path, int] = {}
        depth = 0
        for number, line in enumerate(text.split("\n"), 1):
            if depth == 0:
                if header := _HEADER.match(line):
                    table = self._parts(header[2])
                    if header[1] == "[[":
                        counts[table] = counts.get(table, -1) + 1
                        table = (*table, counts[table])
                    self._found.setdefault(table, number)
                    continue
                if key := _KEY.match(line):
                    self._found.setdefault((*table, *self._parts(key[1])), number)
            bare = _bare(line)
            depth += sum(map(bare.count, "[{")) - sum(map(bare.count, "]}"))

    def of(self, path: Path) -> int:
        """The line of this, or of what it stands in; 0 for the file as a whole."""
        return next((self._found[path[:end]] for end in range(len(path), 0, -1) if path[:end] in self._found), 0)

    @staticmethod
    def _parts(dotted: str) -> Path:
        return tuple(part[1:-1] if part[0] in "\"'" else part for part in _PARTS.findall(dotted))


def read(text: str) -> dict[str, Any] | ConfigurationProblemView:
    """The file's values, or why it isn't TOML that can be read."""
    if strange := _strange(text):
        return strange
    try:
        return tomllib.loads(text)
    except RecursionError:
        return ConfigurationProblemView(0, "", "Lists or tables are nested too deeply.")
    except ValueError as error:
        words = str(error)
        at = _AT.search(words)
        line = int(at[1]) if at and at[1] else text.count("\n") + 1
        return ConfigurationProblemView(line, "", f"This isn't TOML: {_AT.sub('', words)}.")


def told(problem: ConfigurationProblemView) -> str:
    """One problem in a line."""
    where = ": ".join(part for part in (f"Line {problem.line}" if problem.line else "", problem.key) if part)
    return " ".join(part for part in (f"{where}:" if where else "", problem.message, problem.accepted) if part)


def _strange(text: str) -> ConfigurationProblemView | None:
    if len(text) > MOST_CHARACTERS:
        return ConfigurationProblemView(
            0, "", f"The file has {len(text):,} characters.", f"At most {MOST_CHARACTERS:,} are read."
        )
    for number, line in enumerate(text.split("\n"), 1):
        if '"""' in line or "'''" in line:
            return ConfigurationProblemView(
                number, "", "Texts of several lines aren't used here.", "Use “\\n” in a text."
            )
        if line.count(".") > MOST_DOTS and _bare(line).count(".") > MOST_DOTS:
            return ConfigurationProblemView(number, "", f"There are more than {MOST_DOTS} dots outside of texts.")
    return None


def _bare(line: str) -> str:
    """The line without texts and comment."""
    return _TEXTS_AND_COMMENT.sub("", line)
