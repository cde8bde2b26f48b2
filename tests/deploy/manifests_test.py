"""What the manifests of clusters say and run, with stand-ins for the cluster and the training."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
import tensorflow as tf
import yaml

from tf_dyngen.training import devices

DEPLOY = Path(__file__).parent.parent.parent / "deploy"
# Stands for `python -m launch.train`: notes its surroundings, then does what it is told.
TRAIN = """#!/bin/bash
printf '%s\\n' "$TF_CONFIG" >> "$NOTES/tf_config"
printf '%s\\n' "$@" > "$NOTES/flags"
[ "$SAVES" ] && touch "$WORKDIR/checkpoints/ckpt-$STEPS.index"
if [ "$WAITS" ]; then
  trap 'sleep 0.2; touch "$NOTES/saved"; exit 0' TERM
  while :; do sleep 0.05; done
fi
exit "${STATUS:-0}"
"""
SCONTROL = """#!/bin/bash
if [ "$1 $2" = "show hostnames" ]; then
  [ "$3" = "node[07-08]" ] && printf 'node07\\nnode08\\n'
else
  echo "$@" > "$NOTES/scontrol"
fi
"""
# Runs the command behind its flags once a task and gives the highest status.
SRUN = """#!/bin/bash
while [[ "$1" == --* ]]; do shift; done
highest=0
for SLURM_PROCID in 0 1; do
  export SLURM_PROCID
  "$@"
  status=$?
  [ "$status" -gt "$highest" ] && highest=$status
done
exit "$highest"
"""


@pytest.fixture
def stand_ins(tmp_path):
    """Returns the environment of a run in which stand-ins come first."""
    for name, text in {"python": TRAIN, "scontrol": SCONTROL, "srun": SRUN}.items():
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
    (tmp_path / "run" / "checkpoints").mkdir(parents=True)
    return {
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "NOTES": str(tmp_path),
        "WORKDIR": str(tmp_path / "run"),
        "STEPS": "20",
        "TRAIN": "--preset=smoke --dataset=clips:train[:9]",
    }


@pytest.fixture(scope="module")
def kubernetes():
    """Returns the Service and the Job."""
    text = (DEPLOY / "kubernetes" / "train-job.yaml").read_text(encoding="utf-8")
    return tuple(yaml.safe_load_all(text))


def pod_command(kubernetes):
    (container,) = kubernetes[1]["spec"]["template"]["spec"]["containers"]
    return container["command"] + container["args"]


def pod_environment(kubernetes, index):
    (container,) = kubernetes[1]["spec"]["template"]["spec"]["containers"]
    values = {entry["name"]: entry["value"] for entry in container["env"]}
    return values | {"JOB_COMPLETION_INDEX": str(index)}


def check_cluster(text, addresses, index, monkeypatch):
    """Asserts that TF_CONFIG names the workers, for the product and for TensorFlow."""
    devices._check_cluster(text)
    monkeypatch.setenv(devices.TF_CONFIG, text)
    resolver = tf.distribute.cluster_resolver.TFConfigClusterResolver()
    assert resolver.cluster_spec().as_dict() == {"worker": addresses}
    assert (resolver.task_type, resolver.task_id) == ("worker", index)


def test_every_pod_finds_the_others_by_the_names_of_the_service(
    kubernetes, stand_ins, tmp_path, monkeypatch
):
    service, job = kubernetes
    port = service["spec"]["ports"][0]["port"]
    name, subdomain = job["metadata"]["name"], job["spec"]["template"]["spec"]["subdomain"]
    number = job["spec"]["completions"]
    addresses = [f"{name}-{index}.{subdomain}:{port}" for index in range(number)]
    for index in range(number):
        environment = pod_environment(kubernetes, index) | stand_ins
        subprocess.run(pod_command(kubernetes), env=environment, check=False)
        text = (tmp_path / "tf_config").read_text(encoding="utf-8").splitlines()[-1]
        check_cluster(text, addresses, index, monkeypatch)
    flags = (tmp_path / "flags").read_text(encoding="utf-8").split()
    assert {"--steps=20", "--preset=smoke", "--dataset=clips:train[:9]"} <= set(flags)


def test_the_parts_of_the_job_fit_together(kubernetes):
    service, job = kubernetes
    spec, pod = job["spec"], job["spec"]["template"]["spec"]
    number = str(spec["completions"])
    assert str(spec["parallelism"]) == pod_environment(kubernetes, 0)["NUM_WORKERS"] == number
    assert service["metadata"]["name"] == pod["subdomain"]
    assert service["spec"]["clusterIP"] == "None"
    # What the API demands of a Job with these fields.
    assert (spec["completionMode"], pod["restartPolicy"]) == ("Indexed", "Never")
    container = pod["containers"][0]["name"]
    actions = {}
    for rule in spec["podFailurePolicy"]["rules"]:
        if "onExitCodes" in rule:
            assert rule["onExitCodes"]["containerName"] == container
            actions |= dict.fromkeys(rule["onExitCodes"]["values"], rule["action"])
    assert actions == {2: "FailJob", 75: "Ignore"}


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"SAVES": "1"}, 0),
        ({}, 75),
        ({"STATUS": "75"}, 75),
        ({"STATUS": "2"}, 2),
        ({"STATUS": "1"}, 1),
    ],
)
def test_a_pod_ends_well_only_when_the_run_is_finished(kubernetes, stand_ins, told, status):
    environment = pod_environment(kubernetes, 0) | stand_ins | told
    ended = subprocess.run(pod_command(kubernetes), env=environment, check=False)
    assert ended.returncode == status


def test_a_pod_of_a_finished_run_trains_nothing(kubernetes, stand_ins, tmp_path):
    (tmp_path / "run" / "checkpoints" / "ckpt-20.index").touch()
    environment = pod_environment(kubernetes, 0) | stand_ins
    assert subprocess.run(pod_command(kubernetes), env=environment, check=False).returncode == 0
    assert not (tmp_path / "flags").exists()


def test_a_pod_that_is_drained_saves_and_is_replaced(kubernetes, stand_ins, tmp_path):
    environment = pod_environment(kubernetes, 0) | stand_ins | {"WAITS": "1"}
    with subprocess.Popen(pod_command(kubernetes), env=environment) as pod:
        until = time.monotonic() + 10
        while not (tmp_path / "flags").exists() and time.monotonic() < until:
            time.sleep(0.05)
        # The note is written before the stand-in listens.
        time.sleep(0.5)
        pod.send_signal(signal.SIGTERM)
        assert pod.wait(10) == 75
    assert (tmp_path / "saved").exists()


def submit(stand_ins, **told):
    slurm = {"SLURM_JOB_ID": "41", "SLURM_JOB_NODELIST": "node[07-08]", "PORT": "2222"}
    script = str(DEPLOY / "slurm" / "train.sbatch")
    return subprocess.run(["bash", script], env=stand_ins | slurm | told, check=False).returncode


def test_every_task_of_slurm_has_its_place_in_the_list_of_machines(
    stand_ins, tmp_path, monkeypatch
):
    submit(stand_ins)
    lines = (tmp_path / "tf_config").read_text(encoding="utf-8").splitlines()
    for index, line in enumerate(lines):
        check_cluster(line, ["node07:2222", "node08:2222"], index, monkeypatch)
    assert len(lines) == 2
    flags = (tmp_path / "flags").read_text(encoding="utf-8").split()
    assert {"--steps=20", "--preset=smoke", "--dataset=clips:train[:9]"} <= set(flags)


@pytest.mark.parametrize(
    ("told", "status", "again"),
    [
        ({"SAVES": "1"}, 0, False),
        ({}, 0, True),
        ({"STATUS": "75"}, 75, True),
        ({"STATUS": "137"}, 137, True),
        ({"STATUS": "2"}, 2, False),
        ({"STATUS": "75", "SLURM_RESTART_COUNT": "100"}, 75, False),
    ],
)
def test_slurm_starts_again_what_is_not_finished(stand_ins, tmp_path, told, status, again):
    assert submit(stand_ins, **told) == status
    asked = tmp_path / "scontrol"
    assert asked.exists() == again
    if again:
        assert asked.read_text(encoding="utf-8").split() == ["requeue", "41"]


def test_slurm_can_warn_and_requeue():
    text = (DEPLOY / "slurm" / "train.sbatch").read_text(encoding="utf-8")
    directives = [line.split(maxsplit=1)[1] for line in text.splitlines() if "#SBATCH" in line]
    assert {"--requeue", "--ntasks-per-node=1"} <= set(directives)
    # To the tasks, not to the batch script: no B: before the signal.
    assert any(directive.startswith("--signal=TERM@") for directive in directives)
