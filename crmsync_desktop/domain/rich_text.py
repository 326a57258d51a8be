"""HubSpot's rich text as plain text, and plain text as rich text (A1). Pure.

HTML is read by lxml and laid out by inscriptis: paragraphs, line breaks and lists stay; a link's address follows its text, an
image is its alternative text; scripts, styles and what isn't shown are gone. Whatever HTML does, a text comes of it, in time
and room that grow with its length alone.
"""

from __future__ import annotations

import html
import unicodedata
from functools import lru_cache
from itertools import groupby
from typing import Any, Final

from inscriptis.css_profiles import CSS_PROFILES  # type: ignore[import-untyped]
from inscriptis.html_engine import Inscriptis  # type: ignore[import-untyped]
from inscriptis.html_properties import Display  # type: ignore[import-untyped]
from inscriptis.model.config import ParserConfig  # type: ignore[import-untyped]
from inscriptis.model.html_element import HtmlElement  # type: ignore[import-untyped]
from lxml.etree import ParserError, strip_elements, strip_tags  # type: ignore[import-untyped]
from lxml.html import HTMLParser, document_fromstring  # type: ignore[import-untyped]

LONGEST: Final = 300_000
"""Characters of HTML that are looked at: several times what HubSpot keeps of a body (65,536), and pictures that were put into
the text of an email come to more."""
_DEEPEST: Final = 100
"""Elements within each other; what is within these is taken for running text. inscriptis calls itself for each."""
_DEEPEST_LIST: Final = 8
"""Lists within each other; each one indents all that is in it."""
_HIDDEN: Final = ("script", "style", "head", "title", "template", "noscript", "object", "iframe", "svg")
_AS: Final = {
    **dict.fromkeys(("table", "thead", "tbody", "tfoot", "caption", "tr"), "div"),
    **dict.fromkeys(("td", "th"), "span"),
    **dict.fromkeys(("section", "form", "fieldset", "center", "details", "summary", "dl", "dt", "dd"), "div"),
    "hr": "br",
}
"""Elements that inscriptis lays out otherwise, or not at all. Emails lay out their text with tables, of which it pads every
row to the widest, without a limit: as lines, all text is there."""
_CONTROLS: Final = dict.fromkeys([*(code for code in range(32) if code not in (9, 10, 13)), 0xFFFE, 0xFFFF])
"""What is no text, and lxml refuses to put anywhere although it reads it from character references."""
_SHORT: Final = 4_000
_SHORT_REMEMBERED: Final = 2_500
_REMEMBERED: Final = 32
"""Texts of which the reduction is kept: records are compared several times in a row, chunk by chunk of 2,000. Those of up to
`_SHORT` characters take 30 MB at most."""
_CSS: Final = {
    **CSS_PROFILES["strict"],
    "ul": HtmlElement(display=Display.block, padding_inline=2),
    "ol": HtmlElement(display=Display.block, padding_inline=3),
}
"""A browser's, with lists that begin at the margin."""


def reduced(rich: str) -> str:
    """The plain text of HTML in canonical form: NFC, trimmed, lines without spaces at their ends, at most one blank line in
    a row; "" where nothing is shown."""
    return _reduced_short(rich) if len(rich) <= _SHORT else _reduced_long(rich)


def _reduced(rich: str) -> str:
    if "<" not in rich and "&" not in rich:  # no markup: what apps write
        return tidy(" ".join(_source(rich[:LONGEST]).decode().split()))
    tree = _parsed(rich[:LONGEST])
    if tree is None:
        return ""
    strip_elements(tree, *_HIDDEN, with_tail=False)
    _shown_links(tree)
    _simplified(tree)
    laid_out = Inscriptis(tree, ParserConfig(css=_CSS, display_images=True)).get_text()
    return tidy(laid_out)


_reduced_short = lru_cache(maxsize=_SHORT_REMEMBERED)(_reduced)
_reduced_long = lru_cache(maxsize=_REMEMBERED)(_reduced)


def enriched(plain: str) -> str:
    """HTML that reads as this text: its paragraphs and lines. Nothing in it becomes markup."""
    paragraphs: list[list[str]] = [[]]
    for line in tidy(plain).split("\n"):
        if line:
            paragraphs[-1].append(html.escape(line.strip(), quote=False))
        else:
            paragraphs.append([])
    return "".join(f"<p>{'<br>'.join(lines)}</p>" for lines in paragraphs if lines)


def same_text(one: str, other: str) -> bool:
    """Whether two plain texts say the same: spaces between words and before lines, which HTML doesn't keep, don't count."""
    return one == other or _bare(one) == _bare(other)


def tidy(plain: str) -> str:
    """Canonical plain text (see `reduced`)."""
    lines = (
        unicodedata.normalize("NFC", plain).translate(_CONTROLS).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    )
    runs = groupby((line.rstrip() for line in lines), bool)
    return "\n".join(line for filled, run in runs for line in (run if filled else [""])).strip()


def _bare(plain: str) -> str:
    return "\n".join(" ".join(line.split()) for line in tidy(plain).split("\n"))


def _source(rich: str) -> bytes:
    return rich.translate(_CONTROLS).encode("utf-8", "replace")


def _parsed(rich: str) -> Any:
    """The document's tree; None where there is none."""
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        return document_fromstring(_source(rich), parser=parser)
    except ParserError:
        return None


def _shown_links(tree: Any) -> None:
    """Put the address of each link behind its text, unless that is the text."""
    for link in tree.iter("a"):
        address = (link.get("href") or "").translate(_CONTROLS).strip()
        shown = address.removeprefix("mailto:")
        if shown == address and not address.lower().startswith(("http://", "https://")):
            continue
        text = "".join(link.itertext()).strip()
        bare = address.removeprefix("https://").removeprefix("http://").rstrip("/")
        if text.rstrip("/") not in (shown, shown.rstrip("/"), bare):
            tail = (link.tail or "").translate(_CONTROLS)
            link.tail = f" ({shown}){tail}" if text or len(link) else f"{shown}{tail}"


def _simplified(tree: Any) -> None:
    """Leave of the tree what inscriptis is to see. It reads attributes (styles, values of list items) that may hold anything,
    and takes texts for HTML that is still to be unescaped."""
    waiting = [(tree, 0, 0)]
    unseen = []
    while waiting:
        element, depth, lists = waiting.pop()
        style = "".join((element.get("style") or "").lower().split())
        if "display:none" in style:
            unseen.append(element)
        if depth == _DEEPEST:
            strip_tags(element, "*")
        lists += element.tag in ("ul", "ol")
        apart = " " if element.tag in ("td", "th") else ""
        alternative = element.get("alt") if element.tag == "img" else None
        element.tag = _renamed(element.tag, style, lists)
        element.attrib.clear()
        if alternative:
            element.set("alt", _escaped(alternative))
        element.text, element.tail = apart + _escaped(element.text), _escaped(element.tail)
        waiting += [(child, depth + 1, lists) for child in element]
    for element in unseen:
        element.drop_tree()


def _renamed(tag: str, style: str, lists: int) -> str:
    if tag in ("ul", "ol") and lists > _DEEPEST_LIST:
        return "div"
    if tag == "p" and "margin:0" in style:
        return "div"  # HubSpot's editor: a line, not a paragraph
    return _AS.get(tag, tag)


def _escaped(text: str | None) -> str:
    return text.translate(_CONTROLS).replace("&", "&amp;") if text else ""
