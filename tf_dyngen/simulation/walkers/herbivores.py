"""Body plans of horse, cow, camel, giraffe and elephant."""

from tf_dyngen.simulation.walkers.anatomy import Body, Joint, Leg, Part

_HORSE = Body(
    hind=Leg(
        joints=((34.0, 40.0), (39.5, 30.0), (29.5, 19.5), (31.5, 1.6)),
        radii=(7.5, 4.6, 2.2, 1.5),
        extras=(Part("toe", (31.1, 1.5, 1.6), "toe", (33.7, 1.2, 1.3), "dark"),),
    ),
    fore=Leg(
        joints=((63.5, 43.5), (55.5, 32.5), (62.0, 17.0), (61.5, 1.6)),
        radii=(6.0, 4.4, 2.1, 1.5),
        roll=0.9,
        extras=(Part("toe", (61.1, 1.5, 1.6), "toe", (63.7, 1.2, 1.3), "dark"),),
    ),
    joints=(
        Joint("neck", "chest", (67.0, 46.0), follow=0.5),
        Joint("head", "neck", (80.0, 67.0), follow=0.7),
        Joint("tail", "pelvis", (24.5, 47.0), 0.7, follow=0.5),
        Joint("tip", "tail", (18.5, 39.0), 0.7),
    ),
    parts=(
        Part("pelvis", (25.0, 46.0, 2.2), "tail", (19.0, 40.0, 2.6), "accent"),
        Part("tail", (19.0, 40.0, 2.6), "tip", (16.5, 25.0, 1.5), "accent"),
        Part("pelvis", (31.0, 42.0, 8.6), "pelvis", (40.0, 41.0, 8.0)),
        Part("pelvis", (40.0, 40.0, 8.0), "chest", (58.0, 39.5, 8.6)),
        Part("chest", (60.0, 41.0, 9.0), "chest", (67.0, 42.0, 7.0)),
        Part("chest", (67.0, 45.0, 7.6), "neck", (79.0, 65.0, 4.2)),
        Part("chest", (64.0, 52.0, 1.4), "neck", (77.0, 70.5, 1.8), "accent"),
        Part("head", (80.0, 67.0, 4.2), "head", (90.5, 56.5, 2.5)),
        Part("head", (79.0, 70.0, 1.5), "head", (78.8, 75.0, 0.5)),
        Part("head", (84.0, 66.4, 0.9), "head", (84.2, 66.4, 0.9), "dark", "front"),
    ),
    pace=0.92,
    suppleness=0.6,
    grain=20.0,
    flank=(37.0, 0.0),
)

_COW = Body(
    hind=Leg(
        joints=((31.5, 37.0), (37.0, 27.5), (28.0, 16.5), (30.5, 1.6)),
        radii=(8.0, 4.6, 2.4, 1.8),
        extras=(Part("toe", (30.2, 1.6, 1.7), "toe", (32.8, 1.2, 1.3), "dark"),),
    ),
    fore=Leg(
        joints=((62.0, 39.5), (54.5, 29.0), (60.5, 14.5), (60.5, 1.6)),
        radii=(6.4, 4.4, 2.4, 1.8),
        extras=(Part("toe", (60.2, 1.6, 1.7), "toe", (62.8, 1.2, 1.3), "dark"),),
    ),
    joints=(
        Joint("neck", "chest", (68.0, 46.0), follow=0.5),
        Joint("head", "neck", (78.0, 55.0), follow=0.7),
        Joint("tail", "pelvis", (22.0, 49.0), 0.5, follow=0.4),
        Joint("tip", "tail", (18.0, 36.0), 0.8),
    ),
    parts=(
        Part("pelvis", (22.5, 49.0, 1.5), "tail", (18.5, 37.0, 1.1)),
        Part("tail", (18.5, 37.0, 1.1), "tip", (17.0, 25.0, 0.9)),
        Part("tip", (17.0, 25.0, 1.4), "tip", (16.7, 21.0, 1.8), "accent"),
        Part("pelvis", (38.5, 29.0, 3.6), "pelvis", (41.0, 28.5, 3.0), "pale"),
        Part("pelvis", (29.5, 42.5, 9.2), "pelvis", (42.0, 40.0, 10.6)),
        Part("pelvis", (42.0, 39.5, 10.6), "chest", (58.0, 40.0, 10.6)),
        Part("chest", (58.0, 41.0, 10.4), "chest", (66.0, 42.5, 8.4)),
        Part("chest", (66.0, 44.0, 8.2), "neck", (77.0, 53.0, 5.4)),
        Part("head", (78.5, 55.0, 5.0), "head", (86.5, 46.5, 3.0)),
        Part("head", (86.0, 46.5, 2.9), "head", (88.0, 44.6, 2.5), "pale"),
        Part("head", (76.0, 57.5, 1.5), "head", (71.5, 55.8, 1.0)),
        Part("head", (79.0, 59.0, 1.2), "head", (80.5, 63.0, 0.9), "ivory"),
        Part("head", (80.5, 63.0, 0.9), "head", (84.0, 65.0, 0.4), "ivory"),
        Part("head", (81.8, 54.6, 0.9), "head", (82.0, 54.6, 0.9), "dark", "front"),
    ),
    pace=0.92,
    suppleness=0.4,
    grain=20.0,
    flank=(38.0, 0.0),
)

_CAMEL = Body(
    hind=Leg(
        joints=((32.0, 41.0), (38.0, 30.5), (29.0, 19.5), (30.5, 1.7)),
        radii=(6.6, 3.8, 2.2, 1.7),
        extras=(Part("toe", (29.6, 1.5, 1.6), "toe", (33.0, 1.3, 1.4)),),
    ),
    fore=Leg(
        joints=((59.5, 43.5), (51.5, 32.5), (58.5, 17.5), (58.0, 1.7)),
        radii=(5.6, 3.8, 2.3, 1.7),
        roll=0.9,
        extras=(Part("toe", (57.6, 1.5, 1.6), "toe", (61.0, 1.3, 1.4)),),
    ),
    joints=(
        Joint("neck", "chest", (65.0, 45.0), follow=0.5),
        Joint("head", "neck", (80.5, 65.0), follow=0.6),
        Joint("tail", "pelvis", (26.0, 47.0), 0.6, follow=0.5),
        Joint("tip", "tail", (22.5, 38.0)),
    ),
    parts=(
        Part("pelvis", (26.5, 47.0, 1.6), "tail", (22.5, 38.0, 1.0)),
        Part("tail", (22.5, 38.0, 1.0), "tip", (21.5, 31.0, 1.5), "accent"),
        Part("pelvis", (31.5, 45.0, 7.2), "pelvis", (41.0, 44.5, 7.4)),
        Part("pelvis", (41.0, 44.0, 7.8), "chest", (56.0, 43.0, 8.8)),
        Part("pelvis", (40.0, 51.5, 5.0), "chest", (49.0, 51.0, 5.4), "accent"),
        Part("pelvis", (43.6, 55.0, 5.0), "pelvis", (44.6, 61.0, 2.8), "accent"),
        Part("chest", (57.0, 44.0, 8.6), "chest", (64.0, 44.0, 6.4)),
        Part("chest", (66.0, 43.5, 5.2), "neck", (73.5, 45.5, 4.2)),
        Part("neck", (73.5, 45.5, 4.2), "neck", (79.5, 63.0, 3.1)),
        Part("head", (80.5, 65.5, 3.4), "head", (88.5, 62.5, 2.4)),
        Part("head", (79.6, 68.0, 1.1), "head", (78.0, 70.6, 0.5)),
        Part("head", (83.4, 66.2, 0.8), "head", (83.6, 66.2, 0.8), "dark", "front"),
    ),
    pace=0.88,
    suppleness=0.4,
    grain=20.0,
    flank=(41.0, 0.0),
)

_GIRAFFE = Body(
    hind=Leg(
        joints=((36.0, 37.0), (41.0, 27.5), (33.5, 17.0), (35.0, 1.5)),
        radii=(5.8, 3.5, 1.8, 1.4),
        extras=(Part("toe", (34.6, 1.4, 1.5), "toe", (37.0, 1.1, 1.2), "dark"),),
    ),
    fore=Leg(
        joints=((57.0, 40.5), (49.5, 30.0), (56.5, 16.5), (56.0, 1.5)),
        radii=(5.2, 3.4, 1.8, 1.4),
        roll=0.85,
        extras=(Part("toe", (55.6, 1.4, 1.5), "toe", (58.0, 1.1, 1.2), "dark"),),
    ),
    joints=(
        Joint("neck", "chest", (59.0, 46.0), follow=0.4),
        Joint("head", "neck", (71.0, 76.0), follow=0.7),
        Joint("tail", "pelvis", (30.0, 42.0), 0.6, follow=0.5),
        Joint("tip", "tail", (27.0, 33.0)),
    ),
    parts=(
        Part("pelvis", (30.5, 42.0, 1.4), "tail", (27.0, 33.0, 0.9)),
        Part("tail", (27.0, 33.0, 0.9), "tip", (26.0, 25.0, 1.4), "accent"),
        Part("pelvis", (36.0, 39.0, 6.6), "pelvis", (44.0, 40.5, 6.6)),
        Part("pelvis", (44.0, 40.5, 6.8), "chest", (53.0, 42.5, 7.6)),
        Part("chest", (54.0, 43.5, 7.4), "chest", (59.0, 45.0, 6.0)),
        Part("chest", (58.5, 46.0, 5.8), "neck", (70.0, 75.0, 3.0)),
        Part("chest", (55.5, 50.0, 0.9), "neck", (68.0, 77.0, 1.0), "accent"),
        Part("head", (71.0, 77.0, 3.1), "head", (79.0, 72.6, 2.0)),
        Part("head", (69.6, 79.0, 1.0), "head", (66.4, 80.4, 0.5)),
        Part("head", (71.2, 79.6, 0.7), "head", (70.8, 83.4, 1.0), "dark"),
        Part("head", (73.8, 77.4, 0.8), "head", (74.0, 77.4, 0.8), "dark", "front"),
    ),
    pace=0.92,
    suppleness=0.4,
    grain=45.0,
    flank=(36.0, 0.0),
)

_ELEPHANT = Body(
    hind=Leg(
        joints=((31.0, 37.0), (36.2, 23.3), (29.5, 9.0), (31.5, 2.8)),
        radii=(9.5, 6.4, 4.8, 2.8),
        flat=True,
        extras=(Part("foot", (28.6, 4.2, 4.2), "foot", (32.0, 4.0, 4.0)),),
    ),
    fore=Leg(
        joints=((61.0, 39.6), (54.3, 24.8), (60.0, 9.0), (61.0, 2.8)),
        radii=(8.5, 6.0, 4.8, 2.8),
        flat=True,
        roll=0.8,
        extras=(Part("foot", (58.8, 4.2, 4.2), "foot", (62.2, 4.0, 4.0)),),
    ),
    joints=(
        Joint("neck", "chest", (66.0, 52.0), 0.6, follow=0.4),
        Joint("head", "neck", (70.0, 55.0), 0.6),
        Joint("tip", "head", (82.0, 46.0), 0.8, follow=0.5),
        Joint("tail", "pelvis", (17.5, 50.0), 0.6, follow=0.5),
    ),
    parts=(
        Part("pelvis", (18.0, 50.0, 1.6), "tail", (14.5, 36.0, 1.0)),
        Part("tail", (14.5, 36.0, 1.2), "tail", (14.2, 31.0, 1.6), "accent"),
        Part("pelvis", (30.0, 45.0, 13.0), "pelvis", (42.0, 44.5, 14.4)),
        Part("pelvis", (42.0, 44.0, 14.6), "chest", (59.0, 46.0, 13.6)),
        Part("chest", (62.0, 49.0, 11.0), "neck", (69.0, 54.0, 9.5)),
        Part("head", (73.0, 57.5, 8.6), "head", (77.0, 53.0, 7.0)),
        Part("head", (80.0, 50.5, 5.0), "tip", (85.0, 36.0, 3.5)),
        Part("tip", (85.0, 36.0, 3.5), "tip", (85.5, 20.0, 2.4)),
        Part("tip", (85.5, 20.0, 2.4), "tip", (89.0, 15.0, 1.9)),
        Part("head", (80.5, 46.0, 1.4), "head", (90.0, 42.5, 0.6), "ivory", "front"),
        Part("head", (69.5, 57.0, 5.6), "head", (66.5, 50.0, 6.6), "accent", "front"),
        Part("head", (66.5, 50.0, 6.6), "head", (69.0, 43.5, 3.0), "accent", "front"),
        Part("head", (78.5, 57.0, 1.0), "head", (78.7, 57.0, 1.0), "dark", "front"),
    ),
    pace=0.81,
    suppleness=0.2,
    grain=10.0,
    flank=(40.0, 0.0),
)

HERBIVORES = {
    "horse": _HORSE,
    "cow": _COW,
    "camel": _CAMEL,
    "giraffe": _GIRAFFE,
    "elephant": _ELEPHANT,
}
