"""The published list of KTH's recordings and of the frame ranges in them, `00sequences.txt`."""

import re
from collections.abc import Collection

from tf_dyngen.errors import UserError

ACTIONS = ("boxing", "handclapping", "handwaving", "jogging", "running", "walking")
SCENARIOS = ("outdoors", "scale_variation", "different_clothes", "indoors")  # d1 to d4
# The persons of each split, as the list states them.
PERSONS = {
    "train": (11, 12, 13, 14, 15, 16, 17, 18),
    "validation": (1, 4, 19, 20, 21, 23, 24, 25),
    "test": (2, 3, 5, 6, 7, 8, 9, 10, 22),
}
# The list says "*missing*" where its ranges would stand, and no archive has the file.
MISSING = "person13_handclapping_d3"
RECORDINGS = tuple(
    name
    for person in range(1, 26)
    for action in ACTIONS
    for scenario in range(1, 5)
    if (name := f"person{person:02d}_{action}_d{scenario}") != MISSING
)

Ranges = list[tuple[int, int]]


def parse(text: str, recordings: Collection[str]) -> dict[str, Ranges]:
    """Read the frame ranges of the recordings.

    Ranges are kept as they are published: a few overlap (person16_handwaving_d4 has 207-311 and
    212-456) or stand out of order (person07_jogging_d4).

    Args:
      text: the content of `00sequences.txt`; lines that start with a person list a recording.
      recordings: the recordings that must be listed, no others.
    Returns: for each recording its ranges (first, last), counted from 1, both included.
    Raises: UserError, naming the recording or line, for a list that differs.
    """
    found = {}
    for line in text.splitlines():
        if not line.startswith("person"):
            continue
        name, *words = line.split(maxsplit=1)
        if name == MISSING and words == ["*missing*"]:
            continue
        if name in found:
            raise _differs(f"lists {name} twice")
        found[name] = _ranges(line, words)
    unlisted = sorted(set(recordings) - found.keys())
    unknown = sorted(found.keys() - set(recordings))
    if unlisted:
        raise _differs(f"does not list {', '.join(unlisted[:5])} ({len(unlisted)} in all)")
    if unknown:
        raise _differs(f"lists the unknown recordings {', '.join(unknown[:5])}")
    return found


def person_of(recording: str) -> int:
    """The number of the person, 1 to 25."""
    return int(recording[len("person") :][:2])


def action_of(recording: str) -> str:
    """One of ACTIONS."""
    return recording.split("_")[1]


def scenario_of(recording: str) -> str:
    """One of SCENARIOS."""
    return SCENARIOS[int(recording[-1]) - 1]


def _ranges(line: str, words: list[str]) -> Ranges:
    listed = re.fullmatch(r"frames\s+(\d+-\d+(?:\s*,\s*\d+-\d+)*)\s*", words[0] if words else "")
    if not listed:
        raise _differs(f"has the unreadable line {line!r}")
    pairs = re.findall(r"(\d+)-(\d+)", listed[1])
    ranges = [(int(first), int(last)) for first, last in pairs]
    if not all(1 <= first < last for first, last in ranges):
        raise _differs(f"has a range that does not run forwards from frame 1 on, {line!r}")
    return ranges


def _differs(how: str) -> UserError:
    return UserError(f"00sequences.txt {how}", "download the list again from the authors' site")
