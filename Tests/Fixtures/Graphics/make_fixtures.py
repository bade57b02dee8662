"""Makes pictures.json: small PNG, JPEG and GIF files written by Pillow, with the pixels they hold.

Pillow cannot write interlaced files or grey with alpha in 16 bits: `chunked` assembles these, and Pillow reads them.

Run in this folder with Pillow installed: python make_fixtures.py
"""

import base64
import io
import json
import random
import struct
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


def chunked(name, size, depth, colour, passes, rgba=None):
    """A PNG of rows of bytes, each pass a list of rows, that Pillow reads unless it is given what to expect."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, 1 if len(passes) > 1 else 0)
    body = b"".join(b"\0" + row for rows in passes for row in rows)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b"")
    rgba = rgba or Image.open(io.BytesIO(data)).convert("RGBA").tobytes()
    return {"name": name, "file": text(data), "width": size[0], "height": size[1], "rgba": text(rgba)}


def interlaced(name, image):
    """Adam7: the pixels of seven passes, of the image's own mode in bytes."""
    starts = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    colour = {"L": 0, "RGB": 2, "LA": 4, "RGBA": 6}[image.mode]
    pixels = image.load()
    passes = []
    for x0, y0, dx, dy in starts:
        columns = range(x0, image.width, dx)
        values = [[pixels[x, y] for x in columns] for y in range(y0, image.height, dy)] if len(columns) else []
        passes.append([bytes(v for p in row for v in (p if isinstance(p, tuple) else (p,))) for row in values])
    return chunked(name, image.size, 8, colour, passes, image.convert("RGBA").tobytes())


def deep(name, colour, channels, size, seed):
    """16 bits per channel, rounded to 8 as the PNG specification recommends: value * 255 / 65535 to the nearest."""
    source = random.Random(seed)
    values = [source.randrange(65536) for _ in range(size[0] * size[1] * channels)]
    rows = [b"".join(struct.pack(">H", v) for v in values[y * size[0] * channels:(y + 1) * size[0] * channels])
            for y in range(size[1])]
    rounded = [(v * 255 * 2 + 65535) // (2 * 65535) for v in values]
    rgba = b""
    for index in range(0, len(rounded), channels):
        pixel = rounded[index:index + channels]
        colours = pixel[:1] * 3 if channels < 3 else pixel[:3]
        rgba += bytes(colours + [pixel[-1] if channels in (2, 4) else 255])
    return chunked(name, size, 16, colour, [rows], rgba)


def jpeg(name, image, **options):
    file = io.BytesIO()
    image.save(file, "JPEG", **options)
    data = file.getvalue()
    read = Image.open(io.BytesIO(data))
    rgba = b"" if image.mode == "CMYK" else read.convert("RGBA").tobytes()
    return {"name": name, "file": text(data), "width": read.width, "height": read.height, "rgba": text(rgba)}


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
few = [random_image("RGB", (9, 5), seed).quantize(colours) for seed, colours in [(6, 2), (7, 4), (8, 16)]]
pictures += [
    png("1 bit", random_image("L", (9, 3), 9).convert("1")),
    png("1 bit palette", few[0], bits=1),
    png("2 bit palette", few[1], bits=2),
    png("4 bit palette with alpha", few[2], bits=4, transparency=bytes([0, 128])),
    chunked("2 bits of grey", (5, 2), 2, 0, [[bytes([0b00011011, 0b11000000]), bytes([0b11100100, 0])]],
            bytes(v for g in (0, 85, 170, 255, 255, 255, 170, 85, 0, 0) for v in (g, g, g, 255))),
    chunked("4 bits of grey", (3, 1), 4, 0, [[bytes([0x0F, 0x80])]],
            bytes(v for g in (0, 255, 136) for v in (g, g, g, 255))),
    interlaced("interlaced grey", random_image("L", (11, 9), 10)),
    interlaced("interlaced rgb", random_image("RGB", (9, 10), 11)),
    interlaced("interlaced grey with alpha", random_image("LA", (3, 2), 12)),
    deep("16 bits of grey", 0, 1, (5, 4), 13),
    deep("16 bits of grey with alpha", 4, 2, (4, 3), 14),
    deep("16 bits of rgb", 2, 3, (4, 3), 15),
    deep("16 bits of rgba", 6, 4, (4, 3), 16),
]
turned = Image.Exif()
turned[0x0112] = 6
jpegs = [
    jpeg("grey", gradient("RGB", (19, 13)).convert("L"), quality=90),
    jpeg("colour", gradient("RGB", (24, 20)), quality=90, subsampling=0),
    jpeg("subsampled", gradient("RGB", (33, 17)), quality=75, subsampling=2),
    jpeg("progressive", gradient("RGB", (40, 30)), quality=85, progressive=True),
    jpeg("turned by EXIF", gradient("RGB", (16, 8)), quality=90, exif=turned),
]
unsupported = [jpeg("four inks", random_image("CMYK", (8, 8), 17))]
noise = [random_image("L", (80, 70), seed).convert("P") for seed in range(3)]
animations = [
    gif("noise", noise, duration=[50, 70, 200], loop=0),
    gif("one colour", [Image.new("P", (100, 60), 3)], duration=100),
]
with open("pictures.json", "w") as output:
    json.dump(
        {"pictures": pictures, "jpegs": jpegs, "unsupported": unsupported, "animations": animations}, output, indent=1)
