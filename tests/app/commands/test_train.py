import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.commands import train
from model.classifier import Classifier
from model.confidence.calibration import fit_temperature
from model.data.idx import load_mnist, split
from model.data.samples import Samples
from model.network import initialize
from model.serialization.checkpoint import bundled, dump_model, load_model, load_state
from model.serialization.samples import dump_samples
from model.training.state import Progress

SMALL = ["--epochs", "2", "--train-examples", "500", "--seed", "3"]


def test_train_saves_the_best_network_and_says_what_it_reads(byhand: Any) -> None:
    ran = byhand("train", *SMALL, "--output", "small.npz", "--name", "mine")
    model = load_model(Path("small.npz"))
    assert ran.code == 0
    assert "epoch   2   loss" in ran.out
    assert f"Test accuracy {model.test_accuracy:.2%} of 10,000 images" in ran.out
    assert (model.name, model.recipe["seed"], model.recipe["epochs"]) == ("mine", 3, 2)
    assert model.test_accuracy is not None
    assert model.test_accuracy > 0.5


def test_the_temperature_is_fitted_to_images_held_back(byhand: Any) -> None:
    assert byhand("train", *SMALL, "--output", "small.npz").code == 0
    model = load_model(Path("small.npz"))
    digits = split(load_mnist())
    logits = model.trace(digits.validation_images).z[-1]
    assert model.temperature == fit_temperature(logits, digits.validation_labels) != 1


def test_options_override_the_preset(byhand: Any) -> None:
    options = ["--hidden-layers", "20,15", "--activation", "tanh", "--deskew", "--momentum", "0.5"]
    options += ["--features", "edges"]
    ran = byhand("train", *SMALL, *options, "--output", "small.npz")
    model = load_model(Path("small.npz"))
    assert ran.code == 0
    assert (model.parameters.layers, model.parameters.activation) == ((784, 20, 15, 10), "tanh")
    assert (model.deskew, model.features) == (True, "edges")
    assert (model.recipe["momentum"], model.recipe["preset"]) == (0.5, "fast")


def test_the_model_is_named_after_the_preset_when_nobody_says_where(byhand: Any) -> None:
    assert byhand("train", *SMALL, "--preset", "blog").code == 0
    assert Path("byhand-blog.npz").is_file()


def test_blog_prints_the_test_accuracy_after_each_epoch_and_what_it_is_for(byhand: Any) -> None:
    ran = byhand("train", *SMALL, "--preset", "blog", "--output", "seen.npz")
    lines = ran.out.splitlines()
    assert [line for line in lines if "for looking, never for choosing" in line] == [lines[0]]
    seen = [
        re.fullmatch(r"epoch +\d+ .* accuracy [\d.]+%   test accuracy ([\d.]+%)   [\d.]+ s", line)
        for line in lines[1:3]
    ]
    assert all(seen)
    # Which of the two is kept, validation has said.
    said = f"{load_model(Path('seen.npz')).test_accuracy:.2%}"
    assert said in [match[1] for match in seen if match]


def test_other_recipes_print_it_when_they_are_asked_to_and_make_the_same(byhand: Any) -> None:
    ran = byhand("train", *SMALL, "--output", "alone.npz")
    assert "test accuracy" not in ran.out
    assert "for looking" not in ran.out
    ran = byhand("train", *SMALL, "--test-each-epoch", "--output", "seen.npz")
    assert ran.out.count("   test accuracy ") == 2
    one, other = (load_model(Path(name)).parameters.vector for name in ("alone.npz", "seen.npz"))
    np.testing.assert_array_equal(one, other)


def stop_after(epochs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Press Ctrl-C once so many epochs are done."""
    complete = train.run

    def interrupted(*arguments: Any, **named: Any) -> Iterator[Progress]:
        done = 0
        for progress in complete(*arguments, **named):
            if done == epochs:
                raise KeyboardInterrupt
            yield progress
            done += progress.state is not None

    monkeypatch.setattr(train, "run", interrupted)


def test_ctrl_c_keeps_the_best_so_far(byhand: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stop_after(1, monkeypatch)
    ran = byhand("train", *SMALL, "--output", "small.npz")
    assert ran.code == 130
    assert "Stopped after epoch 1 of 2" in ran.out
    assert load_model(Path("small.npz")).test_accuracy is not None


def test_ctrl_c_before_the_first_epoch_leaves_nothing(
    byhand: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_after(0, monkeypatch)
    ran = byhand("train", *SMALL, "--output", "small.npz")
    assert (ran.code, ran.err.count("\n")) == (130, 1)
    assert "nothing to keep" in ran.err
    assert not Path("small.npz").exists()


def test_a_resumed_run_ends_with_the_same_bits(
    byhand: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = ["train", *SMALL, "--augment", "affine", "--name", "same"]
    assert byhand(*whole, "--output", "whole.npz").code == 0
    with monkeypatch.context() as patch:
        stop_after(1, patch)
        assert byhand(*whole, "--output", "part.npz", "--checkpoint", "state.npz").code == 130
    assert load_state(Path("state.npz")).epoch == 1
    assert byhand(*whole, "--output", "resumed.npz", "--resume", "state.npz").code == 0
    assert Path("resumed.npz").read_bytes() == Path("whole.npz").read_bytes()
    assert load_state(Path("state.npz")).epoch == 2, "a resumed run goes on writing its state"


def test_a_state_of_another_network_is_refused(byhand: Any) -> None:
    assert byhand("train", *SMALL, "--checkpoint", "state.npz").code == 0
    ran = byhand("train", *SMALL, "--hidden-layers", "32", "--resume", "state.npz", "--epochs", "5")
    assert ran.code == 1
    assert "hidden layers [128]" in ran.err
    assert "[32]" in ran.err


def test_a_finished_state_asks_for_more_epochs(byhand: Any) -> None:
    assert byhand("train", *SMALL, "--checkpoint", "state.npz").code == 0
    ran = byhand("train", *SMALL, "--resume", "state.npz")
    assert (ran.code, "--epochs" in ran.err) == (2, True)


def test_other_idx_files_can_be_learnt(byhand: Any, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for part, count in {"train": 120, "t10k": 30}.items():
        for content, array in {
            "images-idx3": rng.integers(0, 256, (count, 28, 28)),
            "labels-idx1": rng.integers(0, 10, count),
        }.items():
            shape = b"".join(size.to_bytes(4, "big") for size in array.shape)
            header = bytes([0, 0, 8, array.ndim]) + shape
            (tmp_path / f"{part}-{content}-ubyte").write_bytes(
                header + array.astype(np.uint8).tobytes()
            )
    ran = byhand("train", "--epochs", 1, "--data", tmp_path)
    assert ran.code == 0
    assert "of 30 images" in ran.out


def write_samples(path: str, count: int) -> Samples:
    """Level strokes, said to be sevens, in a file."""
    images = np.zeros((count, 784), np.uint8)
    images[:, 14 * 28 + 4 : 14 * 28 + 24] = 255
    samples = Samples(images, np.full(count, 7, np.uint8))
    Path(path).write_bytes(dump_samples(samples))
    return samples


TUNED = ["--epochs", "1", "--train-examples", "1500", "--drawn-examples", "100"]


@pytest.mark.parametrize("base", ["pretrained", "pixels"])
def test_samples_are_learnt_from_a_base_on_and_told_before_and_after(
    byhand: Any, base: str
) -> None:
    samples = write_samples("mine.npz", 4)
    before = bundled(base)
    options = ["--samples", "mine.npz", "--base-model", base, "--output", "tuned.npz"]
    ran = byhand("train", *TUNED, *options)
    tuned = load_model(Path("tuned.npz"))
    assert ran.code == 0
    assert (tuned.features, tuned.least_scale) == (before.features, before.least_scale)
    assert tuned.recipe["preset"] == "hand"
    read, reads = (
        int((model.probabilities(samples.images).argmax(axis=1) == 7).sum())
        for model in (before, tuned)
    )
    assert f"samples       {read} of 4 before, {reads} of 4 after\n" in ran.out
    said = f"{before.test_accuracy:.2%} before, {tuned.test_accuracy:.2%} after\n"
    assert f"test images   {said}" in ran.out
    assert "epoch   1   loss" in ran.out
    assert tuned.test_accuracy is not None
    assert tuned.test_accuracy > 0.95  # nothing is trained anew


def test_the_base_of_samples_is_the_network_that_reads_best(byhand: Any) -> None:
    write_samples("mine.npz", 2)
    assert byhand("train", *TUNED, "--samples", "mine.npz").code == 0
    assert load_model(Path("byhand-hand.npz")).features == "edges"


def test_a_weights_file_can_be_gone_on_from_without_samples(byhand: Any) -> None:
    assert byhand("train", *SMALL, "--hidden-layers", "20", "--output", "one.npz").code == 0
    few = ["--epochs", "1", "--train-examples", "100", "--learning-rate", "1e-9"]
    ran = byhand("train", *few, "--base-model", "one.npz", "--output", "two.npz")
    assert ran.code == 0
    assert "before" not in ran.out
    one, two = (load_model(Path(name)).parameters for name in ("one.npz", "two.npz"))
    assert two.layers == (784, 20, 10)
    np.testing.assert_allclose(two.vector, one.vector, atol=1e-6)


def test_samples_learnt_from_nothing_have_no_before(byhand: Any) -> None:
    write_samples("mine.npz", 3)
    ran = byhand("train", *SMALL, "--preset", "fast", "--samples", "mine.npz", "--output", "a.npz")
    assert re.search(r"^samples       \d of 3 after$", ran.out, re.MULTILINE)


def test_a_file_of_no_samples_is_said(byhand: Any) -> None:
    write_samples("none.npz", 0)
    ran = byhand("train", "--samples", "none.npz")
    assert (ran.code, "none.npz holds no samples" in ran.err) == (1, True)


def test_a_run_with_samples_resumes_to_the_same_bits(
    byhand: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_samples("mine.npz", 3)
    whole = ["train", *TUNED, "--epochs", "2", "--samples", "mine.npz", "--name", "same"]
    assert byhand(*whole, "--output", "whole.npz").code == 0
    with monkeypatch.context() as patch:
        stop_after(1, patch)
        assert byhand(*whole, "--output", "part.npz", "--checkpoint", "state.npz").code == 130
    ran = byhand(*whole, "--output", "resumed.npz", "--resume", "state.npz")
    assert "before" in ran.out
    assert Path("resumed.npz").read_bytes() == Path("whole.npz").read_bytes()


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (
            ["--preset", "slow"],
            2,
            "preset: 'slow' is unknown; choose one of blog, fast, best, hand.",
        ),
        (["--epochs", "0"], 2, "epochs: must lie from 1"),
        (["--learning-rate", "-1"], 2, "learning_rate"),
        (["--activation", "step"], 2, "activation: 'step' is unknown"),
        (["--hidden-layers", "many"], 2, "--hidden-layers takes sizes"),
        (["--data", "nowhere"], 2, "nowhere is neither a directory, a zip nor"),
        (["--output", "no/such/place.npz"], 1, "mkdir -p no/such"),
        (["--output", "."], 2, "is a directory"),
        (["--resume", "missing.npz"], 1, "missing.npz"),
        (["--url", "localhost:1", "--drawn-examples", "5"], 2, "--drawn-examples is for training"),
        (
            ["--url", "localhost:1", "--data", "."],
            2,
            ". is here, not there. Send it first: byhand datasets add",
        ),
        (
            ["--url", "localhost:1", "--samples", "a.npz"],
            2,
            'then POST /train with {"samples": true}',
        ),
        (["--samples", "missing.npz"], 1, "missing.npz"),
        (["--base-model", "missing.npz"], 1, "missing.npz"),
        (["--base-model", "pixels", "--hidden-layers", "20"], 2, "base_model: is a sigmoid"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_is_one_line_and_an_exit_code(
    byhand: Any, options: list[str], code: int, says: str
) -> None:
    ran = byhand("train", *options)
    assert ran.code == code
    assert says in ran.err
    assert ran.err.startswith("byhand: ")
    assert ran.err.count("\n") == 1


def test_files_are_whole_or_not_there(byhand: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(Path, "replace", no_space)
    ran = byhand("train", *SMALL, "--output", "small.npz")
    assert (ran.code, ran.err) == (1, "byhand: small.npz: no space left on device\n")
    assert not Path("small.npz").exists()


def test_a_run_that_stops_early_says_so_and_so_does_one_that_is_resumed(byhand: Any) -> None:
    few = ["--epochs", "200", "--train-examples", "100", "--early-stopping", "2"]
    ran = byhand("train", *few, "--checkpoint", "state.npz", "--output", "small.npz")
    (said,) = [line for line in ran.out.splitlines() if "Stopped early, after epoch" in line]
    assert ran.code == 0
    last = load_state(Path("state.npz")).epoch
    assert f"after epoch {last} of 200" in said
    again = byhand("train", *few, "--resume", "state.npz", "--output", "again.npz")
    assert said in again.out
    assert "epoch  " not in again.out
    one, other = (load_model(Path(name)).parameters.vector for name in ("small.npz", "again.npz"))
    np.testing.assert_array_equal(one, other)


def test_a_hint_ends_with_the_options_that_cure_it(byhand: Any) -> None:
    slow = ["--epochs", "3", "--train-examples", "200", "--learning-rate", "0.001"]
    ran = byhand("train", *slow, "--momentum", "0", "--output", "small.npz")
    assert "Cure: --learning-rate 0.01" in ran.out


def test_a_network_of_pixels_up_to_255_reads_what_every_network_reads(byhand: Any) -> None:
    ran = byhand("train", *SMALL, "--no-rescale", "--no-deskew", "--output", "small.npz")
    assert ran.code == 0
    assert "Cure: --rescale" in ran.out
    model = load_model(Path("small.npz"))
    part = load_mnist().test_images[:1000]
    assert (model.trace(part).a[-1].argmax(axis=1) == load_mnist().test_labels[:1000]).mean() > 0.3


@pytest.mark.parametrize("case", ["dataset", "base", "labels"])
def test_samples_that_cannot_be_learnt_are_refused(byhand: Any, case: str) -> None:
    samples = write_samples("mine.npz", 2)
    options, words = {
        "dataset": (["--dataset", "things.zip"], "without --dataset"),
        "base": (["--base-model", "leaves.npz"], "--base-model: tells oak, elm apart, not digits"),
        "labels": ([], "Samples 1 and 3 are the same drawing, but one is called a 7"),
    }[case]
    if case == "labels":
        images = np.concatenate([samples.images, samples.images[:1]])
        twice = Samples(images, np.array([7, 7, 1], np.uint8))
        Path("mine.npz").write_bytes(dump_samples(twice))
    network = initialize((784, 8, 10), "sigmoid", np.random.default_rng(1))
    leaves = Classifier(network, dataset="leaves", classes=("oak", "elm"))
    Path("leaves.npz").write_bytes(dump_model(leaves))
    ran = byhand("train", "--samples", "mine.npz", *options)
    assert ran.code != 0
    assert words in " ".join(ran.err.split())
    assert not Path("byhand-hand.npz").exists()
