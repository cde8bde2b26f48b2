"""A run judged beside real frames, linear dynamic textures, video textures and simple baselines."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tf_dyngen.errors import UserError
from tf_dyngen.evaluation import linear_baseline, video_textures
from tf_dyngen.evaluation.drift import Drift
from tf_dyngen.evaluation.frechet import FeatureExtractor
from tf_dyngen.evaluation.judging import Judge, Row, judge_continuation
from tf_dyngen.evaluation.metrics import WINDOW
from tf_dyngen.evaluation.reconstruction import ssim
from tf_dyngen.evaluation.simple_baselines import SIMPLE_BASELINES
from tf_dyngen.model.attention.generator import AttentionGenerator
from tf_dyngen.tasks.ahead import one_ahead
from tf_dyngen.tasks.clip_catalogue import CatalogueEntry, ClipCatalogue
from tf_dyngen.tasks.evaluation_progress import Progress
from tf_dyngen.tasks.infer import MomentInference, psnr_of
from tf_dyngen.tasks.real_frames import RealFrames
from tf_dyngen.tasks.shown_frames import showing, shown
from tf_dyngen.tasks.synthesize import Synthesizer
from tf_dyngen.training.restore import TrainedRun, load_run
from tf_dyngen.video.clips import read_blocks, to_model_range

REAL = "real continuation"
LINEAR = "linear dynamic texture"
LINEAR_AS_PUBLISHED = "linear, least squares"
VIDEO_TEXTURES = "video textures"
# Videos of the linear dynamic texture, enough to see the spread.
NUM_LINEAR_VIDEOS = 3
# A baseline's video has no more frames and, in float32, no more bytes, but a window at least:
# simple ones are made whole, and several times as much is held while that is done.
MOST_BASELINE_FRAMES, MOST_BASELINE_BYTES = 240, 64_000_000
NUM_DRIFT_FRAMES = 3000
# Of a run's videos, how many a report shows.
NUM_SHOWN = 2
# Of held-out frames no more are explained.
MOST_EXPLAINED = 240
# Of a given video no more frames are judged.
LONGEST_VIDEO = 3000


class Request(NamedTuple):
    """What to make of each run: videos with the seeds seed, seed + 1, ... and a long one."""

    num_frames: int
    num_videos: int
    seed: int = 0
    drift_frames: int = NUM_DRIFT_FRAMES


class RunFigures(NamedTuple):
    """What only a run has.

    step: of its checkpoint; reconstruction: psnr and ssim of the learned frames, nothing where
    chains or frames are not kept; drift: of a long synthesis; left_out: psnr of frames that were
    not learned, explained by a model whose memory holds those that were; None of other models.
    """

    step: int
    reconstruction: dict[str, float]
    drift: Drift
    left_out: float | None = None


class Assessment(NamedTuple):
    """What is known of a run, of videos that are given, or of the baselines.

    rows: kind of video -> its figures; shown: caption -> the first frames, [T, H, W, C] uint8, see
    `shown_frames`; run: None where there is none.
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
    """Judges runs and videos beside one clip's real frames; no video is held whole.

    Args:
      real: frames of the clip.
      num_components: of the linear dynamic textures.
      extractor: of features for figures of a network of the user's, if they are wanted.
      progress: is told what is judged.
    """

    def __init__(
        self,
        real: RealFrames,
        num_components: int,
        extractor: FeatureExtractor | None = None,
        *,
        progress: Progress,
    ):
        self.real = real
        self._progress = progress
        progress.say(f"measuring {real.name}")
        self.judge = Judge(real.training, real.held_out, extractor=extractor)
        self._num_components = min(num_components, len(real.training) - 1)

    def assess_run(self, opened: OpenedRun, request: Request) -> Assessment:
        """Judges a run's reconstruction, videos of several seeds and one long video."""
        name = opened.name
        synthesizer = Synthesizer(opened.run.generator)
        pictures, reconstruction = self._reconstruct(opened, synthesizer)
        appearance = None
        if opened.entry.record.clip_id in opened.run.chains.rows:
            appearance = opened.run.chains.of_clip(opened.entry.record.clip_id).appearance[0]

        def synthesize(length: int, seed: int) -> Iterator[np.ndarray]:
            frames = synthesizer.synthesize(num_frames=length, seed=seed, appearance=appearance)
            return one_ahead(frames)

        videos = {
            f"{name}, synthesis, seed {seed}": synthesize(request.num_frames, seed)
            for seed in range(request.seed, request.seed + request.num_videos)
        }
        self._progress.expect(request.num_videos * request.num_frames + request.drift_frames)
        row = self._row(name, videos, pictures, NUM_SHOWN)
        long = synthesize(request.drift_frames, request.seed)
        drift = self.judge.drift(self._progress.watch(long, f"judging {name}, the long video"))
        figures = RunFigures(
            opened.run.step, reconstruction, drift, self._left_out(opened, synthesizer)
        )
        return Assessment(name, {name: row}, pictures, figures)

    def assess_videos(self, videos: Mapping[str, Path]) -> Assessment:
        """Judges videos in files, each on its own, at the size of the real frames."""
        rows, pictures = {}, {}
        _, height, width, channels = self.real.training.shape
        for name, path in videos.items():
            blocks = read_blocks(
                path, num_frames=LONGEST_VIDEO, size=(height, width), channels=channels
            )
            rows[name] = self._row(name, {name: blocks}, pictures, 1)
        return Assessment("videos", rows, pictures)

    def assess_baselines(self, num_frames: int) -> Assessment:
        """Judges the real continuation, linear dynamic textures, video textures and simple ones.

        Args:
          num_frames: of a video; see MOST_BASELINE_FRAMES.
        """
        fitting = MOST_BASELINE_BYTES // (4 * self.real.training[0].size)
        length = min(num_frames, MOST_BASELINE_FRAMES, max(fitting, WINDOW))
        rows, pictures = {}, {"learned frames": shown(self.real.training)}
        self._progress.say(f"judging {REAL}")
        continuation = judge_continuation(self.real.training, self.real.held_out)
        if continuation is not None:
            rows[REAL] = continuation
        if self.real.held_out is not None:
            pictures["real frames, not learned"] = shown(self.real.held_out)
        baselines = self._baselines(length)
        self._progress.expect(length * sum(len(videos) for videos in baselines.values()))
        for name, videos in baselines.items():
            rows[name] = self._row(name, videos, pictures, name not in SIMPLE_BASELINES)
        return Assessment("baselines", rows, pictures)

    def _baselines(self, length: int) -> dict[str, dict[str, Iterator[np.ndarray]]]:
        """Returns kind of baseline -> caption -> video, which is made once it is asked for."""
        training = self.real.training / np.float32(255.0)
        found: dict[str, dict[str, Iterator[np.ndarray]]] = {}
        for name, dynamics, number in (
            (LINEAR, linear_baseline.YULE_WALKER, NUM_LINEAR_VIDEOS),
            (LINEAR_AS_PUBLISHED, linear_baseline.LEAST_SQUARES, 1),
        ):
            texture = linear_baseline.fit(training, self._num_components, dynamics)
            captions = [name, *(f"{name}, seed {seed}" for seed in range(1, number))]
            found[name] = {
                caption: _to_bytes(linear_baseline.synthesize_blocks(texture, length, seed))
                for seed, caption in enumerate(captions)
            }
        makers = {VIDEO_TEXTURES: video_textures.synthesize, **SIMPLE_BASELINES}
        for name, make in makers.items():
            found[name] = {name: _to_bytes(_made(make, training, length))}
        return found

    def _reconstruct(
        self, opened: OpenedRun, synthesizer: Synthesizer
    ) -> tuple[dict[str, np.ndarray], dict[str, float]]:
        """Returns the reconstruction by caption, and its PSNR and SSIM; nothing where none is."""
        record = opened.entry.record
        if record.clip_id not in opened.run.chains.rows:
            return {}, {}
        latents = opened.run.chains.of_clip(record.clip_id)
        caption = f"{opened.name}, reconstruction"
        self._progress.expect(record.num_frames)
        pictures: dict[str, np.ndarray] = {}
        frames = self._progress.watch(
            synthesizer.render(latents, record.num_frames), f"judging {caption}"
        )
        frames = showing(frames, pictures, caption)
        # Another run than the first may have learned other frames.
        learned = opened.catalogue.observed(opened.entry, opened.run)
        if learned is None:
            for _ in frames:
                pass
            return pictures, {}
        return pictures, _compare(frames, learned)

    def _left_out(self, opened: OpenedRun, synthesizer: Synthesizer) -> float | None:
        """Returns the PSNR of held-out frames by the moments of a memory without them."""
        generator, held_out = opened.run.generator, self.real.held_out
        if held_out is None or not isinstance(generator, AttentionGenerator):
            return None
        inference = MomentInference(generator, synthesizer)
        fit = inference.infer(to_model_range(held_out[:MOST_EXPLAINED]))
        return psnr_of(fit.error)

    def _row(
        self,
        name: str,
        videos: Mapping[str, Iterable[np.ndarray]],
        pictures: dict[str, np.ndarray],
        num_shown: int,
    ) -> Row:
        """Judges videos of one kind; the first frames of so many of them go into the pictures."""

        def watched() -> Iterator[Iterator[np.ndarray]]:
            for number, (caption, blocks) in enumerate(videos.items()):
                count = f", video {number + 1} of {len(videos)}" if len(videos) > 1 else ""
                seen = self._progress.watch(blocks, f"judging {name}{count}")
                yield showing(seen, pictures, caption) if number < num_shown else seen

        return self.judge.row(watched())


def _compare(frames: Iterable[np.ndarray], learned: np.ndarray) -> dict[str, float]:
    """Returns the PSNR, in dB, and the structural similarity of blocks of frames."""
    start, squares, similarity = 0, 0.0, 0.0
    for block in frames:
        sides = [side / np.float32(255.0) for side in (block, learned[start : start + len(block)])]
        squares += float(np.square(sides[0] - sides[1], dtype=np.float64).sum())
        similarity += ssim(*sides) * len(block)
        start += len(block)
    mse = squares / learned[:start].size
    psnr = -10.0 * np.log10(mse) if mse > 0 else np.inf
    return {"psnr": float(psnr), "ssim": similarity / start}


def _made(make: Callable, training: np.ndarray, length: int) -> Iterator[np.ndarray]:
    yield make(training, length, 0)


def _to_bytes(blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Brings blocks in [0, 1] to uint8, as videos are saved."""
    for block in blocks:
        yield np.rint(block * 255.0).astype(np.uint8)
