"""Imports point one way, and modules stay short."""

import ast
import functools
import importlib.util
from pathlib import Path

ROOT = Path(__file__).parent.parent
# Each layer may import those behind it.
LAYERS = [
    ["launch"],
    ["tf_dyngen.interface"],
    ["tf_dyngen.tasks", "tf_dyngen.evaluation", "tf_dyngen.export"],
    ["tf_dyngen.training"],
    ["tf_dyngen.filling", "tf_dyngen.motion_transfer", "tf_dyngen.serving", "tf_dyngen.studio"],
    ["tf_dyngen.inference", "tf_dyngen.video", "tf_dyngen.simulation"],
    ["tf_dyngen.model"],
    ["tf_dyngen.presets"],
    ["tf_dyngen.config"],
    ["tf_dyngen.interpolation", "tf_dyngen.averaging", "tf_dyngen.page_templates"],
    ["tf_dyngen.errors", "tf_dyngen.messages"],
]
# Packages that are imported without TensorFlow.
NO_MODEL = ["video", "filling", "motion_transfer", "serving"]
# What plays an exported model -> what else of the library it may import.
PLAYERS = {
    "serving": {"video", "errors", "messages"},
    "studio": {"video", "errors", "config", "interpolation"},
}
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


@functools.cache
def parse(path):
    return ast.parse(path.read_text(encoding="utf-8"))


@functools.cache
def nodes_of(path):
    return list(ast.walk(parse(path)))


def imports_of(nodes):
    """(module, name in it, or None for the module itself) of each import."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((node.module, alias.name) for alias in node.names)


def imported_names(nodes):
    return [f"{module}.{name}" if name else module for module, name in imports_of(nodes)]


def modules_of(package):
    return sorted((ROOT / "tf_dyngen" / package).glob("*.py"))


def points_back(own, name):
    """Whether a module must not import that name."""
    levels = layer_of(own), layer_of(name)
    if own.startswith("tf_dyngen") and name.partition(".")[0] in ("launch", "datasets"):
        return True
    return None not in levels and levels[1] < levels[0]


def exists(module, name):
    found = importlib.import_module(module)
    if name is None or hasattr(found, name):
        return True
    return importlib.util.find_spec(f"{module}.{name}") is not None


def test_there_are_modules_in_every_layer_that_exists():
    found = {layer_of(module_name(path)) for path in MODULES}
    assert set(range(len(LAYERS))) <= found


def test_imports_point_one_way():
    culprits = [
        f"{module_name(path)} imports {name}"
        for path in MODULES
        for name in imported_names(nodes_of(path))
        if points_back(module_name(path), name)
    ]
    assert not culprits


def test_what_is_imported_exists():
    """Also inside functions, where nothing else looks before they run."""
    culprits = [
        f"{module_name(path)} imports {name} of {module}"
        for path in MODULES
        for module, name in imports_of(nodes_of(path))
        if is_ours(module) and not exists(module, name)
    ]
    assert not culprits


def test_no_function_of_the_library_is_rewritten_by_autograph():
    culprits = []
    for path in (ROOT / "tf_dyngen").rglob("*.py"):
        nodes = nodes_of(path)
        attributes = [node for node in nodes if isinstance(node, ast.Attribute)]
        traced = [node for node in attributes if ast.unparse(node) == "tf.function"]
        calls = [node for node in nodes if isinstance(node, ast.Call) and node.func in traced]
        told = [any(ast.unparse(k) == "autograph=False" for k in call.keywords) for call in calls]
        if told != [True] * len(traced):
            culprits.append(f"{module_name(path)} has a tf.function without autograph=False")
    assert not culprits


def test_what_needs_no_model_is_imported_without_tensorflow():
    culprits = []
    for path in (path for package in NO_MODEL for path in modules_of(package)):
        at_the_top = [node for node in parse(path).body if hasattr(node, "names")]
        names = imported_names(at_the_top)
        if {"tensorflow", "tensorflow_datasets"} & {name.partition(".")[0] for name in names}:
            culprits.append(f"{module_name(path)} imports TensorFlow at its top")
    assert not culprits


def test_what_plays_an_exported_model_is_apart_from_what_made_it():
    culprits = [
        f"{module_name(path)} imports {name}"
        for package, others in PLAYERS.items()
        for path in modules_of(package)
        for name in filter(is_ours, imported_names(nodes_of(path)))
        if not name.startswith(tuple(f"tf_dyngen.{other}" for other in {package} | others))
    ]
    assert not culprits


def test_modules_and_functions_stay_short():
    culprits = []
    for path in MODULES:
        num_lines = path.read_text(encoding="utf-8").count("\n")
        if num_lines > 300:
            culprits.append(f"{module_name(path)} has {num_lines} lines")
        culprits += [
            f"{module_name(path)}.{node.name} has {node.end_lineno - node.lineno + 1} lines"
            for node in nodes_of(path)
            if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= 60
        ]
    assert not culprits
