"""Invented business with the invented people: deals, complaints and what was talked about, the same for the same seed.

This is the truth; each system has its own version of what stands in both (seed_business.py).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from crmsync_desktop.practice.people import IN_BOTH, Person, Presence

PER_PERSON = 0.1
"""Deals, tickets and tasks for each person of a side; of calls, e-mails, meetings and notes together as many."""
MOST = 10_000
"""Of each, however many people there are: a million contacts are there to be many contacts."""
STAGES = 7
"""How far a deal is: 0 to 4 open, 5 won, 6 lost."""
ActivityKind = Literal["calls", "emails", "meetings", "notes"]
_GOODS = ("Chairs", "Licences", "Support", "Consulting", "Spare parts", "Training", "Pumps", "Hosting", "Renewal")
_TROUBLES = (
    "Invoice is wrong", "Can't log in", "Delivery is late", "Wrong colour", "How do I export?", "Broken on arrival",
    "Please call me", "Kan ikke logge inn", "Faktura mangler", "RE: RE: your offer",
)  # fmt: skip
_TODOS = (
    "Call back",
    "Send the offer",
    "Book a demo",
    "Ask for a reference",
    "Send Letter",
    "Follow up",
    "Ring tilbake",
)
_TALKS = (
    "Talked about next year's budget.", "No answer, will try again.", "Wants an offer before Friday.",
    "Møte om fornyelse – de er fornøyd.", "Asked for a discount & longer terms.", "<p>See attachment</p>",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Affair:
    """A deal, a ticket, a task or an activity with one person (and a colleague, for some deals).

    `level`: how far it is, 0 to 6; `ages`: days ago that it was begun and touched last; `due`: days from now that it
    closes or is due. `kind` is of activities only.
    """

    number: int
    presence: Presence
    person: Person
    colleague: Person | None
    title: str
    text: str
    amount: int
    level: int
    ages: tuple[float, float]
    due: int
    kind: ActivityKind = "notes"


@dataclass(frozen=True, slots=True)
class Business:
    deals: list[Affair]
    tickets: list[Affair]
    tasks: list[Affair]
    activities: list[Affair]


def business(everybody: list[Person], count: int, seed: int, only: Presence) -> Business:
    """What `count` people a side bring with them. Whoever deals with us is a contact in Salesforce, not a lead; a
    task may be about a lead."""
    contacts = [person for person in everybody if not person.lead]
    share = min(round(count * PER_PERSON), MOST)
    return Business(
        list(_affairs(contacts, share, random.Random(f"deals/{seed}"), only, _GOODS)),
        list(_affairs(contacts, share, random.Random(f"tickets/{seed}"), only, _TROUBLES)),
        list(_affairs(everybody, share, random.Random(f"tasks/{seed}"), only, _TODOS)),
        list(_affairs(contacts, share, random.Random(f"activities/{seed}"), only, _TALKS)),
    )


def _affairs(
    people: list[Person], count: int, draw: random.Random, only: Presence, titles: tuple[str, ...]
) -> Iterator[Affair]:
    """So many that each side has `count`, as far as there is anybody to have them with."""
    shared = round(count * IN_BOTH) if only == "both" else 0
    plan: list[tuple[Presence, int]] = [("both", shared)] if only == "both" else []
    plan += [(side, count - shared) for side in ("salesforce", "hubspot") if only in ("both", side)]
    number = 0
    for presence, wanted in plan:
        pool = [person for person in people if person.presence in ("both", presence)]
        for _ in range(wanted if pool else 0):
            person = pool[int(draw.random() * len(pool))]
            colleague = pool[int(draw.random() * len(pool))] if draw.random() < 0.3 else None
            if colleague is person:
                colleague = None
            begun = draw.uniform(2, 700)
            title = draw.choice(titles)
            shown = f"{person.company.name[:60]} – {title} {draw.randrange(1, 400)}" if titles is _GOODS else title
            yield Affair(
                number, presence, person, colleague, shown, draw.choice(_TALKS), round(10 ** draw.uniform(2, 6)),
                draw.randrange(STAGES), (begun, draw.uniform(1, begun)), draw.randrange(-300, 120),
                draw.choice(("calls", "emails", "meetings", "notes")),
            )  # fmt: skip
            number += 1
