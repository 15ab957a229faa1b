from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filoscope.server.kit.captions import TAGS_MAX, Mention, Tag, Text, handles, parse, tags
from filoscope.server.kit.templatetags.captions import linked

PIECES = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(
            [
                "#",
                "@",
                "#été",
                "@alice",
                "https://a.b/#c",
                "<b>",
                "&amp;",
                "#हिन्दी",
                " ",
                "\n",
                "&#x27;",
            ]
        ),
    ),
    max_size=12,
).map("".join)


def test_a_caption_is_split_into_text_tags_and_mentions() -> None:
    expected = (
        Text("at the "),
        Tag("#Straße", "strasse"),
        Text(" with "),
        Mention("@alice", "alice"),
        Text("!"),
    )
    assert expected == parse("at the #Straße with @alice!")


@pytest.mark.parametrize(
    ("caption", "names"),
    [
        ("#été #ÉTÉ #e\u0301te\u0301", ("été",)),
        ("#हिन्दी und #ไทยสนุก", ("हिन्दी", "ไทยสนุก")),
        ("#日本 ＃東京", ("日本", "東京")),
        ("#snow_day2", ("snow_day2",)),
        ("#1 #2024 ##", ()),
        ("https://example.org/a#part www.example.org/#x &#39;", ()),
        ("a#b #c#d", ("c",)),
    ],
)
def test_tags_are_found_in_any_script_and_not_in_addresses(
    caption: str, names: tuple[str, ...]
) -> None:
    assert names == tags(parse(caption))


@pytest.mark.parametrize(
    ("caption", "people"),
    [
        ("@alice, @Alice and @bob.", ("Alice", "bob")),
        ("mail alice@example.org", ()),
        ("https://example.org/@alice", ()),
        ("@a.b.c. @_x_", ("a.b.c", "_x_")),
        ("(@alice)", ("alice",)),
    ],
)
def test_mentions_are_found_and_addresses_are_not_mentions(
    caption: str, people: tuple[str, ...]
) -> None:
    assert people == handles(parse(caption))


def test_more_tags_than_allowed_stay_text() -> None:
    caption = " ".join(f"#tag{number}" for number in range(TAGS_MAX + 5))
    assert len(tags(parse(caption))) == TAGS_MAX


@given(PIECES)
def test_the_spans_give_the_caption_back_letter_for_letter(caption: str) -> None:
    assert caption == "".join(span.text for span in parse(caption))


@given(PIECES)
def test_every_tag_finds_itself_again(caption: str) -> None:
    for name in tags(parse(caption)):
        assert (name,) == tags(parse(f"#{name}"))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert {"class", "href"} == {name for name, _ in attrs}
        assert re.match(r"/(tag/|@)", dict(attrs)["href"] or "")

    def handle_data(self, words: str) -> None:
        self.words.append(words)


@given(PIECES)
def test_whatever_is_written_only_links_come_out(caption: str) -> None:
    reader = _Reader()
    reader.feed(linked(caption))
    reader.close()
    assert reader.tags <= {"a"}
    assert caption.replace("\r", "").replace("\0", "") == "".join(reader.words).replace(
        "\r", ""
    ).replace("\0", "")


def test_the_filter_links_tags_and_people() -> None:
    expected = (
        '&lt;i&gt; <a class="tag" href="/tag/%C3%A9t%C3%A9">#Été</a> '
        '<a class="mention" href="/@bob">@bob</a>'
    )
    assert expected == linked("<i> #Été @bob")
