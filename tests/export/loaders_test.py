"""Exports run where this package cannot be imported: by TensorFlow's Python and C interfaces."""

import json
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

COMPILER = shutil.which("cc")
C_SOURCE = Path(__file__).with_name("c_loader.c")
# TensorFlow alone: no module of this software, nor Keras, can be imported.
ALONE = """
    import sys
    for name in ("tf_dyngen", "launch", "keras"):
        sys.modules[name] = None
    import numpy as np
    import tensorflow as tf
    folder, requests, answers = sys.argv[1:]
    inputs = np.load(requests)
    calls = {}
    for key in inputs.files:
        signature, name = key.split("/")
        calls.setdefault(signature, {})[name] = inputs[key]
    found = {}
    model = tf.saved_model.load(folder)
    for signature, given in calls.items():
        tensors = {name: tf.constant(value) for name, value in given.items()}
        for name, value in model.signatures[signature](**tensors).items():
            found[signature + "/" + name] = value.numpy()
    np.savez(answers, **found)
"""


@pytest.fixture(scope="module")
def served(either):
    return either


@pytest.fixture(scope="module")
def requests(served):
    """signature -> inputs, one of each."""
    random = np.random.default_rng(0)
    integers = {
        name: np.array([value], np.int32)
        for name, value in (("seed", 5), ("position", 17), ("num_frames", 44), ("clip", 1))
    }
    states = served.states(0, 33)
    floats = {
        "state": states[:, 8],
        "states": states,
        "appearance": random.standard_normal((1, 2)).astype(np.float32),
        "noise_scale": np.array([0.7], np.float32),
        "variety": np.array([0.9], np.float32),
    }
    video = random.integers(0, 256, (1, 9, 16, 16, 3), np.uint8)
    pictures = {"image": video[:, 0], "hidden": video[..., 0] & 1}
    known = {**integers, **floats, **pictures}
    requests = {
        signature: {name: known[name] for name in loaded.structured_input_signature[1]}
        for signature, loaded in served.signatures.items()
    }
    for signature in ("infer", "infer_masked"):
        requests[signature]["clip"] = video
    return requests


@pytest.fixture(scope="module")
def expected(served, requests):
    return {
        f"{signature}/{name}": value
        for signature, inputs in requests.items()
        for name, value in served.call(signature, **inputs).items()
    }


def check(found, expected):
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert found[name].dtype == value.dtype
        if value.dtype == np.uint8:
            # Other threads may add in another order, which rounds a pixel here and there.
            assert np.abs(found[name].astype(int) - value).max() <= 1
            assert np.mean(found[name] != value) < 1e-3
        elif name.startswith(("infer", "animate")):
            # Many moves let the last digits grow.
            np.testing.assert_allclose(found[name], value, rtol=1e-2, atol=1e-2)
        else:
            np.testing.assert_allclose(found[name], value, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("either", ["exported"], indirect=True)
def test_a_fresh_process_runs_every_signature(served, requests, expected, tmp_path):
    program, answers = tmp_path / "program.py", tmp_path / "answers.npz"
    program.write_text(textwrap.dedent(ALONE), encoding="utf-8")
    given = {
        f"{s}/{name}": value for s, inputs in requests.items() for name, value in inputs.items()
    }
    np.savez(tmp_path / "requests.npz", **given)
    command = [sys.executable, "-P", program, served.path, tmp_path / "requests.npz", answers]
    subprocess.run(command, check=True, cwd=tmp_path, capture_output=True, timeout=600)
    with np.load(answers) as found:
        check(dict(found), expected)


@pytest.mark.skipif(COMPILER is None, reason="no C compiler on PATH")
@pytest.mark.parametrize("either", ["with_looks"], indirect=True)
def test_the_c_api_runs_every_signature(served, requests, expected, tmp_path):
    program = compile_loader(tmp_path)
    with tf.compat.v1.Session(graph=tf.Graph()) as session:
        meta = tf.compat.v1.saved_model.load(session, ["serve"], str(served.path))
    plans, outputs = [], {}
    for signature, inputs in requests.items():
        definition = meta.signature_def[signature]
        plan, written = write_plan(definition, inputs, tmp_path / signature)
        plans.append(plan)
        outputs |= {f"{signature}/{name}": path for name, path in written.items()}
    command = [program, served.path, *plans]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    found = {name: read_tensor(path) for name, path in outputs.items()}
    check(found, expected)


def compile_loader(folder):
    """Links to a library of the same name and empty functions: to read TensorFlow's takes long."""
    program, names = folder / "c_loader", ("libtensorflow_cc.so.2", "libtensorflow_framework.so.2")
    functions = sorted(set(re.findall(r"\bTF_\w+(?=\()", C_SOURCE.read_text(encoding="utf-8"))))
    source = folder / "empty.c"
    source.write_text("".join(f"void {name}(void) {{}}\n" for name in functions))
    for name in names:
        compile_c(f"-Wl,-soname,{name}", "-shared", "-fPIC", source, "-o", folder / name)
    flags = [f"-I{tf.sysconfig.get_include()}", f"-Wl,-rpath,{tf.sysconfig.get_lib()}"]
    links = [f"-L{folder}", *(f"-l:{name}" for name in names)]
    compile_c("-O1", *flags, "-o", program, C_SOURCE, *links)
    return program


def compile_c(*arguments):
    subprocess.run([COMPILER, *arguments], check=True, capture_output=True)


def write_plan(definition, inputs, folder):
    """Writes the text that tells the program what to feed and fetch; returns it and the outputs."""
    folder.mkdir()
    lines, outputs = [], {}
    for name, value in inputs.items():
        operation, _, index = definition.inputs[name].name.partition(":")
        (folder / name).write_bytes(value.tobytes())
        sides = " ".join(map(str, value.shape))
        kind = definition.inputs[name].dtype
        lines.append(f"feed {operation} {index} {kind} {value.ndim} {sides} {folder / name}")
    for name, info in definition.outputs.items():
        operation, _, index = info.name.partition(":")
        outputs[name] = folder / f"{name}.out"
        lines.append(f"fetch {operation} {index} {outputs[name]}")
    plan = folder / "plan"
    plan.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return plan, outputs


def read_tensor(path):
    """Reads what the program wrote: a line of type and sides, then the bytes."""
    head, _, content = path.read_bytes().partition(b"\n")
    kind, *sides = map(int, head.split())
    dtype = tf.dtypes.as_dtype(kind).as_numpy_dtype
    return np.frombuffer(content, dtype).reshape(sides)


def test_metadata_tells_what_the_loaded_signatures_take_and_give(served):
    text = (served.path / "assets.extra/metadata.json").read_text(encoding="utf-8")
    told = json.loads(text)["signatures"]
    assert told.keys() == served.signatures.keys()
    for name, signature in served.signatures.items():
        sides = (signature.structured_input_signature[1], signature.structured_outputs)
        for fields, specs in zip((told[name]["inputs"], told[name]["outputs"]), sides, strict=True):
            found = {key: [spec.dtype.name, spec.shape.as_list()] for key, spec in specs.items()}
            assert found == {key: [field["dtype"], field["shape"]] for key, field in fields.items()}
