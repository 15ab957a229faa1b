"""The guard of an embedded database: a process that waits for the last lease to end, then stops it.

It is what ends the database when its users were killed and could not do so themselves.

    python -m filoscope.server.kit.database_guard var
"""

from __future__ import annotations

import sys
from pathlib import Path

from filoscope.server.kit.embedded_database import wait_until_unused

if __name__ == "__main__":
    wait_until_unused(Path(sys.argv[1]))
