"""Makes python.zip and checks the archives written by the Swift tests (ours*.zip). Needs Python 3 alone."""

import io
import pathlib
import zipfile

here = pathlib.Path(__file__).parent


class Unseekable(io.RawIOBase):
    """A stream that cannot go back, so that zipfile writes sizes after the data (data descriptors)."""

    def __init__(self, file):
        self.file = file

    def writable(self):
        return True

    def write(self, data):
        return self.file.write(data)


def add(archive, name, data, method):
    info = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
    info.compress_type = method
    archive.writestr(info, data)


buffer = io.BytesIO()
with zipfile.ZipFile(Unseekable(buffer), "w") as archive:
    add(archive, "stored.txt", b"stored", zipfile.ZIP_STORED)
    add(archive, "deflated.txt", b"words " * 100, zipfile.ZIP_DEFLATED)
    info = zipfile.ZipInfo("streamed.txt", (2000, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(info, "w", force_zip64=True) as entry:
        entry.write(b"words " * 100)
(here / "python.zip").write_bytes(buffer.getvalue())

for name in ["ours.zip", "ours64.zip"]:
    if not (here / name).exists():
        print(f"{name}: not there yet")
        continue
    with zipfile.ZipFile(here / name) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["a.txt", "folder/é.txt"]
        assert [archive.read(entry) for entry in archive.namelist()] == [b"abc", b"xy"]
    print(f"{name}: read")
