"""Drives an exported model: where videos start, and how each goes on, piece by piece."""

import functools
import math
import threading
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from tf_dyngen.errors import UserError
from tf_dyngen.interpolation import interpolate
from tf_dyngen.studio.exported import Export
from tf_dyngen.studio.settings import OWN, PRIOR, Look, Start

# What the model computes at once: a long call would keep other viewers waiting.
MOST_FRAMES = 64
# A new look comes in over so many frames, in steps of so many.
GLIDE = 12
GLIDE_STEP = 2


class Still(NamedTuple):
    """A picture as the model sees it.

    Attributes:
      state: [1, S].
      appearance: [1, A], or None where the model has none.
      frame: its reconstruction, [1, H, W, C] uint8.
      psnr: of the reconstruction, in dB.
    """

    state: tf.Tensor
    appearance: tf.Tensor | None
    frame: np.ndarray
    psnr: float


class Player:
    """An exported model in memory; any thread may call it, the calls take turns.

    Pictures take turns of their own: one takes seconds, in which videos should not stand still.

    Args:
      export: what is played.
      model: has `signatures`, its functions by name, as TensorFlow loads it; None loads it.
    """

    def __init__(self, export: Export, model: Any = None):
        self.export = export
        self._turn, self._picture_turn = threading.Lock(), threading.Lock()
        self._model = _load(export) if model is None else model
        self._clip_looks = functools.lru_cache(1024)(self._start_of_clip)

    def warm_up(self) -> None:
        """Makes and forgets a frame; the first one takes a second that no viewer should wait."""
        self.begin(Start(0, PRIOR, "")).next(1, noise=1.0, look=Look(OWN, OWN, 0.0))

    def look_at(self, pixels: np.ndarray) -> Still:
        """Infers the state that shows a picture, [H, W, C] uint8."""
        outputs = self._call("animate", image=pixels[None])
        state, appearance = outputs["state"], outputs.get("appearance")
        frame = self.show(state, appearance)
        error = np.mean((frame[0].astype(np.float64) - pixels) ** 2)
        return Still(state, appearance, frame, float(10 * np.log10(255**2 / max(error, 1e-3))))

    def show(self, state: tf.Tensor, appearance: tf.Tensor | None) -> np.ndarray:
        """Returns the frame of a state [1, S] in an appearance [1, A]: [1, H, W, C] uint8."""
        outputs = self._call("decode", states=state[:, None], **_optional(appearance))
        return outputs["frames"].numpy()[0]

    def begin(self, start: Start, still: Still | None = None) -> "Stream":
        """Returns the video of a start, at its first frame; `still` is the start's image."""
        if still is not None:
            return Stream(self, start.seed, still.state, still.appearance, still.frame)
        state, appearance = self._start_of(start.seed, start.clip)
        return Stream(self, start.seed, state, appearance)

    def loop(
        self, start: Start, num_frames: int, noise: float, speed: float
    ) -> Iterator[np.ndarray]:
        """Yields a video whose last frame leads back to its first; an export cannot make one."""
        raise NotImplementedError

    def clip_look(self, clip: int) -> tf.Tensor:
        """Returns the appearance of a trained clip, [1, A]."""
        return self._clip_looks(clip)

    def roll(
        self, state: tf.Tensor, appearance: tf.Tensor | None, **numbers: float
    ) -> tuple[np.ndarray, tf.Tensor]:
        """Returns the next frames, [T, H, W, C] uint8, and the state after them, [1, S].

        Args:
          state: [1, S].
          appearance: [1, A], or None where the model has none.
          numbers: seed, position, num_frames and noise_scale of the signature `stream_scaled`.
        """
        outputs = self._call("stream_scaled", state=state, **numbers, **_optional(appearance))
        return outputs["frames"].numpy()[0], outputs["next_state"]

    def _start_of_clip(self, clip: int) -> tf.Tensor:
        _, appearance = self._start_of(0, clip)
        assert appearance is not None
        return appearance

    def _start_of(self, seed: int, clip: int) -> tuple[tf.Tensor, tf.Tensor | None]:
        outputs = self._call("start", seed=seed, clip=clip)
        return outputs["state"], outputs.get("appearance")

    def _call(self, name: str, **inputs) -> dict[str, tf.Tensor]:
        """Calls a signature for one video; numbers become vectors [1] of the type it takes."""
        signature = self._model.signatures[name]
        wanted = signature.structured_input_signature[1]
        tensors = {
            key: tf.reshape(tf.cast(value, wanted[key].dtype), [1])
            if isinstance(value, int | float)
            else tf.convert_to_tensor(value, wanted[key].dtype)
            for key, value in inputs.items()
        }
        try:
            with self._picture_turn if name == "animate" else self._turn:
                return signature(**tensors)
        except (tf.errors.InvalidArgumentError, tf.errors.ResourceExhaustedError) as error:
            problem = f"the model refuses {name} ({_reason(error.message)})"
            raise UserError(problem, "choose other settings") from error


class Stream:
    """One video under way: its state goes on while noise and look are changed.

    Args:
      player: of the model.
      seed: names the noise.
      state, appearance: [1, S], and [1, A] or None, before the first frame that is made.
      first_frame: [1, H, W, C] uint8, shown before it; None is nothing.
      noise_offset: what is added to a frame's position for that of its noise.
    """

    def __init__(
        self,
        player: Player,
        seed: int,
        state: tf.Tensor,
        appearance: tf.Tensor | None,
        first_frame: np.ndarray | None = None,
        noise_offset: int = 0,
    ):
        self._player = player
        self._seed = seed
        self._noise_offset = noise_offset
        self._state = state
        self._own = appearance
        self._first_frame = first_frame
        self._look: Look | None = None
        # What is shown, what it becomes, and in how many frames.
        self._shown = self._wanted = appearance
        self._frames_to_go = 0
        self.position = 0

    def next(self, num_frames: int, *, noise: float, look: Look) -> np.ndarray:
        """Returns the next frames of the video, [num_frames, H, W, C] uint8.

        Args:
          num_frames: 1 to MOST_FRAMES.
          noise: factor on the noise, 1 is the model's.
          look: the appearance; without effect where the model has none. A video begins with the
            one it is first asked for, and turns to another within GLIDE frames.
        """
        self._turn_to(look)
        pieces = []
        if not self.position and self._first_frame is not None:
            pieces.append(self._picture())
            self.position = 1
        left = num_frames - len(pieces)
        while left:
            size = min(left, GLIDE_STEP) if self._frames_to_go else left
            self._glide(size)
            frames, self._state = self._player.roll(
                self._state,
                self._shown,
                seed=self._seed,
                position=self.position + self._noise_offset,
                num_frames=size,
                noise_scale=noise,
            )
            pieces.append(frames)
            self.position += size
            left -= size
        return np.concatenate(pieces)

    def _picture(self) -> np.ndarray:
        """Returns the frame of the picture that the video begins with, in the look that is set."""
        assert self._first_frame is not None
        if self._shown is self._own:
            return self._first_frame
        return self._player.show(self._state, self._shown)

    def _turn_to(self, look: Look) -> None:
        if self._own is None or look == self._look:
            return
        begins = self._look is None
        self._look = look
        first, second = self._vector(look.first), self._vector(look.second)
        if look.place in (0.0, 1.0):
            self._wanted = second if look.place else first
        else:
            self._wanted = interpolate(first[0], second[0], look.place)[None]
        if begins:
            self._shown = self._wanted
        else:
            self._frames_to_go = GLIDE

    def _vector(self, clip: int) -> tf.Tensor:
        assert self._own is not None
        return self._own if clip == OWN else self._player.clip_look(clip)

    def _glide(self, size: int) -> None:
        """Brings what is shown nearer to what is wanted, by the share of `size` frames."""
        if not self._frames_to_go:
            return
        share = min(1.0, size / self._frames_to_go)
        self._frames_to_go = max(0, self._frames_to_go - size)
        assert self._shown is not None
        assert self._wanted is not None
        self._shown = interpolate(self._shown[0], self._wanted[0], share)[None]


def _load(export: Export) -> Any:
    try:
        return tf.saved_model.load(str(export.path))
    except (OSError, ValueError, tf.errors.OpError) as error:
        raise UserError(
            f"{export.path} cannot be loaded ({str(error)[:200]})", "export the run again"
        ) from error


def most_frames(export: Export) -> int:
    """Returns how many frames one call may make."""
    return max(1, min(MOST_FRAMES, math.floor(export.most_pixel_values / export.frame_values)))


def _reason(message: str) -> str:
    """Finds, in what TensorFlow says of a failed graph, what the model's own check says."""
    lines = [line.strip() for line in message.splitlines()]
    said = [line.partition("assertion failed: [")[2] for line in lines]
    return next(filter(None, [*said, *lines]), "no reason given").partition("]")[0].strip()[:200]


def _optional(appearance: tf.Tensor | None) -> dict[str, tf.Tensor]:
    return {} if appearance is None else {"appearance": appearance}
