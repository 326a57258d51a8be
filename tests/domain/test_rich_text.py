"""HubSpot's rich text as plain text, and back (A1)."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crmsync_desktop.domain.rich_text import LONGEST, enriched, reduced, same_text, tidy

LISTS = "<p>To do:</p><ul><li>call</li><li>write<ul><li>soon</li></ul></li></ul><ol><li>one</li><li>two</li></ol>"
EDITOR = (
    '<div style="" dir="auto" data-top-level="true"><p style="margin:0;">one</p><p style="margin: 0">two</p>'
    '<p style="margin:0;"><br></p><p style="margin:0;">three</p></div>'
)


@pytest.mark.parametrize(
    ("rich", "plain"),
    [
        ("<p>Hello <b>you</b></p><p>second<br>line</p>", "Hello you\n\nsecond\nline"),
        (LISTS, "To do:\n\n* call\n* write\n  + soon\n1. one\n2. two"),
        (EDITOR, "one\ntwo\n\nthree"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><th>d</th></tr></table>", "a b\nc d"),
        ("<h1>Title</h1><section>one</section><hr>two", "Title\n\none\n\ntwo"),
        ("<p>a</p><br><br><br><p>b</p>", "a\n\nb"),
        ("just text", "just text"),
        ("<pre>kept  as\n  it is</pre>", "kept  as\n  it is"),
    ],
)
def test_the_layout_is_kept(rich: str, plain: str) -> None:
    assert reduced(rich) == plain


@pytest.mark.parametrize(
    ("rich", "plain"),
    [
        ('<a href="https://x.no/a?b=1&amp;c=2">here</a>.', "here (https://x.no/a?b=1&c=2)."),
        ('<a href="https://x.no/">https://x.no</a>', "https://x.no"),
        ('<a href="https://x.no">x.no</a>', "x.no"),
        ('<a href="mailto:a@x.no">Anna</a> <a href="mailto:b@x.no">b@x.no</a>', "Anna (a@x.no) b@x.no"),
        ('<a href="javascript:alert(1)">js</a> <a>none</a> <a href="#top">up</a>', "js none up"),
        ('<a href="https://x.no"></a>', "https://x.no"),
        ('<a href="https://x.no"><img src="y.png" alt="Logo &amp; name"></a>', "[Logo & name] (https://x.no)"),
        ('<img src="y.png"><img alt="Pic" title="other">', "[Pic]"),
    ],
)
def test_links_show_where_they_lead_and_images_what_they_are(rich: str, plain: str) -> None:
    assert reduced(rich) == plain


@pytest.mark.parametrize(
    ("rich", "plain"),
    [
        ("<style>p {}</style><script>alert(1)</script><p>seen</p>", "seen"),
        ('<div style="DISPLAY: none">preview &amp; more</div>seen', "seen"),
        ("<!-- hidden -->seen<?php hidden ?> too", "seen too"),
        ("<head><title>hidden</title></head><body>seen</body>", "seen"),
    ],
)
def test_what_is_not_shown_is_gone(rich: str, plain: str) -> None:
    assert reduced(rich) == plain


@given(st.text(st.characters(exclude_characters="<&")))
@example("one\n two\xa0\u2028three\x0bfour\x85")
def test_text_without_markup_reads_as_it_does_within_an_element(plain: str) -> None:
    assert reduced(plain) == reduced(f"<div>{plain}</div>")


def test_a_long_text_is_read_as_a_short_one_is() -> None:
    assert reduced("<p>word</p>" * 1_000) == "\n\n".join(["word"] * 1_000)


def test_entities_are_read_once() -> None:
    assert reduced("Tom &amp; Anna &lt;3 &eacute; &#229;") == "Tom & Anna <3 é å"
    assert reduced("<p>&amp;amp; &amp;lt;b&amp;gt;</p>") == "&amp; &lt;b&gt;"
    assert reduced("<pre>&amp;lt;</pre>") == "&lt;"
    assert reduced("e\u0301") == "é"


@pytest.mark.parametrize("rich", ["", "  ", "<!-- -->", "<p></p>", "<p>&nbsp;</p>", "<br>", "\x00"])
def test_where_nothing_is_shown_there_is_no_text(rich: str) -> None:
    assert reduced(rich) == ""


def test_what_is_hostile_becomes_some_text_in_bounded_room() -> None:
    deep = "<div>" * 1_500 + "deep" + "</div>" * 1_500 + "after"
    assert reduced(deep).split() == ["deep", "after"]
    assert reduced("<div>" * 100_000) == ""
    assert reduced("<ul><li>" * 500 + "x").splitlines()[-1] == "              - x"
    wide = "<table><tr><td>" + "x" * 1_000 + "</td></tr>" + "<tr><td>y</td></tr>" * 1_000 + "</table>"
    assert len(reduced(wide)) < 4_000
    assert reduced("<ol><li value='²'>a<li value='" + "9" * 5_000 + "'>b</ol>") == "1. a\n2. b"
    assert reduced("<p style='padding: x; margin-top: 9e99em'>a</p>") == "a"
    assert len(reduced("word " * LONGEST)) <= LONGEST


@given(st.text())
@example("<?xml version='1.0' encoding='latin-1'?><p>\ud800</p>")
@example("<svg><p>a</svg><frameset><plaintext>")
def test_any_text_can_be_reduced(rich: str) -> None:
    plain = reduced(rich)
    assert tidy(plain) == plain


TAGS = st.sampled_from(
    ["<p>", "</p>", "<ul>", "<li>", "</ul>", "<br>", "<table>", "<td>", "</tr>", "<a href='http://x'>"]
)


REFERENCES = st.sampled_from(
    ["&#1;", "&#xFFFE;", "&#xD800;", "<a href='https://x&#2;'>", "</a>&#3;", "<img alt='&#4;'>"]
)


@given(
    st.lists(
        TAGS | REFERENCES | st.text(max_size=5) | st.sampled_from(["&amp;", "&lt;", "<!--", "<pre>", "<img alt='a'>"])
    )
)
@example(["<a href='https://x&#2;'>", "&#xFFFE;", "</a>&#3;", "<img alt='&#4;'>"])
def test_any_markup_can_be_reduced(parts: list[str]) -> None:
    plain = reduced("".join(parts))
    assert tidy(plain) == plain


@given(st.text() | st.lists(st.sampled_from(["a", "&lt;", "<p>", "\n", " ", "&", ";"])).map("".join))
@example("1 < 2 & \u00a0 x\n\n\n\n  indented\n* item")
@example("<script>alert(1)</script>")
@example("\u2028a\x85\x1cb")
def test_plain_text_comes_back_from_rich_text_as_it_was(plain: str) -> None:
    """Up to the spaces that HTML doesn't keep; exactly, where there are none of these."""
    canonical = tidy(plain.encode("utf-8", "ignore").decode())
    back = reduced(enriched(canonical))
    assert same_text(back, canonical)
    bare = "\n".join(" ".join(line.split()) for line in canonical.split("\n"))
    if tidy(bare) == canonical:
        assert back == canonical


def test_rich_text_is_made_of_paragraphs_and_lines() -> None:
    assert enriched('one\ntwo\n\n\nthree <b> & "four"') == '<p>one<br>two</p><p>three &lt;b&gt; &amp; "four"</p>'
    assert enriched("see https://x.no") == "<p>see https://x.no</p>"
    assert enriched(" \n ") == ""


def test_texts_are_the_same_whatever_html_does_to_their_spaces() -> None:
    assert same_text("a  b\r\n  c ", "a b\nc")
    assert not same_text("a\n\nb", "a\nb")
