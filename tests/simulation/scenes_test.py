"""Objects pass in front of textures as their courses say, and hide what the masks say."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tf_dyngen.simulation.scenes import canvas, catalogue, compositing, objects, shapes
from tf_dyngen.simulation.textures import catalogue as textures

KINDS = tuple(objects.OBJECTS)
SIZE = 64
GREY = 128


def recipe_of(kind, seed=0):
    return catalogue.Recipe(kind, objects.OBJECTS[kind].textures[0], seed)


def course_of(kind, seed=0, num_frames=catalogue.NUM_FRAMES):
    return catalogue.course(recipe_of(kind, seed), num_frames)


@pytest.fixture(scope="module")
def passes():
    """Every object in front of a plain grey wall, by kind."""
    wall = np.full((catalogue.NUM_FRAMES, SIZE, SIZE, 3), GREY, np.uint8)
    return {kind: catalogue.stage(recipe_of(kind), wall) for kind in KINDS}


def test_polygon_distance_agrees_with_a_drawing_and_with_its_corners():
    corners = np.array([(0.1, 0.1), (0.8, 0.2), (0.5, 0.45), (0.85, 0.9), (0.2, 0.75)])
    places = (np.arange(200) + 0.5) / 200
    y, x = np.meshgrid(places.astype(np.float32), places.astype(np.float32), indexing="ij")
    distance = shapes.polygon(x, y, corners)
    drawing = Image.new("1", (1600, 1600))
    ImageDraw.Draw(drawing).polygon([tuple(corner) for corner in corners * 1600], fill=1)
    # A drawn outline is a pixel wide, so within that pixel's diagonal either may be right.
    certain = np.abs(distance) > 1.42 / 1600
    np.testing.assert_array_equal((distance < 0)[certain], np.asarray(drawing)[4::8, 4::8][certain])
    to_corner = np.min([np.hypot(x - cx, y - cy) for cx, cy in corners], axis=0)
    assert np.all(np.abs(distance) <= np.maximum(to_corner, 1e-6) + 1e-6)
    # Left of the left edge's middle, the distance is to that edge: a point and its normal.
    edge = np.subtract(corners[4], corners[0])
    normal = np.array([-edge[1], edge[0]]) / np.hypot(*edge)
    points = 0.5 * (corners[0] + corners[4]) + np.outer([-0.05, 0.0, 0.05], normal)
    found = shapes.polygon(*points.astype(np.float32).T, corners)
    np.testing.assert_allclose(found, [-0.05, 0.0, 0.05], atol=1e-6)


def test_painting_covers_by_opacity():
    x = np.zeros((1, 3), np.float32)
    picture = canvas.Canvas(x, x, spacing=0.1)
    picture.paint(np.array([[-1.0, 0.0, 1.0]]), (1.0, 0.0, 0.0))
    np.testing.assert_allclose(picture.alpha, [[1.0, 0.5, 0.0]])
    picture.paint(np.full((1, 3), -1.0), (0.0, 0.0, 1.0), opacity=0.5)
    # Half of what is left shines through: 1 - (1 - 0.5) (1 - 0.5).
    np.testing.assert_allclose(picture.alpha, [[1.0, 0.75, 0.5]])
    np.testing.assert_allclose(picture.colour[:, 0, 0], [0.5, 0.0, 0.5])


@pytest.mark.parametrize("kind", KINDS)
def test_an_object_stays_within_its_reach(kind):
    places = np.linspace(-1.3, 1.3, 131, dtype=np.float32)
    y, x = np.meshgrid(places, places, indexing="ij")
    for phase in np.arange(0.0, 4.0 * np.pi, 0.7):
        for variant in range(0, objects.VARIANTS, 2):
            picture = canvas.Canvas(x, y, spacing=0.02)
            objects.OBJECTS[kind].draw(picture, phase, variant)
            assert not picture.alpha[np.hypot(x, y) > objects.OBJECTS[kind].reach].any()
            assert picture.alpha.max() == 1.0
            assert np.all((picture.colour >= 0.0) & (picture.colour <= picture.alpha + 1e-5))


@pytest.mark.parametrize("kind", KINDS)
def test_the_mask_is_exact(passes, kind):
    frames, _, mask = passes[kind]
    assert set(np.unique(mask)) == {0, 255}
    hidden = mask[..., 0] == 255
    changed = (frames != GREY).any(axis=-1)
    assert not changed[~hidden].any()
    # A hidden pixel keeps its bytes only where the object is as grey as the wall, or faint.
    assert changed[hidden].mean() > 0.9


@pytest.mark.parametrize("kind", KINDS)
def test_the_object_is_where_its_course_says(kind):
    definition, course = objects.OBJECTS[kind], course_of(kind)
    # At half its size every object is whole for a while.
    course = course._replace(size=0.5 * course.size)
    reach = definition.reach * course.size
    places = np.stack([course.x, course.y])
    whole = np.flatnonzero(((places > reach) & (places < 1.0 - reach)).all(axis=0))
    wall = np.zeros((catalogue.NUM_FRAMES, SIZE, SIZE, 3), np.uint8)
    _, mask = compositing.composite(
        wall, lambda canvas, phase: definition.draw(canvas, phase, 0), definition.reach, course
    )
    pixels = [np.argwhere(mask[t, ..., 0]) + 0.5 for t in whole]
    centroid = np.stack([seen.mean(axis=0)[::-1] / SIZE for seen in pixels], axis=1)
    # What is drawn is about the point that moves, as wings swing and the string hangs.
    assert np.abs(centroid - places[:, whole]).max() < course.size / 3
    # Nothing jumps: a ball makes 1.2 widths a second, 0.048 a frame, and the middle of beating
    # wings swings by a third of the length, 0.06, at 4 Hz: by 0.06 * 2 pi * 4 / 25 a frame.
    steps = np.hypot(*np.diff(centroid, axis=1))[np.diff(whole) == 1]
    assert len(steps) > 15
    assert np.all(steps < 0.048 + 0.06)
    drawn_apart = [tuple(np.ptp(seen, axis=0) / SIZE) for seen in pixels]
    assert np.max(drawn_apart) < 2.0 * reach + 2.0 / SIZE


@pytest.mark.parametrize("kind", KINDS)
def test_courses_go_one_way_and_are_smooth(kind):
    for seed in range(5):
        course = course_of(kind, seed)
        for places in (course.x, course.y):
            same_pass = (course.facing[2:] == course.facing[1:-1]) & (
                course.facing[1:-1] == course.facing[:-2]
            )
            # Wings that lift by 0.025 at 3.6 beats a second: 0.025 (2 pi 3.6 / 25)^2 = 0.02.
            assert np.all(np.abs(np.diff(places, 2))[same_pass] < 0.03)
        ahead = np.diff(course.x) * course.facing[1:]
        same_pass = course.facing[1:] == course.facing[:-1]
        if kind in ("balloon", "leaf"):
            moved = course.y[-1] - course.y[0]
            assert abs(moved) > 0.9
            assert (moved > 0) == (kind == "leaf")
        elif kind in ("butterfly", "moth"):  # these fly in loops
            assert (course.x[-1] - course.x[0]) * course.facing[0] > 0.6
        else:
            assert np.all(ahead[same_pass] > 0.0)
            assert ahead[same_pass].sum() > 0.8


def test_every_pixel_is_seen_and_shares_are_as_promised():
    averages = []
    wall = np.zeros((catalogue.NUM_FRAMES, 32, 32, 3), np.uint8)
    for recipe in catalogue.recipes():
        hidden = catalogue.stage(recipe, wall).mask[..., 0] > 0
        area = hidden.mean(axis=(1, 2))
        assert hidden.all(axis=0).mean() < 0.02
        assert hidden[:60].all(axis=0).mean() < 0.02
        assert 0.05 < area.max() < 0.22
        averages.append(area.mean())
    assert min(averages) > 0.03
    assert max(averages) < 0.18
    assert 0.05 < np.mean(averages) < 0.15


def test_a_scene_is_a_function_of_its_recipe():
    recipe = catalogue.Recipe("paper_plane", "flag", 3)
    scene = catalogue.simulate(recipe, SIZE, 50)
    np.testing.assert_array_equal(scene.background, textures.simulate("flag", 3, SIZE, 50))
    for one, again in zip(scene, catalogue.simulate(recipe, SIZE, 37), strict=True):
        np.testing.assert_array_equal(one[:37], again)
    other = catalogue.simulate(recipe._replace(seed=4), SIZE, 50)
    assert np.mean(scene.mask != other.mask) > 0.02
    larger = catalogue.simulate(recipe, 2 * SIZE, 50).mask[..., 0] / 255.0
    halved = larger.reshape(50, SIZE, 2, SIZE, 2).mean(axis=(2, 4))
    # At twice the size the same object is at the same place; outlines differ by a pixel.
    assert np.mean(np.abs(halved - scene.mask[..., 0] / 255.0)) < 0.02


@pytest.mark.parametrize("kind", KINDS)
def test_courses_continue_and_differ_by_seed(kind):
    short, long = course_of(kind, 1, 40), course_of(kind, 1, 90)
    for one, other in zip(short[:5], long[:5], strict=True):
        np.testing.assert_array_equal(one, other[:40])
    assert short[5:] == long[5:]
    assert np.abs(course_of(kind, 2, 40).y - short.y).max() > 1e-3


def test_following_seeds_have_different_looks():
    wall = np.zeros((60, SIZE, SIZE, 3), np.uint8)
    scenes = [catalogue.stage(recipe_of("balloon", seed), wall) for seed in (2, 3)]
    colours = [scene.frames[scene.mask[..., 0] > 0].mean(axis=0) for scene in scenes]
    assert np.abs(np.subtract(*colours)).max() > 30


def test_every_object_passes_every_texture_it_fits():
    recipes = catalogue.recipes()
    assert len({recipe.kind for recipe in recipes}) >= 6
    assert {recipe.texture for recipe in recipes} <= set(textures.SIMULATIONS)
    assert {r[:2] for r in recipes} == {
        (kind, texture) for kind, o in objects.OBJECTS.items() for texture in o.textures
    }
    # No two clips share a background.
    assert len({recipe[1:] for recipe in recipes}) == len(recipes)


def test_clip_ids_are_unique_and_stable():
    recipes = catalogue.recipes()
    ids = {catalogue.clip_id(recipe, size) for recipe in recipes for size in (64, 128)}
    assert len(ids) == 2 * len(recipes)
    assert all(len(text) == 16 and int(text, 16) >= 0 for text in ids)
    recipe = catalogue.Recipe("duck", "water", 0)
    # printf 'scene/duck/water/size=64/seed=0/version=1.0.0' | sha256sum
    assert catalogue.clip_id(recipe, 64, "1.0.0") == "09f61f6481935e01"
    assert catalogue.clip_id(recipe, 64, "1.0.1") not in ids


def test_an_unknown_object_is_named():
    with pytest.raises(ValueError, match=r"'whale'.*sail_boat, duck"):
        catalogue.simulate(catalogue.Recipe("whale", "water", 0), SIZE, 1)
