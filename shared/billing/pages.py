"""Where Stripe's pages send a browser back to: to this service and nowhere else."""

from __future__ import annotations

from urllib.parse import urlsplit

from shared.errors import ValidationFailed

# The page that whoever pays comes from, unless the caller says otherwise.
CONSOLE = "/console"


def page_url(public_url: str, field: str, wanted: str | None) -> str:
    """The address to come back to. Raises ValidationFailed for one of another origin."""
    if wanted is None:
        return public_url + CONSOLE
    try:
        ours, theirs = urlsplit(public_url), urlsplit(wanted)
        is_ours = (ours.scheme, ours.netloc) == (theirs.scheme, theirs.netloc)
    except ValueError:
        is_ours = False
    # A browser reads a backslash as a slash, and leaves out line ends.
    if not is_ours or not wanted.isascii() or not wanted.isprintable() or " " in wanted or "\\" in wanted:
        raise ValidationFailed.of(field, f"is no address of this service: it has to begin with {public_url}/")
    return wanted
