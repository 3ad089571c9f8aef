"""Sends the cases of a fuzzer one after the other, judges the answers, reports what they cost."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from benchmarks.fuzzing import images
from benchmarks.fuzzing.cases import Answer, Case, request
from benchmarks.fuzzing.target import Target
from benchmarks.fuzzing.wire import HANG, send

__all__ = ["Cost", "Make", "Report", "attack", "warm_up", "with_pauses"]

Make = Callable[[Random], Case]

AGAIN = 3  # how often the worst are sent again: the least that they cost then is what counts
WORST = 4
HOPELESS = 10.0  # seconds that no busy machine explains: not sent again
LOGGED = 0.2  # seconds until a line of the log has been written
FAULTS_ENOUGH = 50
SEVEN = images.ordinary()
#: What loads models, test digits and libraries the first time: no case is to blame for these.
WARM_UP = [
    request("GET", "/models/pixels/evaluation"),
    request("GET", "/models/pretrained/evaluation"),
    request("GET", "/worksheet?seed=1&level=3"),
    request("GET", "/exercise?level=10&format=json"),
    request("GET", "/openapi.json"),
    request("GET", "/metrics"),
    request("POST", "/predict?digits=many", SEVEN, "image/png"),
    request("POST", "/gradients?label=1&check=true&test_digits=10000", SEVEN, "image/png"),
]
#: The store's 503 is documented, always as a problem document; uvicorn's own would not be.
PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Cost:
    """What one case cost: seconds to its last answer, megabytes above what there was before."""

    number: int
    label: str
    began: float
    seconds: float
    megabytes: float
    pause: float = 0.0


@dataclass
class Report:
    """What came of a run."""

    name: str
    seed: int
    statuses: Counter[int | str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    costs: list[Cost] = field(default_factory=list)
    largest: int = 0
    seconds: float = 0.0
    kept: float = 0.0
    still_open: str = ""

    def __str__(self) -> str:
        counted = sorted(self.statuses.items(), key=lambda item: str(item[0]))
        lines = [
            f"{self.name}: {len(self.costs):,} cases, seed {self.seed}, {self.seconds:.0f} s",
            "  answers         " + ", ".join(f"{status}: {n:,}" for status, n in counted),
            f"  slowest         {self._worst('seconds', 1, 's')}",
            f"  largest growth  {self._worst('megabytes', 1, 'MB')}",
            f"  longest pause   {self._worst('pause', 1000, 'ms')}",
            f"  kept            {self.kept:+.1f} MB from the first tenth of the run to its end",
            f"  largest answer  {self.largest / 1e6:.2f} MB",
            *([f"  left open       {self.still_open}"] if self.still_open else []),
            f"  faults          {len(self.faults) or 'none'}",
        ]
        return "\n".join([*lines, *(f"    {fault}" for fault in self.faults)])

    def _worst(self, what: str, factor: float, unit: str) -> str:
        worst = max(self.costs, key=lambda cost: getattr(cost, what))
        return f"{factor * getattr(worst, what):.2f} {unit}: case {worst.number}, {worst.label}"


def attack(
    target: Target,
    name: str,
    make: Make,
    numbers: Iterable[int],
    *,
    seed: int,
    folder: Path,
    again: int = AGAIN,
    patience: float = 0.0,
) -> Report:
    """Send these cases; what breaks the service is written to `folder`.

    The worst are sent `again` so many times. `patience` is how many seconds a connection that
    says nothing more may stay open at the end; 0 asks nothing of them.
    """
    report = Report(name, seed)
    run = _Run(target, name, make, report, folder)
    warm_up(target)
    began = time.monotonic()
    numbers = list(numbers)
    early = 0.0
    with suppress(KeyboardInterrupt):  # then the report is about those that were sent
        for number in numbers:
            report.costs.append(run.one(number))
            if len(report.costs) <= 1 + len(numbers) // 10:
                early = target.memory()[0]
            if len(report.faults) >= FAULTS_ENOUGH or not target.is_alive():
                break
    report.seconds = time.monotonic() - began
    report.kept = target.memory()[0] - early
    report.costs = with_pauses(report.costs, target.hear_pauses())
    run.send_worst(again)
    if patience:
        run.see_held_closed(patience)
    return report


def warm_up(target: Target) -> None:
    """Have everything loaded that is loaded once."""
    for usual in WARM_UP:
        send(target.port, Case("usual", (usual,)), target.held, HANG)


def with_pauses(costs: list[Cost], pauses: Iterable[tuple[float, float]]) -> list[Cost]:
    """The same with the longest pause of the loop while each was under way."""
    begins = [cost.began for cost in costs]
    longest = [0.0] * len(costs)
    for began, took in pauses:
        place = max(bisect_left(begins, began) - 1, 0)
        while place < len(costs) and costs[place].began < began + took:
            if costs[place].began + costs[place].seconds > began:
                longest[place] = max(longest[place], took)
            place += 1
    return [replace(cost, pause=pause) for cost, pause in zip(costs, longest, strict=True)]


class _Run:
    def __init__(self, target: Target, name: str, make: Make, report: Report, folder: Path) -> None:
        self.target, self.name, self.make, self.report = target, name, make, report
        self.folder = folder

    def case(self, number: int) -> Case:
        return self.make(Random(f"{self.report.seed}/{self.name}/{number}"))

    def one(self, number: int, judged: bool = True) -> Cost:
        """Send a case and what follows from it, and judge the answers."""
        case = self.case(number)
        logged = self.target.log.stat().st_size
        self.target.forget_peak()
        before = self.target.memory()[0]
        began = time.monotonic()
        waiting = [case]
        while waiting:
            each = waiting.pop(0)
            try:
                answer = send(self.target.port, each, self.target.held, HANG)
            except OSError as error:
                answer = Answer((f"no connection: {error}",))
            if not self.target.is_alive():
                answer = Answer(("the server ended",))
            if judged:
                self.judge(number, case, each, answer, logged)
            waiting += each.then(answer)
        seconds = time.monotonic() - began
        return Cost(number, case.label, began, seconds, self.target.memory()[1] - before)

    def judge(self, number: int, first: Case, case: Case, answer: Answer, logged: int) -> None:
        self.report.statuses.update(answer.statuses or ["none due"])
        self.report.largest = max(self.report.largest, answer.largest)
        for status, kind in zip(answer.statuses, (*answer.kinds, ""), strict=False):
            documented = status == 503 and kind.startswith(PROBLEM)
            fine = status < 500 if isinstance(status, int) else status in FINE
            if fine or documented:
                continue
            file = self.folder / f"{self.name}-{self.report.seed}-{number}.http"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(b"".join(first.pieces))
            if case is not first:  # what broke it came after, and with the first's answer
                file.with_suffix(".then.http").write_bytes(b"".join(case.pieces))
            time.sleep(LOGGED)
            with self.target.log.open() as log:
                log.seek(logged)
                file.with_suffix(".log").write_text(log.read()[-20_000:])
            self.report.faults.append(f"{status}: case {number}, {first.label}; sent: {file}")
            return

    def send_worst(self, times: int) -> None:
        """A busy machine makes anything slow: what counts is the least time of several."""
        costs = {cost.number: cost for cost in self.report.costs}
        for what in ("seconds", "pause"):
            for _ in range(WORST if times else 0):
                worst = max(costs.values(), key=lambda cost: getattr(cost, what))
                if not self.target.is_alive() or worst.seconds > HOPELESS:
                    break
                again = [self.one(worst.number, judged=False) for _ in range(times)]
                time.sleep(0.05)  # the watcher's last answer may be on its way
                tries = [worst, *with_pauses(again, self.target.hear_pauses())]
                costs[worst.number] = replace(
                    worst,
                    seconds=min(each.seconds for each in tries),
                    pause=min(each.pause for each in tries),
                )
        self.report.costs = list(costs.values())

    def see_held_closed(self, patience: float) -> None:
        """Every connection that says nothing has an end."""
        held, deadline = self.target.held, time.monotonic() + patience
        left = []
        for connection in held:
            connection.settimeout(max(deadline - time.monotonic(), 0.001))
            try:
                while connection.recv(65536):
                    pass
            except TimeoutError:
                left.append(connection)
            except OSError:
                pass
            connection.close()
        self.report.still_open = f"{len(left)} of {len(held)} silent connections, {patience:.0f} s"
        if left:
            self.report.faults.append(f"still open: {self.report.still_open} after the last word")
        held.clear()


FINE = {"closed", "abort", "hold", "none due"}
