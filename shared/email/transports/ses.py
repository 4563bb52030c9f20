"""Amazon SES. Its library is loaded with the first mail: nothing else pays for it. Credentials are the role's own."""

from __future__ import annotations

import asyncio
import importlib
import re
from typing import Any

from shared.email.message import Mail
from shared.email.transports.transport import (
    CONNECT_TIMEOUT_S,
    SEND_TIMEOUT_S,
    DeliveryFault,
    NotNow,
    Refused,
    Unreachable,
)

_REFUSALS = frozenset({"MessageRejected", "BadRequestException"})
# SES says MessageRejected as well where our own domain is not verified, or the account is still in the sandbox.
_OUR_FAULT = re.compile(r"not verified", re.IGNORECASE)
_CODE = re.compile(r"[A-Za-z]{1,64}")


class Ses:
    """Hands mail to SES in a region. SES puts a Message-ID and a Date of its own over ours."""

    def __init__(self, region: str) -> None:
        self._region = region
        self._client: Any = None

    def __repr__(self) -> str:
        return f"Ses({self._region!r})"

    async def send(self, mail: Mail) -> None:
        """Hands a mail over. Raises DeliveryFault."""
        if mail.is_international:
            raise Refused("ses_no_smtputf8")  # SES takes ASCII before the @
        await asyncio.to_thread(self._send, mail)

    async def close(self) -> None:
        """Ends its connections."""
        if self._client is not None:
            await asyncio.to_thread(self._client.close)
            self._client = None

    def _send(self, mail: Mail) -> None:
        exceptions = importlib.import_module("botocore.exceptions")
        try:
            if self._client is None:
                self._client = self._connect()
            self._client.send_email(
                FromEmailAddress=mail.sender.envelope,
                Destination={"ToAddresses": [mail.recipient.envelope]},
                Content={"Raw": {"Data": mail.data}},
            )
        except exceptions.ClientError as error:
            raise _fault_of(error.response) from None
        except exceptions.BotoCoreError as error:
            raise Unreachable(f"ses_{type(error).__name__}") from None

    def _connect(self) -> Any:
        config = importlib.import_module("botocore.config").Config(
            connect_timeout=CONNECT_TIMEOUT_S,
            read_timeout=SEND_TIMEOUT_S - CONNECT_TIMEOUT_S,
            # A mail that failed is tried again by its row; the library would only hold up the others.
            retries={"total_max_attempts": 1},
        )
        return importlib.import_module("boto3").client("sesv2", region_name=self._region, config=config)


def _fault_of(response: dict[str, Any]) -> DeliveryFault:
    error = response.get("Error", {})
    code = str(error.get("Code", ""))
    reason = f"ses_{code}" if _CODE.fullmatch(code) else "ses_error"
    if code in _REFUSALS:
        return NotNow(reason) if _OUR_FAULT.search(str(error.get("Message", ""))) else Refused(reason)
    return Unreachable(reason)
