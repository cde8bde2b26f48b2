"""TFDS builder of the Weizmann actions."""

import dataclasses

import numpy as np
import tensorflow_datasets as tfds

from tf_dyngen.errors import UserError
from tf_dyngen.video import archives

from . import clip_names, silhouettes

URL = "https://www.wisdom.weizmann.ac.il/~vision/VideoAnalysis/Demos/SpaceTimeActions/DB/"
HOMEPAGE = "https://www.wisdom.weizmann.ac.il/~vision/SpaceTimeActions.html"
MASKS_FILE = "classification_masks.mat"
BACKGROUNDS_FILE = "backgrounds.zip"
SIZE = (144, 180)
CLIPS = clip_names.CLIPS


@dataclasses.dataclass
class WeizmannConfig(tfds.core.BuilderConfig):
    """The actions, or the empty scenes that they were filmed in.

    Attributes:
      backgrounds: True for the empty scenes.
    """

    backgrounds: bool = False


class Builder(tfds.core.GeneratorBasedBuilder):
    """Ten actions of nine people, with silhouettes; and the backgrounds without people."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "Actions with silhouettes, and backgrounds, at full size."}  # noqa: RUF012
    BUILDER_CONFIGS = [  # noqa: RUF012
        WeizmannConfig(name="actions", description="93 clips of people, with silhouettes."),
        WeizmannConfig(
            name="backgrounds", description="The scenes without people.", backgrounds=True
        ),
    ]

    @property
    def _clips_are_backgrounds(self) -> bool:
        assert isinstance(self.builder_config, WeizmannConfig)
        return self.builder_config.backgrounds

    def _info(self):
        features = {
            "clip_id": tfds.features.Text(),
            "name": tfds.features.Text(),
            "frames": tfds.features.Video(shape=(None, *SIZE, 3)),
            "frame_rate": np.float32,
        }
        if not self._clips_are_backgrounds:
            features |= {
                "silhouette": tfds.features.Video(shape=(None, *SIZE, 1)),
                "action": tfds.features.ClassLabel(names=list(clip_names.ACTIONS)),
                "person": tfds.features.ClassLabel(names=list(clip_names.PERSONS)),
            }
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(features), homepage=HOMEPAGE
        )

    def _split_generators(self, dl_manager):
        if self._clips_are_backgrounds:
            path = dl_manager.download({"backgrounds": URL + BACKGROUNDS_FILE})["backgrounds"]
            return {"train": self._generate_backgrounds(path)}
        files = {action: f"{action}.zip" for action in clip_names.ACTIONS}
        files["masks"] = MASKS_FILE
        paths = dl_manager.download({key: URL + file for key, file in files.items()})
        for action in clip_names.ACTIONS:
            with archives.open_clips(paths[action]) as archive:
                archive.require(clip for clip in CLIPS if clip_names.action_of(clip) == action)
        masks = silhouettes.load(paths["masks"], CLIPS, SIZE)
        return {"train": self._generate_examples(paths, masks)}

    def _generate_examples(self, paths, masks):
        """Yield (clip id, example) for each clip of a person."""
        for clip in CLIPS:
            action = clip_names.action_of(clip)
            with archives.open_clips(paths[action]) as archive:
                clip_id, example = _example(archive, clip)
            silhouettes.check_length(clip, len(example["frames"]), len(masks[clip]))
            person = clip_names.person_of(clip)
            yield clip_id, example | {"silhouette": masks[clip], "action": action, "person": person}

    def _generate_backgrounds(self, path):
        """Yield (clip id, example) for each background."""
        with archives.open_clips(path) as archive:
            if not archive.names:
                raise UserError(f"{path} holds no clip", "download it again")
            for name in archive.names:
                yield _example(archive, name)


def _example(archive: archives.ClipArchive, name: str) -> tuple[str, dict]:
    clip = archive.read(name, size=SIZE, channels=3)
    clip_id = clip.sha256[:16]
    return clip_id, {
        "clip_id": clip_id,
        "name": name,
        "frames": clip.frames,
        "frame_rate": clip.frame_rate,
    }
