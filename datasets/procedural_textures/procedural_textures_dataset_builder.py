"""TFDS builder of the procedural textures."""

import dataclasses
import functools

import numpy as np
import tensorflow_datasets as tfds

from tf_dyngen.simulation.textures import catalogue

NUM_CLIPS = 4
NUM_FRAMES = 240
FIRST_FRAMES = {"train": 0, "continuation": NUM_FRAMES}  # of each split, in the simulation
SIZES = (64, 128)


@dataclasses.dataclass
class TextureConfig(tfds.core.BuilderConfig):
    """One texture at one size.

    Attributes:
      texture: A key of `catalogue.SIMULATIONS`.
      size: Height and width in pixels.
    """

    texture: str = ""
    size: int = 0


class Builder(tfds.core.GeneratorBasedBuilder):
    """Moving textures, simulated from the clip's seed; nothing is downloaded."""

    VERSION = tfds.core.Version("1.1.0")
    RELEASE_NOTES = {  # noqa: RUF012
        "1.0.0": "Fire, water and a flag at 64 and 128 pixels.",
        "1.1.0": (
            "New textures smoke, rain and lights; new split `continuation`, the next 240 frames "
            "of every clip; new feature `first_frame`. Existing frames and clip ids are unchanged."
        ),
    }
    BUILDER_CONFIGS = [  # noqa: RUF012
        TextureConfig(
            name=f"{texture}_{size}",
            description=f"The texture `{texture}` at {size}x{size} pixels.",
            texture=texture,
            size=size,
        )
        for size in SIZES
        for texture in catalogue.SIMULATIONS
    ]

    @property
    def _texture_config(self) -> TextureConfig:
        assert isinstance(self.builder_config, TextureConfig)
        return self.builder_config

    def _info(self):
        size = self._texture_config.size
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {
                    "clip_id": tfds.features.Text(),
                    "frames": tfds.features.Video(shape=(NUM_FRAMES, size, size, 3)),
                    "frame_rate": np.float32,
                    "texture": tfds.features.ClassLabel(names=list(catalogue.SIMULATIONS)),
                    "seed": np.int64,
                    "first_frame": np.int64,
                }
            ),
        )

    def _split_generators(self, dl_manager):
        del dl_manager  # Nothing to download.
        texture, size = self._texture_config.texture, self._texture_config.size
        num_frames = max(FIRST_FRAMES.values()) + NUM_FRAMES

        @functools.cache  # All splits are cut from the same simulations.
        def simulate(seed):
            return catalogue.simulate(texture, seed, size, num_frames)

        return {
            split: self._generate_examples(simulate, first_frame)
            for split, first_frame in FIRST_FRAMES.items()
        }

    def _generate_examples(self, simulate, first_frame):
        """Yield (clip id, example), one for each seed.

        Args:
          simulate: Function of the seed, to [T, H, W, 3] uint8.
          first_frame: Where the split's part of a simulation begins.
        """
        texture, size = self._texture_config.texture, self._texture_config.size
        for seed in range(NUM_CLIPS):
            clip_id = catalogue.clip_id(texture, size, seed, first_frame)
            yield (
                clip_id,
                {
                    "clip_id": clip_id,
                    "frames": simulate(seed)[first_frame : first_frame + NUM_FRAMES],
                    "frame_rate": catalogue.FRAME_RATE,
                    "texture": texture,
                    "seed": seed,
                    "first_frame": first_frame,
                },
            )
