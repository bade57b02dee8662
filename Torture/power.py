#!/usr/bin/env python3
"""Simulates power losses: whatever has been written but not synced is dropped, torn or reordered, and the run must end
like an undisturbed one when it is resumed.

    Torture/power.py [LOSSES]        default 60, over all subjects

A run is logged by log_io.c. At a random moment of the log its files become what a disk might hold after a power loss:
of each file what was synced and any of the later writes, of each folder the names that were synced and any of the later
changes. Before its first checkpoint is on disk, a run may also be refused, with a sentence.
"""
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

HOME = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
REVERIE = os.path.join(HOME, os.environ.get("REVERIE", ".build/release/reverie"))
SUBJECTS = {
    "dqn": "train dqn CartPole-v1 --steps 1500 --set learningStart=300 --set hiddenSizes=[16] --seed 1",
    "reinforce": "train reinforce CartPole-v1 --steps 3000 --seed 2",
    "nade": "fit nade bars-and-stripes --set epochs=25 --set hiddenUnits=8 --set checkpointSeconds=0 --set patience=0",
}
SECTOR = 512


class File:
    """A file's content: what is on disk for certain, and the later changes, in order."""

    def __init__(self):
        self.content, self.pending = b"", []

    @staticmethod
    def changed(content, change):
        kind, offset, data = change
        if kind == "T":
            return content[:offset] + bytes(max(0, offset - len(content)))
        content += bytes(max(0, offset - len(content)))
        return content[:offset] + data + content[offset + len(data):]

    def sync(self):
        for change in self.pending:
            self.content = self.changed(self.content, change)
        self.pending = []

    def after_loss(self, rng):
        content = self.content
        for change in chosen(self.pending, rng):
            kind, offset, data = change
            if kind == "W" and rng.random() < 0.2:
                # Whole sectors arrive, in any order: the start or the end of what was written is missing.
                cut = rng.randrange(len(data) // SECTOR + 1) * SECTOR
                start, data = (0, data[:cut]) if rng.random() < 0.5 else (cut, data[cut:])
                change = (kind, offset + start, data)
            content = self.changed(content, change)
        return content


def chosen(changes, rng):
    """Those of some changes that reached the disk."""
    how = rng.choice(["none", "all", "first", "some"])
    if how == "first":
        return changes[: rng.randrange(len(changes) + 1)]
    return [] if how == "none" else [c for c in changes if how == "all" or rng.random() < 0.5]


class Disk:
    """The folders and names below a root, and the changes of names that are not on disk for certain."""

    def __init__(self, root):
        self.root, self.files = root, {}
        # By path: the names as the process sees them, and as they are on disk for certain.
        self.live, self.names = {}, {}
        self.pending = []

    def apply(self, record):
        kind, arguments, data = record
        if kind == "C":
            number, path = arguments.split(" ", 1)
            self.files[number] = File()
            self.name([(path, self.files[number])])
        elif kind == "W":
            number, offset, _ = arguments.split()
            self.files[number].pending.append(("W", int(offset), data))
        elif kind == "T":
            number, length = arguments.split()
            self.files[number].pending.append(("T", int(length), b""))
        elif kind == "F":
            self.files[arguments].sync()
        elif kind == "R":
            old, new = arguments.split("\t")
            self.name([(old, None), (new, self.live[old])])
        elif kind == "L":
            old, new = arguments.split("\t")
            self.name([(new, self.live[old])])
        elif kind == "U":
            self.name([(arguments, None)])
        elif kind == "M":
            self.name([(arguments, "folder")])
        elif kind == "D":
            kept = []
            for change in self.pending:
                if os.path.dirname(change[0][0]) == arguments:
                    self.set(self.names, change)
                else:
                    kept.append(change)
            self.pending = kept

    def name(self, change):
        """Changes names, all or none of them: a rename changes two."""
        self.set(self.live, change)
        self.pending.append(change)

    @staticmethod
    def set(names, change):
        for path, value in change:
            if value is None:
                names.pop(path, None)
            else:
                names[path] = value

    def after_loss(self, rng):
        names = dict(self.names)
        for folder in sorted({os.path.dirname(change[0][0]) for change in self.pending}):
            for change in chosen([c for c in self.pending if os.path.dirname(c[0][0]) == folder], rng):
                self.set(names, change)
        # One content a file, whatever its names.
        contents = {id(f): f.after_loss(rng) for f in set(v for v in names.values() if v != "folder")}
        return {path: v if v == "folder" else contents[id(v)] for path, v in names.items()}

    def has_checkpoint(self):
        """Whether the run can be resumed for certain: a checkpoint and what makes a folder a run are on disk."""
        sure = {p for p, v in self.names.items() if v == "folder" or not v.pending}
        folders = {self.root, self.root + "/checkpoints"}
        checkpoints = [p for p in sure if re.fullmatch(r".*/checkpoints/step-\d+\.safetensors", p)]
        return folders <= sure and self.root + "/config.toml" in sure and bool(checkpoints)


def records(path):
    with open(path, "rb") as file:
        while line := file.readline():
            kind, arguments = line.decode().rstrip("\n").split(" ", 1)
            data = file.read(int(arguments.split()[2])) if kind == "W" else b""
            yield kind, arguments, data


def materialise(content, root):
    shutil.rmtree(root, ignore_errors=True)
    for path in sorted(content, key=lambda p: p.count("/")):
        # A name in a folder whose own name was lost is lost with it.
        if not os.path.isdir(os.path.dirname(path)):
            continue
        if content[path] == "folder":
            os.mkdir(path)
        else:
            with open(path, "wb") as file:
                file.write(content[path])


def fingerprint(root):
    folder = root + "/checkpoints"
    last = max(
        (n for n in os.listdir(folder) if n.startswith("step-")), key=lambda n: int(n.split("-")[1].split(".")[0]))
    names = ["checkpoints/" + last] + [n for n in ("episodes.csv", "metrics.jsonl") if os.path.exists(f"{root}/{n}")]
    return {name: open(f"{root}/{name}", "rb").read() for name in names}


def start(words, root, **variables):
    command = [REVERIE] + words.split() + ["--run", root, "--resume", "--json"]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | variables, timeout=300)


def main():
    losses = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    seed = int(os.environ.get("SEED", "1"))
    os.chdir(HOME)
    folder = os.path.realpath(tempfile.mkdtemp())
    refusals = 0
    try:
        library = folder + "/log_io.so"
        subprocess.run(["clang", "-shared", "-fPIC", "-O1", "Torture/log_io.c", "-o", library, "-ldl"], check=True)
        for number, (name, words) in enumerate(SUBJECTS.items()):
            root, log = f"{folder}/{name}", f"{folder}/{name}.log"
            result = start(words, root, LD_PRELOAD=library, LOG_ROOT=root, LOG_IO=log)
            if result.returncode != 0:
                sys.exit(f"{name}: exit {result.returncode}\n{result.stderr}")
            expected, history = fingerprint(root), list(records(log))
            for loss in range(number, losses, len(SUBJECTS)):
                rng = random.Random(f"{seed} {loss}")
                moment = rng.randrange(len(history) + 1)
                disk = Disk(root)
                for record in history[:moment]:
                    disk.apply(record)
                materialise(disk.after_loss(rng), root)
                result = start(words, root)
                where = f"{name}, a power loss after change {moment} of {len(history)} (SEED={seed}, loss {loss})"
                if result.returncode in (65, 66, 73) and not disk.has_checkpoint() and "reverie: " in result.stderr:
                    refusals += 1
                elif result.returncode != 0:
                    sys.exit(f"{where}: exit {result.returncode}\n{result.stderr}")
                elif fingerprint(root) != expected:
                    sys.exit(f"{where}: the resumed run differs from an undisturbed one")
                elif left := [n for _, _, names in os.walk(root) for n in names if n.endswith(".tmp")]:
                    sys.exit(f"{where}: {left} are left")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{losses} power losses: all resumed runs ended like undisturbed ones, {refusals} were refused before their "
          "first checkpoint")


main()
