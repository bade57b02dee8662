#!/usr/bin/env python3
"""The training steps of `reverie bench`, in PyTorch: same names, same shapes, one thread, float32.

    pip install torch numpy
    torch_steps.py [NAME...] [--json] [--threads N]

Prints the median microseconds of each step, after a check of its results. `../make_losses.py` makes those from the same
functions. A step that has a compiled form is timed in both forms, and the faster one counts; compiling needs a C++
compiler and takes a minute the first time."""
import os

os.environ |= {"KINETO_LOG_LEVEL": "99", "TORCH_CPP_LOG_LEVEL": "ERROR"}  # The profiler says when it starts and stops.

import torch
import torch.nn.functional as F

import common
from torch_agents import centred_rmsprop, channels_first, dqn, inference, minatar, mlp, nature, ppo, reinforce, sac
from torch_counts import flops, peak_bytes
from torch_layers import Step, learn, perceptron, tensor
from torch_models import dcgan, ddpm, gan, gpt, lstm, pixelcnn, rbm, vae


def product(size):
    def make(numbers):
        a, b = tensor(numbers.unit(size, size)), tensor(numbers.unit(size, size))
        c = torch.empty(size, size)
        step = lambda: torch.mm(a, b, out=c)
        return Step(step, lambda: step().diagonal()[:10].tolist())

    return make


def classifier(width, batch):
    """A perceptron of 64 inputs and 10 classes."""

    def make(numbers):
        network = perceptron(numbers, 64, width, width, 10)
        # With the usual eps of 1e-8 a gradient near 0, whose sign is a matter of rounding, would move a weight as far as any.
        optimizer = torch.optim.Adam(network.parameters(), 1e-3, eps=1e-4)
        x, labels = tensor(numbers.unit(batch, 64)), tensor(numbers.integers(10, batch))
        return Step(lambda: learn(optimizer, F.cross_entropy(network(x), labels)))

    return make


makers = {
    "infer MLP 4-128-128-2 b1": inference(mlp(4, 128, 128, 2), 4),
    "DQN step MLP 4-128-128-2 b64 Adam": dqn(mlp(4, 128, 128, 2), (4,), 2, 64),
    "DQN step MLP 4-256-256-2 b64 Adam": dqn(mlp(4, 256, 256, 2), (4,), 2, 64),
    "DQN step MinAtar conv16-fc128 b32 RMSProp": dqn(minatar, (10, 10, 4), 6, 32, centred_rmsprop, channels_first),
    "DQN step Nature CNN 84x84x4 b32 Adam": dqn(nature, (84, 84, 4), 6, 32),
    "infer Nature CNN b1": inference(nature, 84, 84, 4),
    "REINFORCE step MLP 4-128-2 T500": reinforce,
    "PPO update MLP 4-64-64-2 T2048 b64 x10 Adam": ppo,
    "SAC update MLP 3-256-256 b256 Adam": sac,
    "VAE step 784-400-20 b128 Adam": vae,
    "GAN step MLP 784 b64 Adam": gan,
    "DCGAN step 28x28 b64 Adam": dcgan,
    "PixelCNN step 28x28 32ch x5 b32 Adam": pixelcnn,
    "GPT step L4 H4 D128 T64 b12 AdamW": gpt,
    "LSTM step 32-128 T32 b16 Adam": lstm,
    "RBM CD-1 784-500 b100": rbm,
    "DDPM step 28x28 UNet 32/64/64 b32 Adam": ddpm,
    "matrix product 256^3": product(256),
    "matrix product 1024^3": product(1024),
}

# The perceptron of ../scaling.py, at growing batches and widths.
scaling = {
    f"perceptron step 64-{width}-{width}-10 b{batch} Adam": classifier(width, batch)
    for width, batch in [(256, 4**n) for n in range(7)] + [(2**n, 64) for n in range(4, 12) if n != 8]
}


def measure(name, make, seconds):
    first_call = common.seconds(make(common.Numbers()).step)
    made = make(common.Numbers())
    common.check(name, made.results())
    result = {
        "name": name,
        "microseconds": common.median_microseconds(made.step, seconds),
        "firstCallSeconds": first_call,
        "flops": flops(made.step),
        "peakBytes": peak_bytes(made.step),
    }
    if made.compiled:
        compiled = made.compiled()
        common.check(name, compiled.results())
        forms = {"eager": result["microseconds"], "compiled": common.median_microseconds(compiled.step, seconds)}
        result |= {"microseconds": min(forms.values()), "forms": forms}
    return result


if __name__ == "__main__":
    arguments = common.parse_arguments("Times training steps in PyTorch.", threads=True)
    torch.manual_seed(0)
    torch.set_num_threads(arguments.threads)
    jobs = common.chosen(makers | scaling if arguments.names else makers, arguments)
    common.show([measure(name, make, arguments.seconds) for name, make in jobs.items()], arguments)
