"""What other sites are told about a clip: Open Graph, Twitter's player card, schema.org, oEmbed."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from filoscope.server.feed.card import Facts

TITLE_LENGTH = 70  # what search engines and messengers show
DESCRIPTION_LENGTH = 200
POSTER_SHORT_EDGE_MAX = 720  # of poster.jpg, as `media` makes it
EMBED_HEIGHT = 640  # of a player that was given no limits
EMBED_EDGE_MIN = 80  # nobody can press a button on less


@dataclass(frozen=True, slots=True)
class Size:
    """Pixels."""

    width: int
    height: int

    def within(self, width: int, height: int) -> Size:
        """Return the largest size of this shape that fits."""
        scale = min(width / self.width, height / self.height)
        return Size(max(1, round(self.width * scale)), max(1, round(self.height * scale)))


@dataclass(frozen=True, slots=True)
class Share:
    """A clip as others see it, with whole addresses."""

    title: str
    description: str
    url: str
    image: str
    image_width: int
    image_height: int
    video: str
    video_width: int
    video_height: int
    embed_url: str
    embed_width: int
    embed_height: int
    oembed_url: str
    maker: str
    maker_url: str
    alt_text: str
    duration_s: float
    published: str
    json_ld: SafeString


def share(request: HttpRequest, facts: Facts) -> Share:
    """Describe a clip for the head of its page."""
    whole = request.build_absolute_uri
    size = Size(facts.width, facts.height)
    short = min(size.width, size.height)
    edge = min(short, POSTER_SHORT_EDGE_MAX)
    poster = Size(
        *(max(round(side * edge / short / 2) * 2, 2) for side in (size.width, size.height))
    )
    embed = size.within(EMBED_HEIGHT, EMBED_HEIGHT)
    video = facts.renditions[-1] if facts.renditions else None
    url = whole(facts.url)
    said = Share(
        title=title(facts),
        description=_cut(facts.caption or f"A clip by {facts.name}", DESCRIPTION_LENGTH),
        url=url,
        image=whole(facts.poster_url.replace("poster.webp", "poster.jpg"))
        if facts.poster_url
        else "",
        image_width=poster.width,
        image_height=poster.height,
        video=whole(video.url) if video else "",
        video_width=video.width if video else size.width,
        video_height=video.height if video else size.height,
        embed_url=f"{url}/embed",
        embed_width=embed.width,
        embed_height=embed.height,
        oembed_url=f"{whole('/oembed')}?format=json&url={quote(url, safe='')}",
        maker=facts.name,
        maker_url=whole(f"/@{facts.handle}"),
        alt_text=facts.alt_text,
        duration_s=facts.duration_s,
        published=facts.published_at.isoformat() if facts.published_at else "",
        json_ld=mark_safe(""),
    )
    return _with_json_ld(said, facts)


def title(facts: Facts) -> str:
    """Say in a line what it is and by whom."""
    if not facts.caption:
        return f"A clip by {facts.name}"
    return f"{facts.name}: {_cut(facts.caption, TITLE_LENGTH)}"


def _cut(text: str, length: int) -> str:
    words = " ".join(text.split())
    return words if len(words) <= length else words[: length - 1].rstrip() + "…"


def _with_json_ld(said: Share, facts: Facts) -> Share:
    """Add a schema.org VideoObject: data for machines, no script, which the policy would block."""
    known: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "VideoObject",
        "name": said.title,
        "description": said.description,
        "url": said.url,
        "thumbnailUrl": [said.image],
        "uploadDate": said.published,
        "duration": f"PT{facts.duration_s:.3f}S",
        "contentUrl": said.video,
        "embedUrl": said.embed_url,
        "width": said.video_width,
        "height": said.video_height,
        "author": {"@type": "Person", "name": said.maker, "url": said.maker_url},
        "interactionStatistic": [
            {
                "@type": "InteractionCounter",
                "interactionType": f"https://schema.org/{kind}",
                "userInteractionCount": count,
            }
            for kind, count in (
                ("LikeAction", facts.counts.like),
                ("CommentAction", facts.counts.comment),
                ("ShareAction", facts.counts.share),
            )
        ],
    }
    text = json.dumps({name: value for name, value in known.items() if value})
    for letter in "<>&":  # no caption can end the element it stands in
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return replace(said, json_ld=mark_safe(text))


def oembed(said: Share, *, community: str, origin: str, within: Size) -> dict[str, Any]:
    """Return the answer of oEmbed 1.0 (section 2.3.4.2, type video)."""
    size = Size(said.embed_width, said.embed_height)
    if size.width > within.width or size.height > within.height:
        size = size.within(within.width, within.height)
    frame = format_html(
        '<iframe src="{}" width="{}" height="{}" title="{}" allow="autoplay; fullscreen" '
        'allowfullscreen loading="lazy" frameborder="0"></iframe>',
        said.embed_url, size.width, size.height, said.title,
    )  # fmt: skip
    answer: dict[str, Any] = {
        "version": "1.0",
        "type": "video",
        "title": said.title,
        "author_name": said.maker,
        "author_url": said.maker_url,
        "provider_name": community,
        "provider_url": origin,
        "cache_age": 3600,
        "html": str(frame),
        "width": size.width,
        "height": size.height,
    }
    if said.image:
        answer |= {
            "thumbnail_url": said.image,
            "thumbnail_width": said.image_width,
            "thumbnail_height": said.image_height,
        }
    return answer
