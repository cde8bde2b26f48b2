"""The figures of new video in the log of a run."""

from tf_dyngen.tasks.new_video_judging import judged_steps


def test_lines_of_the_log_that_have_figures_of_new_video():
    lines = [
        {"step": 5, "psnr": 20.0, "log_motion_ratio": 0.1},
        {"step": 10, "psnr": 21.0, "look": 2.0, "motion": 0.9},
        {"step": 15, "psnr": 22.0, "motion": 0.95},
    ]
    assert judged_steps(lines) == [
        {"step": 10, "look": 2.0, "motion": 0.9},
        {"step": 15, "motion": 0.95},
    ]
