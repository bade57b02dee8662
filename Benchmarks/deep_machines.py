#!/usr/bin/env python3
"""Fits deep Boltzmann machines from random, greedily trained and centred starts, belief networks and shallow machines to thresholded
MNIST, and prints what each reaches: its likelihood, and how well a perceptron on top of its codes predicts the classes.

    python3 Benchmarks/deep_machines.py DATA RUNS [--reverie PATH] > deep.md

Fits that exist are resumed, or left alone if they have finished. `RUNS/RUN.codes.json` keeps the accuracies."""
import argparse
import json
import pathlib
import subprocess

deep = "--set hiddenUnits=500,500 --set learningRate=0.01 --set decay=constant"
few = "--set pretrainingEpochs=0"
machines = [
    ("c12-rbm-plain", "RBM, plain", "rbm --set hiddenUnits=500 --set epochs=50 --set centred=false"),
    ("c12-rbm-centred", "RBM, centred", "rbm --set hiddenUnits=500 --set epochs=50"),
    ("c12-random", "DBM, plain, random start", f"dbm {deep} --set epochs=50 {few} --set centred=false"),
    ("c12-pretrained-90", "DBM, plain, greedy start, 40 more epochs",
     f"dbm {deep} --set epochs=90 --set pretrainingEpochs=20 --set centred=false"),
    ("c12-centred", "DBM, centred, random start", f"dbm {deep} --set epochs=50 {few}"),
    ("c12-centred-pretrained", "DBM, centred, greedy start of 20 epochs in all", f"dbm {deep} --set epochs=50 --set pretrainingEpochs=10"),
    ("c6-dbn", "DBN, greedy", "dbn --set hiddenUnits=500,500 --set epochs=50"),
    ("c6-dbn-tuned", "DBN, the last 20 epochs up and down", "dbn --set hiddenUnits=500,500 --set epochs=50 --set fineTuningEpochs=20"),
]


def accuracies(reverie, run, cache):
    """Accuracy in percent on the codes with all labels and with 1,000, and on the rows."""
    if not cache.exists():
        # The accuracies don't depend on log Z, which this makes quick to estimate.
        quick = "--set aisBetas=2 --set aisChains=2 --set samplingSteps=1".split()
        results = [
            json.loads(subprocess.run([reverie, "evaluate", run, "--classifier", *labels, *quick, "--json"], check=True, capture_output=True).stdout)
            for labels in ([], ["--labels", "1000"])]
        cache.write_text(json.dumps([[result[key] for result in results] for key in ("codeAccuracy", "rowAccuracy")]))
    return json.loads(cache.read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("runs", type=pathlib.Path)
    parser.add_argument("--reverie", default=".build/release/reverie")
    arguments = parser.parse_args()
    print("| machine | test nats | log Z by AIS, by reverse AIS | accuracy on codes | on codes, 1,000 labels | minutes |")
    print("|---|--:|--:|--:|--:|--:|")
    rows = None
    for run, name, words in machines:
        path = arguments.runs / run
        if not (path / "summary.json").exists():
            model, *rest = words.split()
            subprocess.run(
                [arguments.reverie, "fit", model, "mnist", "--option", "binarize=threshold", *rest, "--data", arguments.data,
                 "--run", path, "--resume"], check=True, stdout=subprocess.DEVNULL)
        summary = json.loads((path / "summary.json").read_text())
        codes, rows = accuracies(arguments.reverie, path, arguments.runs / f"{run}.codes.json")
        how = "" if name.startswith("RBM") else " (bound)"
        print(
            f"| {name} | {summary['testNats']:.1f}{how} | {summary['logZ']:.1f}, {summary['logZReverse']:.1f} "
            f"| {100 * codes[0]:.1f} % | {100 * codes[1]:.1f} % | {summary['seconds'] / 60:.0f} |", flush=True)
    print(f"| the pixels themselves | | | {100 * rows[0]:.1f} % | {100 * rows[1]:.1f} % | |")


if __name__ == "__main__":
    main()
