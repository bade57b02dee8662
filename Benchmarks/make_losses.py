#!/usr/bin/env python3
"""Writes assets/benchmarks/losses.json: what the steps of `reverie bench` must compute, by PyTorch in float64.

    pip install torch numpy
    make_losses.py

A step's ten losses (the outputs for ten inputs, where it learns nothing) come from the weights and inputs that
peers/common.py and Sources/reverie/Benchmarks draw alike, by the functions that peers/torch_steps.py times."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "peers"))
import torch

import common
import torch_steps

# How far a result may be from float64's, as a part of the step's largest result. Float32, whatever the order of its
# sums, is within 2e-7, one or two units in the last place, also after ten steps (PyTorch; and Reverie, whose bits don't
# depend on the instruction set). A learning rate wrong by a thousandth makes 3.8e-6 and more, a decay of the weights by
# 1e-5 a step 1.6e-6 and more, one weight wrong by 0.1 5e-6 and more.
TOLERANCE = 1e-6

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
losses = {
    name: [float(f"{value:.9g}") for value in make(common.Numbers()).results()]
    for name, make in torch_steps.makers.items()
}
source = f"Benchmarks/make_losses.py, PyTorch {torch.__version__.split('+')[0]}, float64"
lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(values)}" for name, values in losses.items())
common.golden_file.parent.mkdir(exist_ok=True)
common.golden_file.write_text(
    f'{{\n  "source": {json.dumps(source)},\n  "tolerance": {TOLERANCE},\n  "losses": {{\n{lines}\n  }}\n}}\n'
)
