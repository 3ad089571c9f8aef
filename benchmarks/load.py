"""Loads a server with requests: as fast as it answers (wrk), or at a fixed rate."""

import asyncio
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3}  # to milliseconds


@dataclass
class Call:
    """One kind of request."""

    path: str
    body: bytes = b""
    media: str = "application/json"
    accept: str = "*/*"

    def raw(self, host: str) -> bytes:
        """As it goes over the wire."""
        head = (
            f"{'POST' if self.body else 'GET'} {self.path} HTTP/1.1\r\nHost: {host}\r\n"
            f"Content-Type: {self.media}\r\nContent-Length: {len(self.body)}\r\n\r\n"
        )
        return head.encode() + self.body


@dataclass
class Flood:
    """What wrk saw; latencies in milliseconds."""

    rate: float
    median: float
    p99: float
    failed: int


def flood(url: str, call: Call, folder: Path, seconds: int, connections: int, core: str) -> Flood:
    """Ask over so many connections, each as soon as it has its answer."""
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is missing. Install it (Debian: apt-get install wrk).")
    body, script = folder / "body", folder / "wrk.lua"
    body.write_bytes(call.body)
    script.write_text(
        f'local file = io.open("{body}", "rb")\n'
        f'wrk.method = "{"POST" if call.body else "GET"}"\nwrk.body = file:read("*a")\n'
        f'wrk.headers["Content-Type"] = "{call.media}"\nwrk.headers["Accept"] = "{call.accept}"\n'
    )
    command = ["taskset", "-c", core, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s"]
    done = subprocess.run(
        [*command, "--latency", "-s", str(script), url + call.path],
        capture_output=True,
        text=True,
        check=True,
    )
    text = done.stdout

    def latency(share: str) -> float:
        number, unit = re.search(rf"{share}%\s+([\d.]+)(us|ms|s)", text).groups()
        return float(number) * UNITS[unit]

    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    return Flood(
        rate=float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]),
        median=latency("50"),
        p99=latency("99"),
        failed=int(failed[1]) if failed else 0,
    )


async def trickle(url: str, call: Call, per_second: float, seconds: float) -> list[float]:
    """Milliseconds of each of so many requests a second, from when it was due to its answer."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    request = call.raw(parts.netloc)
    taken, begin = [], time.perf_counter()
    for number in range(int(per_second * seconds)):
        due = begin + number / per_second
        await asyncio.sleep(due - time.perf_counter())
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(re.search(rb"(?i)content-length: (\d+)", head)[1]))
        if not head.startswith(b"HTTP/1.1 2"):
            raise SystemExit(f"{call.path}: {head.decode()}")
        taken.append(1000 * (time.perf_counter() - due))
    writer.close()
    return taken


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of the others do not exceed."""
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]
