"""A connection to one served model: answers that are checked, or errors that say what to do."""

import threading
import urllib.parse
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar

import numpy as np
import tenacity

from tf_dyngen.errors import UserError
from tf_dyngen.serving import signatures
from tf_dyngen.serving.transport import (
    MalformedError,
    Metadata,
    MissingError,
    RefusedError,
    TransientError,
    Transport,
)

DEFAULT_RPC_PORT = 8500
LONGEST_WAIT = 10.0
_EXPORT_ADVICE = "serve what python -m launch.export writes, and name it with --model"
_Answer = TypeVar("_Answer")


class Connection:
    """Asks one served model, as often as it takes; made by `open_connection`.

    What is transient is asked again after exponentially growing waits: a server that is not there
    or goes away, one that is too busy (UNAVAILABLE, 503), one that takes longer than the time-out,
    or a batch in which requests did not fit together. Every signature of a generator is a pure
    function of its inputs, so that asking again can neither skip nor repeat anything. What the
    server refuses is never asked again.

    The version that is served at the first question is asked to the end: the states of one version
    mean nothing to another.

    Args:
      transport: the way to the server.
      url, model: for messages.
      retries: how often to ask again.
      first_wait: seconds before the first of them; they double, up to LONGEST_WAIT.
      say: takes a line whenever an answer is waited for.
    """

    def __init__(
        self,
        transport: Transport,
        url: str,
        model: str,
        *,
        retries: int = 5,
        first_wait: float = 0.5,
        say: Callable[[str], None] | None = None,
    ):
        self._transport = transport
        self._url = url
        self._model = model
        self._retries = retries
        self._first_wait = first_wait
        self._say = say or (lambda line: None)
        self._closed = threading.Event()
        self._served: Metadata | None = None
        self._signatures: dict[str, signatures.Signature] = {}

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *exception) -> None:
        self.close()

    def close(self) -> None:
        """Ends what is under way, in other threads too."""
        self._closed.set()
        self._transport.close()

    def describe(self) -> signatures.Description:
        """Returns the sizes of frames, states and appearances.

        Raises: UserError if the server does not answer, or the model is no generator.
        """
        self._get_metadata()
        try:
            return signatures.describe(self._signatures)
        except ValueError as error:
            raise UserError(f"{self._name} is no generator: {error}", _EXPORT_ADVICE) from error

    def predict(self, signature: str, inputs: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """Runs a signature.

        Args:
          signature: its name.
          inputs: arrays, or lists, by name; each with a leading batch axis.
        Returns: arrays by name, in the types and shapes that the model's metadata announce.
        Raises: UserError if the server does not answer or refuses, with its own message, or the
          answer is not of that form.
        """
        version = self._get_metadata().version
        specs = self._signatures.get(signature)
        if specs is None:
            has = ", ".join(sorted(self._signatures)) or "none"
            problem = f"{self._name} has no signature {signature!r}, it has {has}"
            raise UserError(problem, _EXPORT_ADVICE)
        arrays = {
            name: np.asarray(value, specs.inputs[name].dtype if name in specs.inputs else None)
            for name, value in inputs.items()
        }
        outputs = self._ask(
            f"the input of {signature!r}",
            lambda: self._transport.predict(signature, specs, arrays, version),
        )
        try:
            signatures.check_outputs(outputs, specs)
        except ValueError as error:
            problem = f"{self._name} does not answer {signature!r} as announced: {error}"
            raise UserError(problem, "see the server's log") from error
        return outputs

    @property
    def _name(self) -> str:
        return f"model {self._model!r} at {self._url}"

    def _get_metadata(self) -> Metadata:
        if self._served is None:
            served = self._ask("the question for metadata", self._transport.metadata)
            try:
                self._signatures = signatures.read_signatures(served.signature_defs)
            except (LookupError, TypeError, ValueError, AttributeError):
                self._fail_as_malformed("its metadata are of another form")
            self._served = served
        return self._served

    def _ask(self, what: str, request: Callable[[], _Answer]) -> _Answer:
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(TransientError),
            stop=tenacity.stop_after_attempt(self._retries + 1)
            | tenacity.stop_when_event_set(self._closed),
            wait=tenacity.wait_exponential(self._first_wait, LONGEST_WAIT)
            + tenacity.wait_random(0.0, self._first_wait / 2),
            sleep=tenacity.sleep_using_event(self._closed),
            before_sleep=self._say_what_comes,
            reraise=True,
        )
        try:
            return retrying(lambda: self._ask_once(request))
        except TransientError as error:
            tries = retrying.statistics["attempt_number"]
            raise UserError(
                f"{self._url} does not answer ({error}; tries: {tries})",
                "start the server or correct --url: REST is http://HOST:8501, gRPC grpc://HOST:8500",
            ) from error
        except MissingError as error:
            self._fail_as_missing(error)
        except RefusedError as error:
            problem = f"{self._name} refuses {what}: {error}"
            raise UserError(problem, "correct what is asked for") from error
        except MalformedError as error:
            self._fail_as_malformed(error)

    def _ask_once(self, request: Callable[[], _Answer]) -> _Answer:
        if self._closed.is_set():
            raise TransientError("the connection is closed")
        return request()

    def _say_what_comes(self, state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        self._say(
            f"no answer from {self._url} ({error}); "
            f"try {state.attempt_number + 1} of {self._retries + 1} in {state.upcoming_sleep:.1f} s"
        )

    def _fail_as_missing(self, error: Exception) -> NoReturn:
        if self._served is None:
            problem = f"{self._url} serves no model {self._model!r} ({error})"
            raise UserError(problem, "name it with --model") from error
        problem = f"{self._name} is no longer served in version {self._served.version} ({error})"
        raise UserError(problem, "start again, with the version that is") from error

    def _fail_as_malformed(self, error: Exception | str) -> NoReturn:
        problem = f"{self._url} answers, but not as TensorFlow Serving does ({error})"
        raise UserError(problem, "correct --url")


def open_connection(
    url: str,
    model: str,
    *,
    timeout: float = 60.0,
    retries: int = 5,
    first_wait: float = 0.5,
    say: Callable[[str], None] | None = None,
) -> Connection:
    """Makes a connection; the server is asked nothing yet.

    Args:
      url: http://HOST:8501 or https://..., REST; grpc://HOST:8500, gRPC.
      model: its name on the server.
      timeout: seconds that one try may take.
      retries, first_wait, say: see `Connection`.
    Raises: UserError for another URL.
    """
    transport: Transport
    try:
        parts = urllib.parse.urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        _refuse_url(url, f" ({error})")
    if not host:
        _refuse_url(url)
    if parts.scheme in ("http", "https"):
        from tf_dyngen.serving.rest import RestTransport

        transport = RestTransport(url, model, timeout)
    elif parts.scheme == "grpc" and parts.path in ("", "/"):
        # Its messages are of TensorFlow's types, which take seconds to import.
        from tf_dyngen.serving.rpc import RpcTransport

        name = f"[{host}]" if ":" in host else host
        transport = RpcTransport(f"{name}:{port or DEFAULT_RPC_PORT}", model, timeout)
    else:
        _refuse_url(url)
    return Connection(transport, url, model, retries=retries, first_wait=first_wait, say=say)


def _refuse_url(url: str, reason: str = "") -> NoReturn:
    raise UserError(
        f"{url!r} is no address of a server{reason}",
        "give --url=http://HOST:8501 (REST) or --url=grpc://HOST:8500 (gRPC)",
    )
