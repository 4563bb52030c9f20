"""The certificate of the gateway's public side."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import NamedTuple

from infra.local.failure import StartFailure


class Certificate(NamedTuple):
    """Files in PEM: the certificates, the server's first, and the key of the first, which is not encrypted."""

    chain: Path
    key: Path

    def check(self) -> None:
        """Raises StartFailure where the two do not belong together or cannot be read."""
        try:
            # Without the empty password, Python would ask the terminal for that of an encrypted key.
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self.chain, self.key, "")
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            raise StartFailure(
                "FLUXVECTOR_TLS_CERT and FLUXVECTOR_TLS_KEY are no certificate with its key (PEM, not encrypted)."
            ) from error
