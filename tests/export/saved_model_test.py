"""What an export holds, and that it is whole or not there."""

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from tests.conftest import exporting_only
from tf_dyngen.errors import UserError
from tf_dyngen.export import saved_model
from tf_dyngen.export.saved_model import export


def operations(path):
    """Returns the types of all operations of the graph and of its functions."""
    model = saved_model_pb2.SavedModel()
    model.ParseFromString((path / "saved_model.pb").read_bytes())
    graph = model.meta_graphs[0].graph_def
    nodes = [*graph.node, *(node for body in graph.library.function for node in body.node_def)]
    return {node.op for node in nodes}


def test_no_operation_needs_python_or_xla_or_a_library_of_its_own(either):
    found = operations(either.path)
    assert ("Conv2DBackpropInput" in found) == bool(either.sizes.appearance)
    assert not [name for name in found if name.startswith(("Py", "Eager")) or "Xla" in name]
    functions = {"StatefulPartitionedCall", "PartitionedCall"}
    known = {name for name in found if hasattr(tf.raw_ops, name)}
    # Operations without a Python function of their own, in TensorFlow's own registry all the same.
    assert found - known <= functions | {"Placeholder", "Const", "NoOp"}


def saved(path):
    """Returns the shapes and types of all variables that an export holds."""
    reader = tf.train.load_checkpoint(str(path / "variables/variables"))
    types = reader.get_variable_to_dtype_map()
    shapes = reader.get_variable_to_shape_map()
    names = [name for name in shapes if "_CHECKPOINTABLE" not in name]
    return sorted((tuple(shapes[name]), types[name].name) for name in names)


def test_weights_and_starts_are_all_that_is_saved_in_types_of_their_own(either):
    sizes = either.sizes
    wanted = [
        (tuple(variable.shape), tf.as_dtype(variable.dtype).name)
        for variable in either.run.generator.variables
    ]
    wanted += [((3, sizes.state), "float32"), ((3, sizes.appearance), "float32")]
    assert saved(either.path) == sorted(wanted)


def test_the_memory_is_saved_as_bytes_and_the_graph_does_not_hold_it(exported):
    frames = 36 * 16 * 16
    assert ((frames, 3), "uint8") in saved(exported.path)
    # Its own bytes, in the graph of none of the functions.
    memory = exported.run.generator.memory
    (finest,) = memory.layout.grids[-1:]
    pixels = memory.bank(finest).numpy().tobytes()
    assert pixels not in (exported.path / "saved_model.pb").read_bytes()
    assert pixels in (exported.path / "variables/variables.data-00000-of-00001").read_bytes()


def test_versions_are_numbered_and_half_is_half(with_looks, half):
    size, half_size = (
        (path / "variables/variables.data-00000-of-00001").stat().st_size
        for path in (with_looks.path, half)
    )
    assert 0.5 * size <= half_size < 0.6 * size
    signature = tf.saved_model.load(str(half)).signatures["generate"]
    inputs = {"seed": tf.constant([3]), "num_frames": tf.constant([30])}
    inputs["appearance"] = tf.constant([[0.5, -1.0]])
    frames = signature(**inputs)["frames"].numpy().astype(int)
    whole = with_looks.signatures["generate"](**inputs)["frames"].numpy()
    differences = np.abs(frames - whole)
    assert 0 < differences.max() <= 12
    assert differences.mean() < 1.0


def test_half_leaves_what_chooses_patches_as_it_is(exported, tmp_path, capsys):
    with exporting_only("generate"):
        path = export(exported.workdir, tmp_path, half=True)
    assert "--half changes nothing" in capsys.readouterr().err
    assert saved(path) == saved(exported.path)
    inputs = {"seed": tf.constant([3]), "num_frames": tf.constant([40])}
    frames = tf.saved_model.load(str(path)).signatures["generate"](**inputs)["frames"]
    np.testing.assert_array_equal(frames, exported.signatures["generate"](**inputs)["frames"])


def test_an_export_that_fails_leaves_nothing(exported, tmp_path, monkeypatch):
    def save(model, signatures, path):
        path.mkdir()
        (path / "saved_model.pb").write_bytes(b"graph")

    def fail(folder, exported):
        assert list(folder.iterdir())
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(saved_model, "save_signatures", save)
    monkeypatch.setattr(saved_model, "write_documents", fail)
    with pytest.raises(UserError, match="No space left"):
        export(exported.workdir, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_there_must_be_a_run_and_a_folder(exported, tmp_path):
    with pytest.raises(UserError, match="no run in"):
        export(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="is no folder"):
        export(exported.workdir, tmp_path / "file")
