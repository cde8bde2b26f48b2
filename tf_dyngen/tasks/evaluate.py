"""A run judged beside real frames, linear dynamic textures and simple baselines."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tf_dyngen.errors import UserError
from tf_dyngen.evaluation import linear_baseline
from tf_dyngen.evaluation.drift import Drift, measure_drift
from tf_dyngen.evaluation.frechet import FeatureExtractor, video_distance
from tf_dyngen.evaluation.judging import Judge, Row, judge_continuation
from tf_dyngen.evaluation.metrics import Estimate
from tf_dyngen.evaluation.reconstruction import psnr, ssim
from tf_dyngen.evaluation.simple_baselines import SIMPLE_BASELINES
from tf_dyngen.tasks.clip_catalogue import CatalogueEntry, ClipCatalogue
from tf_dyngen.tasks.real_frames import RealFrames
from tf_dyngen.tasks.synthesize import Synthesizer
from tf_dyngen.training.restore import TrainedRun, load_run

REAL = "real continuation"
LINEAR = "linear dynamic texture"
LINEAR_AS_PUBLISHED = "linear, least squares"
# Seeds of the baselines, enough to see the spread.
NUM_BASELINE_VIDEOS = 3
NUM_DRIFT_FRAMES = 3000
# Of a run's syntheses, how many a report shows.
NUM_SHOWN = 2


class Request(NamedTuple):
    """What to make of each run: videos with the seeds seed, seed + 1, ... and a long one."""

    num_frames: int
    num_videos: int
    seed: int = 0
    drift_frames: int = NUM_DRIFT_FRAMES


class RunFigures(NamedTuple):
    """What only a run has.

    step: of its checkpoint; reconstruction: psnr and ssim of the learned frames, nothing where
    chains or frames are not kept; drift: of a long synthesis.
    """

    step: int
    reconstruction: dict[str, float]
    drift: Drift


class Assessment(NamedTuple):
    """What is known of a run, of videos that are given, or of the baselines.

    rows: kind of video -> its figures; shown: caption -> frames [T, H, W, C] uint8 worth seeing;
    run: None where there is none.
    """

    name: str
    rows: dict[str, Row]
    shown: dict[str, np.ndarray]
    run: RunFigures | None = None


class OpenedRun(NamedTuple):
    """A trained run and the clip that it is judged by."""

    name: str
    run: TrainedRun
    catalogue: ClipCatalogue
    entry: CatalogueEntry


def open_run(workdir: Path, clip: str | None, report: Callable[[str], None]) -> OpenedRun:
    """Restores a run; UserError if there is none, or no such trained clip.

    Args:
      workdir: of the run.
      clip: id or name of a trained clip; None is the first.
      report: called with a line where something is passed over.
    """
    run = load_run(workdir, report)
    catalogue = ClipCatalogue(workdir, run.record)
    entry = catalogue.trained[0] if clip is None else catalogue.find(clip)
    if entry.path is not None:
        raise UserError(f"{clip} was inferred, not trained", "name a clip that the run has learned")
    return OpenedRun(workdir.absolute().name, run, catalogue, entry)


class Assessor:
    """Judges runs and videos beside one clip's real frames.

    Args:
      real: frames of the clip.
      num_components: of the linear dynamic textures.
      extractor: of features for the Frechet video distance, if it is wanted.
    """

    def __init__(
        self, real: RealFrames, num_components: int, extractor: FeatureExtractor | None = None
    ):
        self.real = real
        self._training = _to_unit(real.training)
        self._held_out = None if real.held_out is None else _to_unit(real.held_out)
        self.judge = Judge(self._training, self._held_out)
        self._num_components = min(num_components, len(self._training) - 1)
        self._extractor = extractor

    def assess_run(self, opened: OpenedRun, request: Request) -> Assessment:
        """Judges a run's reconstruction, syntheses of several seeds and one long synthesis."""
        run, name = opened.run, opened.name
        synthesizer = Synthesizer(run.generator)
        appearance, shown, figures = None, {}, {}
        if opened.entry.record.clip_id in run.chains.rows:
            latents = run.chains.of_clip(opened.entry.record.clip_id)
            appearance = latents.appearance[0]
            frames = _join(synthesizer.render(latents, opened.entry.record.num_frames))
            shown[f"{name}, reconstruction"] = frames
            # Another run than the first may have learned other frames.
            learned = opened.catalogue.observed(opened.entry)
            if learned is not None:
                sides = _to_unit(frames), _to_unit(learned)
                figures = {"psnr": psnr(*sides), "ssim": ssim(*sides)}

        def synthesize(length: int, seed: int) -> np.ndarray:
            pieces = synthesizer.synthesize(num_frames=length, seed=seed, appearance=appearance)
            return _join(pieces)

        seeds = range(request.seed, request.seed + request.num_videos)
        videos = [synthesize(request.num_frames, seed) for seed in seeds]
        for seed, video in zip(seeds[:NUM_SHOWN], videos, strict=False):
            shown[f"{name}, synthesis, seed {seed}"] = video
        long = _to_unit(synthesize(request.drift_frames, request.seed))
        drift = measure_drift(long, self.judge.reality)
        return Assessment(
            name, {name: self._row(videos)}, shown, RunFigures(run.step, figures, drift)
        )

    def assess_videos(self, videos: dict[str, np.ndarray]) -> Assessment:
        """Judges videos that are given, each on its own."""
        rows = {name: self._row([frames]) for name, frames in videos.items()}
        return Assessment("videos", rows, videos)

    def assess_baselines(self, num_frames: int) -> Assessment:
        """Judges the real continuation, linear dynamic textures and simple baselines."""
        rows, shown = {}, {"learned frames": self.real.training}
        real = judge_continuation(self._training, self._held_out)
        if real is not None:
            rows[REAL] = real
        if self.real.held_out is not None:
            shown["real frames, not learned"] = self.real.held_out[:num_frames]
        for name, dynamics in (
            (LINEAR, linear_baseline.YULE_WALKER),
            (LINEAR_AS_PUBLISHED, linear_baseline.LEAST_SQUARES),
        ):
            texture = linear_baseline.fit(self._training, self._num_components, dynamics)
            videos = [
                linear_baseline.synthesize(texture, num_frames, seed)
                for seed in range(NUM_BASELINE_VIDEOS)
            ]
            rows[name] = self._row([_to_bytes(video) for video in videos])
            shown[name] = _to_bytes(videos[0])
        for name, make in SIMPLE_BASELINES.items():
            rows[name] = self._row([_to_bytes(make(self._training, num_frames, 0))])
        return Assessment("baselines", rows, shown)

    def _row(self, videos: Sequence[np.ndarray]) -> Row:
        units = [_to_unit(video) for video in videos]
        row = self.judge.row(units)
        if self._extractor is None:
            return row
        reality = self._training if self._held_out is None else self._held_out
        distance = video_distance(self._extractor, units, [reality])
        if distance is None:
            return row
        return row._replace(figures={**row.figures, "frechet_distance": Estimate(distance)})


def _to_unit(frames: np.ndarray) -> np.ndarray:
    """Brings uint8 to float32 in [0, 1]."""
    return frames.astype(np.float32) / np.float32(255.0)


def _to_bytes(frames: np.ndarray) -> np.ndarray:
    """Brings [0, 1] to uint8, as videos are saved."""
    return np.rint(frames * 255.0).astype(np.uint8)


def _join(pieces: Iterator[np.ndarray]) -> np.ndarray:
    return np.concatenate(list(pieces))
