#!/usr/bin/env python3
"""Draws the pictures of Documentation/Models/Samples.md from the folders of finished fits.

    Documentation/samples.py RUNS [--commands] [IMAGE …]

`pictures` lists each picture with its run and the commands that made both; `--commands` prints the fits, and IMAGE restricts the pictures to
those named. Missing runs are reported and skipped."""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "Benchmarks"))
from generative_table import fits, fixed, threshold

REVERIE = ROOT / ".build/release/reverie"
IMAGES = ROOT / "assets/images/models"

digits = "--count 35"
# (image, run, fit, sample)
pictures = [
    ("tabular", "doc-tabular", "tabular bars-and-stripes --set smoothing=0.01", digits),
    ("fvbn", "doc-fvbn", f"fvbn mnist {fixed} --set epochs=20", digits),
    ("neural-autoregressive", "doc-neural-autoregressive", f"neural-autoregressive mnist {fixed} --set epochs=5", digits),
    ("nade", "nade-fixed-0", fits["nade-fixed-0"], digits),
    ("nade-complete", "nade-fixed-0", fits["nade-fixed-0"], "--show complete --count 18"),
    ("rnade", "doc-rnade", "rnade eight-gaussians --set epochs=60", ""),
    ("made", "made-dynamic-0", fits["made-dynamic-0"], digits),
    ("deep-nade", "deep1-fixed-0", fits["deep1-fixed-0"], digits),
    ("conv-nade", "doc-conv-nade", f"conv-nade mnist {fixed} --set epochs=3 --set testRows=100 --set validationRows=100", digits),
    ("pixelcnn", "doc-pixelcnn-deep",
     f"pixelcnn mnist {fixed} --set layers=15 --set channels=16 --set learningRate=0.003 --set batchSize=16 --set epochs=8", digits),
    ("gated-pixelcnn", "gated-dynamic-0", fits["gated-dynamic-0"], digits),
    ("tcn", "doc-tcn-jsb", "tcn music_JSB_Chorales", "--count 6"),
    ("transformer.txt", "doc-transformer", "transformer tinyshakespeare", "--count 1 --set sampleSteps=600"),
    ("wavenet.txt", "doc-wavenet-names", "wavenet names --option lines=true --set context=32 --set epochs=10", "--count 24"),
    ("hopfield-recall", "doc-hopfield", f"hopfield mnist {threshold} --option limit=12 --set storage=pseudoinverse", "--show recall --count 12"),
    ("boltzmann-machine", "doc-boltzmann-machine", f"boltzmann-machine mnist {fixed} --set epochs=10", digits),
    ("rbm-digits", "rbm500-centred-0", fits["rbm500-centred-0"], "--count 64"),
    ("rbm-weights", "rbm500-centred-0", fits["rbm500-centred-0"], "--show weights --count 64"),
    ("gaussian-rbm", "doc-gaussian-rbm", "gaussian-rbm mnist --option kind=reals --set hiddenUnits=200 --set epochs=30", digits),
    ("dbm", "c12-centred", f"dbm mnist {threshold} --set hiddenUnits=500,500 --set epochs=50 --set pretrainingEpochs=0", digits),
    ("dbn", "c6-dbn-tuned", f"dbn mnist {threshold} --set hiddenUnits=500,500 --set epochs=50 --set fineTuningEpochs=20", digits),
    ("conditional-rbm", "doc-conditional-rbm", f"conditional-rbm mnist {threshold} --set epochs=30", digits),
    ("discriminative-rbm", "doc-discriminative-rbm", f"discriminative-rbm mnist {threshold} --set epochs=20 --set generative=1 --set gibbsSteps=5", digits),
    ("sigmoid-belief-network", "doc-sigmoid-belief-network", f"sigmoid-belief-network mnist {fixed} --set epochs=30", digits),
    ("convolutional-rbm", "doc-convolutional-rbm", f"convolutional-rbm mnist {threshold} --set epochs=5", digits),
    ("hopfield-continuous", "doc-hopfield-continuous", "hopfield-continuous mnist --option limit=40", "--show recall --count 12"),
    ("hopfield-modern", "doc-hopfield-modern", "hopfield-modern mnist --option binarize=none --option limit=1000", "--show recall --count 12"),
    ("rnn-rbm", "doc-rnn-rbm", "rnn-rbm music_JSB_Chorales --set epochs=100", "--count 6"),
]


def main():
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    runs, names = pathlib.Path(words[0]), set(words[1:])
    if "--commands" in sys.argv:
        for line in dict.fromkeys(f"reverie fit {fit} --data DATA --run {run}" for _, run, fit, _ in pictures):
            print(line)
        return
    for image, run, _, sample in pictures:
        if names and image not in names:
            continue
        if not (runs / run / "summary.json").exists():
            print(f"{run} isn't there: {image} is left as it is", file=sys.stderr)
            continue
        file = IMAGES / (image if "." in image else f"{image}.png")
        subprocess.run([REVERIE, "sample", runs / run, *sample.split(), "--to", file, "--force"], check=True)


if __name__ == "__main__":
    main()
