"""Lines of a TOML file, and files that were made to hang or break their reader."""

from __future__ import annotations

import pytest

from crmsync_desktop.app.configuration_views import ConfigurationProblemView
from crmsync_desktop.app.toml_lines import Lines, read

TEXT = """\
format = 1
[ contacts ]
"on conflict" = "[not a table]" # [nor this]
list = [
    ["a", "b"],
    ["]", '['],
]
after.all = 2
[[contacts.mapping]]
property = "email"

[[contacts.mapping]]
property = "x"
values = [["a = b", "c"]]
[other]
a = 1
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("format",), 1),
        (("contacts",), 2),
        (("contacts", "on conflict"), 3),
        (("contacts", "list"), 4),
        (("contacts", "after", "all"), 8),
        (("contacts", "mapping", 0), 9),
        (("contacts", "mapping", 0, "property"), 10),
        (("contacts", "mapping", 1, "property"), 13),
        (("contacts", "mapping", 1, "values", 0), 14),
        (("contacts", "mapping", 1, "missing"), 12),
        (("other", "a"), 16),
        (("nowhere",), 0),
    ],
)
def test_each_key_and_table_has_its_line(path: tuple[str | int, ...], line: int) -> None:
    assert Lines(TEXT).of(path) == line


def test_a_sound_file_gives_its_values() -> None:
    assert read(TEXT)["contacts"]["mapping"][1]["property"] == "x"  # type: ignore[index]
    assert read("a = 1.5\r\nb = 2\r\n") == {"a": 1.5, "b": 2}


BROKEN = {
    "no value": ("a = 1\nb =\n", 2, "isn't TOML"),
    "a key twice": ("a = 1\na = 2\n", 2, "isn't TOML"),
    "a NUL": ("a = 1\n\0\n", 2, "isn't TOML"),
    "a NUL in a text": ('a = "\0"', 1, "isn't TOML"),
    "an unclosed list": ("a = [1,\n2", 2, "isn't TOML"),
    "an unclosed text": ('a = "x\n', 1, "isn't TOML"),
    "a number without end": (f"a = {'9' * 10_000}", 1, "isn't TOML"),
    "a whole page of HTML": ("<!DOCTYPE html>\n<html>", 1, "isn't TOML"),
    "several lines of text": ('a = 1\nb = """\nx"""', 2, "several lines"),
    "deep lists": ("a = " + "[" * 100_000, 0, "nested too deeply"),
    "deep lists that end": ("a = " + "[" * 50_000 + "]" * 50_000, 0, "nested too deeply"),
    "deep tables": ("a = " + "{b=" * 50_000 + "1" + "}" * 50_000, 0, "nested too deeply"),
    "a key of many parts": ("x = 1\n" + "a." * 100_000 + "b = 1", 2, "dots"),
    "many keys of many parts": (".".join("a" * 400) + " = 1\n" + "b.c = 1\n" * 9, 1, "dots"),
    "quoted parts": ('"a".' * 1_000 + "b = 1", 1, "dots"),
    "parts with spaces": ("a . " * 1_000 + "b = 1", 1, "dots"),
    "a table of many parts": ("[" + "a." * 1_000 + "b]", 1, "dots"),
    "parts in an inline table": ("x = {" + "a." * 1_000 + "b = 1}", 1, "dots"),
    "parts behind a text with a quote": ('x = ["\\"", {' + "a." * 1_000 + "b = 1}]", 1, "dots"),
    "a text that is never closed": ('x = "' + '\\"' * 400_000 + "." * 20, 1, "isn't TOML"),
    "a text that ends in a backslash": ('x = ["a", "' + '\\"' * 400_000 + "." * 20 + "\\", 1, "isn't TOML"),
    "ten megabytes": ("# " + "x" * 10_000_000, 0, "10,000,002 characters"),
}


@pytest.mark.parametrize(("text", "line", "words"), BROKEN.values(), ids=BROKEN)
def test_a_file_that_cannot_be_read_says_why_and_where(text: str, line: int, words: str) -> None:
    found = read(text)
    assert isinstance(found, ConfigurationProblemView)
    assert words in found.message
    assert found.line == line


def test_dots_in_texts_and_comments_are_nothing_strange() -> None:
    assert read(f'a = "{"x." * 100}" # {"y." * 100}\n') == {"a": "x." * 100}
