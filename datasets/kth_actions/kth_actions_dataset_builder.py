"""TFDS builder of the KTH actions."""

import dataclasses
import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import tensorflow_datasets as tfds
from absl import logging

from tf_dyngen.errors import UserError
from tf_dyngen.video import archives

from . import sequences

URL = "https://www.csc.kth.se/cvap/actions/"
SEQUENCES_FILE = "00sequences.txt"
SIZE = (120, 160)
RECORDINGS = sequences.RECORDINGS
# As published, this file breaks off within frame 305, in the middle of its last range, 246-370.
CUT_SHORT = {"person01_boxing_d4": 304}


@dataclasses.dataclass
class KthConfig(tfds.core.BuilderConfig):
    """Whether a clip is one performance or a whole recording.

    Attributes:
      whole: True for recordings, False for the ranges of `00sequences.txt`.
    """

    whole: bool = False


class Builder(tfds.core.GeneratorBasedBuilder):
    """Six actions of 25 people in four scenarios, grey, split by person as its authors did."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "Subsequences and whole recordings, at full size."}  # noqa: RUF012
    BUILDER_CONFIGS = [  # noqa: RUF012
        KthConfig(
            name="subsequences",
            description="One performance of an action a clip, as the authors' list cuts them.",
        ),
        KthConfig(
            name="whole",
            description="One recording a clip, which shows several performances.",
            whole=True,
        ),
    ]

    @property
    def _clips_are_whole(self) -> bool:
        assert isinstance(self.builder_config, KthConfig)
        return self.builder_config.whole

    def _info(self):
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {
                    "clip_id": tfds.features.Text(),
                    "frames": tfds.features.Video(shape=(None, *SIZE, 1)),
                    "frame_rate": np.float32,
                    "action": tfds.features.ClassLabel(names=list(sequences.ACTIONS)),
                    "person": tfds.features.ClassLabel(
                        names=[f"person{number:02d}" for number in range(1, 26)]
                    ),
                    "scenario": tfds.features.ClassLabel(names=list(sequences.SCENARIOS)),
                    "recording": tfds.features.Text(),
                    "first_frame": np.int64,
                    "last_frame": np.int64,
                }
            ),
            supervised_keys=("frames", "action"),
            homepage=URL,
        )

    def _split_generators(self, dl_manager):
        files = {action: f"{action}.zip" for action in sequences.ACTIONS}
        files["sequences"] = SEQUENCES_FILE
        paths = dl_manager.download({key: URL + file for key, file in files.items()})
        text = Path(paths["sequences"]).read_text(encoding="utf-8", errors="replace")
        ranges = sequences.parse(text, RECORDINGS)
        for action in sequences.ACTIONS:
            with archives.open_clips(paths[action]) as archive:
                archive.require(
                    _file(name) for name in ranges if sequences.action_of(name) == action
                )
        return {
            split: self._generate_examples(paths, ranges, persons)
            for split, persons in sequences.PERSONS.items()
        }

    def _generate_examples(self, paths, ranges, persons):
        """Yield (clip id, example) for each clip of `persons`."""
        for action in sequences.ACTIONS:
            chosen = [
                name
                for name in ranges
                if sequences.action_of(name) == action and sequences.person_of(name) in persons
            ]
            with archives.open_clips(paths[action]) as archive:
                for name in chosen:
                    clip = archive.read(_file(name), size=SIZE, channels=1)
                    yield from self._examples(name, clip, ranges[name])

    def _examples(
        self, name: str, clip: archives.ArchivedClip, ranges: sequences.Ranges
    ) -> Iterator[tuple[str, dict]]:
        frames, ranges = _usable(name, clip.frames, ranges)
        if self._clips_are_whole:
            ranges = [(1, len(frames))]
        for first, last in ranges:
            source = f"{clip.sha256} {first}-{last}"
            clip_id = hashlib.sha256(source.encode()).hexdigest()[:16]
            yield (
                clip_id,
                {
                    "clip_id": clip_id,
                    "frames": frames[first - 1 : last],
                    "frame_rate": clip.frame_rate,
                    "action": sequences.action_of(name),
                    "person": f"person{sequences.person_of(name):02d}",
                    "scenario": sequences.scenario_of(name),
                    "recording": name,
                    "first_frame": first,
                    "last_frame": last,
                },
            )


def _file(recording: str) -> str:
    return f"{recording}_uncomp"


def _usable(
    name: str, frames: np.ndarray, ranges: sequences.Ranges
) -> tuple[np.ndarray, sequences.Ranges]:
    """Check that the recording has the frames that the list speaks of.

    Returns: frames and ranges as they are; for a file in CUT_SHORT, what lies before the damage.
    Raises: UserError, naming the recording, when frames are missing.
    """
    num_listed = max(last for _, last in ranges)
    if len(frames) >= num_listed:
        return frames, ranges
    num_whole = CUT_SHORT.get(name, num_listed)
    if len(frames) < num_whole:
        raise UserError(
            f"{_file(name)}.avi gives {len(frames)} frames, {num_whole} are wanted",
            "the file is cut short; download its archive again",
        )
    logging.warning(
        "%s.avi is published cut short: it ends with frame %d of %d.",
        *(_file(name), num_whole, num_listed),
    )
    return frames[:num_whole], [(first, min(last, num_whole)) for first, last in ranges]
