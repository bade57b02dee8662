#!/usr/bin/env python3
"""Fits every explicit model of bits to small binary tables and prints their test log-likelihoods in nats, beside the Chow-Liu tree's.

    python3 Benchmarks/density.py DATA_FOLDER RUNS_FOLDER [--seed 0] [--models nade,made] [--data debd_nltcs,…] [--reverie PATH]

Runs that are finished are read, others are gone on with. Settings were chosen on seeds from 1,000 up. Needs numpy."""
import argparse
import json
import pathlib
import subprocess

import chow_liu

early = ["patience=10", "epochs=100", "decay=linear"]
sequence = ["updates=5000", "epochs=1000", "patience=20", "decay=linear", "batchSize=50", "learningRate=2e-3", "lastLearningRate=0", "dropout=0.1"]
models = {
    "fvbn": [],
    "neural-autoregressive": early + ["groupUnits=4", "learningRate=1e-3", "batchSize=20"],
    "nade": early + ["hiddenUnits=150", "learningRate=2e-3"],
    "made": ["epochs=100", "decay=linear", "hiddenUnits=100", "learningRate=3e-3", "batchSize=20", "patience=15"],
    "deep-nade": ["hiddenUnits=200", "epochs=200", "orders=16", "learningRate=2e-3", "patience=40"],
    "transformer": sequence + ["width=64", "layers=2"],
    "wavenet": sequence,
    "rbm": ["hiddenUnits=16", "updates=20000", "epochs=3000", "gibbsSteps=5", "learningRate=0.1", "weightDecay=0.0005", "decay=linear"],
}
# Convolutions want neighbours: only where the columns are many enough to be laid out as a picture.
pictures = {
    "conv-nade": ["testRows=0", "epochs=30", "validationRows=200", "orders=4", "layers=4", "kernel=3", "batchSize=50"],
    "pixelcnn": early + ["layers=4", "averaging=0.99"],
    "gated-pixelcnn": early + ["layers=4", "averaging=0.99"],
}
shapes = {"debd_nltcs": "4,4"}
data = ["debd_nltcs", "debd_dna", "debd_mushrooms", "debd_plants", "debd_bnetflix", "debd_baudio"]


def fit(options, model, name, settings):
    run = pathlib.Path(options.runs) / f"{name}-{model}-{options.seed}"
    summary = run / "summary.json"
    if not summary.exists():
        words = [options.reverie, "fit", model, name, "--data", options.folder, "--seed", str(options.seed)]
        words += ["--run", str(run), "--resume"] + [word for setting in settings for word in ("--set", setting)]
        if model in pictures:
            words += ["--option", f"shape={shapes[name]}"]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return json.loads(summary.read_text())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("runs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--models")
    parser.add_argument("--data")
    parser.add_argument("--reverie", default=".build/release/reverie")
    options = parser.parse_args()
    chosen = options.models.split(",") if options.models else list(models) + list(pictures)
    names = options.data.split(",") if options.data else data
    print("| model | " + " | ".join(name.removeprefix("debd_") for name in names) + " |")
    print("|---|" + "--:|" * len(names))
    floors = {}
    for name in names:
        tables = [chow_liu.table(pathlib.Path(options.folder), f"{name}.{part}.csv") for part in ("train", "test")]
        pairs = chow_liu.joint(tables[0])
        floors[name] = chow_liu.log_likelihood(tables[1], pairs, chow_liu.tree(pairs))
    print("| Chow-Liu tree | " + " | ".join(f"{floors[name]:.2f}" for name in names) + " |", flush=True)
    for model in chosen:
        cells = []
        for name in names:
            if model in pictures and name not in shapes:
                cells.append("–")
                continue
            summary = fit(options, model, name, {**models, **pictures}[model])
            cells.append(f"{-summary['testNats']:.2f} ({summary['seconds']:.0f} s)")
        print(f"| `{model}` | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
