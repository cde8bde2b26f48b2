"""A page that plays endless new video of a model: one file that opens from disk, without a network.

It holds the memory of the clip and, in JavaScript, the model's transition and emission.
"""

import base64
from pathlib import Path

from tf_dyngen.export.packed_model import pack
from tf_dyngen.export.page_checks import require_page, require_size
from tf_dyngen.messages import say
from tf_dyngen.model.attention.generator import AttentionGenerator
from tf_dyngen.page_templates import environment_of
from tf_dyngen.training.restore import TrainedRun, load_run
from tf_dyngen.video.writers import write_atomically

TEMPLATES = Path(__file__).parent / "player_page"
MOST_NAMES = 3


def export_page(workdir: Path, path: Path) -> Path:
    """Writes the page of the run in a work directory; see `write_page`."""
    return write_page(load_run(workdir, say, with_chains=False), path)


def write_page(run: TrainedRun, path: Path) -> Path:
    """Writes the page of a run, whole or not at all.

    Args:
      run: of an attention model.
      path: of the page, an .html file.
    Returns: `path`.
    Raises: UserError if the model is another, the page would be too large, or it cannot be written.
    """
    require_page(path, run.record)
    assert isinstance(run.generator, AttentionGenerator)
    clips = run.record.clips
    name = ", ".join(clip.name for clip in clips[:MOST_NAMES]) + ", ..." * (len(clips) > MOST_NAMES)
    page = render_page(run.generator, name, clips[0].frame_rate).encode()
    require_size(len(page))
    write_atomically(path, page)
    say(f"wrote {path}: {len(page) / 1e6:.1f} MB, opens in a browser from disk")
    return path


def render_page(generator: AttentionGenerator, name: str, frame_rate: float) -> str:
    """Returns the page of a generator.

    Args:
      generator: that it plays.
      name: of the clip, which stands above the video.
      frame_rate: frames a second.
    """
    description, packed = pack(generator, frame_rate)
    return (
        environment_of(TEMPLATES)
        .get_template("page.html.jinja")
        .render(
            name=name,
            description=description,
            usual_variety=1.0 / description["noiseScaleOfVariety"],
            model=base64.b64encode(packed).decode(),
        )
    )
