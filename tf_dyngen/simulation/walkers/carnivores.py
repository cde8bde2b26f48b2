"""Body plans of dog, cat and bear."""

from tf_dyngen.simulation.walkers.anatomy import Body, Joint, Leg, Part

_DOG = Body(
    hind=Leg(
        joints=((32.0, 35.0), (38.5, 26.0), (28.0, 14.0), (31.0, 1.6)),
        radii=(6.8, 4.2, 2.0, 1.6),
        extras=(Part("toe", (30.8, 1.6, 1.6), "toe", (34.0, 1.4, 1.4)),),
    ),
    fore=Leg(
        joints=((62.5, 38.0), (55.5, 27.0), (61.0, 12.5), (62.0, 1.6)),
        radii=(5.8, 4.0, 2.2, 1.6),
        extras=(Part("toe", (61.8, 1.6, 1.6), "toe", (65.0, 1.4, 1.4)),),
    ),
    joints=(
        Joint("neck", "chest", (66.0, 42.0), follow=0.5),
        Joint("head", "neck", (74.5, 55.0), follow=0.7),
        Joint("tail", "pelvis", (25.5, 41.0), follow=0.5),
        Joint("tip", "tail", (16.5, 46.5)),
    ),
    parts=(
        Part("pelvis", (26.0, 40.5, 2.2), "tail", (17.0, 46.0, 1.7)),
        Part("tail", (17.0, 46.0, 1.7), "tip", (12.0, 55.0, 1.0)),
        Part("pelvis", (32.0, 36.5, 7.4), "pelvis", (42.0, 36.5, 6.4)),
        Part("pelvis", (42.0, 36.5, 6.4), "chest", (57.0, 35.0, 8.2)),
        Part("chest", (59.0, 36.0, 8.4), "chest", (65.5, 38.0, 6.8)),
        Part("chest", (65.5, 41.0, 6.2), "neck", (74.0, 54.0, 4.8)),
        Part("head", (75.0, 56.5, 5.6), "head", (78.0, 55.5, 4.8)),
        Part("head", (79.0, 54.0, 3.7), "head", (88.0, 51.5, 2.2)),
        Part("head", (89.2, 52.8, 1.2), "head", (89.6, 52.6, 1.2), "dark", "front"),
        Part("head", (72.8, 60.0, 2.0), "head", (70.0, 52.5, 2.6), "accent", "front"),
        Part("head", (79.6, 57.8, 1.0), "head", (79.8, 57.8, 1.0), "dark", "front"),
    ),
    suppleness=1.0,
    grain=20.0,
    flank=(34.0, 0.0),
)

_CAT = Body(
    hind=Leg(
        joints=((32.0, 31.0), (38.5, 23.0), (28.0, 12.0), (31.5, 1.7)),
        radii=(6.6, 4.2, 2.1, 1.7),
        extras=(Part("toe", (31.3, 1.7, 1.7), "toe", (34.6, 1.5, 1.5)),),
    ),
    fore=Leg(
        joints=((65.0, 33.5), (58.0, 23.5), (63.5, 11.0), (65.0, 1.7)),
        radii=(5.4, 3.8, 2.3, 1.7),
        extras=(Part("toe", (64.8, 1.7, 1.7), "toe", (68.0, 1.5, 1.5)),),
    ),
    joints=(
        Joint("neck", "chest", (69.0, 36.0), follow=0.5),
        Joint("head", "neck", (76.0, 41.0), follow=0.7),
        Joint("tail", "pelvis", (26.0, 34.0), 0.7, follow=0.5),
        Joint("tip", "tail", (14.0, 27.0), 1.5),
    ),
    parts=(
        Part("pelvis", (26.5, 33.5, 2.0), "tail", (14.5, 27.0, 1.8)),
        Part("tail", (14.5, 27.0, 1.8), "tip", (8.0, 32.0, 1.7)),
        Part("tip", (8.0, 32.0, 1.7), "tip", (8.0, 40.0, 1.4)),
        Part("pelvis", (32.0, 32.0, 6.8), "pelvis", (43.0, 32.0, 6.0)),
        Part("pelvis", (43.0, 32.0, 6.0), "chest", (59.0, 31.5, 7.0)),
        Part("chest", (61.0, 32.5, 7.2), "chest", (68.0, 34.5, 5.8)),
        Part("chest", (69.0, 36.0, 5.4), "neck", (75.0, 40.0, 4.8)),
        Part("head", (79.0, 43.5, 6.6), "head", (80.5, 43.0, 6.2)),
        Part("head", (84.0, 40.4, 3.2), "head", (86.2, 40.2, 2.8)),
        Part("head", (75.4, 48.0, 2.2), "head", (74.6, 52.0, 0.6)),
        Part("head", (80.2, 49.0, 2.0), "head", (80.4, 52.6, 0.6)),
        Part("head", (88.7, 41.6, 0.9), "head", (88.9, 41.4, 0.9), "dark", "front"),
        Part("head", (83.6, 45.2, 1.1), "head", (83.7, 45.2, 1.1), "dark", "front"),
    ),
    suppleness=1.5,
    grain=15.0,
    flank=(30.0, 0.0),
)

_BEAR = Body(
    hind=Leg(
        joints=((31.0, 33.0), (37.0, 21.5), (29.5, 7.0), (35.0, 2.2)),
        radii=(9.5, 6.4, 4.2, 2.2),
        flat=True,
        extras=(Part("foot", (29.0, 3.2, 3.2), "foot", (35.5, 2.4, 2.4)),),
    ),
    fore=Leg(
        joints=((64.5, 36.0), (57.5, 23.5), (63.0, 7.0), (67.0, 2.2)),
        radii=(8.2, 6.0, 4.2, 2.2),
        flat=True,
        extras=(Part("foot", (62.4, 3.2, 3.2), "foot", (67.5, 2.4, 2.4)),),
    ),
    joints=(
        Joint("neck", "chest", (69.0, 41.0), follow=0.5),
        Joint("head", "neck", (77.0, 44.0), follow=0.7),
    ),
    parts=(
        Part("pelvis", (22.0, 41.0, 2.6), "pelvis", (20.0, 40.0, 2.0)),
        Part("pelvis", (31.0, 37.0, 11.6), "pelvis", (43.0, 36.5, 12.0)),
        Part("pelvis", (43.0, 36.0, 12.0), "chest", (58.0, 37.0, 12.2)),
        Part("chest", (60.0, 40.0, 11.6), "chest", (67.0, 40.0, 9.4)),
        Part("chest", (69.0, 41.5, 8.6), "neck", (77.0, 44.0, 7.2)),
        Part("head", (78.5, 45.0, 6.8), "head", (81.5, 43.5, 5.6)),
        Part("head", (83.5, 41.0, 3.8), "head", (90.0, 38.5, 2.5)),
        Part("head", (91.4, 39.6, 1.2), "head", (91.6, 39.4, 1.2), "dark", "front"),
        Part("head", (75.8, 51.4, 2.2), "head", (75.4, 52.4, 2.2)),
        Part("head", (84.0, 45.4, 1.0), "head", (84.1, 45.4, 1.0), "dark", "front"),
    ),
    pace=0.95,
    suppleness=0.7,
    grain=15.0,
    flank=(34.0, 0.0),
)

CARNIVORES = {"dog": _DOG, "cat": _CAT, "bear": _BEAR}
