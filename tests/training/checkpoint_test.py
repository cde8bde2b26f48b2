"""Checkpoints hold everything, and a broken one is passed over."""

import numpy as np
import pytest

from tests.training.conftest import check_equal, moving_clip, numbers
from tf_dyngen.config import override
from tf_dyngen.errors import UserError
from tf_dyngen.model.generator import build_generator
from tf_dyngen.training.checkpoint import Checkpoints
from tf_dyngen.training.window_order import Shard

pytestmark = pytest.mark.usefixtures("unoptimized")

DATA = "ckpt-2.data-00000-of-00001"


def all_of(trainer):
    return {**trainer.contents(), "chains": trainer.chains, "workers": trainer.workers}


def run(trainer, num_steps):
    for _ in range(num_steps):
        trainer.run_step()


def test_one_device_goes_on_with_the_checkpoint_of_two_and_two_with_that_of_one(
    make_trainer, mirrored, tmp_path
):
    clips = [moving_clip(str(i), length, seed=i) for i, length in enumerate([6, 5, 6])]
    settings = {"learning.batch_size": 2, "learning.bptt_length": 6}
    completed, trainers = 0, []
    for number, strategy in enumerate([None, mirrored, None]):
        trainer = make_trainer(settings, clips=clips, strategy=strategy, start=not number)
        trainers.append(trainer)
        checkpoints = Checkpoints(tmp_path, **all_of(trainer))
        restored = checkpoints.restore_latest(pytest.fail)
        trainer.completed = restored.step if restored else 0
        assert trainer.completed == completed
        run(trainer, 3)
        completed += 3
        checkpoints.save(completed, 0.0)
    # The first goes on by itself.
    run(trainers[0], 6)
    all_numbers = (numbers(trainers[place]).values() for place in (0, -1))
    a, b = (np.concatenate([array.ravel() for array in arrays]) for arrays in all_numbers)
    assert np.linalg.norm(b - a) < 1e-5 * np.linalg.norm(a)


def test_only_so_many_are_kept(make_trainer, tmp_path):
    trainer = make_trainer()
    checkpoints = Checkpoints(tmp_path, keep=2, **all_of(trainer))
    for step in (1, 2, 3, 10):
        checkpoints.save(step, 0.0)
    assert sorted(p.name for p in tmp_path.glob("*.index")) == ["ckpt-10.index", "ckpt-3.index"]


def test_what_a_killed_run_left_goes_with_the_next_checkpoint(make_trainer, tmp_path):
    trainer = make_trainer()
    Checkpoints(tmp_path, keep=2, **all_of(trainer)).save(1, 0.0)
    # Killed after the manager forgot a checkpoint and before its files were removed,
    left = tmp_path / "ckpt-0.data-00000-of-00001"
    left.write_bytes((tmp_path / "ckpt-1.data-00000-of-00001").read_bytes())
    # and while it wrote one.
    (tmp_path / "ckpt-2_temp").mkdir()
    checkpoints = Checkpoints(tmp_path, keep=2, **all_of(make_trainer(start=False)))
    checkpoints.restore_latest(pytest.fail)
    checkpoints.save(2, 0.0)
    steps = {p.name.split(".")[0] for p in tmp_path.glob("ckpt-*")}
    assert steps == {"ckpt-1", "ckpt-2"}


def change(trainer):
    """Gives the generator other weights, as steps would, without running any."""
    random = np.random.default_rng(0)
    for variable in trainer.generator.variables:
        variable.assign(variable + random.standard_normal(variable.shape))


@pytest.mark.parametrize("name", ["ckpt-2.index", DATA, "chains-2.0-of-1.npz"])
def test_a_broken_newest_checkpoint_is_reported_and_passed_over(make_trainer, tmp_path, name):
    trainer = make_trainer()
    checkpoints = Checkpoints(tmp_path, keep=2, **all_of(trainer))
    checkpoints.save(0, 0.0)
    expected = numbers(trainer)
    change(trainer)
    checkpoints.save(2, 0.0)
    broken = tmp_path / name
    broken.write_bytes(broken.read_bytes()[:-200])
    (tmp_path / "checkpoint").write_text("rubbish")
    other = make_trainer(start=False)
    lines = []
    checkpoints = Checkpoints(tmp_path, keep=2, **all_of(other))
    assert checkpoints.restore_latest(lines.append) == (0, 0.0, [])
    assert len(lines) == 1
    assert "ckpt-2" in lines[0]
    check_equal(numbers(other), expected)
    change(other)
    checkpoints.save(2, 0.0)
    third = make_trainer(start=False)
    assert Checkpoints(tmp_path, **all_of(third)).restore_latest(pytest.fail) == (2, 0.0, [])


class TwoWorkers:
    """What the first of two workers sees, whose other finds no checkpoint behind `others_step`."""

    are_several = True
    shard = Shard(0, 1)

    def __init__(self, others_step):
        self._others_step = others_step

    def all(self, number):
        return np.array([number, min(number, self._others_step)])


def test_workers_go_on_from_the_newest_checkpoint_that_all_can_read(make_trainer, tmp_path):
    trainer = make_trainer()
    checkpoints = Checkpoints(tmp_path, keep=3, **all_of(trainer))
    for step in (1, 2, 4):
        checkpoints.save(step, 0.0)
    for others_step, agreed in ((9, 4), (3, 2), (2, 2), (1, 1)):
        parts = {**all_of(make_trainer(start=False)), "workers": TwoWorkers(others_step)}
        restored = Checkpoints(tmp_path, **parts).restore_latest(pytest.fail)
        assert restored.step == agreed
    parts["workers"] = TwoWorkers(-1)
    with pytest.raises(UserError, match="broken"):
        Checkpoints(tmp_path, **parts).restore_latest(pytest.fail)


def test_all_broken_is_an_error_and_none_is_none(make_trainer, tmp_path):
    trainer = make_trainer()
    checkpoints = Checkpoints(tmp_path, **all_of(trainer))
    assert checkpoints.restore_latest(pytest.fail) is None
    checkpoints.save(1, 0.0)
    for path in tmp_path.glob("ckpt-1.*"):
        path.write_bytes(b"")
    with pytest.raises(UserError, match="broken"):
        Checkpoints(tmp_path, **all_of(make_trainer())).restore_latest(lambda line: None)


@pytest.mark.parametrize(
    "changes",
    [{}, {"model.parameterisation": "paper", "model.normalization": True}],
    ids=["linear_backbone", "paper"],
)
def test_a_model_restored_without_its_optimizer_is_the_one_that_was_saved(
    make_trainer, tmp_path, changes
):
    """As all that uses a trained run restores it."""
    trainer = make_trainer(changes)
    change(trainer)
    Checkpoints(tmp_path, **all_of(trainer)).save(3, 0.0)
    # Another seed: what is not restored differs.
    other = build_generator(override(trainer.config, {"seed": 5}))
    Checkpoints(tmp_path, generator=other).restore_latest(pytest.fail)
    for saved, restored in zip(trainer.generator.variables, other.variables, strict=True):
        np.testing.assert_array_equal(saved, restored, saved.path)


def test_a_path_that_reads_as_a_pattern_is_a_path(make_trainer, tmp_path):
    first = make_trainer({})
    run(first, 1)
    for name in ("run[1]", "a*b", "back\\slash", "what?"):
        checkpoints = Checkpoints(tmp_path / name, **all_of(first))
        for step in (1, 2, 3):
            checkpoints.save(step, 0.5)
        found = sorted(path.name for path in (tmp_path / name).glob("ckpt-*.index"))
        assert found == ["ckpt-3.index"]
        second = make_trainer({}, start=False)
        assert Checkpoints(tmp_path / name, **all_of(second)).restore_latest(pytest.fail).step == 3
        check_equal(numbers(second), numbers(first))
