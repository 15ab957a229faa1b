"""What clips are about, as far as words tell: their hashtags, and words that others use as hashtags.

A community says by its hashtags which words are topics, in whatever languages it speaks: no list of
words that say nothing has to be kept. "Fresh bread" is about bread where #bread is used by a few people.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from django.db.models import Count, QuerySet

from filoscope.recommend import TAGS_MAX
from filoscope.server.kit import captions
from filoscope.server.videos.models import Hashtag

MAKERS_LEAST = 2  # who use a word as a hashtag, before it is a topic: one could make any word one
LETTERS_LEAST = (
    3  # in most scripts shorter words join others; where they do not, a hashtag still tells
)


def words_of(caption: str, alt_text: str) -> tuple[str, ...]:
    """Return the words of a clip that may be topics, in their order, as hashtags are written."""
    spans = captions.parse(caption)
    plain = " ".join(span.text for span in spans if isinstance(span, captions.Text))
    found = map(captions.tag_name, f"{plain} {alt_text}".split())
    return tuple(dict.fromkeys(word for word in found if len(word) >= LETTERS_LEAST))


def known(words: Iterable[str]) -> frozenset[str]:
    """Return those of some words that several people use as hashtags."""
    return _used_by_several(Hashtag.objects.filter(name__in=set(words)))


def vocabulary() -> frozenset[str]:
    """Return all words that several people use as hashtags: cheaper than to ask for many."""
    return _used_by_several(Hashtag.objects.all())


def _used_by_several(hashtags: QuerySet[Hashtag]) -> frozenset[str]:
    makers = Count("clips__account", distinct=True)
    found = hashtags.annotate(makers=makers).filter(makers__gte=MAKERS_LEAST)
    return frozenset(found.values_list("name", flat=True))


def topics(tags: Sequence[str], words: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    """Return what a clip is about: its hashtags, then its words that are topics."""
    said = [word for word in words if word in known]
    return tuple(dict.fromkeys([*tags, *said]))[:TAGS_MAX]
