#!/usr/bin/env python3
"""Checks what `swift format lint` doesn't: that no line is longer than 120 characters, comments included, and that no two
public types of the package have one name. Prints each fault with its place; exits 1 for any.
"""

import collections
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LENGTH = 120
TYPE = re.compile(
    r"^(?:@\w+(?:\([^)]*\))?\s+)*public\s+(?:final\s+|indirect\s+)*(?:struct|class|enum|protocol|actor)\s+(\w+)", re.MULTILINE)


def main():
    listed = subprocess.run(["git", "ls-files", "*.swift"], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    files = [ROOT / name for name in listed.splitlines() if (ROOT / name).exists()]
    faults, places = [], collections.defaultdict(list)
    for file in files:
        name, text = file.relative_to(ROOT), file.read_text()
        for number, line in enumerate(text.splitlines(), 1):
            if len(line) > LENGTH:
                faults.append(f"{name}:{number}: a line of {len(line)} characters; {LENGTH} at most")
        if name.parts[0] not in ("Tests", "Examples"):
            for match in TYPE.finditer(text):
                places[match[1]].append(name)
    for type_name, where in sorted(places.items()):
        if len(where) > 1:
            faults.append(f"two public types are called {type_name}: {', '.join(map(str, where))}")
    print(*faults, sep="\n", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
