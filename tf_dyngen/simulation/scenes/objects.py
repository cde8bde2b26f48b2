"""The objects: how each is drawn, how it moves, and the textures that it fits in front of."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from tf_dyngen.simulation.scenes import balls, courses, drifting, floating, insects, wings

VARIANTS = 6  # looks to choose from: colours, mostly


class Kind(NamedTuple):
    """A kind of object.

    Attributes:
      draw: Paints it: draw(canvas, phase, variant), a variant from 0 to VARIANTS - 1.
      move: Its course: move(rng, num_frames).
      reach: Radius of the circle that holds it, in its own lengths.
      textures: Names of the textures that it fits in front of.
    """

    draw: Callable
    move: Callable
    reach: float
    textures: tuple[str, ...]


OBJECTS = {
    "sail_boat": Kind(
        floating.draw_sail_boat,
        partial(
            courses.float_across,
            size=(0.50, 0.58),
            height=(0.42, 0.52),
            span=(-0.10, 1.0),
            climb=0.06,
            bob=0.012,
            roll=0.05,
            period=1.5,
        ),
        0.75,
        ("water",),
    ),
    "duck": Kind(
        floating.draw_duck,
        partial(
            courses.float_across,
            size=(0.44, 0.52),
            height=(0.50, 0.65),
            span=(-0.05, 1.15),
            climb=0.25,
            bob=0.012,
            roll=0.04,
            period=1.1,
        ),
        0.75,
        ("water", "rain"),
    ),
    "beach_ball": Kind(
        balls.draw_beach_ball,
        partial(
            courses.float_across,
            size=(0.30, 0.36),
            height=(0.40, 0.60),
            span=(0.10, 0.95),
            climb=0.40,
            bob=0.020,
            roll=0.10,
            period=1.3,
        ),
        0.60,
        ("water",),
    ),
    "bird": Kind(
        wings.draw_bird,
        partial(
            courses.fly_across,
            size=(0.52, 0.62),
            height=(0.35, 0.60),
            span=(-0.25, 1.25),
            passes=2,
            climb=0.25,
            wave=0.02,
            bank=0.06,
            beat=(2.2, 2.8),
            lift=0.020,
        ),
        0.85,
        ("water", "flag", "smoke"),
    ),
    "balloon": Kind(
        drifting.draw_balloon,
        partial(
            courses.drift_upright,
            size=(0.38, 0.44),
            start=1.10,
            rise=1.15,
            drift=(0.15, 0.40),
            swing=(0.02, 0.10),
        ),
        1.0,
        ("flag",),
    ),
    "paper_plane": Kind(
        drifting.draw_paper_plane,
        partial(
            courses.fly_across,
            size=(0.52, 0.62),
            height=(0.30, 0.65),
            span=(-0.30, 1.30),
            passes=3,
            climb=0.30,
            wave=0.03,
            bank=0.10,
            beat=(0.5, 0.6),
            lift=0.0,
        ),
        0.62,
        ("flag",),
    ),
    "butterfly": Kind(
        insects.draw_butterfly,
        partial(
            courses.flutter,
            size=(0.42, 0.50),
            height=(0.45, 0.55),
            span=(-0.10, 1.10),
            loops=(0.07, 0.12),
            tilt=-0.45,
            beat=(2.6, 3.2),
        ),
        0.65,
        ("flag",),
    ),
    "leaf": Kind(
        drifting.draw_leaf,
        partial(
            courses.drift_upright,
            size=(0.46, 0.54),
            start=-0.10,
            rise=-1.2,
            drift=(0.1, 0.3),
            swing=(0.13, 0.7),
        ),
        0.60,
        ("flag",),
    ),
    "bat": Kind(
        wings.draw_bat,
        partial(
            courses.fly_across,
            size=(0.62, 0.72),
            height=(0.52, 0.70),
            span=(-0.25, 1.25),
            passes=2,
            climb=0.20,
            wave=0.04,
            bank=0.10,
            beat=(3.0, 3.6),
            lift=0.025,
        ),
        0.75,
        ("fire", "smoke"),
    ),
    "moth": Kind(
        insects.draw_moth,
        partial(
            courses.flutter,
            size=(0.47, 0.55),
            height=(0.50, 0.60),
            span=(-0.05, 1.05),
            loops=(0.08, 0.13),
            tilt=-0.35,
            beat=(3.4, 4.0),
        ),
        0.65,
        ("fire", "lights"),
    ),
    "ball": Kind(
        balls.draw_football,
        partial(
            courses.throw,
            size=(0.28, 0.34),
            throws=4,
            span=(-0.22, 1.22),
            edge=(0.70, 0.85),
            arc=(0.30, 0.50),
            spin=(0.5, 1.0),
        ),
        0.55,
        ("fire",),
    ),
}
TEXTURES = tuple(dict.fromkeys(name for kind in OBJECTS.values() for name in kind.textures))
