"""What commands there are, read from their files: importing two would make their flags clash."""

import ast
import functools
from pathlib import Path

COMMANDS = (
    *("train", "synthesize", "batch", "evaluate", "recover", "animate", "infer"),
    *("preview", "export", "studio", "client"),
)
FOLDER = Path(__file__).parent
SHARED_FLAGS = "source_flags"
# Of those that every command has.
COMMON_FLAGS = ("help",)


def describe(name: str) -> str:
    """Returns the first line of a command's description."""
    return (ast.get_docstring(_parse(name)) or "").partition("\n")[0]


def flags_of(name: str) -> list[str]:
    """Returns the names of a command's flags, in alphabetical order."""
    found: set[str] = {*COMMON_FLAGS}
    for node in ast.walk(_parse(name)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr.startswith("DEFINE_") and isinstance(node.args[0], ast.Constant):
            found.add(str(node.args[0].value))
        elif node.func.attr == "adopt_module_key_flags":
            (module,) = node.args
            assert isinstance(module, ast.Name)
            found |= set(flags_of(module.id))
    return sorted(found)


@functools.cache
def _parse(name: str) -> ast.Module:
    return ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
