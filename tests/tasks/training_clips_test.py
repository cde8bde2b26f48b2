"""What a training is asked to learn is checked before anything is read."""

import pytest

from tf_dyngen import presets
from tf_dyngen.errors import UserError
from tf_dyngen.tasks.training_clips import check_source, complete_source
from tf_dyngen.video.masked_clips import MaskSource
from tf_dyngen.video.sources import Source


def test_clips_that_a_run_remembers_and_that_are_gone(tmp_path):
    source = Source(clips=(str(tmp_path / "old.mp4"),))
    config = presets.load("texture")
    with pytest.raises(UserError, match=r"trained with .*old.mp4, which does not .* by --clip=NEW"):
        check_source(source, config, remembered=True)
    check_source(source, config, remembered=False)
    (tmp_path / "old.mp4").touch()
    check_source(source, config, remembered=True)


@pytest.mark.parametrize("preset", ["recovery", "inpainting", "recovery_paper", "inpainting_paper"])
def test_presets_for_masks_want_one(preset):
    config = presets.load(preset)
    bare = Source(clips=("clip.mp4",))
    with pytest.raises(UserError, match=rf"--preset={preset} .*--mask=FILE, --mask=own or --hide"):
        check_source(bare, config, remembered=False)
    hidden = Source(clips=("clip.mp4",), mask=MaskSource(hide="square:8"))
    check_source(hidden, config, remembered=False)
    check_source(complete_source(Source(), hidden), config, remembered=False)
