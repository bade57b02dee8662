#!/usr/bin/env python3
"""Compares what each target imports with what its Package.swift declares, and with ARCHITECTURE.md.

A target declares the modules that it imports and no others. ARCHITECTURE.md has a fenced block with a line for each
library and executable, `Target → Dependency, Dependency`. Prints each difference with what to write; exits 1 for any.
"""

import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\(\w+\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?"
    r"import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)", re.MULTILINE)


def manifest(folder):
    """The package's targets, as SwiftPM reads its manifest: name → (kind, folder, declared modules)."""
    command = ["swift", "package", "--package-path", folder, "--ignore-lock", "dump-package"]
    description = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    targets = {}
    for target in description["targets"]:
        base = "Tests" if target["type"] == "test" else "Sources"
        declared = [next(iter(dependency.values()))[0] for dependency in target["dependencies"]]
        targets[target["name"]] = (
            target["type"], folder / (target.get("path") or f"{base}/{target['name']}"), declared)
    return targets


def swift_files(folder):
    return sorted(folder.rglob("*.swift"))


def imports(folder):
    return {name for file in swift_files(folder) for name in IMPORT.findall(file.read_text())}


def undeclared(file, targets, modules):
    """Sentences about targets that import other modules than they declare; `modules` are those that can be declared."""
    for name, (_, folder, declared) in targets.items():
        imported = imports(folder) & modules - {name}
        for module in sorted(imported - set(declared)):
            yield f"{file}: {name} imports {module} and doesn't declare it; add it to the target's dependencies"
        for module in sorted(set(declared) - imported):
            yield f"{file}: {name} declares {module} and doesn't import it; take it from the target's dependencies"
        for module in sorted({module for module in declared if declared.count(module) > 1}):
            yield f"{file}: {name} declares {module} twice"


def undrawn(targets):
    """Sentences about lines of ARCHITECTURE.md that aren't the manifest's."""
    text = (ROOT / "ARCHITECTURE.md").read_text()
    blocks = [block for block in re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
              if re.search(r"^reverie → ", block, re.MULTILINE)]
    if len(blocks) != 1:
        yield "ARCHITECTURE.md: one fenced block must have lines like 'reverie → Training, Viewer', a target each"
        return
    lines = [line for line in blocks[0].splitlines() if line.strip()]
    drawn = {line.split(" →")[0]: line for line in lines}
    if len(drawn) < len(lines):
        yield "ARCHITECTURE.md: a target has two lines of dependencies"
    for name, (kind, folder, declared) in targets.items():
        if kind == "test" or not swift_files(folder):
            continue
        line = f"{name} → {', '.join(sorted(declared, key=str.lower)) or 'nothing'}"
        found = drawn.pop(name, None)
        if found != line:
            yield f"ARCHITECTURE.md: write '{line}'" + (f" for '{found}'" if found else "")
    for line in drawn.values():
        yield f"ARCHITECTURE.md: take away '{line}'; Package.swift has no such library or executable"


def main():
    targets = manifest(ROOT)
    declared = {module for _, _, modules in targets.values() for module in modules}
    examples = manifest(ROOT / "Examples")
    faults = list(undeclared("Package.swift", targets, set(targets) | declared)) + list(undrawn(targets))
    faults += undeclared("Examples/Package.swift", examples, set(targets) | set(examples))
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
