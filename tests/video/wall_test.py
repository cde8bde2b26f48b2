import numpy as np
import pytest

from tf_dyngen.video.display import GAP
from tf_dyngen.video.wall import mark_hidden, video_wall


def flat(level, num_frames=4, size=(64, 64)):
    return np.full((num_frames, *size, 3), level, np.uint8)


def test_a_wall_shows_every_clip_in_reading_order():
    wall = video_wall([flat(10 * index) for index in range(5)], columns=3)
    cell = 128 + GAP
    assert wall.shape == (4, 2 * cell + GAP, 3 * cell + GAP, 3)
    for index in range(5):
        row, column = divmod(index, 3)
        top, left = row * cell + GAP, column * cell + GAP
        inside = wall[:, top : top + 128, left : left + 128]
        np.testing.assert_array_equal(inside, 10 * index)
    assert (wall[:, cell + GAP :, 2 * cell + GAP :] == 255).all()


@pytest.mark.parametrize("number", [1, 2, 3, 7, 12])
@pytest.mark.parametrize("size", [(64, 64), (33, 51)])
def test_walls_have_even_sides_and_are_about_square(number, size):
    wall = video_wall([flat(0, size=size)] * number)
    _, height, width, _ = wall.shape
    assert height % 2 == width % 2 == 0
    assert number == 1 or 0.4 < width / height < 3.2


def test_longer_clips_are_cut_and_other_sizes_refused():
    assert len(video_wall([flat(0, 9), flat(0, 3)])) == 3
    with pytest.raises(ValueError, match="one size"):
        video_wall([flat(0), flat(0, size=(32, 32))])
    with pytest.raises(ValueError, match="one size"):
        video_wall([])


def test_hidden_pixels_turn_red_and_visible_ones_stay():
    frames = np.random.default_rng(0).integers(0, 256, (2, 4, 4, 3), np.uint8)
    visible = np.random.default_rng(1).uniform(size=(2, 4, 4, 1)) < 0.5
    marked = mark_hidden(frames, visible)
    np.testing.assert_array_equal(marked[visible[..., 0]], frames[visible[..., 0]])
    hidden = marked[~visible[..., 0]].astype(int)
    assert (hidden[:, 0] >= 153).all()
    assert (hidden[:, 1:] <= 126).all()
