"""Which of the practice orgs' refusals a run of the tests has met.

A refusal is made in one place and meant in another: what counts is the line outside of the two modules of refusals
that asked for it. Practice orgs in processes of their own aren't seen.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from crmsync_desktop.practice.hubspot import refusals
from crmsync_desktop.practice.salesforce import errors

PACKAGE = Path(refusals.__file__).resolve().parents[1]
KINDS: tuple[type[Any], ...] = (errors.ApiError, errors.RowError, refusals.Refusal, refusals.ValueProblem)
_HOME = {str(Path(module.__file__ or "").resolve()) for module in (errors, refusals)}
met: set[tuple[str, int]] = set()
"""File and line of every place that has asked for a refusal."""


def watch() -> None:
    """From now on, note where refusals come from."""
    for kind in KINDS:
        _watch(kind)


def _watch(kind: type[Any]) -> None:
    made = kind.__init__

    def noting(self: Any, *args: Any, **kw: Any) -> None:
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and (frame.f_code.co_filename in _HOME or frame.f_code is noting.__code__):
            frame = frame.f_back
        if frame is not None:
            met.add((frame.f_code.co_filename, frame.f_lineno))
        made(self, *args, **kw)

    kind.__init__ = noting


def makers() -> set[str]:
    """The names that make a refusal: the classes, and the functions beside them that give one."""
    kinds = {kind.__name__ for kind in KINDS}
    names = set(kinds)
    for path in _HOME:
        for node in ast.parse(Path(path).read_text("utf-8")).body:
            if (isinstance(node, ast.ClassDef) and kinds & {ast.unparse(base) for base in node.bases}) or (
                isinstance(node, ast.FunctionDef) and node.returns and ast.unparse(node.returns) in kinds
            ):
                names.add(node.name)
    return names


def places() -> dict[tuple[str, int, int], str]:
    """Every call of a maker outside its home: file, first and last line, and the source of the call."""
    known = makers()
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        if str(path) in _HOME:
            continue
        source = path.read_text("utf-8")
        tree = ast.parse(source)
        passed_over = _too_deep(tree)
        for node in ast.walk(tree):
            if node in passed_over:
                continue
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in known:
                last = node.end_lineno or node.lineno
                found[str(path), node.lineno, last] = ast.get_source_segment(source, node) or node.func.id
    return found


def _too_deep(tree: ast.Module) -> set[ast.AST]:
    """What is said when Python itself can go no deeper: which requests do that differs from one version to the next."""
    handlers = [each for each in ast.walk(tree) if isinstance(each, ast.ExceptHandler) and each.type is not None]
    return {node for each in handlers if ast.unparse(each.type) == "RecursionError" for node in ast.walk(each)}  # type: ignore[arg-type]


def unmet() -> list[str]:
    """The refusals that nobody has asked for, as file:line and source."""
    return [
        f"{Path(path).relative_to(PACKAGE)}:{first}: {' '.join(source.split())[:120]}"
        for (path, first, last), source in places().items()
        if not any((path, line) in met for line in range(first, last + 1))
    ]
