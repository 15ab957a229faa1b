"""A child that does not outlive its parent, even one that was killed with -9.

die_with(os.getppid())      # first thing in the child
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

PR_SET_PDEATHSIG = 1  # prctl(2)
LOOK_EVERY_S = 0.5  # where the kernel does not tell


def die_with(parent: int, *, word: signal.Signals = signal.SIGTERM) -> None:
    """Have this process sent `word` when its parent dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, word)
        if os.getppid() != parent:  # it died before we asked
            os.kill(os.getpid(), word)
    else:
        threading.Thread(target=_watch, args=(parent, word), daemon=True).start()


def _watch(parent: int, word: signal.Signals) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY_S)
    os.kill(os.getpid(), word)
