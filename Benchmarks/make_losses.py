#!/usr/bin/env python3
"""Writes assets/benchmarks/losses.json: what the steps of `reverie bench` must compute, by PyTorch in float64.

    pip install torch numpy
    make_losses.py

A step's ten losses (the outputs for ten inputs, where it learns nothing) come from the weights and inputs that
peers/common.py and Sources/Benchmarks draw alike, by the functions that peers/torch_steps.py times."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "peers"))
import torch

import common
import torch_steps

# How far a result may be from float64's, as a part of the step's largest result. Float32, whatever the order of its
# sums, is mostly within 2e-7, one or two units in the last place, also after ten steps (PyTorch; and Reverie, whose
# bits don't depend on the instruction set). A learning rate wrong by a thousandth makes 3.8e-6 and more, a decay of the
# weights by 1e-5 a step 1.6e-6 and more, one weight wrong by 0.1 5e-6 and more.
TOLERANCE = 1e-6

# The rows where float32 needs more, with the largest difference of PyTorch's own.
TOLERANCES = {
    "infer Nature CNN b1": 2e-6,  # 6.4e-7: outputs of 0.03 are sums of 512 products that cancel.
    "GPT step L4 H4 D128 T64 b12 AdamW": 2e-6,  # 3.9e-7 after the eighth step; 1e-8 at the first.
    # 4.6e-4, with channels first 6.2e-4. The first generated images are almost alike, so that the discriminator's
    # normalisation enlarges what float32 rounds, and each step multiplies that: 3e-7, 4e-6, 3e-5, ..., 6e-4. A learning
    # rate wrong by a hundredth makes 3.9e-3, β₁ wrong by a fiftieth 4.5e-3.
    "DCGAN step 28x28 b64 Adam": 2e-3,
    # One of its 131,072 units starts at 7e-8, so that the order of a sum decides whether a gradient flows through it: a
    # different loss by 3.4e-5 at the second step, which no other row has (1e-6 holds at all other widths).
    "perceptron step 64-2048-2048-10 b64 Adam": 1e-4,
}

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
losses = {
    name: [float(f"{value:.9g}") for value in make(common.Numbers()).results()]
    for name, make in (torch_steps.makers | torch_steps.scaling).items()
}
source = f"Benchmarks/make_losses.py, PyTorch {torch.__version__.split('+')[0]}, float64"


def rows(values):
    """A JSON object's members, a line each."""
    return ",\n".join(f"    {json.dumps(name)}: {json.dumps(value)}" for name, value in values.items())


common.golden_file.parent.mkdir(exist_ok=True)
common.golden_file.write_text(
    f'{{\n  "source": {json.dumps(source)},\n  "tolerance": {TOLERANCE},\n'
    f'  "tolerances": {{\n{rows(TOLERANCES)}\n  }},\n  "losses": {{\n{rows(losses)}\n  }}\n}}\n'
)
