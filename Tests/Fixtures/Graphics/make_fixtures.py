"""Makes pictures.json: small PNG and GIF files written by Pillow, with the pixels they hold.

Run in this folder with Pillow installed: python make_fixtures.py
"""

import base64
import io
import json
import random
import zlib

from PIL import Image


def random_image(mode, size, seed):
    source = random.Random(seed)
    channels = len(Image.new(mode, (1, 1)).getbands())
    data = bytes(source.randrange(256) for _ in range(size[0] * size[1] * channels))
    return Image.frombytes(mode, size, data)


def text(data):
    return base64.b64encode(data).decode()


def png(name, image, **options):
    file = io.BytesIO()
    image.save(file, "PNG", **options)
    data = file.getvalue()
    read = Image.open(io.BytesIO(data)).convert("RGBA")
    return {"name": name, "file": text(data), "width": read.width, "height": read.height, "rgba": text(read.tobytes())}


def gradient(mode, size):
    """Smooth pictures make an encoder choose every filter."""
    image = Image.new(mode, size)
    for y in range(size[1]):
        for x in range(size[0]):
            image.putpixel((x, y), tuple((x * 7 + y * 3 * c) % 256 for c in range(1, len(image.getbands()) + 1)))
    return image


def gif(name, frames, **options):
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], disposal=1, **options)
    data = file.getvalue()
    read = Image.open(io.BytesIO(data))
    pixels, delays = [], []
    for index in range(read.n_frames):
        read.seek(index)
        pixels.append(zlib.crc32(read.convert("RGBA").tobytes()))
        delays.append(read.info["duration"] // 10)
    return {
        "name": name, "file": text(data), "width": read.width, "height": read.height, "checksums": pixels, "delays": delays
    }


palette = random_image("RGB", (9, 5), 4).quantize(40)
pictures = [
    png("grey", random_image("L", (11, 7), 1)),
    png("grey with alpha", random_image("LA", (5, 6), 2)),
    png("rgb", random_image("RGB", (13, 7), 3)),
    png("rgba", random_image("RGBA", (8, 9), 5)),
    png("smooth rgb", gradient("RGB", (24, 20))),
    png("smooth rgba", gradient("RGBA", (31, 17))),
    png("palette", palette, bits=8),
    png("palette with alpha", palette, bits=8, transparency=bytes([0, 128, 255])),
    png("one transparent colour", Image.new("RGB", (3, 2), (1, 2, 3)), transparency=(1, 2, 3)),
    png("one pixel", Image.new("RGB", (1, 1), (255, 0, 1))),
]
unsupported = [
    png("16 bits", Image.new("I;16", (3, 3), 1000)),
    png("1 bit", Image.new("1", (9, 3), 1)),
]
noise = [random_image("L", (80, 70), seed).convert("P") for seed in range(3)]
animations = [
    gif("noise", noise, duration=[50, 70, 200], loop=0),
    gif("one colour", [Image.new("P", (100, 60), 3)], duration=100),
]
with open("pictures.json", "w") as output:
    json.dump({"pictures": pictures, "unsupported": unsupported, "animations": animations}, output, indent=1)
