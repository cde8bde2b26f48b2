"""Imports point one way, and modules stay short."""

import ast
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# Each layer may import those behind it.
LAYERS = [
    ["launch"],
    ["tf_dyngen.tasks", "tf_dyngen.evaluation", "tf_dyngen.export"],
    ["tf_dyngen.training"],
    ["tf_dyngen.filling", "tf_dyngen.serving", "tf_dyngen.studio"],
    ["tf_dyngen.inference", "tf_dyngen.video", "tf_dyngen.simulation"],
    ["tf_dyngen.model"],
    ["tf_dyngen.presets"],
    ["tf_dyngen.config"],
    ["tf_dyngen.interpolation"],
    ["tf_dyngen.errors"],
]
MODULES = sorted(
    path
    for folder in ("tf_dyngen", "launch", "datasets", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
)


def module_name(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def layer_of(name):
    for level, prefixes in enumerate(LAYERS):
        if any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes):
            return level
    return None


def is_ours(name):
    return name.partition(".")[0] in ("tf_dyngen", "launch", "datasets", "benchmarks")


def parse(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def imported_names(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_there_are_modules_in_every_layer_that_exists():
    found = {layer_of(module_name(path)) for path in MODULES}
    assert set(range(len(LAYERS))) <= found


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_point_one_way(path):
    own = layer_of(module_name(path))
    for name in imported_names(parse(path)):
        target = layer_of(name)
        if own is None or target is None:
            continue
        assert target >= own, f"{module_name(path)} imports {name}"
    if module_name(path).startswith("tf_dyngen"):
        tops = {name.split(".")[0] for name in imported_names(parse(path))}
        assert not tops & {"launch", "datasets"}


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_what_is_imported_exists(path):
    """Also inside functions, where nothing else looks before they run."""
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.ImportFrom) and not node.level and is_ours(node.module):
            module = importlib.import_module(node.module)
            for alias in node.names:
                if not hasattr(module, alias.name):
                    importlib.import_module(f"{node.module}.{alias.name}")


def test_no_function_of_the_library_is_rewritten_by_autograph():
    for path in (ROOT / "tf_dyngen").rglob("*.py"):
        nodes = list(ast.walk(parse(path)))
        traced = [node for node in nodes if ast.unparse(node) == "tf.function"]
        calls = [node for node in nodes if isinstance(node, ast.Call) and node.func in traced]
        told = [any(ast.unparse(k) == "autograph=False" for k in call.keywords) for call in calls]
        assert told == [True] * len(traced), f"{module_name(path)}: a tf.function without it"


@pytest.mark.parametrize("package", ["video", "filling", "serving"])
def test_what_needs_no_model_is_imported_without_tensorflow(package):
    for path in (ROOT / "tf_dyngen" / package).glob("*.py"):
        tree = parse(path)
        at_the_top = ast.Module([node for node in tree.body if hasattr(node, "names")], [])
        names = [name.split(".")[0] for name in imported_names(at_the_top)]
        assert not {"tensorflow", "tensorflow_datasets"} & set(names)


@pytest.mark.parametrize(
    ("package", "others"),
    [("serving", {"video", "errors"}), ("studio", {"video", "errors", "config", "interpolation"})],
)
def test_what_plays_an_exported_model_is_apart_from_what_made_it(package, others):
    allowed = tuple(f"tf_dyngen.{name}" for name in others | {package})
    for path in (ROOT / "tf_dyngen" / package).glob("*.py"):
        for name in filter(is_ours, imported_names(parse(path))):
            assert name.startswith(allowed), f"{module_name(path)} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_modules_and_functions_stay_short(path):
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= 300
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno < 60, f"{node.name} is too long"
