"""What a model is written to: a file, a SavedModel, a page."""

import os
from pathlib import Path

from tf_dyngen.export.player_page import write_page
from tf_dyngen.export.saved_model import export_run
from tf_dyngen.export.versions import next_version
from tf_dyngen.interface.model_files import StoredModel, save_model
from tf_dyngen.interface.model_state import ModelState
from tf_dyngen.interface.wording import words_of_python


class WritableModel(ModelState):
    """A model that can be written, once it is trained."""

    @words_of_python()
    def save(self, path: str | os.PathLike[str]) -> Path:
        """Writes the model to one file, as fire.dyngen, which `tf_dyngen.load` reads.

        It holds weights, settings and the latents of the learned clips. What it takes to go on with
        training is left out: that is in a work directory.

        Raises: UserError, a ValueError, if it cannot be written.
        """
        save_model(Path(path), StoredModel(self._fitted(), self._metrics))
        return Path(path)

    @words_of_python()
    def export(self, path: str | os.PathLike[str], *, half: bool = False) -> Path:
        """Writes the next version of a SavedModel that TensorFlow alone plays, serves and streams.

        Args:
          path: folder of the versions, as for `dyngen export`.
          half: whether weights are saved as float16.
        Returns: the folder of the version.
        Raises: UserError, a ValueError, if it cannot be written.
        """
        run = self._fitted()
        return export_run(run, self._metrics, next_version(Path(path)), half=half)

    @words_of_python()
    def export_page(self, path: str | os.PathLike[str]) -> Path:
        """Writes a page that plays new video without end: one file, opened in a browser from disk.

        Args:
          path: of the page, as fire.html; it holds the clip that was learned.
        Returns: its path.
        Raises: UserError, a ValueError, for models of other presets, or if it cannot be written.
        """
        return write_page(self._fitted(), Path(path))
