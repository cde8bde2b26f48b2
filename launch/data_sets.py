"""The data sets of this checkout, made known to TFDS by their names."""

import importlib
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "datasets"


def register(name: str) -> None:
    """Imports the builder of NAME[/CONFIG][:SPLIT], which registers it, if it is one of ours."""
    name = name.partition(":")[0].partition("/")[0]
    # Only a plain name can be a folder of ours.
    if name.isidentifier() and (FOLDER / name / f"{name}_dataset_builder.py").is_file():
        importlib.import_module(f"datasets.{name}.{name}_dataset_builder")
