"""What a model that has learned clips is asked for: new video, reconstructions, scores, files."""

import os
from collections.abc import Iterator
from typing import Any, Literal, overload

import numpy as np
from PIL import Image

from tf_dyngen.errors import UserError
from tf_dyngen.interface.checking import (
    StillMask,
    check_choice,
    check_whole,
    take_controls,
    take_picture,
)
from tf_dyngen.interface.given_clips import check_frames
from tf_dyngen.interface.inferring import InferredClip, infer_frames
from tf_dyngen.interface.scores import Scores, evaluate
from tf_dyngen.interface.videos import Video
from tf_dyngen.interface.wording import words_of_python
from tf_dyngen.interface.writing import WritableModel
from tf_dyngen.tasks.animate import AUTO, PIXELS_OF, Motion, move_picture
from tf_dyngen.tasks.controls import Controls, frames_of_motion
from tf_dyngen.tasks.player import player
from tf_dyngen.tasks.synthesize import choose_variety
from tf_dyngen.tasks.synthesize_files import DEFAULT_NUM_FRAMES

# Longer than anything is watched.
WITHOUT_END = 2**30


class TrainedModel(WritableModel):
    """What can be asked for."""

    @overload
    def synthesize(
        self,
        num_frames: int | None = None,
        *,
        seed: int = 0,
        variety: float | None = None,
        loop: bool = False,
        stream: Literal[False] = False,
        appearance: str | None = None,
        motion: str | None = None,
        speed: float = 1.0,
        reverse: bool = False,
        start_frame: int | None = None,
        end_frame: int | None = None,
        still: StillMask = None,
    ) -> Video: ...

    @overload
    def synthesize(
        self,
        num_frames: int | None = None,
        *,
        seed: int = 0,
        variety: float | None = None,
        loop: bool = False,
        stream: Literal[True],
        appearance: str | None = None,
        motion: str | None = None,
        speed: float = 1.0,
        reverse: bool = False,
        start_frame: int | None = None,
        end_frame: int | None = None,
        still: StillMask = None,
    ) -> Iterator[np.ndarray]: ...

    @words_of_python()
    def synthesize(
        self,
        num_frames: int | None = None,
        *,
        seed: int = 0,
        variety: float | None = None,
        loop: bool = False,
        stream: bool = False,
        appearance: str | None = None,
        motion: str | None = None,
        speed: float = 1.0,
        reverse: bool = False,
        start_frame: int | None = None,
        end_frame: int | None = None,
        still: StillMask = None,
    ) -> Video | Iterator[np.ndarray]:
        """Makes new video: the frames that `dyngen synthesize` makes of the same run and seed.

        Args:
          num_frames: how many; None is 240, the length of the clip whose motion is played, or in a
            stream without end.
          seed: the same seed gives the same video, 0 to 2**31 - 1.
          variety: 0 plays the clip on, 1 is as new as can be; 0.5 if None. Of models that attend to
            their clip, as those of the preset "texture".
          loop: whether the last frame leads back to the first.
          stream: whether to give frames [H, W, C] one by one, in constant memory.
          appearance: looks of a clip, by its name; "FIRST:SECOND:0.5", between two clips'; or
            "random", drawn by the seed. Of models of actions.
          motion: name of a clip whose motion is played; then it goes on with new motion.
          speed: how many times as fast things move, 0.25 to 4.
          reverse: whether time runs backwards.
          start_frame: frame of the first clip, from which new video goes on; with a motion, of its
            clip, which is played from there. Presets "texture" show the frame itself first.
          end_frame: frame of the first clip that the video's last frame is; of presets "texture".
          still: mask of what stands still, [H, W] or [T, H, W], not 0 where it does; or its file.
        Returns: Video [T, H, W, C] uint8, or an iterator over frames.
        Raises: UserError, a ValueError, for values out of bounds, clips that are not known, or what
          the model has not.
        """
        run = self._fitted()
        check_whole("num_frames", num_frames, 1)
        check_whole("seed", seed, 0)
        controls = take_controls(speed, reverse, start_frame, still, end_frame)
        if loop and motion is not None:
            raise UserError("loop with motion", "a clip's motion does not lead back to its start")
        if stream and num_frames is None and end_frame is not None:
            raise UserError("end_frame in a stream without end", "give num_frames")
        if num_frames is None:
            num_frames = self._usual_length(motion, controls, loop=loop, stream=stream)
        how = {"num_frames": num_frames, "loop": loop, "controls": controls}
        how["variety"] = choose_variety(run.generator, variety)
        pieces = player(self._player(), run, self._catalogue(), appearance, motion, **how)(seed)
        return (frame for piece in pieces for frame in piece) if stream else self._video(pieces)

    def _usual_length(
        self, motion: str | None, controls: Controls, *, loop: bool, stream: bool
    ) -> int:
        """Returns how many frames `synthesize` makes unless it is told."""
        if motion is not None and not stream:
            return frames_of_motion(controls, self._catalogue().find(motion).record)
        return WITHOUT_END if stream and not loop else DEFAULT_NUM_FRAMES

    @words_of_python()
    def reconstruct(self, name: str | None = None) -> Video:
        """Returns what the model makes of a learned clip's latents, [T, H, W, C] uint8.

        Models that attend to their clips, such as those of the preset "texture", give a copy.

        Args:
          name: of a clip that was learned, or inferred; the first if None.
        Raises: UserError, a ValueError, if there is no such clip.
        """
        catalogue = self._catalogue()
        entry = catalogue.trained[0] if name is None else catalogue.find(name)
        latents = catalogue.latents(entry, self._fitted())
        return self._video(self._player().render(latents, entry.record.num_frames))

    @words_of_python()
    def animate(
        self,
        image: np.ndarray | Image.Image | str | os.PathLike[str],
        num_frames: int = 120,
        *,
        seed: int = 0,
        variety: float | None = None,
        exact_first_frame: bool = False,
        pixels_of: str = AUTO,
        output_size: str | None = None,
        num_chains: int | None = None,
        num_steps: int | None = None,
    ) -> Video:
        """Makes a still image move, as the model has learned that its kind moves.

        Args:
          image: uint8 [H, W, C] or [H, W], a picture of Pillow, or its file; of any size.
          num_frames: length of the video; its first frame is the image's reconstruction.
          seed: names the motion.
          variety: see `synthesize`.
          exact_first_frame: whether to start with the image itself; the difference fades.
          pixels_of: whose pixels the video shows: "image", moved as the clip moves; "clip", from
            the moment most like the image on; "auto": the image's where the clip shows no such.
          output_size: "source" (the image's), "2x", "720" (the shorter side) or "HEIGHTxWIDTH";
            None is the size of the model's frames.
          num_chains, num_steps: of the search for the image, None are the usual ones.
        Returns: Video [T, H, W, C] uint8.
        Raises: UserError, a ValueError, if the image is none.
        """
        check_whole("num_frames", num_frames, 1)
        check_whole("seed", seed, 0)
        check_choice("pixels_of", pixels_of, PIXELS_OF)
        how = Motion(
            num_frames,
            seed,
            num_chains,
            num_steps,
            exact_first_frame,
            variety,
            pixels_of,
            output_size,
        )
        moved = move_picture(self._player(), self._fitted(), take_picture(image), how)
        return self._video(moved.pieces)

    @words_of_python()
    def infer(
        self,
        clip: Any,
        *,
        name: str = "clip",
        num_chains: int | None = None,
        num_steps: int | None = None,
    ) -> InferredClip:
        """Infers the latents of a clip that was not learned, with the model held still.

        `synthesize` then takes the clip by its name, as appearance or motion, until other clips are
        learned; `save` leaves it out.

        Args:
          clip: uint8 [T, H, W, C]; brought to the size of the model's frames.
          name: what to call it; another clip inferred by that name is replaced.
          num_chains, num_steps: of the search for it, None are the usual ones.
        Raises: UserError, a ValueError, for a clip of another form.
        """
        check_frames(clip, name)
        frames = np.asarray(clip)
        rate = getattr(clip, "frame_rate", self.frame_rate)
        return infer_frames(
            self._player(),
            self._fitted(),
            self._workdir,
            Video(frames, rate),
            name=name,
            num_chains=num_chains,
            num_steps=num_steps,
        )

    @words_of_python()
    def evaluate(
        self,
        held_out: Any = None,
        *,
        learned: Any = None,
        num_videos: int = 3,
        num_frames: int = DEFAULT_NUM_FRAMES,
        seed: int = 0,
    ) -> Scores:
        """Judges new videos of the first clip beside its real frames; see `tf_dyngen.evaluate`.

        Args:
          held_out: more frames of the clip, not learned, uint8 [T, H, W, C].
          learned: the frames that were learned; those that the model keeps, after `fit`, if None.
          num_videos: with the seeds seed, seed + 1, ...
          num_frames: of each.
          seed: of the first.
        Raises: UserError, a ValueError, where frames are not known, or of another form.
        """
        check_whole("num_videos", num_videos, 1)
        catalogue = self._catalogue()
        if learned is None:
            kept = catalogue.kept_clip(catalogue.trained[0])
            if kept is None:
                advice = "give them as learned="
                raise UserError("the frames that were learned are not kept in the file", advice)
            learned = kept.frames
        appearance = None
        if self._fitted().generator.latent_sizes.appearance:
            appearance = catalogue.trained[0].unique_name
        videos = [
            self.synthesize(num_frames, seed=number, appearance=appearance)
            for number in range(seed, seed + num_videos)
        ]
        return evaluate(videos, learned=learned, held_out=held_out)
