"""New video of a trained run, written to files as it is made."""

import sys
from pathlib import Path

import tqdm

from tf_dyngen.tasks.synthesize import Synthesizer
from tf_dyngen.training.restore import load_run
from tf_dyngen.video.writers import VideoWriter, open_video_writer, output_paths


def synthesize_files(
    workdir: Path, output: Path, *, num_frames: int, num_videos: int, seed: int, loop: bool
) -> list[Path]:
    """Writes `num_videos` videos with the seeds seed, seed + 1, ...; returns the paths.

    Args:
      workdir: of a trained run.
      output: where to write; its suffix says in which form, see `open_video_writer`.
      num_frames: length of each video.
      num_videos: how many; several go to one .npy, else to numbered files or folders.
      seed: of the first video.
      loop: whether each video's last frame leads back to its first.
    Raises: UserError if there is no trained run or the output cannot be written.
    """
    paths = output_paths(output, num_videos)
    run = load_run(workdir, lambda line: print(line, file=sys.stderr))
    synthesizer = Synthesizer(run.generator)
    video = run.record.config.video
    per_file = num_videos // len(paths)
    with tqdm.tqdm(total=num_frames * num_videos, unit="frame", disable=None) as bar:
        for index, path in enumerate(paths):
            with open_video_writer(
                path,
                num_frames=num_frames,
                frame_size=(video.height, video.width),
                channels=video.channels,
                frame_rate=run.record.clips[0].frame_rate,
                num_videos=per_file,
            ) as writer:
                for number in range(index * per_file, (index + 1) * per_file):
                    pieces = synthesizer.synthesize(
                        num_frames=num_frames, seed=seed + number, loop=loop
                    )
                    _write(pieces, writer, bar)
            print(f"wrote {path}", file=sys.stderr)
    return paths


def _write(pieces, writer: VideoWriter, bar: tqdm.tqdm) -> None:
    for piece in pieces:
        writer.append(piece)
        bar.update(len(piece))
