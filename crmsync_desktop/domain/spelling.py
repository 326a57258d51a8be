"""How names of places are spelt: what differs only in case, accents, punctuation or a common abbreviation is the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

_LETTERS: Final = str.maketrans(
    {
        "ø": "o",
        "æ": "ae",
        "œ": "oe",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ł": "l",
        "ı": "i",
        "ħ": "h",
        "ə": "e",
        "&": " and ",
        **dict.fromkeys(".'’‘ʻʼ`´ʹ", ""),
    }
)
"""Letters that Unicode doesn't take apart, and signs that stand within a word: U.S.A., Côte d'Ivoire."""
_TWO_LETTERS: Final = str.maketrans({"ø": "oe", "ö": "oe", "ä": "ae", "å": "aa", "ü": "ue"})
"""As they are written where the keyboard lacks them: Aaland, Moere og Romsdal, Thueringen."""
_ONE_LETTER: Final = str.maketrans({"æ": "a", "œ": "o"})
"""As others write those: Faroyene."""
_WORDS: Final = {
    "st": "saint",
    "ste": "saint",
    "sankt": "saint",
    "sta": "santa",
    "mt": "mount",
    "og": "and",
    "och": "and",
}
_SMALL: Final = frozenset({"the", "of", "and"})
_PREPOSITIONS: Final = frozenset({"the", "of", "and", "de", "del", "da", "do", "di", "du", "des", "d"})
_GENERIC: Final = frozenset(
    [
        *(
            "county",
            "co",
            "province",
            "prov",
            "provincia",
            "provincie",
            "provinz",
            "state",
            "estado",
            "etat",
            "delstat",
        ),
        *("region", "regione", "regiao", "regionen", "district", "distrito", "distrikt", "department", "departement"),
        *("departamento", "prefecture", "prefektur", "ken", "fu", "canton", "kanton", "cantone", "governorate"),
        *("municipality", "municipio", "kommune", "kommun", "oblast", "krai", "kray", "kraj", "land", "freistaat"),
        *("free", "lan", "fylke", "fylkeskommune", "len", "amt", "voivodeship", "wojewodztwo", "judet", "judetul"),
        *("megye", "zupanija", "autonomous", "community", "comunidad", "autonoma", "metropolitan", "republic"),
        *("shi", "sheng", "zizhiqu", "zhuangzu", "huizu", "uygur"),
    ]
)
"""What kind of place it is, in the languages in which people write it beside the name: Oslo fylke, Co. Cork, Skåne län."""
_WORD: Final = re.compile(r"[^\W_]+")
_BRACKETS: Final = re.compile(r"[\[(][^\])]*[\])]?")
_ALIASES: Final = re.compile(r"\[([^\]]*)\]")
_CODE_IN_ALIAS: Final = re.compile(r"\s[A-Z]{2}-\w{1,3}$")


def fold(text: str) -> str:
    """The form in which names are compared: words of plain small letters, with one space between; "" for no words."""
    lower = text.casefold().translate(_LETTERS)
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(sign))
    words: list[str] = []
    initials = ""
    for word in _WORD.findall(plain):
        if len(word) == 1:
            initials += word  # "U S A", "U. S. A."
            continue
        if initials:
            words.append(initials)
            initials = ""
        words.append(_WORDS.get(word, word))
    return " ".join([*words, initials] if initials else words)


def code_key(text: str) -> str:
    """The form in which codes are compared: no abbreviation is written out in it."""
    return "".join(_WORD.findall(text.casefold().replace(".", "")))


def loose(folded: str) -> str:
    """A folded name without its small words: "Gambia, The" and "Isle of Man" are found without them."""
    return " ".join(word for word in folded.split() if word not in _SMALL) or folded


def bare(folded: str) -> str:
    """A folded name without the words that only say what kind of place it is; "" where nothing would be left."""
    words = folded.split()
    kept = [word for word in words if word not in _GENERIC]
    if len(kept) == len(words):
        return ""
    while kept and kept[0] in _PREPOSITIONS:
        del kept[0]
    while kept and kept[-1] in _PREPOSITIONS:
        del kept[-1]
    return " ".join(kept)


def spellings(name: str) -> Iterator[str]:
    """The folded forms under which a place of this official name is looked up. What stands in square brackets is its name
    in another language, what stands in round ones a remark; "Korea, Republic of" is also read the other way round."""
    for part in (name, _BRACKETS.sub(" ", name), *(_CODE_IN_ALIAS.sub("", alias) for alias in _ALIASES.findall(name))):
        for written in (part, _turned(part)):
            small = written.casefold()
            for letters in dict.fromkeys((small, small.translate(_TWO_LETTERS), small.translate(_ONE_LETTER))):
                folded = fold(letters)
                if folded:
                    yield folded
                    yield loose(folded)


def _turned(name: str) -> str:
    head, comma, tail = name.partition(",")
    return f"{tail} {head}" if comma else name
