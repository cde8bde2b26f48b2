"""Runs `python -m launch.NAME` in forked copies of a process that has imported TensorFlow.

An import of TensorFlow takes seconds, a small training one. The server imports the modules, starts
nothing of TensorFlow's runtime (which would not survive a fork), and then obeys lines of JSON on
standard input, each answered by a line on standard output:

  {"start": [MODULE or FILE.py, ARGUMENT, ...], "stdout": PATH, "stderr": PATH, "file_size": N,
   "environment": {NAME: VALUE, ...}, "optimizes": BOOLEAN}
      starts a command with these variables, in which no file may pass N bytes unless N is null,
      whose graphs TensorFlow optimises or not, and answers with its process id;
  {"wait": PROCESS_ID}
      answers with its exit status once it has ended, -N for an end by signal N.
"""

import contextlib
import gc
import json
import os
import resource
import runpy
import sys
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"

PRELOADED = [
    "keras",
    "tensorboard.plugins.image.metadata",
    "tensorflow_datasets",
    "tf_dyngen.tasks.animate",
    "tf_dyngen.tasks.appearance_grid",
    "tf_dyngen.tasks.batch_index",
    "tf_dyngen.tasks.evaluate_files",
    "tf_dyngen.tasks.infer_files",
    "tf_dyngen.tasks.recover_files",
    "tf_dyngen.tasks.synthesize_files",
    "tf_dyngen.tasks.train",
]


def main() -> None:
    gc.disable()
    for name in PRELOADED:
        __import__(name)
    # A copy that leaves these objects alone shares their memory, and ends sooner.
    gc.freeze()
    gc.enable()
    gc.set_threshold(50_000, 20, 50)
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    print("ready", file=answers)
    for line in sys.stdin:
        request = json.loads(line)
        if "wait" in request:
            _, status = os.waitpid(request["wait"], 0)
            print(os.waitstatus_to_exitcode(status), file=answers)
            continue
        with warnings.catch_warnings():
            # Python warns of threads, which here are the idle ones of NumPy's linear algebra.
            warnings.simplefilter("ignore", DeprecationWarning)
            process = os.fork()
        if process == 0:
            run(request)
            return
        print(process, file=answers)


def run(request: dict) -> None:
    """Turns this process into the command; it ends as a command does, by leaving `main`."""
    redirect(0, os.devnull, os.O_RDONLY)
    redirect(1, request["stdout"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    redirect(2, request["stderr"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    if request["file_size"] is not None:
        limit = resource.RLIMIT_FSIZE
        resource.setrlimit(limit, (request["file_size"], resource.getrlimit(limit)[1]))
    os.environ.update(request["environment"])
    if not request["optimizes"]:
        tensorflow = sys.modules["tensorflow"]
        tensorflow.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    program, *arguments = request["start"]
    sys.argv = [program, *arguments]
    if program.endswith(".py"):
        runpy.run_path(program, run_name="__main__")
    else:
        runpy.run_module(program, run_name="__main__", alter_sys=True)


def redirect(descriptor: int, path: str, mode: int) -> None:
    opened = os.open(path, mode, 0o644)
    os.dup2(opened, descriptor)
    os.close(opened)


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        main()
