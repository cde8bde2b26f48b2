"""A run of the attention model, played live: what an export does, and what takes its clips."""

import functools
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import tensorflow as tf

from tf_dyngen.errors import UserError
from tf_dyngen.export.images import to_model_range
from tf_dyngen.export.playing import Blocks, Stretch, play, show
from tf_dyngen.export.requests import MOST_PIXEL_VALUES
from tf_dyngen.inference.attention_inference import infer_attention
from tf_dyngen.inference.video_draws import BLOCK, draw_initial_state
from tf_dyngen.messages import say
from tf_dyngen.model.attention.backwards import backwards
from tf_dyngen.model.attention.generator import AttentionGenerator
from tf_dyngen.model.attention.shown_moment import state_showing
from tf_dyngen.studio.exported import Export, Memory, Variety
from tf_dyngen.studio.player import Player, Still, Stream
from tf_dyngen.studio.settings import PRIOR, Start
from tf_dyngen.tasks.controls import Controls, choose_pace, control
from tf_dyngen.tasks.synthesize import USUAL_VARIETY, Synthesizer, noise_scale
from tf_dyngen.training.restore import load_run
from tf_dyngen.training.run_record import RunRecord
from tf_dyngen.video.sources import open_collection


def open_run(workdir: Path) -> "RunPlayer":
    """Returns what plays a run, of a model that attends to its clips.

    Raises: UserError as `load_run` does.
    """
    run = load_run(workdir, say, with_chains=False)
    assert isinstance(run.generator, AttentionGenerator)
    return RunPlayer(describe(workdir, run.record), run.generator)


def describe(workdir: Path, record: RunRecord) -> Export:
    """Returns what the page is told of a run."""
    video = record.config.video
    size = (video.height, video.width)
    try:
        picture_size = open_collection(record.source, video).picture_size()
    except UserError as error:
        say(f"the size of the clip's pictures is not known: {error}")
        picture_size = None
    return Export(
        path=workdir,
        frame_size=size,
        channels=video.channels,
        fit=video.fit,
        frame_rate=record.clips[0].frame_rate,
        appearance_size=0,
        clip_names=tuple(clip.name for clip in record.clips),
        most_pixel_values=MOST_PIXEL_VALUES,
        variety=Variety(USUAL_VARIETY, noise_scale(1.0)),
        memory=Memory(tuple(clip.num_frames for clip in record.clips), picture_size),
    )


class RunPlayer(Player):
    """Plays a run as `Player` an export, also backwards, from any frame of its clips, and in loops.

    Args:
      run: its memory is of the generator's clips.
      generator: the model.
    """

    def __init__(self, run: Export, generator: AttentionGenerator):
        super().__init__(run, types.SimpleNamespace(signatures=_Signatures(generator)))
        assert run.memory is not None
        self._generator = generator
        self._synthesizer = Synthesizer(generator)
        self._starts = np.cumsum([0, *run.memory.clip_lengths])

    def begin(self, start: Start, still: Still | None = None) -> Stream:
        """Returns the video of a start, at its first frame; `still` is the start's image."""
        player = self._turned if start.reverse else self
        if still is not None or start.clip == PRIOR:
            return Player.begin(player, start, still)
        moment = self._moment(start)
        if start.reverse:
            moment = self._generator.memory.num_frames - 1 - moment
        state = state_showing(player._generator, moment)
        return Stream(player, start.seed, state, None, player.show(state, None), noise_offset=-1)

    def loop(
        self, start: Start, num_frames: int, noise: float, speed: float
    ) -> Iterator[np.ndarray]:
        """Yields a loop as `launch.synthesize` makes it, uint8 [n, H, W, C] each.

        Args:
          start: its seed and direction count.
          num_frames: that are shown.
          noise: factor on the noise.
          speed: how many times as fast things move.
        Raises: UserError where so few frames have no room for a loop.
        """
        controls = Controls(speed=speed, reverse=start.reverse)
        pace = choose_pace(controls, num_frames, attends=True, loop=True)
        pieces = self._synthesizer.synthesize(
            num_frames=pace.num_made,
            seed=start.seed,
            loop=True,
            variety=noise / noise_scale(1.0),
            backwards=start.reverse,
        )
        return control(pieces, pace, None, num_frames=num_frames, loop=True)

    def _moment(self, start: Start) -> int:
        """Returns the frame of the memory that a video of a clip begins with."""
        first, end = self._starts[start.clip : start.clip + 2]
        if start.frame is not None:
            return int(first) + start.frame
        return int(end - 1 if start.reverse else first)

    @functools.cached_property
    def _turned(self) -> "RunPlayer":
        """What plays the same clips backwards."""
        return RunPlayer(self.export, backwards(self._generator))


class _Signatures(dict):
    """The signatures of an export that the page needs, each traced when it is first asked for."""

    def __init__(self, generator: AttentionGenerator):
        super().__init__()
        self._generator = generator
        layout, sizes = generator.layout, generator.latent_sizes
        self._frame_shape = (layout.height, layout.width, layout.channels)
        self._blocks = Blocks(
            sizes,
            tf.function(generator.rollout, autograph=False),
            tf.function(generator.emit, autograph=False),
        )
        state, number = tf.TensorSpec([1, sizes.state]), tf.TensorSpec([1], tf.int32)
        scale = tf.TensorSpec([1])
        place = {"seed": number, "position": number, "num_frames": number, "noise_scale": scale}
        image = tf.TensorSpec([1, *self._frame_shape], tf.uint8)
        states = tf.TensorSpec([1, None, sizes.state])
        self._specs = {
            "start": {"seed": number, "clip": number},
            "stream_scaled": {"state": state, **place},
            "animate": {"image": image},
            "decode": {"states": states},
        }

    def __missing__(self, name: str) -> Callable:
        method = getattr(self, name)

        # As in an export, inputs have names alone.
        def compute(**inputs):
            return method(**inputs)

        traced = tf.function(compute, autograph=False)
        self[name] = traced.get_concrete_function(**self._specs[name])
        return self[name]

    def start(self, seed, clip):
        """Where the video of a seed starts; clips are started from by `RunPlayer.begin`."""
        del clip
        draw = draw_initial_state(seed[0], self._generator.latent_sizes.state)
        return {"state": self._generator.initial_state(draw)}

    def stream_scaled(self, state, seed, position, num_frames, noise_scale):
        """The next frames, and the state after them."""
        stretch = Stretch(state, seed, position, num_frames, tf.zeros([1, 0]), noise_scale)
        frames, state = play(self._blocks, stretch, self._frame_shape, tf.uint8)
        return {"frames": frames, "next_state": state}

    def animate(self, image):
        """The state that shows an image of the model's size."""
        found = infer_attention(self._generator, to_model_range(image)[:, None])
        noise = tf.pad(found.noise[:, :1], [[0, 0], [0, BLOCK - 1], [0, 0]])
        noise = tf.ensure_shape(noise, [1, BLOCK, self._generator.latent_sizes.noise])
        moves = tf.range(BLOCK)[None] < 1
        return {"state": self._blocks.rollout(found.initial_state, noise, moves)[:, 0]}

    def decode(self, states):
        """The frames of states."""
        shown = show(self._blocks, states, tf.zeros([1, 0]), self._frame_shape, tf.uint8)
        return {"frames": shown}
