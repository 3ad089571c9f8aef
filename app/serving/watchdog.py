"""With `--workers` a server is the child of another process, and must not outlive it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import wait

__all__ = ["stop_with_parent"]


def stop_with_parent() -> None:
    """Stop as on SIGTERM when the parent is killed; otherwise we would keep its port for ever."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def follow() -> None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=follow, name="follow the parent", daemon=True).start()
