"""Checks files that the Graphics module wrote against Pillow, pixel by pixel.

First: REVERIE_GRAPHICS_SAMPLES=/tmp/samples swift test -c release --filter GraphicsTests.SampleFiles
Then:  python check_samples.py /tmp/samples

Beside every NAME.png or NAME.gif lies NAME.rgba: the frames that were encoded, one after another.
"""

import pathlib
import sys

from PIL import Image

count = 0
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    if path.suffix not in (".png", ".gif"):
        continue
    image = Image.open(path)
    frames = getattr(image, "n_frames", 1)
    expected = path.with_suffix(".rgba").read_bytes()
    found, delays = b"", []
    for index in range(frames):
        image.seek(index)
        found += image.convert("RGBA").tobytes()
        delays.append(image.info.get("duration"))
    assert len(found) == len(expected), f"{path.name}: {len(found)} bytes of pixels, expected {len(expected)}"
    wrong = sum(a != b for a, b in zip(found, expected))
    largest = max(abs(a - b) for a, b in zip(found, expected))
    # Files named "quantised" have more colours than GIF can hold.
    limit = 24 if "quantised" in path.name else 0
    assert largest <= limit, f"{path.name}: {wrong} of {len(found)} bytes differ, by up to {largest}"
    print(f"{path.name}: {image.width} x {image.height}, {frames} frames, delays {delays}, largest difference {largest}")
    count += 1
assert count > 0, "no files to check"
