"""What somebody may have meant who named something that there isn't."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

_READ = 100
"""Characters of a name that are compared: no real one is longer."""


def nearest(name: str, names: Sequence[str], what: str) -> str:
    """One sentence: the name that is closest, or else all there are, under the heading `what`."""
    plain = {each.lower(): each for each in names}
    close = get_close_matches(name[:_READ].strip().lower().replace(" ", "_").replace("-", "_"), plain, 1)
    return f"Did you mean {plain[close[0]]}?" if close else f"{what}: {', '.join(names) or 'none'}."
