"""Measures what 64 megapixels cost in each format: `python benchmarks/large_pictures.py`.

Each is decoded in a process of its own; printed are the megabytes above what the process held
before, at the peak, and the seconds.
"""

import argparse
import io
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

from app.errors import TooLarge
from app.imaging import decode

SIDE = 8192


def picture(kind: str) -> bytes:
    """A file of SIDE x SIDE pixels: a dark ring on light paper."""
    at = np.arange(SIDE, dtype=np.float32) - SIDE / 2
    distance = np.hypot(at[:, None], at)
    grey = np.where(np.abs(distance - SIDE / 4) < SIDE / 40, 40, 230).astype(np.uint8)
    options: dict[str, object] = {}
    image = Image.fromarray(grey)
    if kind == "progressive JPEG":
        options["progressive"] = True
    elif kind == "1-bit PNG":
        image = image.convert("1", dither=0)
    elif kind == "palette PNG":
        image = image.convert("P")
    elif kind == "16-bit PNG":
        image = Image.fromarray(grey.astype(np.uint16) * 257)
    elif kind == "float TIFF":
        image = Image.fromarray(grey.astype(np.float32) / 255)
    elif kind == "transparent PNG":
        image = image.convert("RGBA")
    elif kind == "colour PNG":
        image = image.convert("RGB")
    elif kind == "turned PNG":
        options["exif"] = exif = Image.Exif()
        exif[decode.ORIENTATION] = 6
    file = io.BytesIO()
    image.save(
        file, kind.split()[-1], **({"compress_level": 1} if "PNG" in kind else {}), **options
    )
    return file.getvalue()


KINDS = ("JPEG", "progressive JPEG", "1-bit PNG", "palette PNG", "grey PNG", "colour PNG")
KINDS += ("turned PNG", "transparent PNG", "16-bit PNG", "GIF", "float TIFF")


def peak() -> float:
    """The most megabytes that this process has held, on Linux.

    `getrusage` would not do: a child's maximum begins with what its parent held.
    """
    status = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) / 1024


def measure() -> None:
    """Decode the file on standard input, print megabytes and seconds."""
    data = sys.stdin.buffer.read()
    decode.decode(_small())  # what Pillow loads once does not count
    before, start = peak(), time.perf_counter()
    try:
        decode.decode(data)
    except TooLarge:  # more than the budget of all pictures
        print("refused –")
        return
    print(f"{peak() - before:.0f} {time.perf_counter() - start:.2f}")


def _small() -> bytes:
    file = io.BytesIO()
    Image.new("L", (100, 100), 255).save(file, "PNG")
    return file.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", action="store_true", help="the file is on standard input")
    if parser.parse_args().measure:
        measure()
        return
    print(f"| {SIDE} x {SIDE} pixels | MB | seconds |\n|---|---|---|")
    for kind in KINDS:
        command = [sys.executable, __file__, "--measure"]
        done = subprocess.run(command, input=picture(kind), stdout=subprocess.PIPE, check=True)
        megabytes, seconds = done.stdout.decode().split()
        print(f"| {kind} | {megabytes} | {seconds} |", flush=True)


if __name__ == "__main__":
    main()
