"""Gaits are what their names say, feet hold the ground, and looks and motions are independent."""

import itertools

import numpy as np
import pytest

from tf_dyngen.simulation.walkers import catalogue, gaits, rendering, skeleton

BODIES = tuple(catalogue.BODIES.items())
GAITS = tuple(gaits.GAITS)
# Every combination of the largest and smallest factors that a motion can have.
EXTREMES = tuple(itertools.product((1.0 - gaits.SPREAD, 1.0 + gaits.SPREAD), repeat=4))
FRAMES = 40  # of one stride, where a test looks at a stride in detail


def stride(gait, factors=(1.0, 1.0, 1.0, 1.0), num_strides=1):
    # The start lies between frames of touchdown, where rounding would decide who is planted.
    motion = gaits.Motion(gait, float(FRAMES), 0.003, *factors)
    return gaits.pose(motion, FRAMES * num_strides)


def footfalls(gait):
    """Phase of touchdown and share of the stride on the ground of each foot, from the pose."""
    planted = gaits.pose(gaits.Motion(gait, 1000.0, 0.0, 1.0, 1.0, 1.0, 1.0), 1000).planted
    landing = planted & ~np.roll(planted, 1, axis=0)
    assert (landing.sum(axis=0) == 1).all()
    return landing.argmax(axis=0) / 1000, planted.mean(axis=0), planted


def distance(first, second):
    """Between phases, the short way round."""
    return abs((first - second + 0.5) % 1.0 - 0.5)


def test_walk_is_a_lateral_sequence_without_flight():
    (hind, hind_far, fore, fore_far), duty, planted = footfalls("walk")
    order = np.argsort([hind, fore, hind_far, fore_far])
    assert list(order) == [0, 1, 2, 3]
    for first, second in ((hind, fore), (fore, hind_far), (hind_far, fore_far), (fore_far, hind)):
        assert distance(first, second) == pytest.approx(0.25, abs=0.002)
    assert (duty > 0.5).all()
    # Two feet or three of four are down, and one or two of two.
    assert set(planted.sum(axis=1)) <= {2, 3}
    assert set(planted[:, :2].sum(axis=1)) == {1, 2}


def test_run_is_a_trot_with_flight():
    (hind, hind_far, fore, fore_far), duty, planted = footfalls("run")
    assert distance(hind, fore_far) < 0.002
    assert distance(hind_far, fore) < 0.002
    assert distance(hind, hind_far) == pytest.approx(0.5, abs=0.002)
    assert (duty < 0.5).all()
    assert set(planted.sum(axis=1)) == {0, 2}
    assert set(planted[:, :2].sum(axis=1)) == {0, 1}


def test_bound_is_a_gallop_and_a_hop():
    (hind, hind_far, fore, fore_far), duty, planted = footfalls("bound")
    assert distance(hind, hind_far) < 0.15
    assert distance(fore, fore_far) < 0.15
    assert distance(hind, fore) > 0.4
    assert (duty < 0.3).all()
    assert (planted.sum(axis=1) == 0).mean() > 0.1
    assert (planted[:, :2].sum(axis=1) == 0).mean() > 0.5


@pytest.mark.parametrize("gait", GAITS)
def test_a_pose_repeats_with_every_stride(gait):
    pose = stride(gait, num_strides=2)
    for name, part in pose._asdict().items():
        if name not in ("turns", "travelled"):
            np.testing.assert_allclose(part[FRAMES:], part[:FRAMES], atol=1e-9, err_msg=name)
    for name, turn in pose.turns.items():
        np.testing.assert_allclose(turn[FRAMES:], turn[:FRAMES], atol=1e-9, err_msg=name)
    steps = np.diff(pose.travelled)
    np.testing.assert_allclose(steps, gaits.GAITS[gait].stride / FRAMES)


@pytest.mark.parametrize("gait", GAITS)
@pytest.mark.parametrize(("name", "body"), BODIES)
def test_planted_feet_hold_the_ground_and_swinging_feet_clear_it(name, body, gait):
    pose = stride(gait)
    for foot in range(2 * len(body.legs)):
        toe = skeleton.leg_bones(body, pose, foot)["toe"].place
        planted = pose.planted[:, foot]
        both = planted[1:] & planted[:-1]
        ground = -body.step * np.diff(pose.travelled)
        np.testing.assert_allclose(np.diff(toe[:, 0])[both], ground[both], atol=1e-9)
        rest = body.legs[foot // 2].joints[3][1] + skeleton.FAR_SHIFT[1] * (foot % 2)
        np.testing.assert_allclose(toe[planted, 1], rest, atol=1e-9)
        assert (toe[~planted, 1] >= rest - 1e-9).all()
        assert toe[:, 1].max() > rest + 0.1 * body.step
        # The cubic that meets the ground's speed v at both ends is fastest in the middle of its
        # swing, at (1.5 duty / (1 - duty) + 0.5) v: no foot jumps.
        duty = gaits.GAITS[gait].duty
        fastest = (1.5 * duty / (1.0 - duty) + 0.5) * np.abs(ground).max()
        assert np.abs(np.diff(toe[:, 0])).max() < 1.001 * max(fastest, np.abs(ground).max())


@pytest.mark.parametrize(("name", "body"), BODIES)
def test_every_body_moves_alike_in_its_own_leg_lengths(name, body):
    pose = stride("bound")
    for foot in range(2 * len(body.legs)):
        bones = skeleton.leg_bones(body, pose, foot)
        path = (bones["toe"].place - bones["toe"].place[0]) / body.step
        np.testing.assert_allclose(path[:, 0], pose.forward[:, foot] - pose.forward[0, foot])
        np.testing.assert_allclose(
            path[:, 1], pose.height[:, foot] - pose.height[0, foot], atol=1e-12
        )
    hips = skeleton.trunk_bones(body, pose)["pelvis"].place
    np.testing.assert_allclose(np.ptp(hips, axis=0)[1] / body.step, np.ptp(pose.rise[:, 0]))


@pytest.mark.parametrize("gait", GAITS)
@pytest.mark.parametrize(("name", "body"), BODIES)
def test_legs_keep_their_bones_and_bend_the_right_way(name, body, gait):
    for factors in EXTREMES:
        pose = stride(gait, factors)
        for foot in range(2 * len(body.legs)):
            bones = skeleton.leg_bones(body, pose, foot)
            root, knee, ankle, _ = (np.asarray(j) for j in body.legs[foot // 2].joints)
            places = (
                bones["upper"].place,
                bones["lower"].place,
                bones["foot"].carry(ankle),
            )
            for (a, b), (p, q) in zip(
                ((root, knee), (knee, ankle)), itertools.pairwise(places), strict=True
            ):
                length = np.linalg.norm(q - p, axis=1)
                np.testing.assert_allclose(length, np.linalg.norm(b - a), rtol=1e-9)
            limb, shin = places[1] - places[0], places[2] - places[1]
            turn = limb[:, 0] * shin[:, 1] - limb[:, 1] * shin[:, 0]
            # Facing right, a knee bends the leg clockwise and an elbow the other way.
            assert ((turn < 0) if foot < 2 else (turn > 0)).all()


@pytest.mark.parametrize("gait", GAITS)
@pytest.mark.parametrize(("name", "body"), BODIES)
def test_animals_stay_in_the_frame_and_above_the_ground(name, body, gait):
    for factors in EXTREMES:
        flesh = skeleton.assemble(body, stride(gait, factors))
        discs = np.concatenate([flesh.starts, flesh.ends], axis=1)
        radii = np.concatenate([flesh.radii[:, 0], flesh.radii[:, 1]])
        low = (discs - radii[:, None]).min(axis=(0, 1))
        high = (discs + radii[:, None]).max(axis=(0, 1))
        assert low[0] > 0.5
        assert high[0] < 99.5
        assert high[1] < 100.0 - rendering.GROUND - 0.5
        assert low[1] > -0.8  # half a pixel at 64


def test_near_limbs_are_drawn_over_the_body_and_far_limbs_under_it():
    flesh = skeleton.assemble(catalogue.BODIES["horse"], stride("walk"))
    ranks = [skeleton.LAYERS.index(layer) for layer in flesh.layers]
    assert ranks == sorted(ranks)
    seen = list(dict.fromkeys(flesh.layers))
    assert seen.index("hind_far") < seen.index("body") < seen.index("hind_near")


@pytest.mark.parametrize("body", range(0, len(BODIES), 4))
def test_a_coat_changes_no_shape_and_nothing_outside_the_animal(body):
    looks = [catalogue.appearance_number(body, coat, coat + 1) for coat in range(0, 6, 2)]
    clips = [catalogue.render(look, 7, 64, 3) for look in looks]
    frames, silhouette = clips[0]
    assert np.mean(silhouette > 127) > 0.05
    for other, shape in clips[1:]:
        np.testing.assert_array_equal(shape, silhouette)
        outside = np.broadcast_to(silhouette == 0, frames.shape)
        np.testing.assert_array_equal(other[outside], frames[outside])
        inside = np.broadcast_to(silhouette == 255, frames.shape)
        assert np.abs(other[inside].astype(int) - frames[inside]).mean() > 10


@pytest.mark.parametrize("motion", [0, 1, 2])
def test_drawn_feet_meet_the_ground_and_leave_it_in_flight(motion):
    # A human's two feet: the lowest row of the silhouette against the ground of the near foot.
    pose = gaits.pose(catalogue.motion(motion), 30)
    _, silhouette = catalogue.render(0, motion, 100, 30)
    rows = np.array([np.flatnonzero(s.max(axis=(1, 2)) > 127).max() for s in silhouette])
    ground = 100 - rendering.GROUND - 1
    assert (np.abs(rows[pose.planted[:, 0]] - ground) <= 1).all()
    lift = catalogue.BODIES["human"].step * pose.height[:, :2].min(axis=1)
    assert (rows[lift > 1.0] < ground).all()
    assert (lift > 1.0).any() == (motion > 0)


@pytest.mark.parametrize("motion", [0, 1, 2])
def test_ground_marks_move_with_the_planted_feet(motion):
    # At 100 pixels a pixel is one unit; two periods of marks are 80 columns.
    frames, _ = catalogue.render(0, motion, 100, 10)
    row = round(100 - rendering.GROUND - rendering.MARK_HEIGHT)
    wave = np.exp(2j * np.pi * np.arange(80) / rendering.MARK_SPACING)
    phases = np.angle((frames[:, row, :80].mean(axis=-1) - 150.0) @ wave)
    moved = (phases[1:] - phases[:-1] + np.pi) % (2 * np.pi) - np.pi
    body = catalogue.BODIES["human"]
    pose = gaits.pose(catalogue.motion(motion), 10)
    speed = -body.step * np.diff(pose.travelled)
    np.testing.assert_allclose(moved / (2 * np.pi) * rendering.MARK_SPACING, speed, atol=0.3)


@pytest.mark.parametrize("size", [64, 128])
def test_clips_are_functions_of_their_numbers(size):
    frames, silhouette = catalogue.render(100, 4, size, 5)
    assert frames.shape == (5, size, size, 3)
    assert silhouette.shape == (5, size, size, 1)
    assert frames.dtype == silhouette.dtype == np.uint8
    shorter, _ = catalogue.render(100, 4, size, 3)
    np.testing.assert_array_equal(shorter, frames[:3])
    other, _ = catalogue.render(100, 7, size, 3)
    assert np.mean(other != shorter) > 0.05


def test_sizes_show_the_same_picture():
    small, large = (catalogue.render(100, 4, size, 2)[0].astype(float) for size in (64, 128))
    halved = large.reshape(2, 64, 2, 64, 2, 3).mean(axis=(2, 4))
    assert np.abs(halved - small).mean() < 1.5


def test_numbers_name_appearances_and_motions():
    looks = [catalogue.appearance(number) for number in range(catalogue.NUM_APPEARANCES)]
    assert len(set(looks)) == len(BODIES) * len(catalogue.COATS) * len(catalogue.PALETTES)
    assert looks[catalogue.appearance_number(3, 2, 1)] == (
        BODIES[3][0],
        catalogue.COATS[2],
        catalogue.PALETTES[1],
    )
    assert [catalogue.motion(catalogue.motion_number(g, 5)).gait for g in range(3)] == list(GAITS)
    assert len({catalogue.motion(number) for number in range(30)}) == 30
    with pytest.raises(ValueError, match="no appearance 576; there are 0 to 575"):
        catalogue.appearance(576)
    with pytest.raises(ValueError, match="no motion -1"):
        catalogue.motion(-1)


def test_clip_ids_are_unique_and_stable():
    ids = {
        catalogue.clip_id(look, motion, size)
        for look in range(catalogue.NUM_APPEARANCES)
        for motion in range(3)
        for size in (64, 128)
    }
    assert len(ids) == catalogue.NUM_APPEARANCES * 3 * 2
    assert catalogue.clip_id(0, 0, 64, "1.0.0") == "33d15bf5420ece85"
    assert catalogue.clip_id(0, 0, 64, "1.0.1") not in ids
