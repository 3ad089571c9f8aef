import io
import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from model.classifier import Classifier
from model.data.idx import Split
from model.errors import CheckpointError
from model.metrics import accuracy
from model.network import initialize
from model.preprocessing.deskew import FORMER_LEAST_SCALE
from model.serialization.checkpoint import bundled, pretrained
from model.serialization.snapshots import SnapshotFile, bundled_snapshots, dump_snapshots
from model.training.loop import classifier, start, train
from model.training.recipe import recipe
from model.training.snapshots import MOST_BYTES, Snapshot, snapshot_steps
from tests.model.training.test_loop import BUSY, assert_same, finish

PARAMETERS = 101_770
EARLY = [0, 1, 3, 10, 30, 100, 300]


def taken(used: object, few: Split, most: int = 24, state: object = None) -> list[Snapshot]:
    """Every snapshot of a run, as its reports hand them over."""
    reports = train(used, few, state, snapshots=most)  # type: ignore[arg-type]
    return [snapshot for report in reports for snapshot in report.snapshots]


def test_a_short_run_keeps_the_early_steps_and_every_epoch() -> None:
    assert snapshot_steps(3, 860, PARAMETERS, 24) == (*EARLY, 860, 1720, 2580)
    assert snapshot_steps(5, 8, PARAMETERS, 24) == (0, 1, 3, 8, 10, 16, 24, 30, 32, 40)


@pytest.mark.parametrize("most", [1, 2, 3, 7, 8, 9, 14, 24, 100])
@pytest.mark.parametrize(("epochs", "each"), [(1, 1), (1, 860), (2, 5), (150, 907), (10_000, 8)])
def test_never_more_than_wanted_and_always_the_last(most: int, epochs: int, each: int) -> None:
    steps = snapshot_steps(epochs, each, PARAMETERS, most)
    assert len(steps) <= most
    assert list(steps) == sorted(set(steps))
    assert steps[-1] == epochs * each
    assert most == 1 or steps[0] == 0
    assert all(step % each == 0 or step in EARLY for step in steps)


def test_a_long_run_is_thinned_towards_its_end() -> None:
    steps = snapshot_steps(150, 907, PARAMETERS, 24)
    assert len(steps) == 24
    assert list(steps[:7]) == EARLY
    ends = [step // 907 for step in steps[7:]]
    assert ends[0] == 1
    ratios = [later / earlier for earlier, later in pairwise(ends[5:])]
    assert max(ratios) < 1.5 * min(ratios)


def test_none_are_kept_where_none_are_wanted_and_few_of_a_large_network() -> None:
    assert snapshot_steps(10, 860, PARAMETERS, 0) == ()
    large = 4_000_000
    assert len(snapshot_steps(100, 860, large, 24)) == MOST_BYTES // (4 * large)
    assert snapshot_steps(100, 860, 20_000_000, 24) == ()


@pytest.mark.parametrize("augment", ["none", "full"])
def test_snapshots_change_no_bit_of_a_run(augment: str, few: Split) -> None:
    used = replace(BUSY, augment=augment)
    *_, last = train(used, few, snapshots=24)
    assert last.state is not None
    assert_same(last.state, finish(used, few))


def test_each_snapshot_is_the_network_after_its_step(few: Split) -> None:
    used = recipe("fast", epochs=2, batch_size=10, hidden_layers=[6], momentum=0.5)
    first, *_, last = found = taken(used, few)
    beginning = start(used)
    np.testing.assert_array_equal(first.parameters.vector, beginning.parameters.vector)
    assert (first.step, first.epoch, first.train_loss) == (0, 0, None)
    states = [report.state for report in train(used, few) if report.state]
    np.testing.assert_array_equal(last.parameters.vector, states[-1].parameters.vector)
    assert last.train_loss == states[-1].history[-1].train_loss
    for each in found:
        read = classifier(used, each.parameters).probabilities(few.validation_images)
        assert each.validation_accuracy == accuracy(read, few.validation_labels)
    losses = [each.train_loss for each in found[1:]]
    assert all(loss is not None and np.isfinite(loss) for loss in losses)
    vectors = {each.parameters.vector.tobytes() for each in found}
    assert len(vectors) == len(found)


def test_one_step_further_is_one_step_of_the_optimiser(few: Split) -> None:
    """Independent of the loop: the step after the first, by plain gradient descent."""
    from model.network import backward, forward, one_hot
    from model.training.pipeline import prepare

    used = recipe("blog", epochs=1, batch_size=len(few.train_labels), hidden_layers=[5])
    zero, one = taken(used, few)[:2]
    x = prepare(used, few.train_images)
    y = one_hot(few.train_labels)
    gradients = backward(zero.parameters, forward(zero.parameters, x), y)
    expected = zero.parameters.vector - np.float32(used.learning_rate) * gradients.vector
    np.testing.assert_allclose(one.parameters.vector, expected, atol=1e-6)


def test_a_resumed_run_takes_the_same_ones_again(few: Split) -> None:
    everything = {each.step: each for each in taken(BUSY, few)}
    states = [report.state for report in train(BUSY, few) if report.state]
    again = taken(BUSY, few, state=states[1])
    assert [each.step for each in again] == [step for step in everything if step > 12]  # 6 an epoch
    for each in again:
        same = everything[each.step].parameters.vector
        np.testing.assert_array_equal(each.parameters.vector, same)


# --- files ---------------------------------------------------------------------------------------


def test_a_file_gives_each_back_in_half_precision(few: Split, tmp_path: object) -> None:
    used = recipe("fast", epochs=2, hidden_layers=[6])
    found = taken(used, few)
    path = tmp_path / "snapshots.npz"  # type: ignore[operator]
    path.write_bytes(dump_snapshots(used, found, "mine"))
    file = SnapshotFile(path)
    assert list(file.lines) == [each.step for each in found]
    for each in found:
        line, network = file.lines[each.step], file.load(each.step)
        assert (line.epoch, line.train_loss) == (each.epoch, each.train_loss)
        assert line.validation_accuracy == each.validation_accuracy
        assert network.parameters.vector.dtype == np.float32
        np.testing.assert_allclose(
            network.parameters.vector, each.parameters.vector, rtol=1e-3, atol=1e-6
        )
        assert (network.deskew, network.features, network.temperature) == (True, "pixels", 1.0)
        assert network.least_scale == used.least_scale
    with pytest.raises(KeyError):
        file.load(2)


def test_a_file_of_before_was_trained_with_the_former_deskewing(
    few: Split, tmp_path: object
) -> None:
    found = taken(recipe("fast", epochs=1, hidden_layers=[6]), few)
    path = tmp_path / "snapshots.npz"  # type: ignore[operator]
    with np.load(io.BytesIO(dump_snapshots(recipe("fast"), found, "mine"))) as file:
        arrays = dict(file)
    meta = json.loads(arrays["meta"].tobytes())
    del meta["least_scale"]
    arrays["meta"] = np.frombuffer(json.dumps(meta).encode(), np.uint8)
    np.savez(path, **arrays)
    assert SnapshotFile(path).load(0).least_scale == FORMER_LEAST_SCALE


@pytest.mark.parametrize("content", [b"", b"no zip", None])
def test_what_is_no_file_of_snapshots_is_refused(content: bytes | None, tmp_path: object) -> None:
    path = tmp_path / "x.npz"  # type: ignore[operator]
    if content is None:
        np.savez(path, meta=np.frombuffer(b'{"kind": "model"}', np.uint8))
    else:
        path.write_bytes(content)
    with pytest.raises(CheckpointError):
        SnapshotFile(path)


def test_the_bundled_ones_lead_from_random_to_the_bundled_network() -> None:
    file, grown = bundled_snapshots(), bundled("pixels")
    assert list(file.lines)[:7] == EARLY
    accuracies = [line.validation_accuracy for line in file.lines.values()]
    assert accuracies[0] is not None
    assert accuracies[-1] is not None
    assert accuracies[0] < 0.2 < 0.99 < accuracies[-1]
    last = file.load(max(file.lines))
    assert last.parameters.layers == grown.parameters.layers
    assert last.preprocessing == grown.preprocessing
    random = file.load(0)
    seeded = initialize((784, 128, 10), "sigmoid", np.random.default_rng([0, 0]))
    np.testing.assert_allclose(random.parameters.vector, seeded.vector, rtol=1e-3, atol=1e-6)


def test_bundled_networks_go_by_their_names() -> None:
    assert isinstance(bundled("pixels"), Classifier)
    assert bundled("pixels").features == "pixels"
    assert bundled("pretrained").name == pretrained().name
    with pytest.raises(CheckpointError, match="'other' does not come with byhand"):
        bundled("other")
