"""Which host a call names and which page made it: no other page may use a visitor's browser.

A browser sends what any page tells it to, to localhost too. What it cannot be told is to lie in
three headers: Host is the name in its address bar, so a name that was rebound to this machine
(DNS rebinding) shows; Origin and Sec-Fetch-Site say whose page made a call. Programs send neither,
and go on as they are. The order of questions is that of Go's net/http.CrossOriginProtection.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from app.errors import Forbidden, Misdirected

if TYPE_CHECKING:
    from starlette.types import Scope

    from app.settings import Settings

__all__ = ["SAFE", "Origins"]

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})  # methods that change nothing
OURS = frozenset({"localhost", "127.0.0.1", "::1"})
EVERYWHERE = frozenset({"0.0.0.0", "::"})
MOST_NAME = 255  # characters of a host's name, which DNS limits to 253
NOWHERE = ("", None)  # where a call arrives that comes over no network
OWN_PAGE = (b"same-origin", b"none")  # of Sec-Fetch-Site; none: the user typed it

_AUTHORITY = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::[0-9]{1,5})?", re.IGNORECASE)


class Origins:
    """The hosts that a service answers to, and the pages that may change something on it."""

    def __init__(self, settings: Settings) -> None:
        self.named = settings.allowed_host_names
        machine = socket.gethostname().lower()
        everywhere = settings.host in EVERYWHERE
        own = {machine, f"{machine}.local"} if everywhere else {settings.host.lower()}
        self.ours = OURS | own
        self.is_ours = lru_cache(maxsize=256)(self._is_ours)

    def check(self, scope: Scope, headers: Mapping[bytes, bytes]) -> None:
        """Raise Misdirected for another's Host, Forbidden for a change that another page asks for.

        `headers` are the scope's; a request without a Host (HTTP/1.0) comes from no browser.
        """
        host = headers.get(b"host", b"")
        if len(headers) < len(scope["headers"]):  # some came twice
            host = b", ".join(value for name, value in scope["headers"] if name == b"host")
        address = (scope.get("server") or NOWHERE)[0]
        if host and (len(host) > MOST_NAME or not self.is_ours(host, address)):
            raise Misdirected("security.host", found=str(host[:80], "latin-1"))
        if scope["method"] not in SAFE and not self._by_own_page(host, headers):
            raise Forbidden("security.other_page")

    def _is_ours(self, host: bytes, address: str) -> bool:
        """Whether a Host header names this service; `address` is where the call arrived."""
        name = _name(str(host, "latin-1"))
        if name is None:
            return False
        return name in self.ours or name == _plain(address) or self._is_named(name)

    def _is_named(self, name: str) -> bool:
        """Whether the operator named this host, or *.its.domain, or * for any."""
        parents = (f"*.{name[dot + 1 :]}" for dot, letter in enumerate(name) if letter == ".")
        return not self.named.isdisjoint({name, "*", *parents})

    def _by_own_page(self, host: bytes, headers: Mapping[bytes, bytes]) -> bool:
        """Whether a changing call comes from this service's own page, or from no page at all."""
        site = headers.get(b"sec-fetch-site")
        if site is not None:
            return site in OWN_PAGE
        origin = headers.get(b"origin")
        if origin is None:
            return True
        authority = origin.partition(b"://")[2].lower()  # empty for "null"
        if authority and authority == host.lower():
            return True
        # A proxy may have put another Host in the place of the one in the address bar.
        name = _name(str(authority[:MOST_NAME], "latin-1"))
        return name is not None and "*" not in self.named and self._is_named(name)


def _name(authority: str) -> str | None:
    """The host of `host`, `host:port` or `[address]:port`, or None if it is none of them."""
    match = _AUTHORITY.fullmatch(authority)
    return _plain(match[1] or match[2]) if match else None


def _plain(host: str) -> str:
    """One way to write a host: an address as `ipaddress` writes it, a name in small letters."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host.lower()
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
