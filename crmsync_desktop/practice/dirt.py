"""How real CRMs get people wrong: each system spells, shortens, mistypes and forgets in its own way."""

from __future__ import annotations

import random
from collections.abc import Callable

ODD_NAMES = (
    "<b>{}</b>", "{} 🎉", "{} <script>alert(1)</script>", '"{}"', "  {}", "{}\u00a0", "=HYPERLINK(\"http://x.example\";\"{}\")",
    "O'{}", "{} (do not call!)", "{}; DROP TABLE contacts", "\u202e{}\u202c", "{} & Søn",
)  # fmt: skip
FREE_INDUSTRIES = ("IT", "Data & telekom", "oil/gas", "Bank og finans", "SaaS", "n/a", "Byggevare")
LONG_TITLE = " with responsibility for everything that nobody else wanted to be responsible for this year"


def spelled(draw: random.Random, name: str) -> str:
    """A name as somebody typed it: mostly right, sometimes shouted or without its accents, rarely something else."""
    chance = draw.random()
    if chance < 0.90:
        return name
    if chance < 0.93:
        return name.upper()
    if chance < 0.96:
        return name.lower()
    if chance < 0.985:
        return name.replace("ø", "o").replace("å", "aa").replace("æ", "ae").replace("ö", "oe").replace("é", "e")
    return draw.choice(ODD_NAMES).format(name)


def typed_email(draw: random.Random, email: str) -> str:
    """An e-mail as typed: its case and the space around it vary, the address is the same."""
    chance = draw.random()
    if chance < 0.85:
        return email
    if chance < 0.92:
        return email.title()
    if chance < 0.96:
        return email.upper()
    return email + " " if chance < 0.98 else " " + email


def _plain(number: str) -> str:
    return number.replace(" ", "")


def _local(number: str) -> str:
    return number.partition(" ")[2]


PHONE_SHAPES: tuple[Callable[[str], str], ...] = (
    lambda number: number,
    _plain,
    _local,
    lambda number: "00" + _plain(number)[1:],
    lambda number: f"({_local(number)[:2]}) {_local(number)[2:5]}-{_local(number)[5:]}",
    lambda number: f"{number[: number.index(' ')]} {_local(number)[:3]} {_local(number)[3:5]} {_local(number)[5:]}",
    lambda number: number + " ext. 12",
)
PHONE_WEIGHTS = (40, 20, 15, 5, 8, 10, 2)


def phone(draw: random.Random, number: str) -> str:
    return draw.choices(PHONE_SHAPES, PHONE_WEIGHTS)[0](number)


def title(draw: random.Random, job: str) -> str:
    chance = draw.random()
    if chance < 0.03:
        return (job + LONG_TITLE)[:128]
    return job.upper() if chance < 0.06 else job


def maybe(draw: random.Random, share: float, value: str) -> str:
    """`value` in so many cases out of one, otherwise nothing."""
    return value if draw.random() < share else ""
