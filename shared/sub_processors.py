"""Who else takes part in processing personal data (privacy policy, section 7): configuration, printed with the policy.

The default are those that the policy names. A deployment that runs elsewhere names its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec

MAX_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class SubProcessor:
    """A company, its website (a URL), and what it is for."""

    name: str
    website: str
    purpose: str


NAMED_BY_THE_POLICY = (
    SubProcessor(
        "Stripe",
        "https://stripe.com",
        "Payment processing. Receives email for customer creation and billing. Subject to Stripe's Privacy Policy.",
    ),
    SubProcessor(
        "Hetzner",
        "https://hetzner.com",
        "Infrastructure hosting. Provides servers where data is stored. "
        "Subject to Hetzner's Data Processing Agreement.",
    ),
    SubProcessor(
        "Cloudflare",
        "https://cloudflare.com",
        "DNS and DDoS protection. May process IP addresses and request metadata in transit.",
    ),
)


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    website: str
    purpose: str


def parse_sub_processors(raw: str) -> tuple[SubProcessor, ...]:
    """A JSON list of `{"name", "website", "purpose"}`; "" stands for those that the policy names, [] for nobody.

    Raises ValueError with a sentence's end.
    """
    if not raw.strip():
        return NAMED_BY_THE_POLICY
    try:
        entries = msgspec.json.decode(raw, type=list[_Entry])
    except msgspec.MsgspecError:
        raise ValueError('is not a JSON list of {"name", "website", "purpose"}') from None
    found = tuple(SubProcessor(*map(str.strip, (each.name, each.website, each.purpose))) for each in entries)
    for each in found:
        if not all(_is_said(text) for text in (each.name, each.website, each.purpose)):
            raise ValueError(f"holds an entry of which something is empty, unprintable or longer than {MAX_CHARACTERS}")
        if not _is_website(each.website):
            raise ValueError(f"gives {each.name} a website that is not an http:// or https:// URL")
    if len({each.name.casefold() for each in found}) < len(found):
        raise ValueError("names somebody twice")
    return found


def _is_said(text: str) -> bool:
    return 0 < len(text) <= MAX_CHARACTERS and text.isprintable()


def _is_website(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:  # half of an IPv6 address
        return False
