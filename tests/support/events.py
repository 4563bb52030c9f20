"""Events as API Gateway's HTTP API sends them to a function (payload format 2.0).

The format: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl


def http_event(
    route_key: str,
    *,
    path: str | None = None,
    query: str = "",
    headers: Mapping[str, str] | None = None,
    body: str | None = None,
) -> dict[str, Any]:
    """The event of one request on `route_key` ("GET /v1/collections/{name}", or "$default").

    `path` defaults to the route's own, with "example" for each parameter. A repeated query parameter is joined by
    commas in `queryStringParameters`, as API Gateway does; `rawQueryString` has it as it was sent.
    """
    method, _, template = route_key.partition(" ")
    if not template:
        method, template = "GET", "/no/such/path"
    path = path or re.sub(r"\{[a-z_]+\}", "example", template)
    names = [name.strip("{}") for name in re.findall(r"\{[a-z_]+\}", template)]
    expression = re.sub(r"\\\{[a-z_]+\\\}", "([^/]+)", re.escape(template))
    match = re.fullmatch(expression, path)
    parameters: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        parameters[name] = f"{parameters[name]},{value}" if name in parameters else value
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": query,
        "headers": {
            "accept": "application/json",
            "host": "abcdefghij.execute-api.eu-central-1.amazonaws.com",
            "user-agent": "test",
            "x-forwarded-for": "192.0.2.1",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
            **({"content-type": "application/json", "content-length": str(len(body.encode()))} if body else {}),
            **{name.lower(): value for name, value in (headers or {}).items()},
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abcdefghij",
            "domainName": "abcdefghij.execute-api.eu-central-1.amazonaws.com",
            "domainPrefix": "abcdefghij",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "test",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": route_key,
            "stage": "$default",
            "time": "23/Nov/2026:12:00:00 +0000",
            "timeEpoch": 1795435200000,
        },
        "isBase64Encoded": False,
    }
    if parameters:
        event["queryStringParameters"] = parameters
    if match and names:
        event["pathParameters"] = dict(zip(names, match.groups(), strict=True))
    if body is not None:
        event["body"] = body
    return event


def schedule_event(rule: str = "Schedule") -> dict[str, Any]:
    """The event of an EventBridge rule with a schedule."""
    return {
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "2026-11-23T12:00:00Z",
        "region": "eu-central-1",
        "resources": [f"arn:aws:events:eu-central-1:123456789012:rule/{rule}"],
        "detail": {},
    }
