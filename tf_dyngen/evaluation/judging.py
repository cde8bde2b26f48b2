"""All figures of one kind of video: a row of the table."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tf_dyngen.evaluation.diversity import diversity
from tf_dyngen.evaluation.flow import (
    FlowStatistics,
    direction_distance,
    mean_flow,
    measure_flow,
    speed_distance,
)
from tf_dyngen.evaluation.memorisation import nearness
from tf_dyngen.evaluation.metrics import Estimate, Reality, cut, settled, split_held_out
from tf_dyngen.evaluation.spectra import temporal_spectrum

# Pairs of frames whose flow is measured, for each video; fewer where frames are larger.
NUM_PAIRS, PAIRS_SIZE = 60, 64 * 64
FEWEST_PAIRS = 10
# Distances below this are rounding.
SMALLEST = 1e-6


class Row(NamedTuple):
    """What videos of one kind score.

    figures: name -> mean over the videos and standard error; those of `Fidelity`, and
      flow_speed: Wasserstein distance of the speeds to the real ones, pixels a frame;
      flow_direction: share of the motion that goes elsewhere than in reality;
      nearest_frame, nearest_window: distance to the nearest training frame and window, over that of
        real frames that were not learned; replayed: see `Nearness`;
      diversity: where there are several videos, see there.
    spectrum: mean temporal spectrum of their windows, [window // 2]; flow: of all of them.
    """

    figures: dict[str, Estimate]
    spectrum: np.ndarray
    flow: FlowStatistics


class Judge:
    """Judges videos beside the real frames of a clip.

    Args:
      training: [T, H, W, C] in [0, 1].
      held_out: [T', H, W, C]; None if there are none: see `Reality`. Flow is then compared with
        that of the training frames, and nearness with the distance of frames of its two halves.
    """

    def __init__(self, training: np.ndarray, held_out: np.ndarray | None):
        self.reality = Reality(training, held_out)
        self._training = training
        self._reference = training if held_out is None else held_out
        size = self._reference.shape[1] * self._reference.shape[2]
        self._num_pairs = max(FEWEST_PAIRS, min(NUM_PAIRS, NUM_PAIRS * PAIRS_SIZE // size))
        self.flow = measure_flow(self._reference, self._num_pairs)
        if held_out is None:
            first, second = np.array_split(training, 2)
            self._usual = nearness(second, first)
        else:
            self._usual = nearness(held_out, training)

    def row(self, videos: Sequence[np.ndarray], *, settles: bool = True) -> Row:
        """Judges videos of one kind.

        Args:
          videos: of `reality.window` frames or more.
          settles: see `Reality.judge`.
        """
        window = self.reality.window
        parts = [settled(video, window, settles) for video in videos]
        flows = [measure_flow(part, self._num_pairs) for part in parts]
        near = [nearness(part, self._training) for part in parts]
        frame, whole = self._usual.frame_distance, self._usual.window_distance
        columns = {
            "flow_speed": [speed_distance(flow, self.flow) for flow in flows],
            "flow_direction": [direction_distance(flow, self.flow) for flow in flows],
            "nearest_frame": [n.frame_distance / max(frame, SMALLEST) for n in near],
            "nearest_window": [n.window_distance / max(whole, SMALLEST) for n in near],
            "replayed": [n.replayed for n in near],
        }
        figures = self.reality.judge_several(videos, settles=settles)
        figures |= {name: Estimate.of(values) for name, values in columns.items()}
        if len(videos) > 1:
            real = np.concatenate([self._training, self._reference])
            shortest = min(map(len, parts))
            figures["diversity"] = Estimate(diversity([part[:shortest] for part in parts], real))
        windows = [piece for part in parts for piece in cut(part, window)]
        spectrum = np.mean([temporal_spectrum(piece) for piece in windows], axis=0)
        return Row(figures, spectrum, mean_flow(flows))


def judge_continuation(training: np.ndarray, held_out: np.ndarray | None) -> Row | None:
    """Judges the real continuation, see `split_held_out`; None where there is too little of it."""
    halves = split_held_out(training, held_out)
    if halves is None:
        return None
    continuation, others = halves
    return Judge(training, others).row([continuation], settles=False)
