"""The progress bar of a training run in the terminal, for local runs and runs on a server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn
from rich.progress import Progress as Bars

from app.commands.options import as_options
from model.messages import Message
from model.training.history import EpochMetrics
from model.training.state import Progress

__all__ = ["Bar"]


class Bar:
    """A context manager: a bar with loss, accuracy and time left, below a line for each epoch.

    If the output is not a terminal, only the lines are printed.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self._accuracy = "–"
        self._said: set[str] = set()  # codes
        self._bars = Bars(
            TextColumn("epoch {task.fields[epoch]}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("loss {task.fields[loss]}  accuracy {task.fields[accuracy]}"),
            TextColumn("[dim]{task.fields[left]}"),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task = self._bars.add_task(
            "train", total=None, epoch="–", loss="–", accuracy="–", left=""
        )

    def __enter__(self) -> Bar:
        self._bars.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bars.stop()

    def progress(self, at: Progress, seconds_left: float | None) -> None:
        """Update the bar."""
        self._bars.update(
            self._task,
            completed=at.step,
            total=at.steps,
            epoch=f"{at.epoch}/{at.epochs}",
            loss="" if at.train_loss is None else f"{at.train_loss:.4f}",
            accuracy=self._accuracy,
            left=_clock(seconds_left),
        )

    def epoch(self, metrics: EpochMetrics, seconds: float, test_accuracy: float | None) -> None:
        """Print an epoch's line; from now on the bar shows its validation accuracy."""
        self._accuracy = f"{metrics.validation_accuracy:.2%}"
        tested = ""
        if test_accuracy is not None:
            tested = f"test accuracy {test_accuracy:.2%}   "
            self._once("command.for_looking", str(Message("command.for_looking")), "dim")
        self.console.print(
            f"epoch {metrics.epoch:>3}   loss {metrics.train_loss:.4f}   "
            f"validation loss {metrics.validation_loss:.4f}   accuracy {self._accuracy}   "
            f"{tested}{seconds:.1f} s",
            highlight=False,
        )

    def hint(self, message: Message | str, change: Mapping[str, Any] | None = None) -> None:
        """Print a hint about the run with its cure, only once, whatever its values."""
        what = message.code if isinstance(message, Message) else message
        cured = Message("command.cure", {"options": as_options(change)}) if change else ""
        self._once(what, " ".join(filter(None, [f"hint: {message}", str(cured)])), "yellow")

    def stopped_early(self, why: Message | str) -> None:
        """Print where and why the run stopped early."""
        self._once(str(why), str(why), "cyan")

    def _once(self, what: str, text: str, style: str) -> None:
        if what not in self._said:
            self._said.add(what)
            self.console.print(text, style=style, markup=False)


def _clock(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d} left"
