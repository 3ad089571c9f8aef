"""What the kernel is asked to keep the process of a student's file from, once and for good.

Linux alone can be asked, and whatever it refuses is let be: `app/sandbox/audit.py` says the same
in words, on every system. The standard library alone is imported here: NumPy may start threads,
which these limits would not reach.
"""

import contextlib
import ctypes
import os
import signal
import sys

__all__ = ["end_with", "leave_the_network", "stay_in"]

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
# Landlock (linux/landlock.h): the bits of what is refused, by the version that knows them.
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
FILES = {1: 2**13 - 1, 2: 2**14 - 1, 3: 2**15 - 1}
TCP = {4: 3}
SCOPES = {6: 3}  # signals and abstract sockets


class Refused(ctypes.Structure):
    """struct landlock_ruleset_attr."""

    _fields_ = [(name, ctypes.c_uint64) for name in ("files", "network", "scopes")]


class Beneath(ctypes.Structure):
    """struct landlock_path_beneath_attr."""

    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32)]


def end_with(parent: int) -> None:
    """Be killed when the parent is, so that nothing runs on whose answer nobody waits for."""
    if _linux():
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it went before
            os._exit(1)


def leave_the_network() -> None:
    """Have no network any more, where the kernel lets a process do so."""
    if _linux():
        flags = CLONE_NEWNET if os.geteuid() == 0 else CLONE_NEWUSER | CLONE_NEWNET
        with contextlib.suppress(AttributeError):
            ctypes.CDLL(None).unshare(flags)  # a refusal is a number, and is let be


def stay_in(folder: str) -> None:
    """Change no file outside of the folder, start no program and end no process: by Landlock."""
    if not _linux():
        return
    call = ctypes.CDLL(None).syscall
    version = call(CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return
    refused = Refused(*(_known(bits, version) for bits in (FILES, TCP, SCOPES)))
    refused.files &= ~(READ_FILE | READ_DIR)
    size = 8 if version < min(TCP) else 16 if version < min(SCOPES) else 24
    rules = call(CREATE_RULESET, ctypes.byref(refused), ctypes.c_size_t(size), 0)
    if rules < 0:
        return
    for path, allowed in ((folder, refused.files & ~EXECUTE), (os.devnull, WRITE_FILE)):
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
        call(ADD_RULE, rules, 1, ctypes.byref(Beneath(allowed, opened)), 0)
        os.close(opened)
    ctypes.CDLL(None).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    call(RESTRICT_SELF, rules, 0)
    os.close(rules)


def _known(bits: dict[int, int], version: int) -> int:
    return max((bits[each] for each in bits if each <= version), default=0)


def _linux() -> bool:
    return sys.platform.startswith("linux")
