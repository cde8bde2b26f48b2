"""The data sets of this project, made known to TFDS by their names."""

import importlib
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Where builders are in a checkout, and where they are once they are installed.
HOMES = ("datasets", "tf_dyngen.data_sets")


def register(name: str) -> None:
    """Imports the builder of NAME[/CONFIG][:SPLIT], which registers it, if it is one of ours."""
    name = name.partition(":")[0].partition("/")[0]
    # Only a plain name can be a folder of ours.
    if not name.isidentifier():
        return
    module = f"{name}.{name}_dataset_builder"
    for home in HOMES:
        if (ROOT / f"{home}.{module}".replace(".", "/")).with_suffix(".py").is_file():
            importlib.import_module(f"{home}.{module}")
            return
