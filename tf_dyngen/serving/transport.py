"""What a way of speaking to TensorFlow Serving does, and how it says that it failed."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np

from tf_dyngen.serving.signatures import Signature

# Of the batching session, when requests of two clients that met in a batch differ in shape: alone,
# or beside others, the same request passes.
_CLASH = "from different tasks"
# What TensorFlow puts in front of the message of a check, whose parts it then brackets.
_CHECK = "assertion failed: "


class TransientError(Exception):
    """No answer this time; the same request may pass later."""


class MissingError(Exception):
    """The server has no such model, or no longer this version of it."""


class RefusedError(Exception):
    """The server's own message says why it does not do what is asked."""


class MalformedError(Exception):
    """What answers does not answer as TensorFlow Serving does."""


class Metadata(NamedTuple):
    """A model's version (None if untold) and SignatureDefMap in its JSON form."""

    version: int | None
    signature_defs: Mapping[str, Any]


class Transport(Protocol):
    """Sends one request and raises one of the errors above; retries nothing."""

    def metadata(self) -> Metadata:
        """Asks for the newest version's signatures."""
        ...

    def predict(
        self,
        name: str,
        signature: Signature,
        inputs: Mapping[str, np.ndarray],
        version: int | None,
    ) -> dict[str, np.ndarray]:
        """Runs the signature called `name`; arrays have a leading batch axis."""
        ...

    def close(self) -> None:
        """Ends what is under way."""
        ...


def refusal(message: str) -> Exception:
    """Chooses the error for a request that the server has read and does not answer."""
    # TensorFlow appends the graph's nodes, from the second line on.
    line = message.strip().partition("\n")[0].strip()
    if line.startswith(_CHECK):
        line = line.removeprefix(_CHECK).removeprefix("[").removesuffix("]").replace("] [", " ")
    return TransientError(line) if _CLASH in line else RefusedError(line)
