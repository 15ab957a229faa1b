"""`{{ clip.caption|linked }}`: the caption with its tags and mentions as links, all else escaped."""

from __future__ import annotations

from urllib.parse import quote

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from filoscope.server.kit.captions import Mention, Span, Tag, parse

register = template.Library()


@register.filter
def linked(text: str) -> SafeString:
    """Turn a caption into HTML that is safe whatever was written."""
    return mark_safe("".join(_html(span) for span in parse(text or "")))  # each is escaped


def _html(span: Span) -> str:
    match span:
        case Tag(text, name):
            return f'<a class="tag" href="/tag/{quote(name, safe="")}">{escape(text)}</a>'
        case Mention(text, handle):
            return f'<a class="mention" href="/@{quote(handle, safe="")}">{escape(text)}</a>'
    return escape(span.text)
