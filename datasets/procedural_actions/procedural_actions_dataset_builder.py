"""TFDS builder of the procedural actions."""

import dataclasses

import numpy as np
import tensorflow_datasets as tfds

from tf_dyngen.simulation.walkers import catalogue

from . import splits

NUM_FRAMES = 30
SIZES = (64, 128)


@dataclasses.dataclass
class WalkersConfig(tfds.core.BuilderConfig):
    """The animals at one size.

    Attributes:
      size: Height and width in pixels.
    """

    size: int = 0


class Builder(tfds.core.GeneratorBasedBuilder):
    """Walking, running and bounding animals, drawn from numbers; nothing is downloaded."""

    VERSION = tfds.core.Version(catalogue.VERSION)
    RELEASE_NOTES = {"1.0.0": "Twelve animals in three gaits at 64 and 128 pixels."}  # noqa: RUF012
    BUILDER_CONFIGS = [  # noqa: RUF012
        WalkersConfig(
            name=f"walkers_{size}", description=f"The animals at {size}x{size} pixels.", size=size
        )
        for size in SIZES
    ]

    @property
    def _size(self) -> int:
        assert isinstance(self.builder_config, WalkersConfig)
        return self.builder_config.size

    def _info(self):
        shape = (NUM_FRAMES, self._size, self._size)
        names = {
            "body": list(catalogue.BODIES),
            "coat": list(catalogue.COATS),
            "palette": list(catalogue.PALETTES),
            "gait": list(catalogue.GAITS),
        }
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {
                    "clip_id": tfds.features.Text(),
                    "frames": tfds.features.Video(shape=(*shape, 3)),
                    "silhouette": tfds.features.Video(shape=(*shape, 1)),
                    "frame_rate": np.float32,
                    "appearance": np.int64,
                    "motion": np.int64,
                    **{key: tfds.features.ClassLabel(names=names[key]) for key in names},
                    "stride_frames": np.float32,
                    "start_phase": np.float32,
                }
            ),
        )

    def _split_generators(self, dl_manager):
        del dl_manager  # Nothing to download.
        return {name: self._generate_examples(p) for name, p in splits.list_splits().items()}

    def _generate_examples(self, pairs):
        """Yield (clip id, example), one for each (appearance number, motion number)."""
        for appearance, motion in pairs:
            clip_id = catalogue.clip_id(appearance, motion, self._size)
            frames, silhouette = catalogue.render(appearance, motion, self._size, NUM_FRAMES)
            going = catalogue.motion(motion)
            yield (
                clip_id,
                {
                    "clip_id": clip_id,
                    "frames": frames,
                    "silhouette": silhouette,
                    "frame_rate": catalogue.FRAME_RATE,
                    "appearance": appearance,
                    "motion": motion,
                    **catalogue.appearance(appearance)._asdict(),
                    "gait": going.gait,
                    "stride_frames": going.stride_frames,
                    "start_phase": going.start,
                },
            )
