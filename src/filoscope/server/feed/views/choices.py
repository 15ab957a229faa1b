"""A number that a form offers, and nothing else."""

from __future__ import annotations

from django.http import Http404, HttpRequest


def one_of(request: HttpRequest, name: str, offered: range | tuple[int, ...]) -> int | None:
    """Return what was chosen of `offered`, or None where the field was left empty.

    Raises Http404 for what was not offered: no form of ours sends it.
    """
    text = request.POST.get(name, "")
    if not text:
        return None
    if not text.isdecimal() or int(text[:5]) not in offered:
        raise Http404("There is no such limit.")
    return int(text)
