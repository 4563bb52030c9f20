"""Which way out a URL names.

    file:///var/mail/out                       one file a mail
    smtp://user:password@mail.example:587      STARTTLS, but to localhost; `?ca=/path.pem` trusts those certificates
    smtps://user:password@mail.example:465     TLS from the first byte
    ses://eu-central-1                         Amazon SES, as the role that the process runs as

User and password are percent-encoded. The URL holds a password, so no error quotes any of it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from shared.email.transports.folder import Folder
from shared.email.transports.ses import Ses
from shared.email.transports.smtp import Smtp, SmtpServer
from shared.email.transports.transport import Transport

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")


def transport_of(email_url: str) -> Transport:
    """The transport of a URL; nothing is connected to yet.

    Raises ValueError with a sentence's end that quotes nothing.
    """
    try:
        parts = urlsplit(email_url)
        port = parts.port
    except ValueError:  # a port that is none, or half of an IPv6 address
        raise ValueError("is not a URL") from None
    if parts.scheme == "file":
        return _folder(parts)
    if parts.scheme in ("smtp", "smtps"):
        return _smtp(parts, port)
    if parts.scheme == "ses":
        return _ses(parts)
    raise ValueError("begins with none of file://, smtp://, smtps:// and ses://")


def _folder(parts: SplitResult) -> Folder:
    path = unquote(parts.path)
    if parts.netloc or not path.startswith("/") or parts.query or parts.fragment:
        raise ValueError("is not file:// and the absolute path of a folder")
    return Folder(Path(path))


def _smtp(parts: SplitResult, port: int | None) -> Smtp:
    if not parts.hostname or parts.path not in ("", "/") or parts.fragment or port == 0:
        raise ValueError("is not smtp:// or smtps:// with a host and, if need be, a port")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    ca_file = options.pop("ca", None)
    if options:
        raise ValueError("has an option other than ca=")
    if ca_file is not None and not os.path.isfile(ca_file):
        raise ValueError("names certificates (ca=) that are not a file")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise ValueError("has a user without a password, or the reverse")
    is_implicit = parts.scheme == "smtps"
    return Smtp(SmtpServer(parts.hostname, port or (465 if is_implicit else 587), is_implicit, user, password, ca_file))


def _ses(parts: SplitResult) -> Ses:
    if not _REGION.fullmatch(parts.netloc) or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("is not ses:// and the name of a region")
    return Ses(parts.netloc)
