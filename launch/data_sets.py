"""The data sets of this project, made known to TFDS by their names."""

import importlib.util
from pathlib import Path

# Where the builders are in a checkout, and where they are once they are installed: `datasets` may
# then be the package of another project.
CHECKOUT, INSTALLED = "datasets", "tf_dyngen.data_sets"
FOLDER = Path(__file__).parents[1] / CHECKOUT


def register(name: str) -> None:
    """Imports the builder of NAME[/CONFIG][:SPLIT], which registers it, if it is one of ours."""
    name = name.partition(":")[0].partition("/")[0]
    # Only a plain name can be a folder of ours.
    if not name.isidentifier():
        return
    found = importlib.util.find_spec(CHECKOUT)
    is_ours = found is not None and found.origin == str(FOLDER / "__init__.py")
    module = f"{CHECKOUT if is_ours else INSTALLED}.{name}.{name}_dataset_builder"
    try:
        is_there = importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        # It has no folder among them.
        return
    if is_there:
        importlib.import_module(module)
