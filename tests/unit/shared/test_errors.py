"""The tree of errors, and its one shape on the wire."""

from __future__ import annotations

import json

import pytest

from shared import errors
from shared.web.errors import error_response


def every_error(base: type[errors.FluxVectorError] = errors.FluxVectorError) -> list[type[errors.FluxVectorError]]:
    return [base] + [error for sub in base.__subclasses__() for error in every_error(sub)]


def test_each_status_has_one_meaning() -> None:
    codes = {(error.status, error.code) for error in every_error()}
    assert len(codes) == len({code for _, code in codes})


def test_the_wire_shape() -> None:
    failed = errors.ValidationFailed.all([errors.Detail("vectors[3].values", "is empty"), errors.Detail("x", "y")])
    response = error_response(failed, "req_1")
    assert response.status_code == 422
    assert json.loads(bytes(response.body)) == {
        "error": "vectors[3].values: is empty (and 1 more)",
        "code": "validation_failed",
        "request_id": "req_1",
        "details": [{"field": "vectors[3].values", "error": "is empty"}, {"field": "x", "error": "y"}],
    }


def test_details_stand_only_where_there_is_something_to_list() -> None:
    assert "details" not in json.loads(bytes(error_response(errors.NotFound("No."), "req_1").body))


@pytest.mark.parametrize(("asked", "told"), [(0, "1"), (5, "5"), (3600, "60")])
def test_retry_after_is_whole_seconds_up_to_sixty(asked: int, told: str) -> None:
    assert error_response(errors.Unavailable("Busy.", retry_after_s=asked), "r").headers["retry-after"] == told


def test_405_names_what_is_allowed() -> None:
    assert error_response(errors.MethodNotAllowed("No.", allow=["POST", "GET"]), "r").headers["allow"] == "GET, POST"
