"""The learning platforms that may open Cairn, and for which tenant each does.

The file is ``{"platforms": [...]}``; running services follow it.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from models.errors import UsageError
from service import signing
from service.following import Followed
from service.schemas.fields import Id, Origin
from service.tenants.auth import Scope, TenantName, first_fault

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
SCOPES: Final = frozenset({Scope.RECOMMEND, Scope.EVENTS, Scope.LEARNERS})
"""What a learner who comes from a platform may do, for themselves."""

logger = logging.getLogger(__name__)


def secure(url: str) -> str:
    """``url`` where it is one of HTTPS, or of this very machine. Raises ``ValueError``."""
    parts = urlsplit(url)
    if not parts.hostname or parts.username is not None or parts.fragment:
        raise ValueError("expected an https address")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError("expected an https address")
    return url


Url = Annotated[
    str,
    StringConstraints(max_length=2_000, pattern=r"^https?://[\x21-\x7e]+$"),
    AfterValidator(secure),
]


class Platform(BaseModel):
    """One registration. Its keys are fetched from ``jwks_url``, or else given as ``jwks``;
    ``page_origins`` are where its pages are, in which those of Cairn may be framed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, StringConstraints(pattern=r"^lti-[a-z0-9]{4,32}$")]
    tenant: TenantName
    issuer: Id
    client_id: Id
    auth_url: Url
    jwks_url: Url | None = None
    jwks: dict[str, Any] | None = None
    deployments: Annotated[tuple[Id, ...], Field(min_length=1, max_length=1_000)]
    page_origins: Annotated[tuple[Origin, ...], Field(min_length=1, max_length=100)]

    @property
    def scopes(self) -> frozenset[Scope]:
        """What its tokens may allow."""
        return SCOPES

    @model_validator(mode="after")
    def _one_source_of_keys(self) -> Self:
        if (self.jwks_url is None) == (self.jwks is None):
            raise ValueError("expected either jwks_url or jwks")
        try:
            if self.jwks is not None:
                signing.public_keys(self.jwks)
        except signing.Unsigned:
            raise ValueError("jwks: expected RSA keys of 2048 bits or more, to sign") from None
        return self


def _each_once(platforms: list[Platform]) -> list[Platform]:
    names = Counter(each.id for each in platforms)
    clients = Counter((each.issuer, each.client_id) for each in platforms)
    for found, times in [*names.most_common(1), *clients.most_common(1)]:
        if times > 1:
            raise ValueError(f"expected each id, and each client of an issuer, once: {found}")
    return platforms


class PlatformFile(BaseModel):
    """The platforms file."""

    model_config = ConfigDict(extra="forbid")

    platforms: Annotated[list[Platform], AfterValidator(_each_once)]


def read_platforms(file: Path) -> list[Platform]:
    """The platforms in a file. Raises ``UsageError`` naming it and what is wrong in it."""
    try:
        return PlatformFile.model_validate_json(file.read_bytes()).platforms
    except OSError as error:
        raise UsageError(f"{file}: cannot read the platforms: {error.strerror}") from error
    except ValidationError as error:
        raise UsageError(f"{file}: not a file of platforms: {first_fault(error)}") from error


class Platforms:
    """The platforms that a worker knows; none without a ``file``. Raises ``UsageError``."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._followed = None if file is None else Followed(file, "platforms", logger)
        self._known: Sequence[Platform] = ()
        self._read()

    def named(self, name: str) -> Platform | None:
        """The platform of an id."""
        return next((each for each in self._known if each.id == name), None)

    def find(self, issuer: str, client_id: str | None) -> Platform | None:
        """The one registration that this can mean: a platform that has several says which."""
        found = [
            each
            for each in self._known
            if each.issuer == issuer and client_id in (None, each.client_id)
        ]
        return found[0] if len(found) == 1 else None

    @property
    def page_origins(self) -> list[str]:
        """Where the pages of any of them are."""
        return sorted({origin for each in self._known for origin in each.page_origins})

    async def follow(self) -> None:
        """Know what the file says, a moment after it says so; ends only when cancelled."""
        if self._followed is not None:
            await self._followed.follow(self._read)

    def _read(self) -> None:
        self._known = () if self._file is None else tuple(read_platforms(self._file))
