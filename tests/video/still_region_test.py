"""What stands still, to the byte; what moves as before; and the seam between."""

import numpy as np
import pytest
from PIL import Image

from tests.model.small_attention import moving_clip
from tf_dyngen.config import CROP, STRETCH
from tf_dyngen.errors import UserError
from tf_dyngen.video.still_region import SEAM, hold_still, read_region, region_of

CLIP = moving_clip(20, 24, 32)


@pytest.fixture
def region():
    region = np.zeros((24, 32), bool)
    region[4:14, 5:20] = True
    return region


def test_the_region_is_the_first_frames_and_moves_on_beyond_the_seam(region):
    frames = np.concatenate(list(hold_still(np.array_split(CLIP, 3), region)))
    np.testing.assert_array_equal(frames[0], CLIP[0])
    # To the byte, so that motion in it is 0.
    np.testing.assert_array_equal(frames[:, region], np.broadcast_to(CLIP[0, region], (20, 150, 3)))
    beyond = np.ones_like(region)
    beyond[: 14 + SEAM + 1, : 20 + SEAM + 1] = False
    np.testing.assert_array_equal(frames[:, beyond], CLIP[:, beyond])


def test_the_seam_is_smooth(region):
    moving = np.zeros((2, 24, 32, 1), np.uint8)
    moving[1] = 200
    _, after = np.concatenate(list(hold_still([moving], region))).astype(int)
    across = after[9, 19 : 19 + SEAM + 2, 0]
    assert across[0] == 0
    assert across[-1] == 200
    assert (np.diff(across) > 0).all()
    assert np.diff(across).max() < 100


def test_pieces_do_not_matter(region):
    whole = np.concatenate(list(hold_still([CLIP], region)))
    single = np.concatenate(list(hold_still(CLIP[:, None], region)))
    np.testing.assert_array_equal(whole, single)


def test_masks_of_every_form(region, tmp_path):
    Image.fromarray(region).save(tmp_path / "mask.png")
    other = np.roll(region, 8, axis=1)
    np.save(tmp_path / "mask.npy", np.stack([region, other]))
    (tmp_path / "masks").mkdir()
    for number, mask in enumerate([region, other]):
        Image.fromarray(mask).save(tmp_path / "masks" / f"{number}.png")
    read = {
        name: read_region(tmp_path / name, (24, 32), STRETCH)[0]
        for name in ("mask.png", "mask.npy", "masks")
    }
    np.testing.assert_array_equal(read["mask.png"], region)
    # Of several, what any of them marks.
    np.testing.assert_array_equal(read["mask.npy"], region | other)
    np.testing.assert_array_equal(read["masks"], region | other)


def test_a_mask_of_another_size_goes_with_the_picture():
    large = np.zeros((48, 100), bool)
    # Of a picture that is cropped to 24x32, 18 columns are cut off on either side.
    large[:, 18 + 20 : 18 + 40] = True
    region = region_of([large], (24, 32), CROP, "it")
    # A pixel of the frame is marked where any that it is made of is: one more on either side.
    np.testing.assert_array_equal(np.flatnonzero(region[3]), np.arange(9, 21))


@pytest.mark.parametrize(("value", "words"), [(0, "marks nothing"), (1, "the whole picture")])
def test_nothing_and_everything_are_refused(value, words, tmp_path):
    np.save(tmp_path / "mask.npy", np.full((24, 32), value))
    with pytest.raises(UserError, match=words):
        read_region(tmp_path / "mask.npy", (24, 32), STRETCH)
