"""TFDS builder of DynTex, from files that the user has been given access to."""

import hashlib
from pathlib import Path

import numpy as np
import tensorflow_datasets as tfds

from tf_dyngen.errors import UserError
from tf_dyngen.video.clips import read_clip
from tf_dyngen.video.integrity import require_whole

HOMEPAGE = "http://dyntex.univ-lr.fr"
# Folders by which DynTex is handed out; the names of all others are taken for classes.
SET_FOLDERS = ("alpha", "beta", "gamma", "pr1", "raw")


class Builder(tfds.core.GeneratorBasedBuilder):
    """Moving textures at the size of their files, labelled by the folder that each lies in."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "Every AVI file below the manual folder."}  # noqa: RUF012
    MANUAL_DOWNLOAD_INSTRUCTIONS = f"""\
Register with the owners of DynTex ({HOMEPAGE}, section Download) and put the AVI files that they
give you access to into this folder. They may lie directly in it (6481f10.avi) or deeper; the name
of the folder around a file becomes its label (alpha/grass/54ab110.avi is labelled "grass")."""

    def _info(self):
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {
                    "clip_id": tfds.features.Text(),
                    "name": tfds.features.Text(),
                    "frames": tfds.features.Video(shape=(None, None, None, 3)),
                    "frame_rate": np.float32,
                    "label": tfds.features.Text(),
                }
            ),
            homepage=HOMEPAGE,
        )

    def _split_generators(self, dl_manager):
        folder = Path(dl_manager.manual_dir)
        paths = sorted(
            path
            for path in folder.rglob("*")
            # macOS leaves a hidden ._clip.avi beside each clip.avi on foreign disks.
            if path.suffix.lower() == ".avi" and not path.name.startswith(".") and path.is_file()
        )
        if not paths:
            raise UserError(
                f"{folder} holds no AVI file, at no depth", self.MANUAL_DOWNLOAD_INSTRUCTIONS
            )
        return {"train": self._generate_examples(folder, _by_clip_id(paths))}

    def _generate_examples(self, folder, paths):
        """Yield (clip id, example) for each file."""
        for clip_id, path in paths.items():
            require_whole(path)
            clip = read_clip(path, num_frames=None, size=None)
            yield (
                clip_id,
                {
                    "clip_id": clip_id,
                    "name": path.stem,
                    "frames": clip.frames,
                    "frame_rate": clip.frame_rate,
                    "label": _label(path.relative_to(folder)),
                },
            )


def _by_clip_id(paths: list[Path]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in paths:
        with path.open("rb") as file:
            clip_id = hashlib.file_digest(file, "sha256").hexdigest()[:16]
        if clip_id in found:
            raise UserError(f"{path} is the same clip as {found[clip_id]}", "keep one of them")
        found[clip_id] = path
    return found


def _label(path: Path) -> str:
    """Name the folder around a file, `path` relative to the manual folder; "" for none."""
    folder = path.parent.name
    return "" if folder.lower() in SET_FOLDERS else folder
