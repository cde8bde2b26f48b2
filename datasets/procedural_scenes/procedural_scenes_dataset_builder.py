"""TFDS builder of the procedural scenes."""

import dataclasses

import numpy as np
import tensorflow_datasets as tfds

from tf_dyngen.simulation.scenes import catalogue, objects

SIZES = (64, 128)


@dataclasses.dataclass
class SceneConfig(tfds.core.BuilderConfig):
    """All scenes at one size.

    Attributes:
      size: Height and width in pixels.
    """

    size: int = 0


class Builder(tfds.core.GeneratorBasedBuilder):
    """An object in front of a texture, simulated from the clip's seed; nothing is downloaded."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "Eleven objects before six textures, at 64 and 128 pixels."}  # noqa: RUF012
    BUILDER_CONFIGS = [  # noqa: RUF012
        SceneConfig(
            name=f"scenes_{size}", description=f"All scenes at {size}x{size} pixels.", size=size
        )
        for size in SIZES
    ]

    @property
    def _size(self) -> int:
        assert isinstance(self.builder_config, SceneConfig)
        return self.builder_config.size

    def _info(self):
        def video(channels):
            return tfds.features.Video(
                shape=(catalogue.NUM_FRAMES, self._size, self._size, channels)
            )

        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {
                    "clip_id": tfds.features.Text(),
                    "frames": video(3),
                    "background": video(3),
                    "mask": video(1),
                    "frame_rate": np.float32,
                    "object": tfds.features.ClassLabel(names=list(objects.OBJECTS)),
                    "texture": tfds.features.ClassLabel(names=list(objects.TEXTURES)),
                    "seed": np.int64,
                }
            ),
        )

    def _split_generators(self, dl_manager):
        del dl_manager  # Nothing to download.
        return {"train": self._generate_examples(catalogue.recipes())}

    def _generate_examples(self, recipes):
        """Yield (clip id, example), one for each recipe."""
        for recipe in recipes:
            clip_id = catalogue.clip_id(recipe, self._size)
            scene = catalogue.simulate(recipe, self._size, catalogue.NUM_FRAMES)
            yield (
                clip_id,
                {
                    "clip_id": clip_id,
                    **scene._asdict(),
                    "frame_rate": catalogue.FRAME_RATE,
                    "object": recipe.kind,
                    "texture": recipe.texture,
                    "seed": recipe.seed,
                },
            )
