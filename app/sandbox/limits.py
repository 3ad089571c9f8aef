"""The limits of the process that runs a student's file, set from inside before it is run.

The kernel's own (`app/sandbox/kernel.py`) need the standard library alone to be imported.
"""

import contextlib
import signal
import sys

__all__ = ["FILE", "FOLDER", "limit_resources"]

MEGABYTE = 2**20
MEMORY = 2048 * MEGABYTE
FILE = 16 * MEGABYTE
FOLDER = 64 * MEGABYTE  # of all files together
OPEN_FILES = 128


def limit_resources(seconds: int) -> None:
    """Limit time, memory and the size and number of files, where the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    wanted = {
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_FSIZE: FILE,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in wanted.items():
        with contextlib.suppress(ValueError, OSError):  # macOS has no limit on memory
            resource.setrlimit(kind, (most, most))
    if sys.platform != "win32":
        signal.alarm(seconds)  # sleeping takes no CPU time, and whoever waits may have gone
