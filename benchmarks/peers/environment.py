"""The peers' own virtual environments, made on first use, outside the project's.

One environment a peer: their dependencies need not agree, and one that cannot be installed takes
no other down. BYHAND_PEERS_DIR says where (default: ~/.cache/byhand-peers).
"""

import os
import subprocess
import sys
import venv
from pathlib import Path

HOME = Path(os.environ.get("BYHAND_PEERS_DIR", Path.home() / ".cache" / "byhand-peers"))


class UnavailableError(Exception):
    """A peer could not be installed; the text is the reason."""


def python_with(name: str, *requirements: str) -> Path:
    """The Python of the environment `name`, with `requirements` installed in it."""
    directory = HOME / name
    python = directory / "bin" / "python"
    stamp = directory / "installed.txt"
    wanted = "\n".join(requirements)
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    print(f"Installing {', '.join(requirements)} …", file=sys.stderr)
    venv.create(directory, with_pip=True, clear=True)
    done = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", *requirements],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise UnavailableError((errors or ["pip failed"])[-1])
    stamp.write_text(wanted)
    return python
