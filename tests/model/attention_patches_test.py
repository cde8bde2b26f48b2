"""Patches found, offered, chosen and put together, each against loops over places and pixels."""

import numpy as np
import pytest
import tensorflow as tf

from tf_dyngen.model.attention.layout import Grid
from tf_dyngen.model.attention.patches import (
    NEIGHBOURS,
    SMALLEST_COST,
    Painter,
    Sources,
    choose,
    gather_patches,
    offers,
    own_places,
    take_patches,
)
from tf_dyngen.model.attention.search import doubled

NUM_FRAMES, CHANNELS = 5, 3
GRID = Grid(height=12, width=16, patch=8, stride=2, factor=1)
# A mean of at most four levels below 256, in single precision.
ROUNDING = 256 * 8 * 2.0**-24


def random_sources(grid, *shape, seed=0):
    random = np.random.default_rng(seed)
    highest = (NUM_FRAMES, grid.height - grid.patch + 1, grid.width - grid.patch + 1)
    leaves = (random.integers(0, high, (*shape, grid.num_places)) for high in highest)
    return Sources(*(tf.constant(leaf, tf.int32) for leaf in leaves))


@pytest.fixture(scope="module")
def frames():
    shape = (NUM_FRAMES, GRID.height, GRID.width, CHANNELS)
    return np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)


@pytest.fixture(scope="module")
def bank(frames):
    return tf.constant(frames.reshape(-1, CHANNELS))


def test_patches_are_gathered_where_they_are(frames, bank):
    sources = random_sources(GRID, 2, 3)
    for step in (1, 2):
        found = gather_patches(bank, GRID, sources, step).numpy()
        for index in np.ndindex(2, 3, GRID.num_places):
            time, top, left = (int(leaf[index]) for leaf in sources)
            patch = frames[time, top : top + 8 : step, left : left + 8 : step]
            np.testing.assert_array_equal(found[index], patch.reshape(-1, CHANNELS))


def test_patches_are_taken_from_frames_at_each_place(frames):
    found = take_patches(tf.constant(frames[:2], tf.float32), GRID, 2).numpy()
    for place, (top, left) in enumerate(zip(GRID.tops, GRID.lefts, strict=True)):
        patch = frames[:2, top : top + 8 : 2, left : left + 8 : 2]
        np.testing.assert_array_equal(found[:, place], patch.reshape(2, -1, CHANNELS))


def test_neighbours_offer_the_pieces_that_they_show():
    sources = random_sources(GRID, 2)
    found = offers(GRID, sources)
    time, top, left = (leaf.numpy().reshape(2, GRID.rows, GRID.columns) for leaf in sources)
    for video, row, column in np.ndindex(2, GRID.rows, GRID.columns):
        for number, (down, right) in enumerate(NEIGHBOURS):
            near = (
                video,
                min(max(row + down, 0), GRID.rows - 1),
                min(max(column + right, 0), GRID.columns - 1),
            )
            place = row * GRID.columns + column
            assert found.time[video, number, place] == time[near]
            # The neighbour's patch begins so many pixels away: so does its piece of the clip.
            moved = top[near] + 2 * (row - near[1]), left[near] + 2 * (column - near[2])
            assert found.top[video, number, place] == min(max(moved[0], 0), 4)
            assert found.left[video, number, place] == min(max(moved[1], 0), 8)


def test_own_places_offer_nothing_but_themselves():
    own = own_places(GRID, tf.constant([3]))
    for leaf, offered in zip(own, offers(GRID, own), strict=True):
        np.testing.assert_array_equal(offered, np.repeat(leaf.numpy()[:, None], 5, axis=1))


@pytest.mark.parametrize("preference", [0.0, 1.0])
def test_the_cheapest_candidate_is_chosen_and_agreement_counts(preference):
    random = np.random.default_rng(2)
    candidates = random_sources(GRID, 2, 6)
    # Half of the candidates say the same as the first or the second one.
    said = random.integers(0, 2, (2, 6, GRID.num_places))
    doubles = random.random((2, 6, GRID.num_places)) < 0.5
    candidates = Sources(
        *(np.where(doubles, np.take_along_axis(leaf.numpy(), said, 1), leaf) for leaf in candidates)
    )
    cost = random.uniform(0, 100, (2, 6, GRID.num_places)).astype(np.float32)
    found = choose(GRID, Sources(*map(tf.constant, candidates)), tf.constant(cost), preference)
    for video, place in np.ndindex(2, GRID.num_places):
        every = list(zip(*(leaf[video, :, place] for leaf in candidates), strict=True))
        fits = [
            (own + SMALLEST_COST) / (1 + preference * (every.count(candidate) - 1))
            for own, candidate in zip(cost[video, :, place], every, strict=True)
        ]
        assert tuple(int(leaf[video, place]) for leaf in found) == every[int(np.argmin(fits))]


def test_one_shade_stays_one_shade_wherever_patches_come_from():
    """The weights of the places add up to one at every pixel."""
    bank = tf.fill([NUM_FRAMES * GRID.height * GRID.width, 1], tf.constant(200, tf.uint8))
    painted = Painter(GRID)(bank, random_sources(GRID, 2))
    np.testing.assert_allclose(painted, np.full((2, 12, 16, 1), 200.0), atol=ROUNDING)


def test_own_places_show_the_frame(frames, bank):
    painted = Painter(GRID)(bank, own_places(GRID, tf.constant([4, 0, -1])))
    np.testing.assert_allclose(painted, frames[[4, 0, 0]].astype(float), atol=ROUNDING)


def test_places_that_show_one_piece_show_it_as_it_is(frames, bank):
    """All of the picture moved by 1 down and 2 to the right, but for the border."""
    own = own_places(GRID, tf.constant([2]))
    painted = Painter(GRID)(bank, own._replace(top=own.top + 1, left=own.left + 2))
    expected = frames[2, 1:, 2:].astype(float)
    np.testing.assert_allclose(painted[0, :-1, :-2], expected, atol=ROUNDING)


def mixture(frames, sources, row, column):
    """What one pixel shows: places on both sides of it, by how near their centres are."""

    def sides(position, number):
        centres = 2.0 * np.arange(number) + 3.5
        if position <= centres[0]:
            return [(0, 1.0)]
        if position >= centres[-1]:
            return [(number - 1, 1.0)]
        after = int(np.argmax(centres > position))
        share = (position - centres[after - 1]) / 2.0
        rising = 3 * share**2 - 2 * share**3
        return [(after - 1, 1.0 - rising), (after, rising)]

    total = np.zeros(CHANNELS)
    for up, weight in sides(row, GRID.rows):
        for beside, other in sides(column, GRID.columns):
            place = up * GRID.columns + beside
            time, top, left = (int(leaf[place]) for leaf in sources)
            down = min(max(row - 2 * up + top, 0), GRID.height - 1)
            right = min(max(column - 2 * beside + left, 0), GRID.width - 1)
            total += weight * other * frames[time, down, right].astype(float)
    return total


def test_every_pixel_is_a_mixture_of_its_nearest_places(frames, bank):
    sources = random_sources(GRID, 2)
    painted = Painter(GRID)(bank, sources).numpy()
    for video, row, column in np.ndindex(2, GRID.height, GRID.width):
        expected = mixture(frames, [leaf[video] for leaf in sources], row, column)
        np.testing.assert_allclose(painted[video, row, column], expected, atol=ROUNDING)


COARSE, FINE = Grid(16, 24, 8, 2, 2), Grid(32, 48, 8, 2, 1)


def test_own_places_stay_their_own_at_twice_the_size():
    found = doubled(COARSE, FINE, own_places(COARSE, tf.constant([1, 3])))
    for leaf, expected in zip(found, own_places(FINE, tf.constant([1, 3])), strict=True):
        np.testing.assert_array_equal(leaf, expected)


def test_fine_places_show_what_the_nearest_coarse_place_shows():
    sources = random_sources(COARSE, 2)
    found = doubled(COARSE, FINE, sources)
    for place, (top, left) in enumerate(zip(FINE.tops, FINE.lefts, strict=True)):
        # Centres, in pixels of the fine frames.
        away = [
            (abs(2 * (up + 4) - (top + 4)) + abs(2 * (beside + 4) - (left + 4)))
            for up, beside in zip(COARSE.tops, COARSE.lefts, strict=True)
        ]
        near = [number for number, distance in enumerate(away) if distance == min(away)]
        for video in range(2):
            expected = []
            for number in near:
                down = int(sources.top[video, number]) - COARSE.tops[number]
                right = int(sources.left[video, number]) - COARSE.lefts[number]
                moved = (min(max(top + 2 * down, 0), 24), min(max(left + 2 * right, 0), 40))
                expected.append((int(sources.time[video, number]), *moved))
            assert tuple(int(leaf[video, place]) for leaf in found) in expected
