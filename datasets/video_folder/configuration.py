"""Settings of the data set: which clips, and what is made of them."""

import dataclasses
import hashlib
import json
import re
from pathlib import Path

import tensorflow_datasets as tfds

from tf_dyngen.config import CROP, STRETCH
from tf_dyngen.errors import UserError


@dataclasses.dataclass(eq=False)
class VideoFolderConfig(tfds.core.BuilderConfig):
    """What is read, and how.

    Attributes:
      name: of the configuration; if empty, made of the path and a hash of all settings.
      path: folder, file or pattern of clips; if empty, the manual directory of TFDS.
      num_frames: length of a window.
      stride: from the start of a window to the start of the next; 0 is num_frames, no overlap.
      height, width: in pixels.
      channels: 3, or 1 for luminance.
      fit: `stretch`, or `crop`, which keeps proportions and cuts off what stands over.
      masks: whether there is a feature `mask`, read from NAME_mask.* beside a clip.
      test_share: share of the clips that goes to the split `test`, chosen by the hash of the
        path; not used where the folder holds folders named after splits.
      beam: whether examples are made by an Apache Beam pipeline.
    """

    name: str = ""
    path: str = ""
    num_frames: int = 60
    stride: int = 0
    height: int = 64
    width: int = 64
    channels: int = 3
    fit: str = STRETCH
    masks: bool = False
    test_share: float = 0.0
    beam: bool = False

    def __post_init__(self):
        _check(self)
        self.stride = self.stride or self.num_frames
        if self.path:
            self.path = str(Path(self.path).expanduser().absolute())
        self.name = self.name or _name_of(self)
        self.description = self.description or (
            f"Windows of {self.num_frames} frames of {self.height}x{self.width} pixels, "
            f"every {self.stride} frames, of {self.path or 'the manual directory'}."
        )


def _check(config: VideoFolderConfig) -> None:
    bounds = {
        "num_frames": (2, None),
        "stride": (0, None),
        "height": (1, None),
        "width": (1, None),
        "test_share": (0, 0.9),
    }
    for key, (low, high) in bounds.items():
        value = getattr(config, key)
        if isinstance(value, str) or value < low or (high is not None and value > high):
            at_most = "" if high is None else f" and at most {high}"
            raise UserError(f"{key} is {value!r}", f"give at least {low}{at_most}")
    for key, choices in {"channels": (1, 3), "fit": (STRETCH, CROP)}.items():
        if getattr(config, key) not in choices:
            names = " or ".join(map(str, choices))
            raise UserError(f"{key} is {getattr(config, key)!r}", f"give {names}")


def _name_of(config: VideoFolderConfig) -> str:
    """Returns a name that no other settings have; how the examples are made does not matter."""
    settings = {
        field.name: getattr(config, field.name)
        for field in dataclasses.fields(VideoFolderConfig)
        if field.name in VideoFolderConfig.__annotations__ and field.name not in ("name", "beam")
    }
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:8]
    stem = re.sub(r"[^A-Za-z0-9]+", "_", Path(config.path).stem).strip("_") or "clips"
    return f"{stem}_{config.num_frames}x{config.height}x{config.width}_{digest}"
