"""GET /v1/legal/privacy: the privacy policy, who else takes part in processing, and whom to write to."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from shared.clock import rfc3339
from shared.errors import NotFound
from shared.legal.versions import Version, current_of, policy_versions
from shared.openapi.about import About
from shared.sub_processors import SubProcessor
from shared.web.app import Call, endpoint_app, lambda_handler


class PrivacyRequest(Struct, forbid_unknown_fields=True):
    version: Annotated[str, Meta(description="Which version; the current one where it is left out.")] = ""


class SubProcessorView(Struct):
    """A company that takes part in processing, and what it is for."""

    name: str
    website: str
    purpose: str

    @classmethod
    def of(cls, named: SubProcessor) -> SubProcessorView:
        return cls(named.name, named.website, named.purpose)


class PolicyVersionView(Struct):
    """A version holds from `effective_at`; an announced one does not hold yet."""

    version: str
    effective_at: str
    status: Literal["current", "former", "announced"]

    @classmethod
    def of(cls, version: Version) -> PolicyVersionView:
        return cls(version.text.version, rfc3339(version.text.effective_at), version.status)


class PrivacyResponse(Struct):
    """`sub_processors` and `contact` are those of today, whatever the version."""

    version: str
    effective_at: str
    text: str
    sub_processors: list[SubProcessorView]
    contact: Annotated[str, Meta(description="Whom to write to about personal data, and to object to its processing.")]
    versions: list[PolicyVersionView]


ABOUT = About(
    request={"version": "2026-11-24"},
    answer={
        "version": "2026-11-24",
        "effective_at": "2026-11-24T00:00:00Z",
        "text": "Privacy Policy\nEffective Date: November 24, 2026\n1. Introduction\n…",
        "sub_processors": [
            {
                "name": "Stripe",
                "website": "https://stripe.com",
                "purpose": "Payment processing. Receives email for customer creation and billing.",
            }
        ],
        "contact": "privacy@example.com",
        "versions": [{"version": "2026-11-24", "effective_at": "2026-11-24T00:00:00Z", "status": "current"}],
    },
    errors=(NotFound,),
)


async def privacy(call: Call[PrivacyRequest]) -> PrivacyResponse:
    """Needs no credential. Earlier versions stay, and an announced one can be read before it holds."""
    versions = await policy_versions(call.database)
    asked = call.request.version
    version = current_of(versions) if not asked else next((v for v in versions if v.text.version == asked), None)
    if version is None:
        raise NotFound("There is no such version of the privacy policy.")
    return PrivacyResponse(
        version=version.text.version,
        effective_at=rfc3339(version.text.effective_at),
        text=version.text.written_for(call.settings.privacy_contact),
        sub_processors=[SubProcessorView.of(each) for each in call.settings.sub_processors],
        contact=call.settings.privacy_contact,
        versions=[PolicyVersionView.of(each) for each in versions],
    )


app = endpoint_app("GET /v1/legal/privacy", privacy, request=PrivacyRequest, scope=None, about=ABOUT)
handler = lambda_handler(app)
