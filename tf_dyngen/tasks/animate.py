"""Video from one still image: its latents inferred by a trained run, then the model runs on."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from tf_dyngen.config import VideoConfig
from tf_dyngen.errors import UserError
from tf_dyngen.messages import progress_bar, say
from tf_dyngen.tasks.infer import Effort, choose_effort, inference_of, known_clips, say_how_well
from tf_dyngen.tasks.synthesize import Synthesizer, choose_variety
from tf_dyngen.training.restore import TrainedRun, load_run
from tf_dyngen.video.clips import to_model_range
from tf_dyngen.video.resizing import resize_picture
from tf_dyngen.video.sources import refuse_sources
from tf_dyngen.video.stills import read_still
from tf_dyngen.video.writers import open_video_writer, output_paths

USUAL_EFFORT = Effort(num_chains=8, num_steps=60)
# Over which the difference of an exact first frame from the model's fades.
SECONDS_OF_FADING = 1.0


def animate(
    workdir: Path,
    image: Path,
    output: Path,
    *,
    num_frames: int,
    seed: int,
    num_chains: int | None = None,
    num_steps: int | None = None,
    exact_first_frame: bool = False,
    variety: float | None = None,
) -> None:
    """Writes a video that starts with an image.

    Args:
      workdir: of a trained run.
      image: a picture of any size.
      output: where to write; its suffix says in which form, see `open_video_writer`.
      num_frames: its length; the first frame is the image's reconstruction.
      seed: names the motion; the reconstruction does not depend on it.
      num_chains, num_steps: of the inference, see `ClipInference`; None are the usual ones.
      exact_first_frame: whether the first frame is the image itself, at the model's size.
      variety: of what follows, 0 to 1; see `choose_variety`.
    Raises: UserError if the image is none, there is no trained run or the output cannot be written.
    """
    output_paths(output, 1)  # Refuses, before any work, what cannot be written.
    picture = read_still(image)
    if output.exists() and output.samefile(image):
        raise UserError(f"--output={output} is the image itself", "name another file")
    run = load_run(workdir, say)
    refuse_sources([output], run.record.source)
    video = run.record.config.video
    pieces = move_picture(
        Synthesizer(run.generator),
        run,
        picture,
        num_frames=num_frames,
        seed=seed,
        num_chains=num_chains,
        num_steps=num_steps,
        exact_first_frame=exact_first_frame,
        variety=variety,
    )
    writer = open_video_writer(
        output,
        num_frames=num_frames,
        frame_size=(video.height, video.width),
        channels=video.channels,
        frame_rate=run.record.clips[0].frame_rate,
    )
    with writer as file, progress_bar(total=num_frames, unit="frame") as bar:
        for piece in pieces:
            file.append(piece)
            bar.update(len(piece))
    say(f"wrote {output}")


def move_picture(
    synthesizer: Synthesizer,
    run: TrainedRun,
    picture: Image.Image,
    *,
    num_frames: int,
    seed: int,
    num_chains: int | None = None,
    num_steps: int | None = None,
    exact_first_frame: bool = False,
    variety: float | None = None,
) -> Iterator[np.ndarray]:
    """Returns a video that starts with a picture, as uint8 pieces [n, H, W, C].

    Args: the run and what makes its frames; those of `animate`.
    """
    pixels = _bring_to_size(picture, run.record.config.video)
    known = known_clips(run)
    effort = choose_effort(run, USUAL_EFFORT, num_chains, num_steps)
    chosen = choose_variety(run.generator, variety)
    inference = inference_of(run, known, synthesizer, **effort._asdict())
    fit = inference.infer(to_model_range(pixels[None]))
    say_how_well("the image", fit, pixels[None], known, run)
    pieces = synthesizer.go_on(fit.latents, num_frames=num_frames, seed=seed, variety=chosen)
    if not exact_first_frame:
        return pieces
    num_fading = max(1, round(SECONDS_OF_FADING * run.record.clips[0].frame_rate))
    return fade_from(pixels, pieces, num_fading)


def fade_from(
    image: np.ndarray, pieces: Iterator[np.ndarray], num_fading: int
) -> Iterator[np.ndarray]:
    """Yields a video that starts with an image and becomes the one of `pieces`.

    What the image [H, W, C] differs from the first frame is added to `num_fading` frames, less and
    less of it: along a cube, since a difference that stands still in moving frames looks like a
    ghost when half a cosine holds on to it.
    """
    difference, start = None, 0
    for piece in pieces:
        if difference is None:
            difference = image.astype(np.float32) - piece[0]
        left = np.maximum(1.0 - np.arange(start, start + len(piece)) / num_fading, 0.0)
        faded = piece + left[:, None, None, None] ** 3 * difference
        yield np.clip(np.rint(faded), 0, 255).astype(np.uint8)
        start += len(piece)


def _bring_to_size(picture: Image.Image, video: VideoConfig) -> np.ndarray:
    """Returns the picture at the model's size, [H, W, C] uint8, and says so if it was another."""
    size = (video.height, video.width)
    if (picture.height, picture.width) != size:
        found, wanted = f"{picture.height}x{picture.width}", f"{video.height}x{video.width}"
        say(f"image is {found}, brought to {wanted} of the model ({video.fit})")
    return resize_picture(picture, size, video.channels, video.fit).reshape(*size, video.channels)
