"""Node, for tests of scripts: the one that Playwright brings along, whose age is known."""

import shutil
import subprocess
from pathlib import Path

import playwright


def node(*arguments: object, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    """Run Node with these arguments to its end, whatever comes of it."""
    own = Path(playwright.__file__).parent / "driver" / "node"
    program = own if own.exists() else shutil.which("node")
    assert program, "no Node found: install nodejs, or Playwright anew"
    command = [str(program), *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, check=False)
