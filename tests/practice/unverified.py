"""What the practice orgs do that nobody could check against the real systems, collected from the remarks in their code.

`python -m tests.practice.unverified` writes the list into docs/practice.md.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "crmsync_desktop" / "practice"
PAGE = ROOT / "docs" / "practice.md"
BEGIN, END = "<!-- unverified: begin -->", "<!-- unverified: end -->"
PARTS = {"salesforce": "Salesforce", "hubspot": "HubSpot", "": "Both"}
_REMARK = re.compile(r"Unverified: (.+?)(?=\n\s*\n|\nUnverified: |\Z)", re.DOTALL)


def remarks() -> dict[str, list[str]]:
    """The sentences by system, each once, in alphabetical order within a system."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(PACKAGE.rglob("*.py")):
        part = path.relative_to(PACKAGE).parts[0]
        for text in _texts(path.read_text("utf-8")):
            for remark in _REMARK.findall(text):
                found[PARTS.get(part, PARTS[""])].add(" ".join(remark.split()))
    return {part: sorted(found[part], key=str.lower) for part in PARTS.values()}


def _texts(source: str) -> Iterator[str]:
    """Docstrings, and comments that stand together as one text."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield "\n".join(line.strip() for line in node.value.value.splitlines())
    block: list[str] = []
    last = -1
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            if token.start[0] != last + 1:
                yield "\n".join(block)
                block = []
            block.append(token.string.lstrip("# "))
            last = token.start[0]
    yield "\n".join(block)


def listing() -> str:
    """The list as it stands in the page."""
    lines = []
    for part, sentences in remarks().items():
        lines += [f"### {part} ({len(sentences)})", "", *(f"- {_shown(each)}" for each in sentences), ""]
    return "\n".join(lines)


def _shown(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]


def page(text: str) -> str:
    """The page with the list as it is now. Raises ValueError for a page without the two marks."""
    before, _, rest = text.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError(f"{PAGE.name} has no place for the list, between {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{listing()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
    print({part: len(sentences) for part, sentences in remarks().items()}, file=sys.stderr)
