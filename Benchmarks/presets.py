#!/usr/bin/env python3
"""Measures what presets reach, and writes it into their files: each is trained on seeds 0 to 4 with the built executable, and
played for 100 greedy episodes a seed. 'reverie list presets' shows the scores.

    make build
    Benchmarks/presets.py [--force] [--jobs N] [PRESET...]

Without names, the presets that have scores are measured again where their settings have changed since. A run that was
stopped goes on; the runs are kept in runs/presets."""
import argparse
import hashlib
import json
import pathlib
import re
import resource
import subprocess
import sys
import tomllib

root = pathlib.Path(__file__).resolve().parent.parent
reverie = root / ".build/release/reverie"
presets = root / "assets/presets"
SEEDS = range(5)
EPISODES = 100


def call(*words):
    """The object that a command prints; it says on standard error how far it is."""
    result = subprocess.run([reverie, *map(str, words), "--json"], stdout=subprocess.PIPE, cwd=root)
    if result.returncode:
        sys.exit(result.returncode)
    return json.loads(result.stdout)


def processor_seconds():
    """The time that processors have worked for the commands so far, their own children included."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def fingerprint(preset):
    """A hash of what is run: all of a preset but its description and its scores."""
    run = {name: value for name, value in preset.items() if name not in ("description", "scores")}
    return hashlib.sha256(json.dumps(run, sort_keys=True).encode()).hexdigest()[:16]


def measure(name, preset, jobs):
    folder = root / "runs/presets" / f"{name}-{fingerprint(preset)}"
    seeds = f"{SEEDS[0]}..{SEEDS[-1]}"
    is_new, before = not folder.exists(), processor_seconds()
    trained = call(
        "train", preset["agent"], preset["environment"], "--preset", name, "--seeds", seeds, "--run", folder, "--resume",
        "--threads", 1, *(["--jobs", jobs] if jobs else []))["runs"]
    # Busy machines make a run's own clock useless, but some of what was resumed isn't in the processors' time.
    seconds = processor_seconds() - before if is_new else sum(run["seconds"] for run in trained)
    evaluated = [call("evaluate", folder / f"seed-{seed}", "--episodes", EPISODES) for seed in SEEDS]
    kept = "parameters of the best evaluation" if preset.get("evaluationInterval", 0) else "final parameters"
    return {
        "protocol": f"greedy, {kept}",
        "seeds": list(SEEDS),
        "returns": [float(evaluation["meanReturn"]) for evaluation in evaluated],
        "episodes": EPISODES,
        "steps": max(run["steps"] for run in trained),
        "seconds": round(seconds / len(trained), 2),
        "settings": fingerprint(preset),
    }


def with_scores(text, scores):
    """The text of a preset's file with these scores in the place of earlier ones."""
    text = re.sub(r"\n*^\[scores\]\n(?:(?!\[\w).*\n?)*", "\n", text, flags=re.MULTILINE).rstrip("\n")
    lines = [f"{name} = {json.dumps(value)}" for name, value in scores.items()]
    return text + "\n\n[scores]\n" + "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("presets", nargs="*", metavar="PRESET")
    parser.add_argument("--force", action="store_true", help="measure also what hasn't changed")
    parser.add_argument("--jobs", type=int, help="runs at a time (default: as many as processors)")
    arguments = parser.parse_args()
    files = {str(path.relative_to(presets))[:-5]: path for path in sorted(presets.rglob("*.toml"))}
    unknown = set(arguments.presets) - set(files)
    if unknown:
        sys.exit(f"there is no preset {', '.join(sorted(unknown))}; they are: {', '.join(files)}")
    for name, path in files.items():
        preset = tomllib.loads(path.read_text())
        scores = preset.get("scores")
        if name not in arguments.presets if arguments.presets else not scores:
            continue
        if scores and scores["settings"] == fingerprint(preset) and not arguments.force:
            print(f"{name}: unchanged")
            continue
        scores = measure(name, preset, arguments.jobs)
        path.write_text(with_scores(path.read_text(), scores))
        print(f"{name}: {scores['returns']} in {scores['seconds']} s")


main()
