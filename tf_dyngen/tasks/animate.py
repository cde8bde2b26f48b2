"""Video from one still image: a trained run goes on from it, or moves it as its clip moves."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from tf_dyngen.config import LONGEST_SIDE, VideoConfig
from tf_dyngen.errors import UserError
from tf_dyngen.messages import progress_bar, say
from tf_dyngen.model.attention.generator import AttentionGenerator
from tf_dyngen.tasks.infer import Effort, choose_effort, inference_of, known_clips, say_how_well
from tf_dyngen.tasks.memory_distance import memory_distance
from tf_dyngen.tasks.move_as_clip import move_as_clip
from tf_dyngen.tasks.synthesize import Synthesizer, choose_variety, noise_scale
from tf_dyngen.training.restore import TrainedRun, load_run
from tf_dyngen.video.clips import to_model_range
from tf_dyngen.video.frame_size import of_shorter_side
from tf_dyngen.video.frame_size import output_size as find_size
from tf_dyngen.video.resizing import resize_frames, resize_picture
from tf_dyngen.video.sources import refuse_sources
from tf_dyngen.video.stills import read_still
from tf_dyngen.video.writers import open_video_writer, output_paths

USUAL_EFFORT = Effort(num_chains=8, num_steps=60)
# Over which the difference of an exact first frame from the model's fades.
SECONDS_OF_FADING = 1.0
# Whose pixels an animated picture shows; of its own, the fewest pixels a side.
NARROWEST = 8
PIXELS_OF = (AUTO, IMAGE, CLIP) = ("auto", "image", "clip")


class Motion(NamedTuple):
    """How a picture is to move; see `animate`."""

    num_frames: int
    seed: int
    num_chains: int | None = None
    num_steps: int | None = None
    exact_first_frame: bool = False
    variety: float | None = None
    pixels_of: str = AUTO
    output_size: str | None = None


class Moved(NamedTuple):
    """A video that starts with a picture: size (H, W), and uint8 pieces [n, H, W, C]."""

    size: tuple[int, int]
    pieces: Iterator[np.ndarray]


def animate(workdir: Path, image: Path, output: Path, how: Motion) -> None:
    """Writes a video that starts with an image.

    Args:
      workdir: of a trained run.
      image: a picture of any size.
      output: where to write; its suffix says in which form, see `open_video_writer`.
      how: num_frames: its length; the first frame is the image or its reconstruction.
        seed: names the motion; the reconstruction does not depend on it.
        num_chains, num_steps: of the inference, see `ClipInference`; None are the usual ones.
        exact_first_frame: whether the first frame is the image itself, at the model's size.
        variety: of what follows, 0 to 1; see `choose_variety`.
        pixels_of: whose pixels are shown: IMAGE, moved as the clip moves; CLIP, from the moment
          that is most like the image; AUTO: the image where the clip shows nothing like it.
        output_size: see `frame_size.output_size`; None is the size of the model's frames, or the
          image's proportions with their shorter side.
    Raises: UserError if the image is none, there is no trained run or the output cannot be written.
    """
    output_paths(output, 1)  # Refuses, before any work, what cannot be written.
    picture = read_still(image)
    if output.exists() and output.samefile(image):
        raise UserError(f"--output={output} is the image itself", "name another file")
    run = load_run(workdir, say)
    refuse_sources([output], run.record.source)
    moved = move_picture(Synthesizer(run.generator), run, picture, how)
    writer = open_video_writer(
        output,
        num_frames=how.num_frames,
        frame_size=moved.size,
        channels=run.record.config.video.channels,
        frame_rate=run.record.clips[0].frame_rate,
    )
    with writer as file, progress_bar(total=how.num_frames, unit="frame") as bar:
        for piece in moved.pieces:
            file.append(piece)
            bar.update(len(piece))
    say(f"wrote {output}")


def move_picture(
    synthesizer: Synthesizer, run: TrainedRun, picture: Image.Image, how: Motion
) -> Moved:
    """Returns a video that starts with a picture.

    Args: the run and what makes its frames; the picture, of any size; see `animate`.
    """
    chosen = choose_variety(run.generator, how.variety)
    if isinstance(run.generator, AttentionGenerator) and _shows_image(run, picture, how.pixels_of):
        return _move_pixels(run.generator, picture, how, noise_scale(chosen))
    if how.pixels_of == IMAGE:
        raise UserError(
            f"--pixels_of={IMAGE} is for models that attend to their clip, this one does not",
            "leave it out, or train one with --preset=texture",
        )
    video = run.record.config.video
    made = (video.height, video.width)
    size = _written_size(picture, made, how.output_size)
    pieces = _go_on(synthesizer, run, picture, how, chosen)
    return Moved(size, (resize_frames(piece, size) for piece in pieces))


def _shows_image(run: TrainedRun, picture: Image.Image, pixels_of: str) -> bool:
    """Whether the picture's own pixels are to be shown; says so where it is not told to."""
    if pixels_of != AUTO:
        return pixels_of == IMAGE
    lengths = [clip.num_frames for clip in run.record.clips]
    pixels = _at_size(picture, run.record.config.video)
    distance = memory_distance(run.generator, pixels[None], lengths)
    if distance.is_far:
        say(
            f"the clip shows nothing like the image (its patches are off by {distance.found:.1f}"
            f" levels, those of the clip's moments by {distance.usual:.1f}): the image's own pixels"
            f" move as the clip moves; --pixels_of={CLIP} shows the clip's"
        )
    return distance.is_far


def _move_pixels(
    generator: AttentionGenerator, picture: Image.Image, how: Motion, scale: float
) -> Moved:
    own, layout = (picture.height, picture.width), generator.layout
    shorter = min(layout.height, layout.width, LONGEST_SIDE * min(own) / max(own))
    size = _written_size(picture, of_shorter_side(own, shorter), how.output_size)
    if min(size) < NARROWEST:
        raise UserError(
            f"the image would move at {size[0]}x{size[1]} (height x width)",
            f"crop it, or give an --output_size of {NARROWEST} pixels or more on each side",
        )
    pieces = move_as_clip(
        generator, picture, size, num_frames=how.num_frames, seed=how.seed, scale=scale
    )
    return Moved(size, pieces)


def _written_size(
    picture: Image.Image, made: tuple[int, int], asked: str | None
) -> tuple[int, int]:
    if asked is None:
        return made
    return find_size(asked, made, lambda: (picture.height, picture.width))


def _go_on(
    synthesizer: Synthesizer, run: TrainedRun, picture: Image.Image, how: Motion, variety: float
) -> Iterator[np.ndarray]:
    """Returns the video that the model makes from the moment most like the picture on."""
    pixels = _bring_to_size(picture, run.record.config.video)
    known = known_clips(run)
    effort = choose_effort(run, USUAL_EFFORT, how.num_chains, how.num_steps)
    inference = inference_of(run, known, synthesizer, **effort._asdict())
    fit = inference.infer(to_model_range(pixels[None]))
    say_how_well("the image", fit, pixels[None], known, run)
    pieces = synthesizer.go_on(
        fit.latents, num_frames=how.num_frames, seed=how.seed, variety=variety
    )
    if not how.exact_first_frame:
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
    return _at_size(picture, video)


def _at_size(picture: Image.Image, video: VideoConfig) -> np.ndarray:
    size = (video.height, video.width)
    return resize_picture(picture, size, video.channels, video.fit).reshape(*size, video.channels)
