"""Visitors, told apart by their network address, and what each of them may add in a time.

Where an API key is set only its holders add anything, and to them no quota applies. Counted in
each server process alone, and from nothing when it starts.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from dataclasses import dataclass
from typing import Any

from app.errors import TooMany
from app.settings import Settings

__all__ = ["QUOTAS", "Visitor", "Visitors", "address"]

#: The quotas by the settings that have them.
QUOTAS = {
    "jobs": "visitor_jobs",
    "models": "visitor_models",
    "samples": "visitor_samples",
    "bytes": "visitor_bytes",
}
HOME = 64  # bits of an IPv6 address that one household or server has all for itself


def address(client: tuple[str, int] | None) -> str:
    """Who a client is: its IPv4 address, or the network of its IPv6 address, which it chooses."""
    host = client[0] if client else "unknown"
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:  # a Unix socket's, or a test's
        return host
    if found.version == 4:
        return host
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((int(found), HOME), strict=False))


class Visitors:
    """Counts what every visitor adds, in windows that begin with the first thing added."""

    def __init__(self, settings: Settings) -> None:
        quotas = {kind: getattr(settings, name) for kind, name in QUOTAS.items()}
        quotas = {kind: text for kind, text in quotas.items() if text is not None}
        self._quotas: dict[str, Any] = {}
        self._lock = threading.Lock()
        if quotas and settings.api_key is None:
            # Imported only where a quota is set: it takes a while.
            from limits import parse
            from limits.storage import MemoryStorage
            from limits.strategies import FixedWindowRateLimiter

            self._quotas = {kind: parse(text) for kind, text in quotas.items()}
            self._counts = FixedWindowRateLimiter(MemoryStorage())

    def spend(self, address: str, amounts: dict[str, int]) -> None:
        """Count these amounts by kind. Raises TooMany, and counts nothing, above a quota."""
        spent = {kind: amounts[kind] for kind in self._quotas if amounts.get(kind)}
        with self._lock:
            for kind, amount in spent.items():
                quota = self._quotas[kind]
                if not self._counts.test(quota, kind, address, cost=amount):
                    reset = self._counts.get_window_stats(quota, kind, address).reset_time
                    wait = reset - time.time()
                    raise TooMany(f"visitor.{kind}", most=str(quota), retry_after=wait)
            for kind, amount in spent.items():
                self._counts.hit(self._quotas[kind], kind, address, cost=amount)


@dataclass(frozen=True, slots=True)
class Visitor:
    """One who asks for something to be stored."""

    visitors: Visitors
    address: str

    def spend(self, **amounts: int) -> None:
        """Count jobs, models, samples and bytes that are about to be stored. Raises TooMany."""
        self.visitors.spend(self.address, amounts)
