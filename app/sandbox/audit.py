"""Refuses, in words, what a backward pass has no business with: by Python's audit events.

What may happen is listed, and everything else is refused. It is no jail: a file that means it can
change the very objects that watch over it. On Linux the kernel refuses most of this as well.
"""

import _socket
import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["watch_over"]

#: What may happen, by how the name of its audit event begins.
FREE = (
    "_thread.",
    "array.",
    "builtins.",
    "code.",
    "compile",
    "exec",
    "fcntl.",
    "function.",
    "gc.",
    "glob.",
    "import",
    "marshal.",
    "mmap.",
    "msvcrt.",
    "object.",
    "os.chdir",
    "os.fchdir",
    "os.fwalk",
    "os.getxattr",
    "os.list",
    "os.lockf",
    "os.putenv",
    "os.scandir",
    "os.unsetenv",
    "os.walk",
    "pathlib.",
    "pickle.",
    "resource.setrlimit",
    "setopencodehook",
    "shutil.copymode",  # these announce what is refused, or not, one by one
    "shutil.copystat",
    "shutil.chown",
    "shutil.copyfile",
    "shutil.copytree",
    "shutil.move",
    "shutil.make_archive",
    "shutil.rmtree",
    "shutil.unpack_archive",
    "sys.",
    "tempfile.",
    "time.",
    "winreg.Enum",
    "winreg.OpenKey",
    "winreg.PyHKEY",
    "winreg.Query",
)
#: Where the paths are, and the numbers of the folders that they start from, in what changes files.
CHANGES: dict[str, tuple[tuple[int, int], ...]] = {
    "os.remove": ((0, 1),),
    "os.rmdir": ((0, 1),),
    "os.mkdir": ((0, 2),),
    "os.rename": ((0, 2), (1, 3)),
    "os.link": ((0, 2), (1, 3)),
    "os.symlink": ((1, 2),),
    "os.chmod": ((0, 2),),
    "os.chown": ((0, 3),),
    "os.chflags": ((0, -1),),
    "os.utime": ((0, 3),),
    "os.truncate": ((0, -1),),
    "os.setxattr": ((0, -1),),
    "os.removexattr": ((0, -1),),
}
#: What the rest is called, by how the name of its audit event begins.
REFUSED = {
    "socket.": "use the network",
    "urllib.": "use the network",
    "http.": "use the network",
    "ftplib.": "use the network",
    "smtplib.": "use the network",
    "subprocess.": "start a program",
    "_posixsubprocess.": "start a program or a process",
    "os.system": "start a program",
    "os.exec": "start a program",
    "os.posix_spawn": "start a program",
    "os.spawn": "start a program",
    "os.startfile": "start a program",
    "webbrowser.": "start a program",
    "pty.": "start a program",
    "os.fork": "start a process (multiprocessing does; threads are fine)",
    "_winapi.CreateProcess": "start a program",
    "os.kill": "end a process",
    "signal.": "end a process",
    "_signal.": "end a process",
    "resource.prlimit": "change another process",
    "sqlite3.": "open a database",
    "ctypes.": "call C by ctypes",
}
#: What no audit event tells of, by its module.
UNHEARD = {
    "_posixsubprocess": ("fork_exec",),
    "subprocess": ("_fork_exec",),
    "_signal": ("pidfd_send_signal",),
    "signal": ("pidfd_send_signal",),
    "posix": ("mkfifo", "mknod", "sched_setaffinity", "sched_setscheduler", "setpriority"),
    "os": ("mkfifo", "mknod", "sched_setaffinity", "sched_setscheduler", "setpriority"),
}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
ANSWERS = ("failed.json", "grads.npz")  # written however full the folder is
MOST_FOLDERS = 100  # below each other, they could not be removed


def watch_over(folder: str, most: int) -> None:
    """Refuse from now on all that is not free, and more than `most` bytes in the folder."""
    own = os.path.realpath(folder)
    made: list[int] = []

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            named = not isinstance(arguments[0], int)  # a number was opened before
            if named and len(arguments) > 2 and arguments[2] and arguments[2] & WRITING:
                _refuse_unless(_inside(own, arguments[0]), event)
                if os.path.basename(os.fsdecode(arguments[0])) not in ANSWERS:  # noqa: PTH119
                    _refuse_more_than(most, own)
        elif event in CHANGES:
            for path, start in CHANGES[event]:
                place = arguments[start] if 0 <= start < len(arguments) else -1
                _refuse_unless(_inside(own, arguments[path], place), event)
            if event == "os.mkdir":
                made.append(1)
                _refuse_unless(len(made) <= MOST_FOLDERS, event)
        elif not event.startswith(FREE) and not _own_socket(event, arguments):
            raise _refusal(event)

    _silence()
    sys.addaudithook(hook)


def _own_socket(event: str, arguments: tuple[Any, ...]) -> bool:
    """Whether it is a socket within the process, such as asyncio wakes itself with."""
    local = getattr(_socket, "AF_UNIX", None)
    return event == "socket.gethostname" or (
        event == "socket.__new__" and local is not None and arguments[1] in (local, -1)
    )


def _refusal(event: str) -> PermissionError:
    what = next((REFUSED[start] for start in REFUSED if event.startswith(start)), "do this")
    return PermissionError(f"byhand check does not let your file {what} ({event}).")


def _refuse_unless(allowed: bool, event: str) -> None:
    if not allowed:
        raise PermissionError(
            f"byhand check lets your file change nothing outside of its own folder ({event})."
        )


def _refuse_more_than(most: int, own: str) -> None:
    sizes = [Path(at, f).lstat().st_size for at, _, files in os.walk(own) for f in files]
    if sum(sizes) > most:
        raise PermissionError(f"byhand check lets your file write {most // 2**20} MB, no more.")


def _inside(own: str, path: Any, start: Any = -1) -> bool:
    try:
        if isinstance(path, int):  # an open file's number
            where = _opened(path)
        else:
            folder = _opened(start) if isinstance(start, int) and start >= 0 else Path.cwd()
            where = os.path.realpath(Path(folder, os.fsdecode(path)))
    except (TypeError, OSError):
        return False
    return where == os.devnull or where == own or where.startswith(own + os.sep)


def _opened(number: int) -> str:
    """The path of an open file or folder; OSError where the system does not tell it."""
    if sys.platform == "darwin":
        import fcntl

        return os.fsdecode(fcntl.fcntl(number, fcntl.F_GETPATH, bytes(1024)).rstrip(b"\0"))
    return str(Path(f"/proc/self/fd/{number}").readlink())


def _silence() -> None:
    """Take away what no audit event tells of, and let os.open tell all."""
    for module, names in UNHEARD.items():
        try:
            found = importlib.import_module(module)
        except ImportError:  # another system's
            continue
        for name in names:
            if hasattr(found, name):
                setattr(found, name, _refusing(f"{module}.{name}"))
    for module in ("os", "posix"):
        if module in sys.modules:
            sys.modules[module].open = _telling(sys.modules[module].open)  # type: ignore[attr-defined]


def _refusing(event: str) -> Callable[..., Any]:
    def refuse(*_: Any, **__: Any) -> Any:
        raise _refusal(event)

    return refuse


def _telling(real: Callable[..., int]) -> Callable[..., int]:
    """os.open, which keeps from its audit event the folder that a path starts from."""

    def opened(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if dir_fd is not None and flags & WRITING:
            return real(Path(_opened(dir_fd), os.fsdecode(path)), flags, mode)
        return real(path, flags, mode, dir_fd=dir_fd)

    return opened
