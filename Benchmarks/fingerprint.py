#!/usr/bin/env python3
"""Prints the SHA-256 of the learned numbers in the last checkpoint of each run: of all float32 tensors' names, shapes and bytes, in
the order of their names. Two runs with the same line have the same parameters, bit for bit.

    python3 Benchmarks/fingerprint.py runs/dqn-CartPole-v1-seed0 ...
"""
import hashlib
import json
import pathlib
import struct
import sys


def fingerprint(run):
    checkpoints = pathlib.Path(run, "checkpoints").glob("step-*.safetensors")
    path = max(checkpoints, key=lambda path: int(path.stem.split("-")[1]))
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    digest = hashlib.sha256()
    for name in sorted(header):
        entry = header[name]
        if entry.get("dtype") != "F32":
            continue
        begin, end = entry["data_offsets"]
        digest.update(f"{name} {entry['shape']}\n".encode())
        digest.update(data[8 + length + begin : 8 + length + end])
    return path.name, digest.hexdigest()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for run in sys.argv[1:]:
        name, digest = fingerprint(run)
        print(f"{digest}  {pathlib.Path(run).name}/{name}")
