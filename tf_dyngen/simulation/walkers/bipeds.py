"""Body plans of the two-legged animals."""

from tf_dyngen.simulation.walkers.anatomy import Arm, Body, Joint, Leg, Part

_HUMAN = Body(
    hind=Leg(
        joints=((48.2, 40.2), (52.7, 22.6), (45.6, 5.2), (51.6, 1.6)),
        radii=(5.4, 3.7, 2.2, 1.5),
        materials=("accent", "accent", "dark"),
        flat=True,
        extras=(Part("foot", (44.4, 2.0, 1.9), "foot", (52.5, 1.5, 1.5), "dark"),),
    ),
    arms=Arm(
        joints=((48.5, 63.6), (47.0, 51.5), (49.0, 39.5)),
        radii=(3.2, 2.4, 1.8),
        materials=("coat", "pale"),
    ),
    joints=(
        Joint("neck", "chest", (48.6, 66.0), 0.3, follow=0.5),
        Joint("head", "neck", (49.0, 70.0), 0.3, follow=0.5),
    ),
    parts=(
        Part("pelvis", (47.8, 41.5, 5.5), "pelvis", (48.0, 45.0, 4.9), "accent"),
        Part("pelvis", (48.2, 48.0, 4.8), "chest", (48.6, 60.5, 5.9)),
        Part("neck", (48.6, 65.0, 2.5), "head", (49.4, 71.0, 2.3), "pale"),
        Part("head", (49.8, 75.0, 4.6), "head", (50.8, 73.0, 3.9), "pale"),
        Part("head", (54.2, 73.6, 1.0), "head", (54.8, 73.2, 0.7), "pale"),
        Part("head", (48.8, 77.0, 3.9), "head", (46.6, 73.6, 2.8), "accent"),
        Part("head", (48.8, 77.6, 3.6), "head", (52.4, 78.4, 1.8), "accent"),
        Part("head", (52.6, 75.0, 0.6), "head", (52.7, 75.0, 0.6), "dark", "front"),
    ),
    chest=(48.4, 57.0),
    pace=0.84,
    suppleness=0.3,
    grain=90.0,
    flank=(53.0, 0.0),
)

_OSTRICH = Body(
    hind=Leg(
        joints=((43.0, 43.0), (51.0, 35.0), (40.0, 21.5), (43.5, 1.5)),
        radii=(6.0, 4.0, 1.7, 1.3),
        materials=("coat", "pale", "pale"),
        extras=(Part("toe", (43.0, 1.4, 1.4), "toe", (48.0, 1.0, 0.9), "pale"),),
    ),
    arms=Arm(
        joints=((51.0, 52.0), (40.0, 50.0), (30.0, 47.5)),
        radii=(4.6, 4.6, 2.0),
        materials=("accent", "accent"),
        gains=(0.16, 0.0),
    ),
    joints=(
        Joint("neck", "chest", (56.0, 52.0), follow=0.3),
        Joint("head", "neck", (64.5, 80.0)),
        Joint("tail", "pelvis", (33.0, 51.0), 0.6),
    ),
    parts=(
        Part("tail", (34.0, 51.0, 5.0), "tail", (24.0, 55.0, 2.6), "accent"),
        Part("pelvis", (37.5, 49.5, 8.6), "chest", (50.0, 49.5, 10.4)),
        Part("chest", (55.0, 52.0, 4.6), "neck", (62.0, 60.0, 2.3), "pale"),
        Part("neck", (62.0, 60.0, 2.3), "neck", (64.5, 79.5, 1.6), "pale"),
        Part("head", (65.0, 80.5, 2.6), "head", (67.0, 80.4, 2.2), "pale"),
        Part("head", (68.6, 80.0, 1.3), "head", (73.6, 79.0, 0.6), "horn"),
        Part("head", (66.2, 81.4, 0.8), "head", (66.3, 81.4, 0.8), "dark", "front"),
    ),
    chest=(53.0, 49.0),
    pace=0.95,
    suppleness=0.3,
    lean=0.35,
    grain=20.0,
    flank=(46.0, 0.0),
)

_KANGAROO = Body(
    hind=Leg(
        joints=((46.0, 33.0), (55.5, 22.5), (43.0, 6.5), (54.0, 1.8)),
        radii=(8.6, 5.0, 2.2, 1.5),
        flat=True,
        extras=(Part("foot", (42.5, 2.6, 2.2), "foot", (55.5, 1.6, 1.5)),),
    ),
    arms=Arm(
        joints=((60.0, 53.5), (60.5, 44.5), (67.0, 41.0)),
        radii=(3.4, 2.2, 1.6),
        gains=(0.5, 0.3),
    ),
    joints=(
        Joint("neck", "chest", (61.0, 58.0), 0.7, follow=0.5),
        Joint("head", "neck", (65.0, 67.0), follow=0.7),
        Joint("tail", "pelvis", (39.0, 30.0), 0.7, follow=0.6),
        Joint("tip", "tail", (24.0, 17.0), 0.8),
    ),
    parts=(
        Part("pelvis", (41.0, 31.0, 6.6), "tail", (24.0, 17.5, 3.4)),
        Part("tail", (24.0, 17.5, 3.4), "tip", (12.0, 12.5, 1.3)),
        Part("pelvis", (46.0, 34.0, 9.8), "pelvis", (51.0, 41.0, 8.8)),
        Part("pelvis", (51.0, 41.0, 8.8), "chest", (58.5, 53.5, 6.2)),
        Part("chest", (60.0, 56.5, 4.6), "neck", (64.5, 66.0, 3.6)),
        Part("head", (65.5, 68.0, 4.2), "head", (73.5, 65.0, 2.3)),
        Part("head", (64.0, 71.0, 1.6), "head", (60.5, 80.0, 1.7)),
        Part("head", (65.8, 71.5, 1.4), "head", (65.5, 80.5, 1.5)),
        Part("head", (74.9, 65.8, 1.0), "head", (75.1, 65.7, 1.0), "dark", "front"),
        Part("head", (68.8, 69.4, 0.9), "head", (68.9, 69.4, 0.9), "dark", "front"),
    ),
    chest=(55.0, 47.0),
    suppleness=0.5,
    lean=0.6,
    grain=50.0,
    flank=(38.0, 0.9),
)

_DINOSAUR = Body(
    hind=Leg(
        joints=((44.0, 41.0), (52.5, 31.5), (39.5, 18.0), (44.0, 1.8)),
        radii=(9.0, 5.4, 2.7, 1.9),
        extras=(Part("toe", (43.5, 1.8, 1.8), "toe", (49.0, 1.3, 1.2)),),
    ),
    arms=Arm(
        joints=((61.0, 45.5), (62.5, 38.5), (67.5, 37.0)),
        radii=(2.4, 1.7, 1.2),
        gains=(0.4, 0.2),
    ),
    joints=(
        Joint("neck", "chest", (61.0, 50.0), follow=0.4),
        Joint("head", "neck", (69.0, 62.0)),
        Joint("tail", "pelvis", (34.0, 44.0), 0.5, follow=0.7),
        Joint("tip", "tail", (19.0, 46.0), 0.7),
    ),
    parts=(
        Part("pelvis", (38.0, 43.5, 8.0), "tail", (19.0, 45.5, 4.0)),
        Part("tail", (19.0, 45.5, 4.0), "tip", (5.0, 47.5, 1.2)),
        Part("pelvis", (43.0, 43.0, 10.0), "chest", (58.0, 46.5, 8.2)),
        Part("chest", (60.0, 49.0, 6.6), "neck", (68.0, 61.5, 5.2)),
        Part("head", (70.0, 64.0, 5.6), "head", (83.5, 62.5, 3.4)),
        Part("head", (70.5, 60.0, 3.2), "head", (82.0, 56.8, 1.7)),
        Part("head", (74.2, 66.4, 1.1), "head", (74.4, 66.4, 1.1), "dark", "front"),
        Part("head", (74.5, 59.9, 0.5), "head", (85.0, 58.9, 0.5), "dark", "front"),
    ),
    chest=(55.0, 46.0),
    pace=0.95,
    suppleness=0.4,
    lean=0.3,
    grain=15.0,
    flank=(42.0, 0.0),
)

BIPEDS = {"human": _HUMAN, "ostrich": _OSTRICH, "kangaroo": _KANGAROO, "dinosaur": _DINOSAUR}
