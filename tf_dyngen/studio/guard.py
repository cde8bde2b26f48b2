"""Which requests are answered: those to this machine, from pages of this server.

A page of another site may send requests here from a viewer's browser. It cannot change what the
browser says of it: `Origin` names the page's own site, `Sec-Fetch-Site` says whether that is this
one where there is no `Origin` (a picture, say); `Host` is the name by which it came here, a foreign
one where that name was made to point at this machine (DNS rebinding, which needs a name: addresses
cannot be made to point elsewhere).
"""

import ipaddress
import socket

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class Guard:
    """Refuses, with status 403, what comes by another name or from another site."""

    def __init__(self, app: ASGIApp, host: str):
        self._app = app
        own = socket.gethostname().lower()
        self._names = {"localhost", host.lower(), own, f"{own}.local"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request or passes it on, as ASGI has it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {key: value.decode("latin-1").lower() for key, value in scope["headers"]}
        host = headers.get(b"host", "")
        if not self._is_ours(host):
            problem = f"{host[:80]!r} is no name of this server: open the page by its address\n"
        elif _is_foreign(headers, host, scope["path"]):
            problem = "a page of another site may not use this server\n"
        else:
            await self._app(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": problem.strip()})
        else:
            await PlainTextResponse(problem, 403)(scope, receive, send)

    def _is_ours(self, host: str) -> bool:
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
        if name in self._names:
            return True
        try:
            ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
        except ValueError:
            return False
        return True


def _is_foreign(headers: dict[bytes, str], host: str, path: str) -> bool:
    origin = headers.get(b"origin")
    if origin is not None:
        return origin.partition("://")[2] != host
    if headers.get(b"sec-fetch-mode") == "navigate" and path == "/":
        return False
    return headers.get(b"sec-fetch-site", "none") not in ("none", "same-origin")
