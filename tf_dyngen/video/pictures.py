"""Pictures in files: one, or several that play one after the other, and folders of them."""

import struct
import zlib
from collections.abc import Generator, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from tf_dyngen.errors import UserError
from tf_dyngen.video.files import (
    HEIC_SUFFIXES,
    PICTURE_SUFFIXES,
    listed,
    missing_numbers,
    numbers_of,
    require_readable,
    visible_files,
)
from tf_dyngen.video.footage import Footage, Stored
from tf_dyngen.video.timing import DEFAULT_FRAME_RATE, Schedule, at_even_rate

Image.init()
# Without AVIF where Pillow was built without it.
FORMATS = [
    name for name in ("PNG", "GIF", "JPEG", "WEBP", "TIFF", "BMP", "AVIF") if name in Image.OPEN
]
# A photograph for 3D displays holds a second one, which no viewer shows.
STEREO_PHOTOGRAPH = "MPO"
# What Pillow raises, by format and by damage, for a file that it cannot decode.
UNDECODABLE = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    struct.error,
    zlib.error,
)
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
# Browsers show a frame without a duration, or with one that is too short, for a tenth of a second.
_SHORTEST, _INSTEAD = Fraction(1, 100), Fraction(1, 10)
_GIF_TRAILER = b";"


class Animation(Footage):
    """A GIF, an animated PNG, WebP or AVIF, or a TIFF with pages."""

    def __init__(self, path: Path):
        super().__init__(path)
        with Image.open(path, formats=FORMATS) as opened:
            self._format = opened.format
        self.rate_is_known = self._format != "TIFF"
        if self._format == "GIF" and not ends_as_gif(path):
            self.damage = "cut short: it has no end"

    def _plan(self) -> Schedule:
        starts, seconds = [Fraction(0)], Fraction(0)
        for _, _, seconds in self._decode():
            starts.append(starts[-1] + seconds)
        if not self.rate_is_known:
            return Schedule(DEFAULT_FRAME_RATE, np.arange(len(starts) - 1))
        schedule = at_even_rate(starts[:-1], seconds)
        self.note_unevenness(schedule)
        return schedule

    def _count(self) -> int:
        return sum(1 for _ in self._decode())

    def pictures(self) -> Generator[Stored]:
        """See `Footage`."""
        for number, picture, _ in self._decode():
            yield Stored(number, picture)

    def _decode(self) -> Iterator[tuple[int, Image.Image, Fraction]]:
        """Yields number, picture and seconds on screen of each."""
        number = 0
        size = None
        try:
            with Image.open(self.path, formats=FORMATS) as opened:
                # An animated PNG may have a picture for viewers that cannot play it.
                first = int(bool(opened.info.get("default_image")))
                announced = _num_announced(opened)
                for place in range(first, announced):
                    opened.seek(place)
                    picture = to_8_bits(opened.copy())
                    size = size or picture.size
                    if picture.size != size:
                        self.note(
                            f"{self.path.name}: page {place + 1} is of another size, left out"
                        )
                        continue
                    seconds = Fraction(opened.info.get("duration") or 0) / 1000
                    yield number, picture, seconds if seconds > _SHORTEST else _INSTEAD
                    number += 1
        except UNDECODABLE:
            if not number:
                raise UserError(
                    f"{self.path} holds no {self._format} frame that can be decoded",
                    f"export the {self._format} again",
                ) from None
            self.damage = self.damage or f"damaged: {number} of its pictures can be decoded"


class PictureFolder(Footage):
    """A folder of pictures, one a frame, in the order of their names."""

    rate_is_known = False

    def __init__(self, folder: Path):
        super().__init__(folder)
        self._files = visible_files(folder, PICTURE_SUFFIXES)
        if not self._files:
            raise UserError(
                f"{folder} holds no pictures, numbered {', '.join(PICTURE_SUFFIXES)} files are"
                " wanted",
                "name a folder that holds the frames, or a video file",
            )
        numbered = numbers_of(self._files)
        missing = missing_numbers(numbered) if numbered else []
        if missing:
            self.note(
                f"{folder.name} has no picture {listed(missing)}: those around it follow each other"
            )

    def _plan(self) -> Schedule:
        return Schedule(DEFAULT_FRAME_RATE, np.arange(len(self._files)))

    def _count(self) -> int:
        return len(self._files)

    def pictures(self) -> Generator[Stored]:
        """See `Footage`."""
        first_size = None
        for number, path in enumerate(self._files):
            picture = open_picture(path)
            num_held = count_pictures(path)
            if num_held > 1:
                raise UserError(
                    f"{path} holds {num_held} pictures, one is wanted in a folder of frames",
                    "move it to a folder of clips, or name it alone",
                )
            first_size = first_size or picture.size
            if picture.size != first_size:
                raise UserError(
                    f"pictures of two sizes in {self.path}: {self._files[0].name} is"
                    f" {_by(first_size)}, {path.name} is {_by(picture.size)} (height x width)",
                    "keep pictures of one size in the folder",
                )
            yield Stored(number, picture)


def open_picture(path: Path, formats: tuple[str, ...] | None = None) -> Image.Image:
    """Decode one picture, upright, with 8 bits a channel; UserError where it cannot be.

    Args:
      path: of the picture.
      formats: names of Pillow's formats that may be tried; all if None.
    """
    require_readable(path)
    refuse_heic(path)
    try:
        with Image.open(path, formats=formats) as image:
            # The camera's upright, not the sensor's.
            upright = ImageOps.exif_transpose(image)
        return to_8_bits(upright)
    except UNDECODABLE as error:
        raise UserError(
            f"{path} cannot be decoded as a picture ({error})",
            "replace the picture or take it out of the folder",
        ) from None


def count_pictures(path: Path) -> int:
    """Count the pictures that a viewer shows one after the other; 0 if it is no picture.

    Of a file that is damaged after its first, it is the least that there were.
    """
    try:
        with Image.open(path, formats=FORMATS) as opened:
            return 1 if opened.format == STEREO_PHOTOGRAPH else _num_announced(opened)
    except UNDECODABLE:
        return 0


def _num_announced(opened: Image.Image) -> int:
    """Returns how many pictures an open file says that it holds."""
    try:
        return getattr(opened, "n_frames", 1)
    except UNDECODABLE:
        # Another follows, and cannot be read.
        return opened.tell() + 2


def is_picture(path: Path) -> bool:
    """Whether the file starts as a picture does."""
    try:
        with Image.open(path, formats=FORMATS):
            return True
    except UNDECODABLE:
        return False


def refuse_heic(path: Path) -> None:
    """Raise UserError for a phone's photograph in HEIC, which is not read."""
    with path.open("rb") as file:
        start = file.read(12)
    is_heic = start[4:8] == b"ftyp" and start[8:] in _HEIC_BRANDS
    if path.suffix.lower() in HEIC_SUFFIXES or (is_heic and not is_picture(path)):
        raise UserError(f"{path} is HEIC, which is not read", "export it as JPEG or PNG")


def ends_as_gif(path: Path) -> bool:
    """Whether a GIF has its end."""
    return path.read_bytes().rstrip(b"\0\r\n").endswith(_GIF_TRAILER)


def to_8_bits(image: Image.Image) -> Image.Image:
    """Bring 16-bit grey to 8 bits, which Pillow would clip rather than scale."""
    if image.mode.startswith("I"):
        values = np.asarray(image)
        if values.min() < 0 or values.max() > 65535:
            raise ValueError("32-bit pixels; 8 or 16 bits are wanted")
        return Image.fromarray(np.rint(values / 257).astype(np.uint8))
    if image.mode == "F":
        raise ValueError("floating-point pixels; 8 or 16 bits are wanted")
    return image


def _by(size: tuple[int, int]) -> str:
    return f"{size[1]}x{size[0]}"
