"""A report whose videos say which one they are and which frame is shown.

Frames of the real video are grey, those of new ones have one colour; frame t has the level
FIRST_LEVEL + 2 * t, which JPEG does not confuse. Names hold signs that mean something to HTML, to
scripts and to Matplotlib.
"""

import numpy as np

from tf_dyngen.evaluation import charts, report
from tf_dyngen.evaluation.figures import FIGURES
from tf_dyngen.evaluation.flow import measure_flow
from tf_dyngen.evaluation.judging import Worst
from tf_dyngen.evaluation.metrics import Estimate

NASTY = '<b>&"fire"\'</b></script>_$x$'
FIRST_LEVEL, NUM_FRAMES, SIZE = 40, 100, 36
REAL_VIDEO, RED, BLUE = "real frames, not learned", f"{NASTY}, seed 0", f"{NASTY}, seed 1"
WORST = Worst(np.full((SIZE, SIZE, 3), 90, np.uint8), 1, 56, 9, 18, 12, 43.2)


def video(*channels, num_frames=NUM_FRAMES):
    """Frames that have their level in some channels and nothing in the others."""
    frames = np.zeros((num_frames, SIZE, SIZE, 3), np.uint8)
    levels = FIRST_LEVEL + 2 * np.arange(num_frames, dtype=np.uint8)
    frames[..., list(channels)] = levels[:, None, None, None]
    return frames


def number_of(level):
    """The number of the frame with such a level."""
    return round((level - FIRST_LEVEL) / 2)


def make():
    # As many digits as figures ever have.
    row = {name: Estimate(-99.99, 99.99) for name in FIGURES}
    flow = measure_flow(np.random.default_rng(0).random((2, SIZE, SIZE, 3)))
    curves = {name: np.ones(9) for name in FIGURES}
    sections = [
        report.Section("Rhythm", "low", charts.draw_spectra({NASTY: np.ones(30)}, 25.0)),
        report.Section("Flow", "fast", charts.draw_flow({"real": flow, NASTY: flow})),
        report.Section("Drift", "none", charts.draw_figures(range(9), curves, "frame")),
        report.Section("Training", "up", charts.draw_training({"a": [{"step": 1, "psnr": 30.0}]})),
    ]
    others = ["n" * 80, *(f"a baseline with a long name, number {n}" for n in range(7))]
    return report.Report(
        title=f"Evaluation of {NASTY}",
        subtitle="sub",
        verdicts={NASTY: ["The verdict.", "More."]},
        baselines={"real continuation": ["The most."]},
        notes=["Where the held-out frames come from."],
        real_video=(REAL_VIDEO, video(0, 1, 2)),
        new_videos={RED: video(0), BLUE: video(2, num_frames=80), "still": video(1)[:1]},
        quiz={NASTY: [RED, BLUE], "still": ["still"]},
        frame_rate=25.0,
        worst={NASTY: WORST, "real continuation": WORST._replace(distance=18.0)},
        usual_distance=18.0,
        figures={NASTY: row, "real continuation": row, **dict.fromkeys(others, row)},
        real="real continuation",
        charts=sections,
        settings={"model.state_size": 40},
        versions={"python": "3"},
    )
