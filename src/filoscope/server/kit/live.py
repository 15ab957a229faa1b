"""News for open pages: sent by PostgreSQL's NOTIFY when the transaction commits, heard by server-sent events.

publish(f"account:{account.pk}", {"kind": "progress", "clip": clip.slug, "progress": 0.4})
"""

from __future__ import annotations

import json
from typing import Any

from django.db import connection

CHANNEL = "live"
PAYLOAD_BYTES_MAX = 7_900  # PostgreSQL refuses a NOTIFY of 8,000 bytes or more


def publish(topic: str, news: dict[str, Any]) -> None:
    """Tell whoever listens to `topic`, once this transaction commits; never if it does not."""
    payload = json.dumps({"topic": topic, "news": news}, separators=(",", ":"))
    if len(payload.encode()) > PAYLOAD_BYTES_MAX:
        raise ValueError(f"news for {topic} takes {len(payload)} bytes; send an id instead")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload])
