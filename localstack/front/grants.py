"""What the local issuer has promised: codes, refresh tokens, sessions. In memory: none outlives the front."""

import base64
import hashlib
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

CODE_S = 60
FAMILY_S = 8 * 3600
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636 section 4.1
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


class InvalidGrant(Exception):
    """A code or refresh token that is good for nothing (any more)."""


@dataclass(frozen=True)
class Session:
    """Somebody is signed in with a client in one browser."""

    id: str
    person: str
    client: str
    since: int


@dataclass(frozen=True)
class Asked:
    """What a client asked for when it sent somebody here."""

    client: str
    redirect_uri: str
    challenge: str
    nonce: str


@dataclass
class Family:
    """The refresh tokens that came of one code, each from the one before."""

    session: Session
    nonce: str
    until: float
    over: bool = False


@dataclass(frozen=True)
class Code:
    session: Session
    asked: Asked
    until: float


@dataclass
class Grants:
    """All that is out. `clock` says seconds since the epoch."""

    clock: Callable[[], float] = time.time
    _lock: Lock = field(default_factory=Lock)
    _sessions: dict[str, Session] = field(default_factory=dict)
    _codes: dict[str, Code] = field(default_factory=dict)
    _families: dict[str, Family] = field(default_factory=dict)
    """By each token, spent ones as well, and by the code they came of."""
    _current: dict[str, Family] = field(default_factory=dict)

    def session(self, cookie: str | None, client: str) -> Session | None:
        """Who is signed in with this client, by what the browser has kept."""
        with self._lock:
            self._forget()
            found = self._sessions.get(cookie or "")
            return found if found and found.client == client else None

    def sign_in(self, person: str, client: str) -> Session:
        with self._lock:
            session = Session(secrets.token_urlsafe(32), person, client, int(self.clock()))
            self._sessions[session.id] = session
            return session

    def sign_out(self, session: str) -> None:
        """End a session, and what was promised in it."""
        with self._lock:
            self._sessions.pop(session, None)
            for family in self._families.values():
                family.over = family.over or family.session.id == session
            self._codes = {code: held for code, held in self._codes.items() if held.session.id != session}

    def code(self, session: Session, asked: Asked) -> str:
        """A code that is good once, for a minute."""
        with self._lock:
            self._forget()
            code = secrets.token_urlsafe(32)
            self._codes[code] = Code(session, asked, self.clock() + CODE_S)
            return code

    def redeem(self, code: str, client: str, redirect_uri: str, verifier: str) -> tuple[Family, str]:
        """The first refresh token for a code. Whatever is wrong, the code is spent; raises InvalidGrant.

        A code that comes twice was stolen once: what came of it ends (RFC 6749 section 4.1.2).
        """
        with self._lock:
            held = self._codes.pop(code, None)
            if held is None:
                if used := self._families.get(code):
                    used.over = True
                raise InvalidGrant("the code is unknown, or was used")
            if self.clock() >= held.until:
                raise InvalidGrant(f"the code was good for {CODE_S} seconds")
            if held.asked.client != client or held.asked.redirect_uri != redirect_uri:
                raise InvalidGrant("the code was given to another client or address")
            if not VERIFIER.fullmatch(verifier) or s256(verifier) != held.asked.challenge:
                raise InvalidGrant("the verifier is not that of the challenge")
            family = Family(held.session, held.asked.nonce, self.clock() + FAMILY_S)
            self._families[code] = family
            return family, self._next(family)

    def refresh(self, token: str, client: str) -> tuple[Family, str]:
        """The next refresh token. One that comes twice ends its family; raises InvalidGrant."""
        with self._lock:
            family = self._families.get(token)
            if family is None or family.session.client != client:
                raise InvalidGrant("the refresh token is unknown")
            if self._current.pop(token, None) is None:
                family.over = True
                raise InvalidGrant("the refresh token was used")
            if family.over or self.clock() >= family.until:
                raise InvalidGrant("what was signed in has ended")
            return family, self._next(family)

    def _next(self, family: Family) -> str:
        token = secrets.token_urlsafe(32)
        self._families[token] = self._current[token] = family
        return token

    def _forget(self) -> None:
        """What is past."""
        now = self.clock()
        self._codes = {code: held for code, held in self._codes.items() if held.until > now}
        self._families = {token: held for token, held in self._families.items() if held.until > now}
        self._current = {token: held for token, held in self._current.items() if held.until > now}
        self._sessions = {key: held for key, held in self._sessions.items() if held.since + FAMILY_S > now}


def s256(verifier: str) -> str:
    """The challenge of a verifier (RFC 7636 section 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
