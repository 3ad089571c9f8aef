"""Schemathesis over the whole document, with every check and the links between calls."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.fuzzing.run import Cost, Report, warm_up, with_pauses
from benchmarks.fuzzing.target import Target
from benchmarks.fuzzing.wire import HANG, LARGEST_ANSWER

__all__ = ["KEY", "attack_document"]

HERE = Path(__file__).parent
HOOKS = {"SCHEMATHESIS_HOOKS": str(HERE / "schemathesis_hooks.py")}
KEY = "fuzzing"  # the server has one, so that the checks of keys have something to find
PHASES = ("examples", "coverage", "fuzzing", "stateful")
COVERED = 1400  # calls of "coverage", which goes through the document whatever is asked for
CALLS_FOR_EACH = 75  # calls that one more example of each operation leads to


def attack_document(
    target: Target, cases: int, *, seed: int, folder: Path, phases: Sequence[str] = PHASES
) -> Report:
    """Run schemathesis until it has made so many calls; its own report is in the folder."""
    report = Report("schema", seed)
    folder.mkdir(parents=True, exist_ok=True)
    warm_up(target)
    began = time.monotonic()
    early = 0.0
    before = target.memory()[0]
    target.forget_peak()
    while len(report.costs) < cases:
        counted = folder / f"schema-{seed}.jsonl"
        counted.write_text("")
        missing = cases - len(report.costs) - COVERED * ("coverage" in phases)
        examples = max(1, math.ceil(missing / CALLS_FOR_EACH))
        done = _schemathesis(target.url, examples, seed, counted, phases)
        for line in counted.read_text().splitlines():
            _count(report, *json.loads(line))
        early = early or target.memory()[0]
        if done.returncode:
            told = folder / f"schema-{seed}.txt"
            told.write_text(done.stdout + done.stderr)
            lines = [line.strip() for line in done.stdout.splitlines()]
            report.faults += [line for line in lines if line.startswith("❌ ST")] or [
                f"schemathesis ended with {done.returncode}"
            ]
            report.faults.append(f"what was sent, and why it is one: {told}")
            break
        seed += 1
    report.seconds = time.monotonic() - began
    report.kept = target.memory()[0] - early
    grown = Cost(0, "of all together", began, 0.0, target.memory()[1] - before)
    report.costs = [grown, *with_pauses(report.costs, target.hear_pauses())]
    return report


def _schemathesis(
    url: str, examples: int, seed: int, counted: Path, phases: Sequence[str]
) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("st"), "--config-file", HERE / "schemathesis.toml"]
    command += ["--no-color", "run", f"{url}/openapi.json", "--max-examples", examples]
    command += ["--seed", seed, "--request-timeout", HANG, "--phases", ",".join(phases)]
    return subprocess.run(
        [*map(str, command)],
        env=os.environ | {"FUZZING_COUNTS": str(counted.resolve()), "FUZZING_KEY": KEY, **HOOKS},
        capture_output=True,
        text=True,
        check=False,
        cwd=counted.parent,  # it keeps what it found in there
    )


def _count(
    report: Report, label: str, status: int, began: float, seconds: float, size: int
) -> None:
    number = len(report.costs)
    report.statuses[status] += 1
    report.costs.append(Cost(number, label, began, seconds, 0.0))
    report.largest = max(report.largest, size)
    if size > LARGEST_ANSWER:
        report.faults.append(f"too large: {label} gave {size:,} bytes")
