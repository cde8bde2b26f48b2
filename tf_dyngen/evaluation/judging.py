"""All figures of one kind of video: a row of the table."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from tf_dyngen.errors import UserError
from tf_dyngen.evaluation import oriented
from tf_dyngen.evaluation.colour import ClipColours
from tf_dyngen.evaluation.concurrency import num_threads, ordered_map
from tf_dyngen.evaluation.drift import Drift, summarise_drift
from tf_dyngen.evaluation.figures import FIGURES
from tf_dyngen.evaluation.flow import (
    FlowStatistics,
    direction_distance,
    mean_flow,
    measure_flow,
    speed_distance,
)
from tf_dyngen.evaluation.frechet import FeatureExtractor, NetworkDistance
from tf_dyngen.evaluation.metrics import WINDOW, Estimate, Fidelity, Reality, cut
from tf_dyngen.evaluation.newness import Newness
from tf_dyngen.evaluation.novelty import diversity, thumbnail
from tf_dyngen.evaluation.seams import ClipSteps
from tf_dyngen.evaluation.spectra import temporal_spectrum
from tf_dyngen.evaluation.strangest import ClipSquares, Worst, looked_at
from tf_dyngen.evaluation.stretches import StretchDistance, stretch_length
from tf_dyngen.evaluation.windows import cut_stream, settled_stream

# Pairs of frames of a window whose flow is measured; fewer where frames are larger.
NUM_PAIRS, PAIRS_SIZE, FEWEST_PAIRS = 12, 64 * 64, 4
# Of the learned and of the held-out frames, windows that videos are judged beside.
MOST_WINDOWS = 5
# Of the held-out windows, how many are judged beside the others.
MOST_CONTINUATIONS = 3
# A clip whose own steps are never steeper than learned ones has this share of such steps.
SMALLEST_SHARE = 1e-4


class Row(NamedTuple):
    """What videos of one kind score.

    figures: name -> mean over the videos and standard error, see `figures.FIGURES`; those that
      cannot be known of such videos or of such a clip are left out.
    spectrum: mean temporal spectrum of their windows, [window // 2]; flow: of all of them;
    worst: the place that is farthest from the clip.
    """

    figures: dict[str, Estimate]
    spectrum: np.ndarray
    flow: FlowStatistics
    worst: Worst | None


class _Window(NamedTuple):
    """What is measured of a window.

    thumbnails: of its frames; looked_at: some of them; numbers: of these in their video.
    """

    figures: dict[str, float]
    spectrum: np.ndarray
    flow: FlowStatistics
    thumbnails: np.ndarray
    looked_at: np.ndarray
    numbers: np.ndarray


class _Video(NamedTuple):
    """figures of a video; spectrum and flow, means over its windows; thumbnails of its frames."""

    figures: dict[str, float]
    spectrum: np.ndarray
    flow: FlowStatistics
    thumbnails: np.ndarray
    worst: Worst


class Judge:
    """Judges videos beside the real frames of a clip, window by window.

    Args:
      training: [T, H, W, C] uint8: what was learned.
      held_out: [T', H, W, C] uint8; None if there are none: videos are then judged beside the
        learned frames, and what is divided by are distances between their two halves.
      extractor: network for `frechet_distance`, if it is wanted.
    """

    def __init__(
        self,
        training: np.ndarray,
        held_out: np.ndarray | None,
        *,
        extractor: FeatureExtractor | None = None,
    ):
        self.window = min(WINDOW, len(training))
        learned = _spread(cut(training, self.window))
        others = [] if held_out is None else _spread(cut(held_out, self.window))
        if not others:
            held_out = None
        units = [_to_unit(np.concatenate(side)) for side in (learned, others) if side]
        self._reality = Reality(units[0], units[1] if others else None)
        clip = [*learned, *others]
        self._measures = _measures(learned, others)
        if extractor is not None:
            _add_network(self._measures, extractor, learned, others)
        self._threads = num_threads(self.window * training[0].size)
        size = training.shape[1] * training.shape[2]
        self._num_pairs = max(FEWEST_PAIRS, min(NUM_PAIRS, NUM_PAIRS * PAIRS_SIZE // size))
        self.flow = mean_flow([self._measure_flow(window) for window in others or learned])
        self._squares = ClipSquares(np.concatenate(clip))
        self._newness = Newness(training, held_out)

    def row(self, videos: Iterable[Iterable[np.ndarray]], *, settles: bool = True) -> Row:
        """Judges videos of one kind.

        Args:
          videos: each gives blocks of frames [n, H, W, C] uint8, of any n, which are not kept.
          settles: whether to leave out the first window of each, where there are more.
        Raises: UserError where a video is shorter than a window.
        """
        judged = [self._judge(number, video, settles) for number, video in enumerate(videos)]
        figures = {
            name: Estimate.of([video.figures[name] for video in judged])
            for name in FIGURES
            if all(np.isfinite(video.figures.get(name, np.nan)) for video in judged)
        }
        if len(judged) > 1:
            spread = diversity([video.thumbnails for video in judged], self._newness.clip)
            figures["diversity"] = Estimate(spread)
        return Row(
            figures=figures,
            spectrum=np.mean([video.spectrum for video in judged], axis=0),
            flow=mean_flow([video.flow for video in judged]),
            worst=max((video.worst for video in judged), key=lambda worst: worst.distance),
        )

    def drift(self, blocks: Iterable[np.ndarray]) -> Drift:
        """Judges one long video window by window, by the figures of `Fidelity`."""
        windows = enumerate(cut_stream(blocks, self.window))

        def judge(numbered: tuple[int, np.ndarray]) -> Fidelity:
            return self._reality.judge_window(_to_unit(numbered[1]), numbered[0])

        return summarise_drift(list(ordered_map(judge, windows, self._threads)))

    def quick(self, blocks: Iterable[np.ndarray]) -> dict[str, float]:
        """Returns the figures of a video that take no time to speak of: a second a window."""
        windows = settled_stream(blocks, self.window, settles=True)
        return _mean([self._judge_window(window, number) for number, window in windows])

    def _judge(self, number: int, blocks: Iterable[np.ndarray], settles: bool) -> _Video:
        """Judges the video of that number."""
        numbered = settled_stream(blocks, self.window, settles=settles)
        windows = list(ordered_map(self._measure, numbered, self._threads))
        if not windows:
            advice = f"give videos of {self.window} frames or more"
            raise UserError(f"video {number + 1} is shorter than a window", advice)
        flow = mean_flow([window.flow for window in windows])
        small, frames, numbers = (
            np.concatenate([getattr(window, name) for window in windows])
            for name in ("thumbnails", "looked_at", "numbers")
        )
        figures = {
            **_mean([window.figures for window in windows]),
            **self._newness.measure(small),
            "speed": speed_distance(flow, self.flow),
            "direction": direction_distance(flow, self.flow),
        }
        worst = self._squares.farthest(frames, numbers, number)
        spectrum = np.mean([window.spectrum for window in windows], axis=0)
        return _Video(figures, spectrum, flow, small, worst)

    def _measure(self, numbered: tuple[int, np.ndarray]) -> _Window:
        """Measures the window of that number of a video."""
        number, window = numbered
        times = looked_at(self.window)
        return _Window(
            self._judge_window(window, number),
            temporal_spectrum(_to_unit(window)),
            self._measure_flow(window),
            thumbnail(window),
            window[times],
            number * self.window + times,
        )

    def _judge_window(self, window: np.ndarray, number: int) -> dict[str, float]:
        figures = self._reality.judge_window(_to_unit(window), number)._asdict()
        return figures | {name: measure(window) for name, measure in self._measures.items()}

    def _measure_flow(self, window: np.ndarray) -> FlowStatistics:
        return measure_flow(_to_unit(window), self._num_pairs)


def judge_continuation(training: np.ndarray, held_out: np.ndarray | None) -> Row | None:
    """Judges held-out windows, each beside the learned frames and the other held-out ones.

    What they score is the most that a synthesis can hope for.

    Returns: their mean and standard error; None where there are fewer than two windows.
    """
    window = min(WINDOW, len(training))
    windows = [] if held_out is None else _spread(cut(held_out, window))
    if len(windows) < 2:
        return None

    rows = [
        # One after the other: a judge holds several times its frames.
        Judge(training, np.concatenate(windows[:number] + windows[number + 1 :])).row(
            [[windows[number]]], settles=False
        )
        for number in range(min(MOST_CONTINUATIONS, len(windows)))
    ]
    figures = {
        name: Estimate.of([row.figures[name].mean for row in rows])
        for name in rows[0].figures
        if all(name in row.figures for row in rows)
    }
    worst = max((row.worst for row in rows if row.worst), key=lambda worst: worst.distance)
    spectrum = np.mean([row.spectrum for row in rows], axis=0)
    return Row(figures, spectrum, mean_flow([row.flow for row in rows]), worst)


def _measures(
    learned: Sequence[np.ndarray], others: Sequence[np.ndarray]
) -> dict[str, Callable[[np.ndarray], float]]:
    """Returns the figures of single windows of uint8 frames."""
    clip = [*learned, *others]
    small = [oriented.shrink(window) for window in clip]
    energy = np.mean([oriented.difference_energy(window) for window in small], axis=0)
    features = {
        "look": (1, oriented.look_features),
        "move": (
            oriented.FEWEST_MOVING,
            lambda frames: oriented.move_features(frames, energy),
        ),
    }
    measures: dict[str, Callable[[np.ndarray], float]] = {}
    for name, (fewest, function) in features.items():
        if stretch_length(small) >= fewest:
            distance = StretchDistance(small, function)
            measures[name] = lambda window, distance=distance: distance(oriented.shrink(window))
    measures["colour"] = ClipColours(*clip).strange_share
    first, second = learned, others
    if not others:
        halves = np.array_split(np.concatenate(learned), 2)
        first, second = halves[:1], halves[1:]
    steps = ClipSteps(np.concatenate(first))
    shares = [steps.steeper_share(window) for window in second]
    usual = max(float(np.mean(shares)), SMALLEST_SHARE)
    measures["seams"] = lambda window: steps.steeper_share(window) / usual
    return measures


def _add_network(measures, extractor, learned, others) -> None:
    """Adds the figure of a network where windows are long enough for it."""
    if len(learned[0]) < extractor.num_frames:
        return
    units = [[_to_unit(window) for window in side] for side in (learned, others)]
    distance = NetworkDistance(extractor, units[0], units[1] or None)
    measures["frechet_distance"] = lambda window: distance(_to_unit(window))


def _spread(windows: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Returns MOST_WINDOWS at most, evenly spread."""
    chosen = np.linspace(0, len(windows) - 1, min(MOST_WINDOWS, len(windows)))
    return [windows[int(number)] for number in chosen]


def _mean(scores: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: float(np.mean([score[name] for score in scores])) for name in scores[0]}


def _to_unit(frames: np.ndarray) -> np.ndarray:
    """Brings uint8 to float32 in [0, 1]."""
    return frames.astype(np.float32) / np.float32(255.0)
