"""What two records are compared by when they may be the same person or company (P6): their values, made alike.

Each trait is in the form in which it compares: without case, accents and punctuation, and cut to a length at which no
hostile value costs time. "" and () are missing, and missing says nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

import msgspec
from rapidfuzz.utils import default_process

from crmsync_desktop.domain.records import Cell

LONGEST = 120
"""Characters of a value that take part: as long as any name or address is."""
SHORTEST_PHONE = 7
_LONGEST_ADDRESS = 254
"""Of an e-mail address (RFC 5321, 4.5.3.1.3, less the brackets)."""
# Letters that no decomposition takes apart.
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_EXTENSION = re.compile(r"(?:x|ext|#|;|,).*", re.IGNORECASE | re.DOTALL)
_SCHEME = re.compile(r"^[a-z]+://(?:[^/@]*@)?|^www\.", re.IGNORECASE)
_DOTLESS = frozenset({"gmail.com", "googlemail.com"})
"""Mail systems that read a name with dots and one without them as the same."""
ROLES = frozenset(
    ("admin", "accounts", "billing", "booking", "contact", "faktura", "firmapost", "hello", "help", "info", "invoice",
     "kontakt", "mail", "marketing", "noreply", "office", "order", "ordre", "post", "postmottak", "sales", "salg",
     "service", "support", "team", "webmaster")
)  # fmt: skip
"""Names of mailboxes that stand for a function and not for a person."""
_LEGAL_FORMS = frozenset(
    ("ab", "ag", "aps", "as", "asa", "bv", "co", "company", "corp", "corporation", "gmbh", "inc", "incorporated", "kg",
     "limited", "llc", "llp", "ltd", "nv", "oy", "oyj", "plc", "pty", "sa", "sarl", "sas", "spa", "srl", "the")
)  # fmt: skip

TRAITS: Mapping[str, Mapping[str, str]] = {
    "contacts": {
        "firstname": "given",
        "lastname": "family",
        "email": "emails",
        "phone": "phones",
        "mobilephone": "phones",
        "company": "company",
        "address": "street",
        "city": "city",
        "zip": "zip",
        "state": "region",
        "date_of_birth": "born",
    },
    "companies": {
        "name": "company",
        "domain": "domain",
        "website": "domain",
        "phone": "phones",
        "address": "street",
        "city": "city",
        "zip": "zip",
        "state": "region",
    },
}
"""Which HubSpot property of a pair tells which trait (semantics 7). Pairs that aren't here have nothing to go by: a deal or
a ticket like another is no duplicate of it (O2)."""


class Traits(msgspec.Struct, frozen=True, gc=False):
    """One record's values as they compare. `mailboxes` are its e-mail addresses without +tags, `emails` as they are.
    `company` is the name of the company itself, or of the one that a person works for."""

    given: str = ""
    family: str = ""
    company: str = ""
    emails: tuple[str, ...] = ()
    mailboxes: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    domain: str = ""
    street: str = ""
    zip: str = ""
    city: str = ""
    region: str = ""
    born: str = ""

    def within(self, other: Traits) -> bool:
        """Whether `other` says all that this says, so that this need not be compared as well."""
        return (
            set(self.emails) <= set(other.emails)
            and set(self.phones) <= set(other.phones)
            and all(not value or value == getattr(other, name) for name, value in self._texts())
        )

    def _texts(self) -> Iterable[tuple[str, str]]:
        return ((name, getattr(self, name)) for name in _TEXTS)


_TEXTS = ("given", "family", "company", "domain", "street", "zip", "city", "region", "born")


def traits_of(pair: str, properties: Iterable[str], cells: Iterable[Cell], keys: Iterable[str] = ()) -> Traits:
    """The traits of a record of this pair. `cells` stand in the order of `properties`, and may be none; a key with an @ is
    one of its e-mail addresses. Raises KeyError for a pair that isn't in TRAITS."""
    told: dict[str, list[str]] = {"emails": [key for key in keys if "@" in key]}
    names = TRAITS[pair]
    for property, cell in zip(properties, cells, strict=False):
        if cell and property in names:
            told.setdefault(names[property], []).append(cell)
    given, family = _name(folded(_first(told, "given")), folded(_first(told, "family")))
    emails = tuple(dict.fromkeys(_address(text) for text in told["emails"] if "@" in text))
    return Traits(
        given=given,
        family=family,
        company=company_name(_first(told, "company")),
        emails=emails,
        mailboxes=tuple(dict.fromkeys(mailbox(address) for address in emails)),
        phones=tuple(dict.fromkeys(number for text in told.get("phones", ()) if (number := phone(text)))),
        domain=domain_of(_first(told, "domain")),
        street=folded(_first(told, "street")),
        zip=folded(_first(told, "zip")).replace(" ", ""),
        city=folded(_first(told, "city")),
        region=folded(_first(told, "region")),
        born="".join(filter(str.isdecimal, _first(told, "born")[:10])),
    )


def folded(text: str) -> str:
    """Without case, accents and punctuation, words set apart by one space."""
    text = text[:LONGEST]
    if not text.isascii():
        apart = unicodedata.normalize("NFKD", text.lower())
        text = "".join(each for each in apart if not unicodedata.combining(each)).translate(_LETTERS)
    return " ".join(default_process(text).split())


def mailbox(address: str) -> str:
    """The address without its +tag and, where the mail system ignores them, dots."""
    local, _, host = address.rpartition("@")
    bare = local.split("+", 1)[0] or local
    return f"{bare.replace('.', '') if host in _DOTLESS else bare}@{host}"


def local_part(box: str) -> str:
    """What stands before the @, as dots don't tell people apart."""
    return box.rpartition("@")[0].replace(".", "")


def is_personal(local: str) -> bool:
    """Whether a local part is likely one person's, and not a function's or as good as anybody's."""
    return len(local) > 4 and local not in ROLES


def phone(text: str) -> str:
    """The digits, without an extension and leading zeros; "" for what is too short to be a number."""
    digits = "".join(filter(str.isdecimal, _EXTENSION.sub("", text[:LONGEST]))).lstrip("0")
    return digits if len(digits) >= SHORTEST_PHONE else ""


def company_name(text: str) -> str:
    """Folded, without its legal form, unless nothing else would be left."""
    words = folded(text).split()
    return " ".join([word for word in words if word not in _LEGAL_FORMS] or words)


def domain_of(text: str) -> str:
    """The host of a web address or domain, without www."""
    host = _SCHEME.sub("", _SCHEME.sub("", text.strip()[:_LONGEST_ADDRESS]))
    return re.split(r"[/:?#\s]", host, maxsplit=1)[0].lower().strip(".")


def _address(text: str) -> str:
    return text.strip()[-_LONGEST_ADDRESS:].lower()


def _name(given: str, family: str) -> tuple[str, str]:
    """A whole name in one of the two fields is taken apart at its last word."""
    if given and family:
        return given, family
    first, _, last = (given or family).rpartition(" ")
    return (first, last) if first else (given, family)


def _first(told: Mapping[str, list[str]], trait: str) -> str:
    return told.get(trait, [""])[0]
