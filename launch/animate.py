"""Make one still image move, as a trained run has learned that its kind moves.

  python -m launch.animate --workdir=DIR --image=FILE --output=FILE_OR_DIR

Where the clip shows something like the image, the video goes on from there: its first frame is the
model's reconstruction of the image, or the image itself with --exact_first_frame. Where it does
not, the image's own pixels move as the clip moves. --output ends in .mp4, .gif, .npy (uint8
[T, H, W, C]) or .png (a contact sheet), or names a folder for numbered pictures.
"""

from absl import flags

from launch import command_line, early_checks

_WORKDIR = flags.DEFINE_string("workdir", None, "folder of a trained run")
_IMAGE = flags.DEFINE_string("image", None, "the picture to start from, of any size")
_OUTPUT = flags.DEFINE_string("output", None, "what to write: .mp4, .gif, .npy, .png or a folder")
_NUM_FRAMES = flags.DEFINE_integer("num_frames", 120, "length of the video")
_SEED = flags.DEFINE_integer("seed", 0, "names the motion; the first frame stays the same")
_NUM_CHAINS = flags.DEFINE_integer(
    "num_chains",
    None,
    "chains that look for the image at once; 8 if not given",
    lower_bound=1,
    upper_bound=1000,
)
_NUM_STEPS = flags.DEFINE_integer(
    "num_steps",
    None,
    "Langevin steps of each chain; 60 if not given",
    lower_bound=1,
    upper_bound=10_000,
)
_EXACT_FIRST_FRAME = flags.DEFINE_bool(
    "exact_first_frame", False, "start with the image itself; the difference fades in a second"
)
_VARIETY = flags.DEFINE_float(
    "variety", None, "0 plays the clip on, 1 is as new as can be; 0.5 if not given"
)
_PIXELS_OF = flags.DEFINE_enum(
    "pixels_of",
    "auto",
    ["auto", "image", "clip"],
    "whose pixels the video shows: the image's, moved as the clip moves; or the clip's, from the"
    " moment most like the image on; auto: the image's where the clip shows nothing like it",
)
_OUTPUT_SIZE = flags.DEFINE_string(
    "output_size",
    None,
    "size of the video: source, the image's; 2x; 720 (the shorter side) or HEIGHTxWIDTH",
)


def main() -> None:
    """Animates as the flags say."""
    command_line.require_positive(_NUM_FRAMES)
    command_line.require_seeds(_SEED, 1)
    workdir = command_line.required_path(_WORKDIR, "name the folder of a trained run")
    image = command_line.required_path(_IMAGE, "name the picture to start from")
    output = command_line.required_path(_OUTPUT, "name the file or folder to write")
    early_checks.require_writable(output)
    early_checks.require_picture(image)
    early_checks.require_run(workdir)

    with command_line.quiet_imports():
        from tf_dyngen.tasks import animate

    how = animate.Motion(
        num_frames=_NUM_FRAMES.value,
        seed=_SEED.value,
        num_chains=_NUM_CHAINS.value,
        num_steps=_NUM_STEPS.value,
        exact_first_frame=_EXACT_FIRST_FRAME.value,
        variety=_VARIETY.value,
        pixels_of=_PIXELS_OF.value,
        output_size=_OUTPUT_SIZE.value,
    )
    animate.animate(workdir, image, output, how)


if __name__ == "__main__":
    command_line.run(main, __doc__)
