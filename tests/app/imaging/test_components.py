import numpy as np

from app.imaging.components import find_parts, group_digits, mask_of


def picture(*boxes: tuple[int, int, int, int], side: int = 100) -> np.ndarray:
    found = np.zeros((side, side), np.float32)
    for top, bottom, left, right in boxes:
        found[top:bottom, left:right] = 1
    return found


DIGIT = (30, 70, 45, 55)


def keep_digit_components(foreground: np.ndarray) -> np.ndarray:
    """What is left of the foreground when only the digits' components are kept."""
    labels, parts = find_parts(foreground)
    return np.where(mask_of(group_digits(parts, foreground.shape), labels), foreground, 0)


def test_speck_goes_and_digit_stays() -> None:
    found = picture(DIGIT, (40, 42, 60, 62))
    assert np.array_equal(keep_digit_components(found), picture(DIGIT))


def test_detached_part_near_the_digit_stays() -> None:
    """A five's bar that does not touch its belly."""
    found = picture(DIGIT, (22, 26, 48, 66))
    assert np.array_equal(keep_digit_components(found), found)


def test_pieces_of_a_broken_stroke_hold_together() -> None:
    pieces = [(10 + 15 * i, 20 + 15 * i, 50, 53) for i in range(5)]
    found = picture(*pieces)
    assert np.array_equal(keep_digit_components(found), found)


def test_part_far_away_goes() -> None:
    assert np.array_equal(keep_digit_components(picture(DIGIT, (45, 60, 85, 92))), picture(DIGIT))


def test_larger_part_at_the_edge_goes() -> None:
    assert np.array_equal(keep_digit_components(picture(DIGIT, (0, 100, 0, 20))), picture(DIGIT))


def test_digit_that_reaches_the_edge_stays_when_it_is_alone() -> None:
    found = picture((0, 100, 40, 55), (20, 22, 70, 72))
    assert np.array_equal(keep_digit_components(found), picture((0, 100, 40, 55)))


def test_faint_pixels_away_from_the_digit_go_its_soft_edge_stays() -> None:
    found = picture(DIGIT)
    found[5, 5] = 0.1
    found[30:70, 55] = 0.1
    cleaned = keep_digit_components(found)
    assert cleaned[5, 5] == 0
    assert (cleaned[30:70, 55] == np.float32(0.1)).all()


def test_parts_that_meet_at_a_corner_or_further_down_are_one() -> None:
    """A "u": two strokes that join in the last row, and a diagonal of single pixels."""
    u_shape = picture((20, 60, 30, 34), (20, 60, 60, 64), (60, 64, 30, 64))
    assert np.array_equal(keep_digit_components(u_shape), u_shape)
    diagonal = np.zeros((100, 100), np.float32)
    diagonal[np.arange(20, 80), np.arange(20, 80)] = 1
    assert np.array_equal(keep_digit_components(diagonal), diagonal)
    assert np.array_equal(keep_digit_components(diagonal[:, ::-1]), diagonal[:, ::-1])


def test_blank_stays_blank() -> None:
    assert not keep_digit_components(np.zeros((50, 50), np.float32)).any()


def test_dirt_alone_is_no_digit() -> None:
    assert not keep_digit_components(picture((40, 42, 60, 62), (10, 11, 5, 7))).any()
