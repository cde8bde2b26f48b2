"""TFDS builder of the user's own clips."""

import collections

import numpy as np
import tensorflow_datasets as tfds

from .configuration import VideoFolderConfig
from .examples import find_splits, read_examples, require_one, source_id


class Builder(tfds.core.GeneratorBasedBuilder):
    """A folder of videos, GIFs, arrays or folders of pictures, cut into windows."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "Windows, crops, masks, splits by clip, Apache Beam."}  # noqa: RUF012
    MANUAL_DOWNLOAD_INSTRUCTIONS = (
        "Put your clips into the manual directory, or name where they are with `path` in --config."
    )
    BUILDER_CONFIGS = [VideoFolderConfig(name="clips_64")]  # noqa: RUF012

    @property
    def _settings(self) -> VideoFolderConfig:
        assert isinstance(self.builder_config, VideoFolderConfig)
        return self.builder_config

    def _info(self):
        config = self._settings
        shape = (config.num_frames, config.height, config.width)
        features = {
            "clip_id": tfds.features.Text(),
            "frames": tfds.features.Video(shape=(*shape, config.channels)),
            "frame_rate": tfds.features.Scalar(np.float32),
            "first_frame": tfds.features.Scalar(np.int64),
            "source": tfds.features.Text(),
        }
        if config.masks:
            features["mask"] = tfds.features.Video(shape=(*shape, 1))
        return self.dataset_info_from_configs(features=tfds.features.FeaturesDict(features))

    def _split_generators(self, dl_manager):
        config = self._settings
        root = config.path or str(dl_manager.manual_dir)
        splits = find_splits(root, config.test_share)
        return {name: self._generate_examples(paths, root) for name, paths in splits.items()}

    def _generate_examples(self, paths, root):
        """Gives (clip id, example) of every window of the clips at `paths`."""
        if self._settings.beam:
            return _pipeline(paths, root, self._settings)
        return _one_by_one(paths, root, self._settings)


def _one_by_one(paths, root, config):
    found = collections.defaultdict(list)
    for path in paths:
        source = source_id(path)
        found[source].append(path)
        yield from read_examples(source, require_one(found[source]), root, config)


def _pipeline(paths, root, config):
    """The same as a Beam transform; any runner whose workers can read the paths will do."""
    beam = tfds.core.lazy_imports.apache_beam

    def read(source_and_paths):
        source, found = source_and_paths
        return read_examples(source, require_one(found), root, config)

    return (
        beam.Create(paths)
        | "Spread" >> beam.Reshuffle()
        | "Identify" >> beam.Map(lambda path: (source_id(path), path))
        | "Compare" >> beam.GroupByKey()
        | "Read" >> beam.FlatMap(read)
    )
