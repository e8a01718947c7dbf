"""What a request must be before anything is done for it, and what every answer says to a browser.

A page of another site must reach nothing here, whether it asks by this computer's name, by another name that leads to
it (DNS rebinding), or through a form; nothing that is served may load or send anything elsewhere.
"""

import json
import secrets
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sim.inputs import InputError

TOKEN_HEADER = "x-page-token"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Of the pages: styles stand in them (figures have their own), scripts are files of this server."""

POLICY_OF_REPORTS = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-scripts allow-downloads"
)
"""Of a study's own page, which has its script within it: it stands apart, as if from another site."""

COMMON: Mapping[str, str] = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}


class Guard:
    """Refuses, before anything else sees it, a request by another name of the host, from another site's page, or one
    that would do something and lacks the token of a page of this start."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str], token: str) -> None:
        self.app, self.hosts, self.token = app, hosts, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in COMMON.items():
                    headers[name] = value
                headers.setdefault("content-security-policy", POLICY)
            await send(message)

        why = self.refusal(scope["method"], Headers(scope=scope))
        app = self.app if why is None else refused(why, 403)
        await app(scope, receive, with_headers)

    def refusal(self, method: str, headers: Headers) -> str | None:
        """Why a request is refused; None if it is not."""
        host = headers.get("host", "").lower()
        if len(headers.getlist("host")) != 1 or host not in self.hosts:
            return "this name of the computer is not served; open the address that cte-sim serve printed"
        origin = headers.get("origin")
        if origin is not None and origin.lower() != f"http://{host}":
            return "a page of another site may not ask here"
        if method == "GET" or method == "HEAD":
            # A link on another page may lead here; another page's script may not read what is here.
            site, mode = headers.get("sec-fetch-site", "none"), headers.get("sec-fetch-mode", "navigate")
            if site not in ("none", "same-origin") and mode != "navigate":
                return "a page of another site may not ask here"
            return None
        if method != "POST":
            return f"{method[:20]} is not answered here"
        if headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return "a page of another site may not ask here"
        if not secrets.compare_digest(headers.get(TOKEN_HEADER, "").encode(), self.token.encode()):
            return "the page is of an earlier start; load it again"
        if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return "what is sent here is JSON"
        return None


def refused(why: str, status: int = 400) -> JSONResponse:
    """A refusal, one line."""
    return JSONResponse({"refused": " ".join(why.split())}, status)


async def read_json(request: Request, most: int) -> dict[str, Any]:
    """The content of a request as a mapping. Raises InputError if it has more than ``most`` bytes or is none."""
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > most:
            raise InputError(f"what is sent is too large: at most {most / 1e6:g} MB are taken")
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputError("what is sent is not JSON") from error
    if not isinstance(found, dict):
        raise InputError("what is sent is not a mapping of names to values")
    return found


def new_token() -> str:
    """A word that nobody can guess."""
    return secrets.token_urlsafe(24)
