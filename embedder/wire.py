"""The wire: what a request must be, and how answers and errors look."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
from starlette.responses import Response

from embedder.errors import EmbedderError, Invalid, InvalidJson, Unavailable
from embedder.manifest import Manifest
from embedder.service import Embedded

MAX_INPUTS = 1024
MAX_TEXT_BYTES = 65_536
MAX_BODY_BYTES = 64 * 1024 * 1024
MAX_DETAILS = 20

_DTYPES = {"float16": "<f2", "float32": "<f4"}
_SCOPE = re.compile(r"[!-~]{1,128}")
_PATH = re.compile(r" - at `\$\.?([^`]*)`$")


class EmbedRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of ``POST /embed`` and of ``POST /tokens``."""

    kind: Literal["query", "passage"]
    inputs: list[str]


def parse_request(body: bytes | bytearray) -> EmbedRequest:
    """Decode and check a body.

    Raises:
        InvalidJson: not JSON, not UTF-8, NaN, or an escape that is half of a surrogate pair.
        Invalid: another shape, no input, too many, an empty or an overlong one; every faulty input is named.
    """
    try:
        request = msgspec.json.decode(body, type=EmbedRequest)
    except msgspec.ValidationError as error:
        raise Invalid("The request is not valid.", [_shape_fault(str(error))]) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise InvalidJson("The body is not valid JSON in UTF-8.") from None
    if not 1 <= len(request.inputs) <= MAX_INPUTS:
        fault = f"{len(request.inputs)} texts; 1 to {MAX_INPUTS} are allowed."
        raise Invalid("The request is not valid.", [{"field": "inputs", "error": fault}])
    faults = [
        {"field": f"inputs[{index}]", "error": text_fault}
        for index, text in enumerate(request.inputs)
        if (text_fault := _text_fault(text))
    ]
    if faults:
        raise Invalid("The request is not valid.", faults[:MAX_DETAILS])
    return request


def parse_deadline(value: str | None, default_seconds: float) -> float:
    """The moment, on `time.monotonic`'s clock, at which a caller with this ``X-Deadline-Ms`` stops waiting.

    Raises:
        Invalid: not a whole number of milliseconds. More than the default counts as the default.
    """
    if value is None:
        return time.monotonic() + default_seconds
    if not (value.isascii() and value.isdigit() and len(value) <= 12):
        fault = "Must be a whole number of milliseconds."
        raise Invalid("The request is not valid.", [{"field": "X-Deadline-Ms", "error": fault}])
    return time.monotonic() + min(int(value) / 1000, default_seconds)


def parse_scope(value: str | None) -> str | None:
    """Whose queries may answer one another from the cache: ``X-Cache-Scope``; nothing is kept without it.

    Raises:
        Invalid: not 1 to 128 printable ASCII characters without blanks.
    """
    if value is not None and not _SCOPE.fullmatch(value):
        fault = "Must be 1 to 128 printable ASCII characters without blanks."
        raise Invalid("The request is not valid.", [{"field": "X-Cache-Scope", "error": fault}])
    return value


def parse_accept(accept: str) -> str | None:
    """The NumPy type of a binary answer, or None for JSON.

    Raises:
        Invalid: ``dtype`` is neither float16 nor float32.
    """
    for choice in accept.split(","):
        media, *parameters = (part.strip().lower() for part in choice.split(";"))
        if media != "application/octet-stream":
            continue
        dtype = next((value.strip('"') for key, _, value in map(_split, parameters) if key == "dtype"), "float32")
        if dtype not in _DTYPES:
            details = [{"field": "Accept", "error": "dtype must be float16 or float32."}]
            raise Invalid("The request is not valid.", details)
        return dtype
    return None


def answer(embedded: Embedded, dtype: str | None, manifest: Manifest) -> Response:
    """Vectors as little-endian rows with the rest in headers, or all of it as JSON."""
    if dtype is None:
        content = {
            "tokens": embedded.tokens,
            "truncated": embedded.truncated,
            "dimension": manifest.dimension,
            "model": manifest.name,
            "revision": manifest.revision,
            "cached": embedded.cached,
        }
        # Row by row: other threads get their turn in between.
        rows = b",".join(msgspec.json.encode(vector.tolist()) for vector in embedded.vectors)
        body = b'{"embeddings":[' + rows + b"]," + msgspec.json.encode(content)[1:]
        return Response(body, media_type="application/json")
    headers = {
        "X-Model": manifest.name,
        "X-Model-Revision": manifest.revision,
        "X-Dimension": str(manifest.dimension),
        "X-Dtype": dtype,
        "X-Rows": str(len(embedded.vectors)),
        "X-Tokens": ",".join(map(str, embedded.tokens)),
        "X-Truncated": ",".join(str(index) for index, cut in enumerate(embedded.truncated) if cut),
    }
    if embedded.cached:
        headers["X-Cached"] = "1"
    values = embedded.vectors.astype(_DTYPES[dtype]).tobytes()
    return Response(values, media_type="application/octet-stream", headers=headers)


def tokens_answer(counts: Sequence[int | None], manifest: Manifest) -> Response:
    """How many tokens each text has, as JSON, and how many the model reads."""
    return json_response(
        {
            "tokens": counts,
            "max_tokens": manifest.max_tokens,
            "dimension": manifest.dimension,
            "model": manifest.name,
            "revision": manifest.revision,
        }
    )


def json_response(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(msgspec.json.encode(content), status, headers, "application/json")


def error_response(error: EmbedderError, request_id: str) -> Response:
    """The error shape, the same for every status."""
    content: dict[str, object] = {"error": error.message, "code": error.code, "request_id": request_id}
    if error.details:
        content["details"] = error.details
    headers = {}
    if isinstance(error, Unavailable):
        headers["Retry-After"] = str(error.retry_after)
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return json_response(content, error.status, headers)


def _shape_fault(message: str) -> dict[str, str]:
    """msgspec's message ends with the path; it repeats a wrong ``kind``, which is told better by what is right."""
    found = _PATH.search(message)
    field = (found.group(1) if found else "") or "body"
    return {"field": field, "error": 'Must be "query" or "passage".' if field == "kind" else _PATH.sub("", message)}


def _text_fault(text: str) -> str | None:
    if not text:
        return "The text is empty."
    # A character is at least one byte and at most four: most texts need not be encoded to be measured.
    if len(text) > MAX_TEXT_BYTES or (len(text) * 4 > MAX_TEXT_BYTES and len(text.encode()) > MAX_TEXT_BYTES):
        return f"The text is longer than {MAX_TEXT_BYTES} bytes in UTF-8."
    return None


def _split(parameter: str) -> tuple[str, str, str]:
    key, separator, value = parameter.partition("=")
    return key.strip(), separator, value.strip()
