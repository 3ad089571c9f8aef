"""Sends thousands of damaged requests to a server of its own, and reports what they cost it.

    python -m benchmarks.fuzzing images [--cases 20000] [--seed 1] [--only NUMBER]
    python -m benchmarks.fuzzing archives [--cases 5000]
    python -m benchmarks.fuzzing bodies
    python -m benchmarks.fuzzing raw [--patience 90]
    python -m benchmarks.fuzzing schema

It ends with 1 if an answer is a 5xx (but for the documented 503), has more than 16 MB, or never
comes; what was sent lies in `--folder` then, beside the server's log, and `--only NUMBER` sends the
same case again. The slowest answer and the longest pause of the event loop (of a /healthz that is
asked for all the time) are the least of several tries; Ctrl-C ends a run early, with its report.
"""

import argparse
import signal
import sys
from pathlib import Path

from benchmarks.fuzzing import archives, bodies, images, raw
from benchmarks.fuzzing.run import Report, attack
from benchmarks.fuzzing.schema import KEY, attack_document
from benchmarks.fuzzing.target import attacked

MAKERS = {each.__name__.split(".")[-1]: each.case for each in (images, archives, bodies, raw)}


def main() -> int:
    """Run one of them, and print its report."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.fuzzing",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("kind", choices=[*MAKERS, "schema"])
    parser.add_argument("--cases", type=int, help="how many; 20,000, or 5,000 archives")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="the number of the one case to send")
    parser.add_argument("--folder", type=Path, default=Path("fuzzing-faults"))
    parser.add_argument(
        "--patience",
        type=float,
        default=0.0,
        help="seconds after which the server must have closed connections that say nothing",
    )
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that its server is ended as well
    given.cases = given.cases or (5_000 if given.kind == "archives" else 20_000)
    print(report := _run(given))
    return 1 if report.faults else 0


def _run(given: argparse.Namespace) -> Report:
    if given.kind == "schema":
        with attacked(BYHAND_API_KEY=KEY) as target:
            return attack_document(target, given.cases, seed=given.seed, folder=given.folder)
    make = MAKERS[given.kind]
    numbers = range(given.cases) if given.only is None else [given.only]
    named = {"seed": given.seed, "folder": given.folder, "patience": given.patience}
    with attacked() as target:
        return attack(target, given.kind, make, numbers, **named)


if __name__ == "__main__":
    sys.exit(main())
