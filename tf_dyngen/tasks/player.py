"""What plays the video that is asked for: latents read, and frames made as the controls say."""

from collections.abc import Callable, Iterator

import numpy as np
import tensorflow as tf

from tf_dyngen.inference.video_draws import draw_appearance
from tf_dyngen.model.attention.backwards import backwards
from tf_dyngen.model.attention.generator import AttentionGenerator
from tf_dyngen.model.latents import Latents
from tf_dyngen.tasks.appearance import check_has_appearance, load_appearance, parse_appearance
from tf_dyngen.tasks.attention_arrival import AttentionArrival
from tf_dyngen.tasks.clip_catalogue import CatalogueEntry, ClipCatalogue
from tf_dyngen.tasks.controls import (
    UNCHANGED,
    Controls,
    check_controls,
    choose_pace,
    control,
    find_region,
)
from tf_dyngen.tasks.synthesize import Synthesizer, noise_scale
from tf_dyngen.training.restore import TrainedRun

# Yields the pieces of the video that a seed names.
Play = Callable[[int], Iterator[np.ndarray]]


def player(
    synthesizer: Synthesizer,
    run: TrainedRun,
    catalogue: ClipCatalogue,
    appearance: str | None,
    motion: str | None,
    *,
    num_frames: int,
    loop: bool,
    variety: float,
    controls: Controls = UNCHANGED,
) -> Play:
    """Reads the latents that are asked for and returns what plays them.

    Args:
      synthesizer: of the run's generator.
      run, catalogue: of the model and its clips.
      appearance, motion, num_frames, loop, controls: see `synthesize_files`.
      variety: see `choose_variety`.
    Raises: UserError if there is no such clip, the model has no appearance, or what is asked for
      does not go together.
    """
    attends, start = synthesizer.copies_clips, controls.start_frame
    entry = catalogue.trained[0] if motion is None else catalogue.find(motion)
    of_model = {"attends": attends, "loop": loop}
    check_controls(controls, entry.record, has_motion=motion is not None, **of_model)
    pace = choose_pace(controls, num_frames, **of_model)
    region = find_region(controls, run.record.config.video)
    how = {"num_frames": pace.num_made, "variety": variety, "backwards": controls.reverse}

    looks = None if appearance is None else _looks(appearance, catalogue, run)
    if controls.end_frame is not None:
        arriving = _arriving(run, controls, pace.num_made, variety)

        def made(seed: int) -> Iterator[np.ndarray]:
            return arriving(seed)

    elif motion is None and start is None:

        def made(seed: int) -> Iterator[np.ndarray]:
            return synthesizer.synthesize(seed=seed, loop=loop, appearance=looks, **how)

    elif motion is None and start is not None and attends:
        # The first clip's frames are the first of the memory.
        def made(seed: int) -> Iterator[np.ndarray]:
            return synthesizer.start_at(start, seed=seed, **how)

    else:
        latents = _latents(catalogue, entry, run, None if motion else start)

        def made(seed: int) -> Iterator[np.ndarray]:
            chosen = latents.appearance
            if appearance is not None:
                drawn = draw_appearance(seed, run.generator.latent_sizes.appearance)
                chosen = (drawn if looks is None else looks)[None]
            following = latents._replace(appearance=chosen)
            return synthesizer.go_on(following, seed=seed, first_frame=start or 0, **how)

    return lambda seed: control(made(seed), pace, region, num_frames=num_frames, loop=loop)


def _looks(appearance: str, catalogue: ClipCatalogue, run: TrainedRun) -> tf.Tensor | None:
    """Returns the appearance [A] that is asked for; None is drawn by each seed."""
    check_has_appearance(run)
    choice = parse_appearance(appearance, catalogue)
    return None if choice is None else load_appearance(choice, catalogue, run)


def _arriving(run: TrainedRun, controls: Controls, num_frames: int, variety: float) -> Play:
    """Returns what plays video that arrives at the end frame; see `AttentionArrival`."""
    generator = run.generator
    assert isinstance(generator, AttentionGenerator)
    start, end = controls.start_frame, controls.end_frame
    assert end is not None
    if controls.reverse:
        last = generator.memory.num_frames - 1
        start, end = None if start is None else last - start, last - end
        generator = backwards(generator)
    arrival = AttentionArrival(generator)
    scale = noise_scale(variety)
    return lambda seed: arrival.frames(num_frames, end, seed, scale, start)


def _latents(
    catalogue: ClipCatalogue, entry: CatalogueEntry, run: TrainedRun, last: int | None
) -> Latents:
    """Returns a clip's latents, leaves [1, ...]; without the noise of frames after the `last`."""
    latents = catalogue.latents(entry, run)
    if last is None:
        return latents
    return latents._replace(noise=latents.noise[:, : last + 1])
