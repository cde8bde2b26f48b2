"""The start of the attention model: what is chosen by the clips, the memory, and the chains.

Clips differ in how near their moments come to each other, measured in steps from frame to frame. In
a fire the next moment but one is as near as any; a sea comes back to where it was only once in a
long while. Where moments are far from each other, patches change over more frames, and the state
forgets more slowly. The picture is shared out into as many parts as leave new video near the clip:
a fire into several, a flag, whose parts move as one, into none, lamps into the regions that move
apart.
"""

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf

from tf_dyngen.config import AttentionConfig, Config, VideoConfig
from tf_dyngen.errors import UserError
from tf_dyngen.inference.chains import Chains
from tf_dyngen.model.attention.generator import AttentionGenerator
from tf_dyngen.model.attention.layout import layout_of
from tf_dyngen.model.attention.memory import low_frames_of, shrink_clip
from tf_dyngen.model.attention.parts import find_regions
from tf_dyngen.training.workers import Workers
from tf_dyngen.video.clip_store import ClipStore

# Frames this near in time do not count as near in looks.
NEAR_IN_TIME = 3
MOST_FADE = 3
MOST_RETENTION = 0.75
MOST_PARTS = 2
# Frames of the trial videos that decide on the parts, those before them that are not judged, and
# the moments of the clip that they are compared with.
NUM_SETTLING, NUM_TRIED, MOST_COMPARED = 30, 150, 60
# Of low frames: patches of trial videos, and how far apart they are taken.
PATCH, STRIDE = 8, 4
# How far patches of new video may be from the clip's, over what patches of the clip are from those
# of its other moments, in its worse frames: the mean over all frames hides that a flag is torn now
# and then. By this figure fires, water, rain and smoke score 0.04 to 0.29, torn flags 0.33 to 0.66.
WORSE_FRAMES, MOST_UNLIKE = 90, 0.3
# Of parts that follow moments of their own, tried in this order; and of one part.
TEMPERATURES, TEMPERATURE_OF_ONE_PART = (1.0, 0.5), 1.0
# Of the first cut into regions that touch nowhere: two lamps before darkness cost 0.0002.
COST_OF_CLEAR_REGIONS = 0.005
# Moments nearer than this in time are the same moment of a clip.
SAME_MOMENT = 6


def complete_settings(
    config: Config,
    stored: Config | None,
    store: ClipStore,
    workers: Workers,
    report: Callable[[str], None],
) -> Config:
    """Returns settings with those that are left to the clips.

    Args:
      config: of a run that has the parameterisation `attention`.
      stored: settings of the run that goes on, which keeps its choices; None in a new one.
      store: the clips.
      workers: that learn together.
      report: called with a line that says what was chosen.
    Raises: UserError where clips have hidden pixels, or there are several workers.
    """
    if workers.are_several:
        raise UserError(
            f"{config.preset} keeps its clips in memory and learns on one machine",
            "leave --strategy=multi_worker out, or use --preset=texture_linear",
        )
    if any(store.has_mask):
        raise UserError(
            f"{config.preset} shows pieces of the clips, hidden pixels too",
            "use --preset=recovery or --preset=inpainting",
        )
    if stored:
        return choose_as_stored(config, stored)
    frames = [store.read(row).frames for row in range(len(store))]
    return choose_settings(config, frames, report)


def choose_settings(
    config: Config, clips: Sequence[np.ndarray], report: Callable[[str], None]
) -> Config:
    """Returns settings with those of `attention` that are left to the clips.

    Args:
      config: of a run that has the parameterisation `attention`.
      clips: [T, H, W, C] uint8 each.
      report: called with a line that says what was chosen.
    """
    settings = config.attention
    distance = moment_distance(clips, config.video)
    if settings.fade == 0:
        settings = dataclasses.replace(settings, fade=int(np.clip(distance, 1, MOST_FADE)))
    if settings.retention < 0:
        retention = float(np.clip(1.0 - 1.0 / distance, 0.0, MOST_RETENTION))
        settings = dataclasses.replace(settings, retention=round(retention, 2))
    if settings.regions > 1:
        settings = _as_regions(settings, settings.regions)
    if settings.parts == 0 or settings.temperature == 0:
        report("choosing, by trial videos, how many parts of the picture follow their own moments")
        settings = _choose_parts(settings, config.video, clips)
    grid = f"{settings.parts}x{settings.parts} parts"
    parts = f"{settings.regions} regions that move apart" if settings.regions > 1 else grid
    report(
        f"the clip's moments are {distance:.1f} steps apart: {parts} "
        f"follow moments of their own at temperature {settings.temperature:g}, patches "
        f"change over {settings.fade} frame{'s' * (settings.fade > 1)}"
    )
    if config.learning.steps:
        report(
            "PSNR is that of frames explained without those around them; the reconstruction in "
            "samples/ is played from memory, a copy"
        )
    return dataclasses.replace(config, attention=settings)


def choose_as_stored(config: Config, stored: Config) -> Config:
    """Returns settings in which what is left to the clips is what a stored run has."""
    settings, chosen = config.attention, stored.attention
    left = {
        "fade": settings.fade == 0,
        "retention": settings.retention < 0,
        "parts": settings.parts == 0,
        "regions": settings.regions == 0,
        "temperature": settings.temperature == 0,
    }
    taken = {name: getattr(chosen, name) for name, is_left in left.items() if is_left}
    return dataclasses.replace(config, attention=dataclasses.replace(settings, **taken))


def moment_distance(clips: Sequence[np.ndarray], video: VideoConfig) -> float:
    """Returns how far near moments are from each other, in steps from frame to frame.

    The root mean square distance of a moment to the third nearest that is not near in time, over
    that to the next frame; medians over all moments.
    """
    layout = layout_of(video.height, video.width, video.channels)
    steps, nearest = [], []
    for clip in clips:
        low = low_frames_of(clip, layout).reshape(len(clip), -1)
        steps += list(np.square(np.diff(low, axis=0)).sum(axis=1))
        distances = _distances(low, low)
        times = np.arange(len(low))
        distances[np.abs(times[:, None] - times) <= NEAR_IN_TIME] = np.inf
        third = np.sort(distances, axis=1)[:, min(2, len(low) - 1)]
        nearest += list(third[np.isfinite(third)])
    if not nearest:
        return 1.0
    return float(np.sqrt(np.median(nearest) / max(np.mean(steps), 1e-9)))


def start_attention(generator: AttentionGenerator, store: ClipStore, chains: Chains | None) -> None:
    """Takes all clips into the memory; chains start where the clips are played as they are."""
    generator.remember([store.read(row).frames for row in range(len(store))])
    if chains is None:
        return
    first = 0
    for record in store.records:
        state = generator.state_before(np.array([first], np.int32))[0].numpy()
        noise = np.zeros([record.num_frames, generator.latent_sizes.noise], np.float32)
        chains.start_at(record.clip_id, noise, state)
        first += record.num_frames


def _choose_parts(
    settings: AttentionConfig, video: VideoConfig, clips: Sequence[np.ndarray]
) -> AttentionConfig:
    """Returns settings with the most parts and temperature that leave new video near the clip.

    Regions that touch nowhere come first; others only where a grid would tear what is in them.
    """
    layout = layout_of(video.height, video.width, video.channels)
    low = np.concatenate([low_frames_of(clip, layout) for clip in clips])
    is_open = not (settings.parts or settings.regions)
    if is_open and find_regions(low, COST_OF_CLEAR_REGIONS).any():
        return _as_regions(settings, find_regions(low).max() + 1)
    parts = settings.parts or MOST_PARTS
    if parts > 1:
        temperatures = [settings.temperature] if settings.temperature else TEMPERATURES
        trial = Trial(dataclasses.replace(settings, parts=parts), video, clips)
        for temperature in temperatures:
            if trial.unlikeness(temperature) <= MOST_UNLIKE:
                return dataclasses.replace(settings, parts=parts, temperature=temperature)
    if is_open:
        return _as_regions(settings, find_regions(low).max() + 1)
    temperature = settings.temperature or TEMPERATURE_OF_ONE_PART
    return dataclasses.replace(settings, parts=settings.parts or 1, temperature=temperature)


def _as_regions(settings: AttentionConfig, number: int) -> AttentionConfig:
    """Returns settings of a picture of so many regions, each of one part."""
    temperature = settings.temperature or TEMPERATURE_OF_ONE_PART
    return dataclasses.replace(settings, parts=1, regions=int(number), temperature=temperature)


class Trial:
    """New video at the coarse sizes, at which parts and moments are decided.

    Args:
      settings: of the model.
      video: size of the frames.
      clips: [T, H, W, C] uint8 each; the start of the longest is learned.
    """

    def __init__(self, settings: AttentionConfig, video: VideoConfig, clips: Sequence[np.ndarray]):
        longest = max(clips, key=len)[:MOST_COMPARED]
        coarse = layout_of(video.height, video.width, video.channels).grids[0].factor
        small = shrink_clip(longest, coarse)
        size = VideoConfig(height=small.shape[1], width=small.shape[2], channels=video.channels)
        self._generator = AttentionGenerator(settings, size, len(small))
        self._generator.remember([small])
        self._real = _patches(low_frames_of(small, self._generator.layout))
        self._play = tf.function(self._emit, autograph=False)

    def unlikeness(self, temperature: float) -> float:
        """Returns how far patches of new video are from the clip's, over what these are apart.

        Mean squared distance of a frame's patches to the nearest at the same place of all moments,
        over that of the clip's own patches to those of other moments; 0 is a copy. Of all frames
        the percentile WORSE_FRAMES.
        """
        generator = self._generator
        generator.transition.log_temperature.assign(np.log(temperature))
        generator.calibrate()
        draws = tf.random.Generator.from_seed(0)
        start = generator.initial_state(draws.normal([1, generator.latent_sizes.state]))
        noise = draws.normal([1, NUM_SETTLING + NUM_TRIED, generator.latent_sizes.noise])
        made = (self._play(start, noise)[0, NUM_SETTLING:].numpy() + 1.0) * 127.5
        new = _patches(low_frames_of(made.astype(np.float32), generator.layout))
        times = np.arange(self._real.shape[1])
        own = _distances(self._real, self._real)
        own[:, np.abs(times[:, None] - times) < SAME_MOMENT] = np.inf
        apart = own.min(axis=2)
        usual = apart[np.isfinite(apart)]
        found = _distances(new, self._real).min(axis=2)
        worse = np.percentile(found.mean(axis=0), WORSE_FRAMES)
        return float(worse / max(usual.mean(), 1e-9)) if usual.size else 0.0

    def _emit(self, start, noise):
        return self._generator.emit(self._generator.rollout(start, noise), None)


def _patches(low: np.ndarray) -> np.ndarray:
    """Returns patches [P, T, D] of low frames [T, h, w, C]."""
    sides = (min(PATCH, low.shape[1]), min(PATCH, low.shape[2]))
    windows = np.lib.stride_tricks.sliding_window_view(low, sides, axis=(1, 2))
    chosen = windows[:, ::STRIDE, ::STRIDE]
    patches = chosen.reshape(len(low), chosen.shape[1] * chosen.shape[2], -1)
    return patches.transpose(1, 0, 2)


def _distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Returns squared distances [..., N, M] of rows [..., N, D] and [..., M, D]."""
    squares = (
        np.square(first).sum(axis=-1)[..., None] + np.square(second).sum(axis=-1)[..., None, :]
    )
    return np.maximum(squares - 2.0 * first @ np.swapaxes(second, -1, -2), 0.0)
