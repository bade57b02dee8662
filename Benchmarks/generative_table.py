#!/usr/bin/env python3
"""Prints the table of generative models beside the published figures from the folders of finished fits.

    python3 Benchmarks/generative_table.py RUNS_FOLDER > table.md

The names of the runs and the fits that made them are in `rows`; `--commands` prints the commands. Test nats, lower is better. A run that
is missing or unfinished has no row. `RUN@key=value` is a run whose likelihood was computed in another way:

    reverie evaluate RUN --set key=value --json > RUN@key=value.json

`RUN-0..2` are the runs of seeds 0 to 2: their mean, and each of them."""
import json
import pathlib
import sys

data = "--data DATA"
fixed, threshold = "--option binarize=fixed", "--option binarize=threshold"
# The paper's start, and its last parameters.
small = "--set hiddenUnits=16 --set initialScale=0.2 --set keepBest=false"
deep1 = f"deep-nade mnist {fixed} --set epochs=1500 --set validationRows=1000"
deep2 = f"deep-nade mnist {fixed} --set hiddenUnits=500,500 --set epochs=1000 --set validationRows=500"
# (run, what it is, published figure, where, model and arguments)
rows = [
    ("rbm16l-centred-0..2", "RBM, 16 hidden, centred", 142.56, "Melchior et al. 2016", f"rbm mnist {threshold} {small}"),
    ("rbm16l-plain-0..2", "RBM, 16 hidden, plain", 149.05, "Melchior et al. 2016", f"rbm mnist {threshold} {small} --set centred=false"),
    ("rbm16l-flipped-centred-0..2", "RBM, 16 hidden, centred, inverted data", 142.09, "Melchior et al. 2016", f"rbm mnist {threshold} {small} --option invert=true"),
    ("rbm16l-flipped-plain-0..2", "RBM, 16 hidden, plain, inverted data", 183.36, "Melchior et al. 2016", f"rbm mnist {threshold} {small} --option invert=true --set centred=false"),
    ("rbm500-centred-0@aisBetas=14500", "RBM, 500 hidden, centred", 84.86, "Melchior et al. 2016, AIS", f"rbm mnist {threshold} --set epochs=200"),
    ("rbm500-cd25-fixed-0", "RBM, 500 hidden, CD-25", 86.34, "Salakhutdinov & Murray 2008",
     f"rbm mnist {fixed} --set algorithm=cd --set gibbsSteps=25 --set epochs=120 --set learningRate=0.05 --set decay=linear"),
    ("dbm-fixed-0", "DBM, 512 and 1,024 hidden, bound", 84.62, "Salakhutdinov & Hinton 2009",
     f"dbm mnist {fixed} --set hiddenUnits=512,1024 --set epochs=150 --set pretrainingEpochs=15 --set gibbsSteps=5 --set learningRate=0.01"),
    ("nade-fixed-0", "NADE, 500 hidden", 88.33, "Larochelle & Murray 2011", f"nade mnist {fixed} --set epochs=50 --set patience=8"),
    ("deep1-fixed-0@orders=1", "DeepNADE, one layer of 500, one order", 92.17, "Uria et al. 2014", deep1),
    ("deep1-fixed-0@orders=128", "EoNADE of it, 128 orders", 87.71, "Uria et al. 2014", deep1),
    ("deep2-fixed-0@orders=1", "DeepNADE, two layers of 500, one order", 89.17, "Uria et al. 2014", deep2),
    ("deep2-fixed-0@orders=128", "EoNADE of it, 128 orders", 85.10, "Uria et al. 2014", deep2),
    ("made-dynamic-0", "MADE, one layer of 8,000, dynamic bits", 84.87, "re-runs",
     "made mnist --option binarize=dynamic --set hiddenUnits=8000 --set learningRate=3e-3 --set epochs=40 --set validationRows=2000"),
    ("gated-dynamic-0", "gated PixelCNN, dynamic bits", 81.50, "re-runs",
     "gated-pixelcnn mnist --option binarize=dynamic --set epochs=31"),
]
fits = {run.partition("@")[0]: words for run, *_, words in rows}


def seeds(run):
    """The runs that a name stands for."""
    stem, _, last = run.partition("-0..")
    return [f"{stem}-{seed}" for seed in range(int(last) + 1)] if last else [run]


def likelihood(summary):
    """The nats, and what they rest on."""
    notes = {"exact": "exact", "bound": "bound", "estimate": "AIS", "estimatedBound": "bound, AIS"}[summary["likelihood"]]
    if "logZReverse" in summary:
        difference = summary["logZReverse"] - summary["logZ"]
        notes += f"; by reverse AIS {summary['testNats'] + difference:.2f}"
    return f"{summary['testNats']:.2f}", notes


def main():
    if "--commands" in sys.argv:
        for run, _, _, _, words in rows:
            run, _, setting = run.partition("@")
            for seed, one in enumerate(seeds(run)):
                print(f"reverie fit {words} {data} --seed {seed} --run {one} --resume")
            if setting:
                print(f"reverie evaluate {run} --set {setting} --json > {run}@{setting}.json")
        return
    folder = pathlib.Path(sys.argv[1])
    print("| model | test nats | how | published | difference | epochs | minutes |")
    print("|---|--:|---|---|--:|--:|--:|")
    for run, name, published, where, _ in rows:
        run, _, setting = run.partition("@")
        paths, evaluation = [folder / one / "summary.json" for one in seeds(run)], folder / f"{run}@{setting}.json"
        if not all(path.exists() for path in paths) or setting and not evaluation.exists():
            continue
        summaries = [json.loads(path.read_text()) for path in paths]
        summary = summaries[0]
        if setting:
            summary |= json.loads(evaluation.read_text())
        each = [one["testNats"] for one in summaries]
        summary["testNats"] = sum(each) / len(each)
        nats, how = likelihood(summary)
        if len(each) > 1:
            how += ", mean of " + ", ".join(f"{one:.1f}" for one in each)
        difference = summary["testNats"] - published
        print(
            f"| {name} | {nats} | {how} | {published:.2f} ({where}) | {difference:+.2f} | {summary['epochs']} "
            f"| {summary['seconds'] / 60:.0f} |")


if __name__ == "__main__":
    main()
