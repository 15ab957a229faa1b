"""`filoscope relearn`: let the feed learn everything anew, from the whole log of events.

filoscope relearn && systemctl restart filoscope
"""

from __future__ import annotations

import argparse

from filoscope.server.operations.installation import prepared, say


def configure(parser: argparse.ArgumentParser) -> None:
    """No options: it reads all that there is."""


def run(_: argparse.Namespace) -> int:
    """Rebuild, and write what was learned where the next start finds it."""
    with prepared():
        from filoscope.server.feed import rebuilding

        rebuilt = rebuilding.rebuild()
        rebuilding.save(rebuilt)
    say(
        f"{rebuilt.learned:,} events about {rebuilt.clips:,} clips learned in {rebuilt.seconds:.1f} s "
        f"({rebuilt.rate:,.0f} a second)"
    )
    say("A server that runs keeps what it has learned itself: start it again to use this.")
    return 0
