"""What tells how a training session goes, and how it ended."""

from pathlib import Path

from tf_dyngen.messages import say
from tf_dyngen.tasks.samples import LONGEST_SAMPLE, SamplesAction
from tf_dyngen.tasks.session import Session
from tf_dyngen.tasks.synthesize import Synthesizer
from tf_dyngen.training.reports import Judging, MetricsLogAction, ProgressAction
from tf_dyngen.training.start import Learner
from tf_dyngen.training.trainer import Trainer


def reports_of(
    workdir: Path,
    trainer: Trainer,
    learner: Learner,
    judging: Judging | None,
    session: Session,
) -> list[ProgressAction | MetricsLogAction | SamplesAction]:
    """Returns what tells how training goes; to be closed in the end, whatever happens."""
    config, first_step = trainer.config, trainer.completed
    reports: list[ProgressAction | MetricsLogAction | SamplesAction] = [
        ProgressAction(first_step, config.learning.steps, session.max_seconds),
        MetricsLogAction(
            workdir,
            first_step=first_step,
            num_steps=config.learning.steps,
            every=config.output.log_every,
            judging=judging,
        ),
    ]
    if session.is_kept:
        shown = trainer.batches.store.read(0)
        samples = SamplesAction(
            workdir,
            clip=shown.first_frames(LONGEST_SAMPLE),
            synthesizer=Synthesizer(learner.generator),
            chains=learner.chains,
            every=config.output.samples_every,
            seed=config.seed,
        )
        reports.append(samples)
    return reports


def say_how_it_ended(workdir: Path, trainer: Trainer, session: Session) -> None:
    """Says at which step training stopped, and what to do next where the run is kept."""
    steps = trainer.config.learning.steps
    ended = f"stopped at step {trainer.completed} of {steps}"
    if trainer.completed > steps:
        ended = f"{trainer.completed} steps are done, --steps={steps} asks for no more"
    if not session.is_kept:
        say(ended)
        return
    if trainer.completed < steps:
        advice = f"to go on: python -m launch.train --workdir={workdir}"
    else:
        more = max(2 * steps, trainer.completed + 1)
        advice = f"for more: python -m launch.train --workdir={workdir} --steps={more}"
    say(f"{ended}; {advice}")
    say(f"look at {workdir}/samples; new video: python -m launch.synthesize --workdir={workdir}")
