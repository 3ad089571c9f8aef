"""The limits of the process that runs a student's file, set from inside before it is run.

The standard library alone is imported here: NumPy may start threads, and a process with threads
cannot leave the network.
"""

import contextlib
import ctypes
import os
import sys
from typing import Any

MEGABYTE = 2**20
MEMORY = 2048 * MEGABYTE
FILE = 64 * MEGABYTE
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

#: What is refused wherever it is done, by the name of its audit event.
NEVER = {
    "socket.": "use the network",
    "subprocess.": "start a program",
    "os.system": "start a program",
    "os.exec": "start a program",
    "os.posix_spawn": "start a program",
    "os.spawn": "start a program",
    "os.startfile": "start a program",
    "os.fork": "start a process",
    "os.forkpty": "start a process",
    "os.kill": "end a process",
    "signal.pthread_kill": "end a process",
}
#: What is refused outside of the process's own folder, by the name of its audit event.
ELSEWHERE = {
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.mkdir",
    "os.chmod",
    "os.chown",
    "os.truncate",
    "os.link",
    "os.symlink",
    "os.utime",
    "shutil.rmtree",
    "shutil.move",
    "shutil.copyfile",
}


def without_network() -> None:
    """Leave the network, where the kernel lets a process do so: before any thread is started."""
    if not sys.platform.startswith("linux"):
        return
    flags = CLONE_NEWNET if os.geteuid() == 0 else CLONE_NEWUSER | CLONE_NEWNET
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).unshare(flags)  # a refusal is an errno, and is let be


def limit_resources(seconds: int) -> None:
    """Limit CPU time, memory and the size of files, where the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    wanted = {
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_FSIZE: FILE,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in wanted.items():
        with contextlib.suppress(ValueError, OSError):  # macOS has no limit on memory
            resource.setrlimit(kind, (most, most))


def watch_over(folder: str) -> None:
    """Refuse from now on what a backward pass has no business with. It cannot be taken back."""
    own = os.path.realpath(folder)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        for start, what in NEVER.items():
            if event.startswith(start):
                raise PermissionError(f"byhand check does not let your file {what} ({event}).")
        writes = event == "open" and len(arguments) > 2 and arguments[2] and arguments[2] & WRITING
        if (writes or event in ELSEWHERE) and not _inside(own, arguments[0]):
            raise PermissionError(
                f"byhand check lets your file change nothing outside of its own folder ({event})."
            )

    sys.addaudithook(hook)


def _inside(own: str, path: Any) -> bool:
    if isinstance(path, int):  # an open file's number
        return True
    try:
        where = str(os.path.realpath(os.fsdecode(path)))
    except TypeError:
        return False
    return where == os.devnull or where == own or where.startswith(own + os.sep)
