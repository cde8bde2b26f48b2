"""The folder of an exported model: its newest version, and what its metadata says."""

import dataclasses
import json
from pathlib import Path
from typing import Any, NamedTuple

from tf_dyngen.errors import UserError

FORMAT = 1
NEEDED = ("start", "stream_scaled", "animate", "decode")
HOW_TO_EXPORT = "python -m launch.export --workdir=RUN --output=DIR writes one"


class Variety(NamedTuple):
    """How far new video goes from the clip, 0 to 1: the usual value, the noise's factor at 1."""

    usual: float
    noise_scale: float


class Memory(NamedTuple):
    """What is known of the clips of a run, and not of an export.

    clip_lengths: frames of each. picture_size: (H, W) of the first one's own pictures, None where
    they are not to be found.
    """

    clip_lengths: tuple[int, ...]
    picture_size: tuple[int, int] | None


@dataclasses.dataclass(frozen=True)
class Export:
    """One version of an exported model, or a run that is played as if it were one.

    Attributes:
      path: the folder that holds saved_model.pb, or the run.
      frame_size: (H, W) in pixels.
      channels: C, 3 for RGB or 1 for luminance.
      fit: how pictures come to that size, as in `resize_picture`; as the clips of training did.
      frame_rate: frames a second.
      appearance_size: A, 0 where the model has no appearance vector.
      clip_names: of the trained clips, in the order of their indices.
      most_pixel_values: the most that one call may return, B * T * H * W * C.
      variety: how it is set; None where the model has noise only.
      memory: of a run; None of an export.
    """

    path: Path
    frame_size: tuple[int, int]
    channels: int
    fit: str
    frame_rate: float
    appearance_size: int
    clip_names: tuple[str, ...]
    most_pixel_values: int
    variety: Variety | None
    memory: Memory | None = None

    @property
    def frame_values(self) -> int:
        """Pixel values of one frame, H * W * C."""
        height, width = self.frame_size
        return height * width * self.channels


def open_export(folder: Path) -> Export:
    """Reads what is in an export folder, or in one version of it; loads no weights.

    Raises: UserError where there is no exported model, or none of ours.
    """
    path = _newest_version(folder)
    source = path / "assets.extra" / "metadata.json"
    try:
        return _read(path, json.loads(source.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise UserError(
            f"{path} is a SavedModel without assets.extra/metadata.json, not one of this project",
            HOW_TO_EXPORT,
        ) from None
    except UserError:
        raise
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise UserError(f"{source} cannot be read ({error!r})", "export the run again") from None


def _newest_version(folder: Path) -> Path:
    if not folder.is_dir():
        raise UserError(f"{folder} is no folder, that of an exported model is wanted", "check it")
    if (folder / "saved_model.pb").is_file():
        return folder
    versions = [
        path
        for path in folder.iterdir()
        if path.name.isdecimal() and (path / "saved_model.pb").is_file()
    ]
    if not versions:
        raise UserError(f"{folder} holds no exported model", HOW_TO_EXPORT)
    return max(versions, key=lambda path: int(path.name))


def _read(path: Path, metadata: dict[str, Any]) -> Export:
    if metadata["format"] != FORMAT:
        raise ValueError(f"format {metadata['format']}, {FORMAT} is wanted")
    missing = [name for name in NEEDED if name not in metadata["signatures"]]
    if missing:
        raise ValueError(f"no signature {missing[0]}")
    frame = metadata["frame"]
    clips = sorted(metadata["clips"], key=lambda clip: clip["index"])
    return Export(
        path=path,
        frame_size=(int(frame["height"]), int(frame["width"])),
        channels=int(frame["channels"]),
        fit=str(metadata["settings"]["video"]["fit"]),
        frame_rate=float(frame["frame_rate"]),
        appearance_size=int(metadata["sizes"]["appearance"]),
        clip_names=tuple(str(clip["name"]) for clip in clips),
        most_pixel_values=int(metadata["limits"]["pixel_values"]),
        variety=_read_variety(metadata.get("variety")),
    )


def _read_variety(given: dict[str, Any] | None) -> Variety | None:
    return Variety(float(given["usual"]), float(given["noise_scale"])) if given else None
