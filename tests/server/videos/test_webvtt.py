from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filoscope.server.videos import webvtt
from filoscope.server.videos.errors import BadCaptions


def test_cues_are_sorted_and_written_plainly() -> None:
    track = (
        "\ufeffWEBVTT - made by hand\r\n\r\nNOTE a secret\r\n\r\n"
        "2\r\n00:01:05.000 --> 00:01:06.500 align:start position:10%\r\nLater\r\n\r\n"
        "00:01.000 --> 00:02.500\r\n<v Bob>Hello <i>you</i>\r\n"
    )
    expected = (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\n<v Bob>Hello <i>you</i>\n\n"
        "00:01:05.000 --> 00:01:06.500\nLater\n"
    )
    assert expected == webvtt.clean(track)


def test_styles_scripts_and_classes_do_not_come_through() -> None:
    track = (
        "WEBVTT\n\nSTYLE\n::cue { background: url(https://evil.example/x) }\n\n"
        "00:00.000 --> 00:01.000\n<script>alert(1)</script><c.big>Hi</c> a < b & c\n"
    )
    expected = "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nalert(1)Hi a &lt; b &amp; c\n"
    assert expected == webvtt.clean(track)


@pytest.mark.parametrize(
    ("track", "reason"),
    [
        ("", "WEBVTT"),
        ("1\n00:00:01,000 --> 00:00:02,000\nSubRip", "WEBVTT"),
        ("WEBVTT\n\n", "no caption"),
        ("WEBVTT\n\nwords without time", "Block 1"),
        ("WEBVTT\n\n00:02.000 --> 00:01.000\nbackwards", "before it begins"),
        ("WEBVTT\n\n00:00.000 --> 00:01.000\n" + "x" * 200_001, "200 kB"),
    ],
)
def test_what_is_no_track_is_refused_with_the_place(track: str, reason: str) -> None:
    with pytest.raises(BadCaptions, match=reason):
        webvtt.clean(track)


@given(st.text(max_size=200))
def test_cleaning_twice_changes_nothing_more(words: str) -> None:
    try:
        once = webvtt.clean(f"WEBVTT\n\n00:00.000 --> 00:01.000\n{words}\n")
    except BadCaptions:
        return
    assert once == webvtt.clean(once)
