"""The local issuer's pages: the authorization code flow with PKCE of OpenID Connect, for public clients.

Its key and its name are those that `linli token` signs with. Nobody proves who they are: it is for the demo,
on loopback, where whoever runs the cloud may be anybody in it.
"""

import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import jwt
from werkzeug.datastructures import MultiDict
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from linli.ids import is_id
from linli_cli.deploy import pages
from linli_cli.local import issuer
from localstack.front import choosing
from localstack.front.choosing import AUTHORIZE, CHOSEN
from localstack.front.grants import CHALLENGE, Asked, Family, Grants, InvalidGrant, Session
from localstack.front.problems import accepted, problem
from localstack.front.settings import Settings

CLIENTS = {client: f"/{client}/" for client in pages.CLIENTS}
"""Each client's only redirect URI, on the front's own origin."""
DISCOVERY = "/.well-known/openid-configuration"
TOKEN, LOGOUT, JWKS = "/oidc/token", "/oidc/logout", "/oidc/jwks"
ONCE = (
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "nonce",
    "prompt",
    "login_hint",
    "person",
)
ONCE += ("code_challenge", "code_challenge_method", "response_mode", "ui_locales")
LONGEST = 2048
"""Characters of a parameter that is given back."""
LARGEST_FORM = 16 * 1024  # bytes
NOT_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class WrongRequest(Exception):
    """A request of whose client nothing is believed: it is answered here, and nobody is sent anywhere."""


class ClientError(Exception):
    """A mistake that the client is told of, at its own address. The text is `error` of RFC 6749."""


def metadata(origin: str) -> dict[str, Any]:
    """What discovery says. The issuer's name is no address: pages are told all this by /config.json."""
    return {
        "issuer": issuer.ISSUER,
        "authorization_endpoint": origin + AUTHORIZE,
        "token_endpoint": origin + TOKEN,
        "end_session_endpoint": origin + LOGOUT,
        "jwks_uri": origin + JWKS,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid"],
        "claims_supported": ["sub", "name", "preferred_username", "nonce", "sid", "auth_time"],
        "prompt_values_supported": ["none", "login", "select_account"],
        "ui_locales_supported": ["zh-CN", "en"],
        "authorization_response_iss_parameter_supported": True,
    }


class Issuer:
    """The pages, by their path."""

    def __init__(self, grants: Grants | None = None) -> None:
        self.grants = grants or Grants()

    def answer(self, request: Request, origin: str, settings: Settings) -> Response | None:
        """None where no page of the issuer's is."""
        known = {
            DISCOVERY: (self._discovery, ("GET",)),
            JWKS: (self._jwks, ("GET",)),
            AUTHORIZE: (self._authorize, ("GET", "POST")),
            CHOSEN: (self._chosen, ("GET",)),
            TOKEN: (self._token, ("POST",)),
            LOGOUT: (self._logout, ("GET", "POST")),
        }
        if request.path not in known:
            return None
        page, methods = known[request.path]
        if request.method not in methods and not (request.method == "HEAD" and "GET" in methods):
            allowed = ", ".join(methods)
            return problem(accepted(request), "method_no", {"Allow": allowed}, methods=allowed)
        if (request.content_length or 0) > LARGEST_FORM:
            return problem(accepted(request), "body_too_large", most=LARGEST_FORM)
        try:
            return page(request, origin, settings)
        except WrongRequest as error:
            return choosing.refused(str(error), request)

    def _discovery(self, _request: Request, origin: str, _settings: Settings) -> Response:
        return said(metadata(origin), headers={"Cache-Control": "no-cache"})

    def _jwks(self, _request: Request, _origin: str, settings: Settings) -> Response:
        return said(issuer.jwks(issuer.read_key(settings.key)), headers={"Cache-Control": "no-cache"})

    def _authorize(self, request: Request, origin: str, settings: Settings) -> Response:
        given = request.form if request.method == "POST" else request.args
        asked, state = self._asked(given, origin)
        try:
            check(given)
            return self._signed_in(request, given, asked, state, settings)
        except ClientError as error:
            return back(asked, state, {"error": str(error)})

    def _signed_in(
        self, request: Request, given: Mapping[str, str], asked: Asked, state: str, settings: Settings
    ) -> Response:
        """A code for whom the client hints at or who is signed in already; else the list of those who may."""
        prompt = given.get("prompt", "").split()
        hint, kept = given.get("login_hint", ""), request.cookies.get(cookie(asked.client, request))
        session = self.grants.session(kept, asked.client)
        if session and hint in ("", session.person) and not {"login", "select_account"} & set(prompt):
            return self._code(session, asked, state)
        if "none" in prompt:
            raise ClientError("login_required")
        if is_id(hint):
            return self._enter(hint, request, asked, state)
        onwards = {name: value for name, value in given.items() if name in ONCE}
        return choosing.people(request, settings.groups, onwards)

    def _chosen(self, request: Request, origin: str, _settings: Settings) -> Response:
        asked, state = self._asked(request.args, origin)
        try:
            check(request.args)
        except ClientError as error:
            return back(asked, state, {"error": str(error)})
        person = request.args.get("person", "").strip()
        if not is_id(person):
            raise WrongRequest("a person's id is lower-case letters, digits and dashes, at most 64")
        return self._enter(person, request, asked, state)

    def _enter(self, person: str, request: Request, asked: Asked, state: str) -> Response:
        session = self.grants.sign_in(person, asked.client)
        response = self._code(session, asked, state)
        response.set_cookie(
            cookie(asked.client, request), session.id, path="/oidc/", httponly=True, samesite="Lax"
        )
        return response

    def _code(self, session: Session, asked: Asked, state: str) -> Response:
        return back(asked, state, {"code": self.grants.code(session, asked)})

    def _asked(self, given: "MultiDict[str, str]", origin: str) -> tuple[Asked, str]:
        """Who asks, and where they are to be answered. Raises WrongRequest unless both are ours."""
        twice = [name for name in ONCE if len(given.getlist(name)) > 1]
        if twice:
            raise WrongRequest(f"given more than once: {', '.join(twice)}")
        client = given.get("client_id", "")
        if client not in CLIENTS:
            raise WrongRequest(f"no client of this name; there are {', '.join(CLIENTS)}")
        if given.get("redirect_uri") != origin + CLIENTS[client]:
            raise WrongRequest(f"the redirect URI of {client} is {origin}{CLIENTS[client]}, exactly")
        state, nonce = given.get("state", ""), given.get("nonce", "")
        if max(len(state), len(nonce)) > LONGEST:
            raise WrongRequest(f"state and nonce have at most {LONGEST} characters")
        challenge = given.get("code_challenge", "")
        return Asked(client, origin + CLIENTS[client], challenge, nonce), state

    def _token(self, request: Request, _origin: str, settings: Settings) -> Response:
        form = request.form
        if request.mimetype != "application/x-www-form-urlencoded":
            return token_error("invalid_request", "application/x-www-form-urlencoded is expected")
        if any(len(form.getlist(name)) > 1 for name in form):
            return token_error("invalid_request", "a parameter is given more than once")
        client = form.get("client_id", "")
        if client not in CLIENTS:
            return token_error("invalid_client", "no client of this name")
        try:
            if form.get("grant_type") == "authorization_code":
                family, token = self.grants.redeem(
                    form.get("code", ""), client, form.get("redirect_uri", ""), form.get("code_verifier", "")
                )
            elif form.get("grant_type") == "refresh_token":
                family, token = self.grants.refresh(form.get("refresh_token", ""), client)
            else:
                return token_error("unsupported_grant_type", "authorization_code or refresh_token")
        except InvalidGrant as error:
            return token_error("invalid_grant", str(error))
        return said(tokens(family, token, settings), headers=NOT_KEPT)

    def _logout(self, request: Request, origin: str, settings: Settings) -> Response:
        """End what the browser is signed in with: one client's, or all of them where none is named."""
        given = request.form if request.method == "POST" else request.args
        target = given.get("post_logout_redirect_uri", "")
        state = given.get("state", "")
        if target and target not in {origin + path for path in ("/", *CLIENTS.values())}:
            raise WrongRequest("nobody is sent to another origin after signing out")
        hinted = hinted_at(given.get("id_token_hint", ""), settings)
        client = given.get("client_id") or hinted.get("aud", "")
        ended = [client] if client in CLIENTS else list(CLIENTS)
        with_state = f"{target}?{urlencode({'state': state})}" if state else target
        response = redirect(with_state, 302) if target else choosing.signed_out(request)
        for each in ended:
            name = cookie(each, request)
            self.grants.sign_out(request.cookies.get(name, ""))
            response.delete_cookie(name, path="/oidc/", httponly=True, samesite="Lax")
        if hinted:
            self.grants.sign_out(str(hinted.get("sid", "")))
        response.headers.update(NOT_KEPT)
        return response


def check(given: Mapping[str, str]) -> None:
    """Raises ClientError where a known client asks for what nobody gets."""
    if given.get("response_type") != "code":
        raise ClientError("unsupported_response_type")
    if "openid" not in given.get("scope", "").split():
        raise ClientError("invalid_scope")
    if given.get("response_mode", "query") != "query":
        raise ClientError("invalid_request")
    if given.get("code_challenge_method") != "S256" or not CHALLENGE.fullmatch(
        given.get("code_challenge", "")
    ):
        raise ClientError("invalid_request")
    prompt = given.get("prompt", "").split()
    if "none" in prompt and len(prompt) > 1:
        raise ClientError("invalid_request")


def back(asked: Asked, state: str, answer: dict[str, str]) -> Response:
    """To where the client waits (RFC 6749 section 4.1.2, with `iss` of RFC 9207)."""
    query = {**answer, **({"state": state} if state else {}), "iss": issuer.ISSUER}
    response = redirect(f"{asked.redirect_uri}?{urlencode(query)}", 303)
    response.headers.update(NOT_KEPT)
    return response


def tokens(family: Family, refresh: str, settings: Settings) -> dict[str, Any]:
    """An access token for the APIs, an id token for the page, and the next refresh token."""
    now, key, session = time.time(), issuer.read_key(settings.key), family.session
    names = {each.person: each.name for group in settings.groups for each in group.people}
    claims = {
        "iss": issuer.ISSUER,
        "aud": session.client,
        "sub": session.person,
        "name": names.get(session.person) or session.person,
        "preferred_username": session.person,
        "sid": session.id,
        "auth_time": session.since,
        "iat": int(now),
        "exp": int(now) + issuer.MINUTES * 60,
        **({"nonce": family.nonce} if family.nonce else {}),
    }
    return {
        "access_token": issuer.sign(session.person, key, now),
        "id_token": issuer.encode(claims, key),
        "refresh_token": refresh,
        "token_type": "Bearer",
        "expires_in": issuer.MINUTES * 60,
        "scope": "openid",
    }


def hinted_at(token: str, settings: Settings) -> dict[str, Any]:
    """The claims of an id token of ours, a past one as well. Raises WrongRequest for anything else."""
    if not token:
        return {}
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            issuer.read_key(settings.key).public_key(),
            algorithms=["RS256"],
            issuer=issuer.ISSUER,
            audience=list(CLIENTS),
            options={"verify_exp": False},
        )
    except jwt.InvalidTokenError:
        raise WrongRequest("the id token is none of ours") from None
    return claims


def cookie(client: str, request: Request) -> str:
    """Its name: browsers do not tell ports apart, and two clouds may run."""
    return f"linli_{client}_{request.environ['SERVER_PORT']}"


def said(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A value as JSON."""
    return Response(json.dumps(value, ensure_ascii=False), status, headers, content_type="application/json")


def token_error(error: str, description: str) -> Response:
    """RFC 6749 section 5.2."""
    return said({"error": error, "error_description": description}, 400, NOT_KEPT)
