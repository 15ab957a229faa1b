"""Public identifiers: short, random, not countable."""

from __future__ import annotations

import secrets

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"  # base 57: no 0 O 1 I l
SLUG_LENGTH = 11  # 57**11 is 2**64: two clips meet by chance after some four billion


def new_slug() -> str:
    """Return a fresh public identifier."""
    return "".join(secrets.choice(ALPHABET) for _ in range(SLUG_LENGTH))
