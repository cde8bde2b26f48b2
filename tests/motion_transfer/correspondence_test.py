"""Places of a picture that are like places of a clip."""

import numpy as np

from tf_dyngen.motion_transfer.correspondence import Correspondence

STRIPES = (np.arange(32) // 2 % 2)[:, None] * np.ones((1, 32))


def halves(left, right):
    """[32, 64, 3] float32, of two textures [32, 32]."""
    return np.concatenate([left, right], axis=1)[..., None].repeat(3, -1).astype(np.float32)


def test_places_are_found_by_their_looks():
    clip = np.stack([halves(STRIPES, STRIPES.T)] * 3)
    swapped = Correspondence(halves(STRIPES.T, STRIPES), clip)
    is_left = halves(np.ones((32, 32)), np.zeros((32, 32)))[..., 0]
    found = swapped.carry(is_left, (32, 64))
    assert found[:, 8:24].max() < 0.1
    assert found[:, 40:56].min() > 0.9


def test_colours_do_not_matter_but_their_order_does():
    clip = halves(0.1 + 0.2 * STRIPES, 0.7 + 0.2 * STRIPES)[None].repeat(3, 0)
    picture = halves(0.5 + 0.1 * STRIPES, 0.8 + 0.1 * STRIPES)
    place = np.mgrid[:32, :64][1] / 63.0
    found = Correspondence(picture, clip).carry(place, (32, 64))
    # The picture is lighter all over; what is darker in it is like what is darker in the clip.
    assert np.abs(found - place)[:, 8:24].max() < 0.15
    assert np.abs(found - place)[:, 40:56].max() < 0.15


def test_values_are_carried_to_larger_pictures_of_other_proportions():
    clip = np.random.default_rng(0).random((3, 32, 64, 3)).astype(np.float32)
    picture = np.random.default_rng(1).random((24, 24, 3)).astype(np.float32)
    carried = Correspondence(picture, clip).carry(np.ones((2, 32, 64)), (96, 97))
    assert carried.shape == (2, 96, 97)
    np.testing.assert_allclose(carried, 1.0)


def test_the_smallest_pictures():
    clip = np.random.default_rng(0).random((2, 8, 9, 1)).astype(np.float32)
    carried = Correspondence(clip[0], clip).carry(np.zeros((8, 9)), (8, 9))
    np.testing.assert_array_equal(carried, 0.0)
