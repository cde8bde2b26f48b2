"""TFDS builder of the procedural textures."""

import dataclasses

import numpy as np
import tensorflow_datasets as tfds

from tf_dyngen.simulation.textures import catalogue

NUM_CLIPS = 4
NUM_FRAMES = 240
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
    """Fire, water and a flag, simulated from the clip's seed; nothing is downloaded."""

    VERSION = tfds.core.Version(catalogue.VERSION)
    RELEASE_NOTES = {"1.0.0": "Fire, water and a flag at 64 and 128 pixels."}  # noqa: RUF012
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
                }
            ),
        )

    def _split_generators(self, dl_manager):
        del dl_manager  # Nothing to download.
        return {"train": self._generate_examples(range(NUM_CLIPS))}

    def _generate_examples(self, seeds):
        """Yield (clip id, example), one for each seed."""
        texture, size = self._texture_config.texture, self._texture_config.size
        for seed in seeds:
            clip_id = catalogue.clip_id(texture, size, seed)
            yield (
                clip_id,
                {
                    "clip_id": clip_id,
                    "frames": catalogue.simulate(texture, seed, size, NUM_FRAMES),
                    "frame_rate": catalogue.FRAME_RATE,
                    "texture": texture,
                    "seed": seed,
                },
            )
