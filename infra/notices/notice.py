"""A notice: one mail for each person, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from infra.notices.config import NoticeSettings
from infra.notices.failure import NoticeFailure
from shared.email.rendering import RenderFault, params_of, render

NoticeKind = Literal["policy_change", "breach_notice"]


@dataclass(frozen=True, slots=True)
class Notice:
    """What people are told. `about` is the policy's version or the breach's id: nobody is told twice of one."""

    kind: NoticeKind
    about: str
    params: Mapping[str, str] = field(repr=False)


def preview(notice: Notice, settings: NoticeSettings) -> str:
    """The mail as people will read it, subject first. Raises NoticeFailure where it could not be written."""
    if missing := sorted(params_of(notice.kind) - notice.params.keys()):
        raise NoticeFailure(f"The mail {notice.kind} names what is not known here: {', '.join(missing)}.")
    built_in = {"public_url": settings.public_url, "privacy_contact": settings.privacy_contact, "email": ""}
    try:
        mail = render(notice.kind, {**notice.params, **built_in})
    except RenderFault as error:
        raise NoticeFailure(f"The mail cannot be written: {error}.") from None
    return f"Subject: {mail.subject}\n\n{mail.text.strip()}"
