#!/usr/bin/env python3
"""Checks the documents: every relative link and heading that a link names exists, and no line of prose exceeds 120 columns.

    Documentation/check.py

Tables, code, formulas and lines without spaces may be longer. Exits with 1 after naming what is wrong."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
COLUMNS = 120


def documents():
    """The Markdown files that git tracks or would."""
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    return [ROOT / name for name in subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()]


def prose(text):
    """The numbered lines outside of code blocks."""
    inside = False
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("```"):
            inside = not inside
        elif not inside:
            yield number, line


def anchors(path):
    """What GitHub calls the headings of a file."""
    headings = [line.lstrip("#").strip() for _, line in prose(path.read_text()) if line.startswith("#")]
    plain = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in headings]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain}


def faults(path):
    for number, line in prose(path.read_text()):
        place = f"{path.relative_to(ROOT)}:{number}"
        for link in re.findall(r'(?:\]\(|<img src=")([^)"\s]+)', line):
            name, _, anchor = link.partition("#")
            target = (path.parent / name).resolve() if name else path
            if re.match(r"[a-z]+:", link):
                continue
            if not target.exists():
                yield f"{place}: there is no {link}"
            elif anchor and anchor not in anchors(target):
                yield f"{place}: {target.relative_to(ROOT)} has no heading #{anchor}"
        is_free = line.startswith(("|", "$$", "    ", "![", "- `--option")) or " " not in line.strip()
        if len(line) > COLUMNS and not is_free and "Fixtures" not in path.parts:
            yield f"{place}: {len(line)} columns"


found = [fault for path in documents() for fault in faults(path)]
print("\n".join(found), end="\n" if found else "")
sys.exit(1 if found else 0)
