#!/usr/bin/env python3
"""Fills the pages in Documentation/Agents and Documentation/Models with what the executable says about each agent and model: its
settings, and an agent's presets with the scores that they reached.

    Documentation/agents.py

A page marks the place with a line `<!-- settings NAME -->`, `<!-- presets NAME -->`, `<!-- model NAME -->`, `<!-- options data -->` or
`<!-- fitting MODEL -->`; everything from there to the next `<!-- end -->` is replaced."""

import json
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
REVERIE = ROOT / ".build/release/reverie"


def reverie(*arguments):
    return json.loads(subprocess.run([REVERIE, "list", *arguments, "--json"], check=True, capture_output=True).stdout)


def cell(value):
    if isinstance(value, list):
        value = ", ".join(str(element) for element in value) or "none"
    if isinstance(value, bool):
        value = str(value).lower()
    return str(value).replace("|", "\\|")


def settings(name):
    rows = reverie("agents", name)["settings"]
    lines = ["| setting | default | meaning | tuned over |", "|---|---|---|---|"]
    return lines + [
        f"| `{row['name']}` | {cell(row['default'])} | {row['help']} | {cell(row['search'] or '')} |" for row in rows]


def model(name):
    entry = reverie("models", name)
    lines = [f"Data: {', '.join(entry['data'])}. It can: {', '.join(entry['can'])}.", f"Score: {entry['scoreTitle']}.", ""]
    if entry["settings"]:
        lines += ["| setting | default | meaning |", "|---|---|---|"]
        lines += [f"| `{row['name']}` | {cell(row['default'])} | {row['help']} |" for row in entry["settings"]]
    return lines


def options(_):
    rows = reverie("datasets", "moons")["options"]
    lines = ["| option | default | values | meaning |", "|---|---|---|---|"]
    return lines + [f"| `{row['name']}` | {cell(row['default'])} | {cell(row['values'])} | {row['help']} |" for row in rows]


def fitting(name):
    rows = reverie("models", name)["fitting"]
    lines = ["| setting | values | meaning |", "|---|---|---|"]
    return lines + [f"| `{row['name']}` | {cell(row['values'])} | {row['help']} |" for row in rows]


def presets(name):
    lines = ["| preset | steps | mean return of each seed | mean ± standard deviation | seconds per seed |", "|---|--:|---|--:|--:|"]
    for preset in reverie("presets")["presets"]:
        if preset["agent"] != name:
            continue
        steps, scores = f"{preset['run']['steps']:,}", preset["scores"]
        if not scores:
            lines.append(f"| `{preset['name']}` | {steps} | not evaluated on five seeds | | |")
            continue
        each = ", ".join(f"{value:.4g}" for value in scores["returns"])
        spread = f"{scores['meanReturn']:.4g} ± {scores['standardDeviation']:.2g}"
        lines.append(f"| `{preset['name']}` | {steps} | {each} | {spread} | {scores['seconds']:.3g} |")
    note = "100 greedy episodes per seed, seeds 0 to 4, on which nothing was tuned; with the final parameters, or those of the best"
    return lines + ["", note, "evaluation if a preset evaluates while it trains."]


def filled(text):
    def fill(match):
        rows = {"settings": settings, "presets": presets, "model": model, "options": options, "fitting": fitting}[match[1]](match[2])
        return "\n".join([f"<!-- {match[1]} {match[2]} -->", "", *rows, "", "<!-- end -->"])

    return re.sub(r"<!-- (settings|presets|model|options|fitting) (\S+) -->.*?<!-- end -->", fill, text, flags=re.DOTALL)


for page in sorted([*(ROOT / "Documentation/Agents").glob("*.md"), *(ROOT / "Documentation/Models").glob("*.md")]):
    page.write_text(filled(page.read_text()))
