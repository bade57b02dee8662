#!/usr/bin/env python3
"""Writes saved states of all environments, from which the fuzzer starts: the number of the environment as a byte, then
the state without the mark at its start.

    Torture/states.py FOLDER        needs the library of a release build
"""
import ctypes
import json
import pathlib
import sys

root = pathlib.Path(__file__).resolve().parent.parent
library = ctypes.CDLL(str(root / ".build/release/libReverie.so"))
library.reverie_make.restype = library.reverie_list.restype = library.reverie_save.restype = ctypes.c_void_p
library.reverie_set_assets(str(root / "assets").encode())
folder = pathlib.Path(sys.argv[1])
ids = [name for name in json.loads(ctypes.string_at(library.reverie_list())) if name != "GridWorld"]
for number, name in enumerate(ids):
    batch = ctypes.c_void_p(library.reverie_make(name.encode(), ctypes.c_size_t(1), 0, None, ctypes.c_size_t(0)))
    for seed in range(3):
        library.reverie_reset(batch, (ctypes.c_uint64 * 1)(seed), None, None)
        for _ in range(20 * seed):
            library.reverie_step(batch)
        size = ctypes.c_size_t()
        state = library.reverie_save(batch, ctypes.c_size_t(0), ctypes.byref(size))
        data = ctypes.string_at(state, size.value)
        mark = 4 + len(name.encode())
        (folder / f"{number}-{seed}").write_bytes(bytes([number]) + data[mark:])
