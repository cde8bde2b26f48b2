"""The figures that videos are judged by: their names, which are alike wherever they appear."""

from typing import NamedTuple


class Figure(NamedTuple):
    """What a figure is.

    title: heading of its column; wanted: what reality scores; meaning: one sentence; group: those
    that are shown together.
    """

    title: str
    wanted: str
    meaning: str
    group: str


LOOK, MOVE, ENERGY, NEWNESS = "look", "move", "energy", "newness"
GROUPS = (LOOK, MOVE, ENERGY, NEWNESS)

FIGURES = {
    "look": Figure(
        "look",
        "1",
        "Distance of the statistics of oriented filters to the clip's, over that of real frames.",
        LOOK,
    ),
    "move": Figure(
        "move",
        "1",
        "The same of how things move, the amount of motion taken out.",
        MOVE,
    ),
    "motion": Figure(
        "motion",
        "1",
        "Mean squared difference of consecutive frames, over the learned frames'.",
        ENERGY,
    ),
    "variance": Figure("variance", "1", "Variance over time, over the learned frames'.", ENERGY),
    "rhythm": Figure(
        "rhythm",
        "0",
        "Root mean square difference of the logarithms of the temporal power spectra.",
        MOVE,
    ),
    "sharpness": Figure(
        "sharpness",
        "1",
        "Mean squared difference of neighbouring pixels, over the learned frames'.",
        LOOK,
    ),
    "colour": Figure(
        "colour",
        "0",
        "Share of pixels whose colour is over 24 levels from all that the clip has near there.",
        LOOK,
    ),
    "seams": Figure(
        "seams",
        "1",
        "Share of straight steps of brightness steeper than any learned near there, over held-out "
        "frames'.",
        LOOK,
    ),
    "novelty": Figure(
        "novelty",
        "1",
        "Distance of 8 frames to the nearest learned 8, over that of held-out frames; copies: 0.",
        NEWNESS,
    ),
    "copied": Figure("copied", "0", "Share of stretches of 8 frames that are copies.", NEWNESS),
    "repetition": Figure(
        "repetition",
        "1",
        "Distance of 8 frames to the nearest earlier 8, over that in the clip; repeats: 0.",
        NEWNESS,
    ),
    "speed": Figure(
        "speed",
        "0",
        "Distance of the distributions of the speed of optical flow, in pixels a frame.",
        MOVE,
    ),
    "direction": Figure(
        "direction", "0", "Share of the motion that goes elsewhere, by place.", MOVE
    ),
    "patches": Figure(
        "patches",
        "1",
        "Sliced Wasserstein distance of space-time patches to held-out ones, over the learned "
        "frames'.",
        LOOK,
    ),
    "diversity": Figure(
        "diversity",
        "1",
        "Mean squared difference of two videos, over that of two unrelated real moments.",
        NEWNESS,
    ),
    "frechet_distance": Figure(
        "look of your network",
        "1",
        "Frechet distance of features of the given network, over the learned frames'.",
        LOOK,
    ),
}
