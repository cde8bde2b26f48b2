"""TensorFlow Serving's REST interface."""

import urllib.parse
from collections.abc import Mapping
from typing import Any

import numpy as np
import requests

from tf_dyngen.serving.signatures import Signature
from tf_dyngen.serving.transport import (
    MalformedError,
    Metadata,
    MissingError,
    TransientError,
    refusal,
)

# 499 is TensorFlow Serving's for a request that was cancelled, as when the server stops.
_TRANSIENT = {429, 499, 502, 503, 504}
_INVALID_URL = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    requests.exceptions.TooManyRedirects,
)


class RestTransport:
    """Speaks JSON over HTTP to the model at URL/v1/models/MODEL.

    Requests and answers are in the row form ("instances", "predictions"), in which the server
    writes an array on one line; in the column form it gives each number a line of its own, indented
    by up to thirty blanks.

    Args:
      url: http(s)://HOST:PORT, of --rest_api_port.
      model: its name on the server.
      timeout: seconds to wait for a connection, and for the server to say something.
    """

    def __init__(self, url: str, model: str, timeout: float):
        self._model_url = f"{url.rstrip('/')}/v1/models/{urllib.parse.quote(model, safe='')}"
        self._timeout = timeout
        self._session = requests.Session()

    def metadata(self) -> Metadata:
        """Asks for the newest version's signatures."""
        answer = self._ask("GET", "/metadata")
        try:
            version = answer["model_spec"].get("version")
            return Metadata(version and int(version), answer["metadata"]["signature_def"])
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise MalformedError("its metadata are of another form") from error

    def predict(
        self,
        name: str,
        signature: Signature,
        inputs: Mapping[str, np.ndarray],
        version: int | None,
    ) -> dict[str, np.ndarray]:
        """Runs the signature called `name`; arrays have a leading batch axis."""
        rows = zip(*(array.tolist() for array in inputs.values()), strict=True)
        instances = [dict(zip(inputs, row, strict=True)) for row in rows]
        place = ":predict" if version is None else f"/versions/{version}:predict"
        answer = self._ask("POST", place, {"signature_name": name, "instances": instances})
        try:
            return _read_predictions(answer["predictions"], signature)
        except (LookupError, TypeError, ValueError, OverflowError) as error:
            raise MalformedError(f"its answer to {name!r} is of another form") from error

    def close(self) -> None:
        """Closes connections that are kept open."""
        self._session.close()

    def _ask(self, method: str, place: str, body: Mapping[str, Any] | None = None) -> Any:
        """Returns the JSON object of the answer."""
        try:
            response = self._session.request(
                method, self._model_url + place, json=body, timeout=self._timeout
            )
        except _INVALID_URL as error:
            raise MalformedError(str(error)) from error
        except requests.RequestException as error:
            raise TransientError(_root_cause(error)) from error
        status = response.status_code
        if status in _TRANSIENT:
            raise TransientError(f"HTTP status {status} {response.reason}".rstrip())
        try:
            answer = response.json()
        except requests.exceptions.JSONDecodeError as error:
            raise MalformedError(f"HTTP status {status} and no JSON") from error
        if not isinstance(answer, dict) or (status != 200 and "error" not in answer):
            raise MalformedError(f"HTTP status {status} and JSON of another form")
        if status == 404:
            raise MissingError(str(answer["error"]))
        if status != 200:
            raise refusal(str(answer["error"]))
        return answer


def _read_predictions(predictions: list, signature: Signature) -> dict[str, np.ndarray]:
    """Turns rows into arrays; the rows of a single output are bare."""
    specs = signature.outputs
    if len(specs) == 1:
        columns = {next(iter(specs)): predictions}
    else:
        columns = {name: [row[name] for row in predictions] for name in specs}
    return {name: np.array(column, specs[name].dtype) for name, column in columns.items()}


def _root_cause(error: BaseException) -> str:
    """Finds the words of the operating system below the layers of the HTTP libraries."""
    cause = error
    while (below := cause.__cause__ or cause.__context__) is not None:
        cause = below
    return getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
