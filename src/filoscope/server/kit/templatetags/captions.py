"""`{{ clip.caption|linked }}`: the caption with its tags and mentions as links, all else escaped."""

from __future__ import annotations

from urllib.parse import quote

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from filoscope.server.kit.captions import Mention, Span, Tag, parse

register = template.Library()


@register.filter
def linked(text: str) -> SafeString:
    """Turn a caption into HTML that is safe whatever was written."""
    return format_html_join("", "{}", ((_html(span),) for span in parse(text or "")))


def _html(span: Span) -> str:
    match span:
        case Tag(text, name):
            return format_html('<a class="tag" href="/tag/{}">{}</a>', quote(name, safe=""), text)
        case Mention(text, handle):
            return format_html('<a class="mention" href="/@{}">{}</a>', quote(handle), text)
    return span.text
