"""What plays the video that is asked for: latents read, and frames made as the controls say."""

from collections.abc import Callable, Iterator

import numpy as np

from tf_dyngen.inference.video_draws import draw_appearance
from tf_dyngen.model.latents import Latents
from tf_dyngen.tasks.appearance import check_has_appearance, load_appearance, parse_appearance
from tf_dyngen.tasks.clip_catalogue import CatalogueEntry, ClipCatalogue
from tf_dyngen.tasks.controls import (
    UNCHANGED,
    Controls,
    check_controls,
    choose_pace,
    control,
    find_region,
)
from tf_dyngen.tasks.synthesize import Synthesizer
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

    looks = None
    if appearance is not None:
        check_has_appearance(run)
        choice = parse_appearance(appearance, catalogue)
        looks = None if choice is None else load_appearance(choice, catalogue, run)
    if motion is None and start is None:

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


def _latents(
    catalogue: ClipCatalogue, entry: CatalogueEntry, run: TrainedRun, last: int | None
) -> Latents:
    """Returns a clip's latents, leaves [1, ...]; without the noise of frames after the `last`."""
    latents = catalogue.latents(entry, run)
    if last is None:
        return latents
    return latents._replace(noise=latents.noise[:, : last + 1])
