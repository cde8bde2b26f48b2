"""Two logical CPU devices for all tests; what is not run is said; fixtures that many ask for."""

import contextlib
import fcntl
import functools
import gc
import os
import shutil

import numpy as np
import pytest

# As in commands: gRPC's fork handlers end ffmpeg before it starts, now and then.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")

# What tests need beside Python -> the packages of Debian that hold it.
TOOLS = {
    "chromium or google-chrome": "chromium",
    "chromedriver": "chromium-driver",
    "cc": "gcc libc6-dev",
}
# The files that take longest: a worker that began one last would keep the other waiting.
LONGEST = (
    "launch/multi_worker",
    "launch/interruption",
    "docs/python",
    "launch",
    "conformance",
    "export",
)
DESELECTED = pytest.StashKey[list]()
# Signatures that make new video, whole and in pieces.
STREAMED = ("generate", "start", "stream")


def pytest_report_header():
    missing = [tool for tool in TOOLS if not any(map(shutil.which, tool.split(" or ")))]
    if not missing:
        return []
    packages = " ".join(TOOLS[tool] for tool in missing)
    tools = ", ".join(missing)
    return f"not installed, tests of it are skipped: {tools}: apt-get install {packages}"


def pytest_collection_modifyitems(items):
    # TensorFlow's test case has a method of that name, which is no test.
    items[:] = [item for item in items if item.name != "test_session"]

    def rank(item):
        ranks = [i for i, name in enumerate(LONGEST) if f"tests/{name}" in item.nodeid]
        return min(ranks, default=len(LONGEST))

    items.sort(key=rank)


def pytest_deselected(items):
    for item in items:
        if item.get_closest_marker("soak"):
            item.config.stash.setdefault(DESELECTED, []).append(item.nodeid)


def pytest_sessionfinish(session):
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["deselected"] = session.config.stash.get(DESELECTED, [])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    node.config.stash[DESELECTED] = getattr(node, "workeroutput", {}).get("deselected", [])


def pytest_terminal_summary(terminalreporter, config):
    skipped = terminalreporter.stats.get("skipped", [])
    lines = [f"skipped: {report.nodeid}: {report.longrepr[2]}" for report in skipped]
    lines += [f"left to `make soak`: {name}" for name in config.stash.get(DESELECTED, [])]
    if lines:
        terminalreporter.section("not run")
        terminalreporter.write_line("\n".join(lines))


def pytest_configure(config):
    # The process that hands the tests to workers runs none, and is not kept by the import.
    if config.getoption("numprocesses", None):
        return
    import tensorflow as tf

    from tf_dyngen import messages

    messages.show_on_terminal()
    # What is imported stays. Graphs are millions of objects, most of which stay as long as needed.
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    cpu = tf.config.list_physical_devices("CPU")[0]
    two = [tf.config.LogicalDeviceConfiguration()] * 2
    tf.config.set_logical_device_configuration(cpu, two)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory):
    """made_once(NAME, make) -> a folder that make(folder) filled once for all workers.

    Whoever changes what is in it changes a copy.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def made(name, make):
        folder, done = shared / f"once_{name}", shared / f"once_{name}.done"
        with (shared / f"once_{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                folder.mkdir()
                make(folder)
                done.touch()
        return folder

    return made


@contextlib.contextmanager
def double_precision():
    """Models built in it compute in double precision."""
    import keras

    keras.config.set_dtype_policy("float64")
    keras.config.set_floatx("float64")
    try:
        yield
    finally:
        keras.config.set_dtype_policy("float32")
        keras.config.set_floatx("float32")


@pytest.fixture
def float64():
    """Models built in the test compute in double precision."""
    with double_precision():
        yield


@contextlib.contextmanager
def unoptimized_graphs():
    """Graphs run as they were traced: for what TensorFlow's optimiser, slow, has no part in."""
    import tensorflow as tf

    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    try:
        yield
    finally:
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": False})


@pytest.fixture(scope="module")
def unoptimized():
    """Graphs of the module run as they were traced."""
    with unoptimized_graphs():
        yield


@contextlib.contextmanager
def exporting_only(*names):
    """Exports have the signatures of these names alone: inference takes longest to trace."""
    from tf_dyngen.export import saved_model

    def build(model):
        return [each for each in build_all(model) if each.name in names]

    build_all = saved_model.build_signatures
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(saved_model, "build_signatures", build)
        yield


@pytest.fixture(scope="session")
def mirrored():
    """A strategy of two devices."""
    import tensorflow as tf

    # One for all: the collectives of a second strategy in a process clash with those of the first.
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


@pytest.fixture(scope="session")
def twins(made_once, request):
    """twins(KIND) -> folder of a run, trained on two devices, and versions/1; see small_runs."""
    from tests import small_runs
    from tf_dyngen.export.saved_model import export

    def make(kind, folder):
        mirrored = request.getfixturevalue("mirrored")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("tf_dyngen.tasks.train.choose_strategy", lambda *_, **__: mirrored)
            with unoptimized_graphs():
                small_runs.train_kind(kind, folder)
        # All signatures of a linear backbone are in `with_looks` of tests/export.
        is_linear = kind == "texture_linear"
        with exporting_only(*STREAMED) if is_linear else contextlib.nullcontext():
            export(folder / "run", folder / "versions")

    return lambda kind: made_once(f"twin_{kind}", functools.partial(make, kind))


@pytest.fixture(scope="session")
def moving_mnist(made_once):
    """(data_dir, sequences): TFDS's own moving_mnist, made of [3, 20, 64, 64, 1] random bytes."""
    import tensorflow_datasets as tfds
    from tensorflow_datasets.video.moving_mnist import MovingMnist

    sequences = np.random.default_rng(0).integers(0, 256, (3, 20, 64, 64, 1), np.uint8)

    def make(data_dir):
        path = str(data_dir / "mnist_test_seq.npy")
        np.save(path, sequences[..., 0].swapaxes(0, 1))  # The published file has time in front.
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tfds.download.DownloadManager, "download", lambda self, url: path)
            MovingMnist(data_dir=data_dir).download_and_prepare()

    return made_once("moving_mnist", make), sequences


@pytest.fixture(scope="module")
def browser():
    """A browser for the pages of a file, see `tests.browser`."""
    from tests.browser import opened

    with opened() as driver:
        yield driver


@pytest.fixture(scope="session")
def tiny_export(made_once):
    """tiny_export(APPEARANCE_SIZE) -> folder of a small served generator, see serving_stand_in."""
    from tests import serving_stand_in

    @functools.cache
    def export(appearance_size=0):
        return made_once(
            f"tiny_export_{appearance_size}",
            lambda folder: serving_stand_in.export(folder, appearance_size=appearance_size),
        )

    return export


@pytest.fixture(params=["rest", "grpc"])
def stand_in(request, tiny_export):
    """A stand-in for TensorFlow Serving under way, by each of its protocols."""
    from tests import serving_stand_in

    with serving_stand_in.StandIn(tiny_export(), request.param) as server:
        yield server
