"""The appearance that a user asks for: a clip's, one between two clips', or a draw of the prior."""

import math
from typing import NamedTuple

import tensorflow as tf

from tf_dyngen.errors import UserError
from tf_dyngen.interpolation import interpolate
from tf_dyngen.model.attention.generator import AttentionGenerator
from tf_dyngen.tasks.clip_catalogue import CatalogueEntry, ClipCatalogue
from tf_dyngen.training.restore import TrainedRun

RANDOM = "random"


class Between(NamedTuple):
    """A place on the way from one clip's appearance, 0, to another's, 1."""

    first: CatalogueEntry
    second: CatalogueEntry
    place: float


def parse_appearance(text: str, catalogue: ClipCatalogue) -> CatalogueEntry | Between | None:
    """Reads a clip's id or name, FIRST:SECOND:PLACE or `random`, which is None.

    Ids and names may hold colons themselves: what is one as a whole is taken as such.

    Raises: UserError for anything else.
    """
    known = catalogue.get(text)
    if known is not None or text == RANDOM:
        return known
    head, _, last = text.rpartition(":")
    if ":" not in head:
        if catalogue.get(head) and catalogue.get(last):
            _read_place(text, last)
        return catalogue.find(text)
    pairs = [(head[:at], head[at + 1 :]) for at, letter in enumerate(head) if letter == ":"]
    for pair in pairs:
        first, second = map(catalogue.get, pair)
        if first is not None and second is not None:
            return Between(first, second, _read_place(text, last))
    half = [pair for pair in pairs if any(map(catalogue.get, pair))]
    if not half:
        return catalogue.find(text)
    first, second = map(catalogue.find, half[0])
    return Between(first, second, _read_place(text, last))


def load_appearance(
    choice: CatalogueEntry | Between, catalogue: ClipCatalogue, run: TrainedRun
) -> tf.Tensor:
    """Returns the appearance vector, [A], that a user has chosen."""
    if isinstance(choice, CatalogueEntry):
        return catalogue.latents(choice, run).appearance[0]
    first = load_appearance(choice.first, catalogue, run)
    second = load_appearance(choice.second, catalogue, run)
    return interpolate(first, second, choice.place)


def check_has_appearance(run: TrainedRun) -> None:
    """Raises UserError for a model without an appearance vector."""
    if isinstance(run.generator, AttentionGenerator):
        raise UserError(
            "a model that attends to its clips has no appearance vector",
            "leave --appearance and --grid out; --motion plays a clip",
        )
    if not run.generator.latent_sizes.appearance:
        raise UserError(
            "the model was trained without an appearance vector (model.appearance_size is 0)",
            "leave --appearance and --grid out, or train one with --set=model.appearance_size=16",
        )


def _read_place(text: str, last: str) -> float:
    try:
        place = float(last)
    except ValueError:
        place = math.nan
    if not 0.0 <= place <= 1.0:
        raise UserError(
            f"the appearance {text!r} ends in {last!r}",
            "end it in a number from 0, the first clip's, to 1, the second's",
        )
    return place
