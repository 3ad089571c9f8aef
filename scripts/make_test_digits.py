"""Make static/test-digits.bin: every tenth MNIST test digit, to try and to evaluate with.

Raw deflate of 1,000 labels (one byte each) followed by 1,000 images of 784 bytes.
"""

import zlib
from pathlib import Path

from model.dataset import load_mnist

STEP = 10


def main() -> None:
    """Write the file beside the page."""
    digits = load_mnist()
    labels, images = digits.test_labels[::STEP], digits.test_images[::STEP]
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = compressor.compress(labels.tobytes() + images.tobytes()) + compressor.flush()
    target = Path(__file__).resolve().parents[1] / "static" / "test-digits.bin"
    target.write_bytes(data)
    print(f"{target.name}: {len(labels)} digits, {len(data):,} bytes")


if __name__ == "__main__":
    main()
