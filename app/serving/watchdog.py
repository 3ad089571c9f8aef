"""Stops a server process whose parent has died (`--workers` starts several processes)."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import wait

__all__ = ["stop_with_parent"]


def stop_with_parent() -> None:
    """Start a thread that raises SIGTERM here when the parent dies, so that its port is freed."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def follow() -> None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=follow, name="follow the parent", daemon=True).start()
