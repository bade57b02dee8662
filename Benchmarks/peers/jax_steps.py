#!/usr/bin/env python3
"""The training steps of `reverie bench`, in JAX: same names, same shapes, one compiled program a step, float32.

    pip install jax optax numpy
    taskset -c 0 jax_steps.py [NAME...] [--json]

Prints the median microseconds of each step, after a check of its results against PyTorch's."""
from jax_layers import Step  # before JAX is imported, it says how many threads that is to have

import jax
import jax.numpy as jnp

import common
from jax_agents import centred_rmsprop, dqn, inference, minatar, mlp, nature, ppo, reinforce, sac
from jax_models import dcgan, ddpm, gan, gpt, lstm, pixelcnn, rbm, vae


def product(size):
    def make(numbers):
        a, b = jnp.array(numbers.unit(size, size)), jnp.array(numbers.unit(size, size))
        multiply = jax.jit(jnp.matmul)
        return Step(lambda: multiply(a, b), lambda: multiply(a, b).diagonal()[:10])

    return make


makers = {
    "infer MLP 4-128-128-2 b1": inference(mlp(4, 128, 128, 2), 4),
    "DQN step MLP 4-128-128-2 b64 Adam": dqn(mlp(4, 128, 128, 2), (4,), 2, 64),
    "DQN step MLP 4-256-256-2 b64 Adam": dqn(mlp(4, 256, 256, 2), (4,), 2, 64),
    "DQN step MinAtar conv16-fc128 b32 RMSProp": dqn(minatar, (10, 10, 4), 6, 32, centred_rmsprop),
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

# How many tolerances results may be from PyTorch's, if not five. Optax's Adam rounds 1 - β^t to float32, half of whose
# digits are lost at first: losses move by 1.3e-6 of them, by 2.6e-6 in the deepest network, and by 2.0e-5 where ten
# steps take them from 0.47 to 0.03.
tolerances = {"DQN step Nature CNN 84x84x4 b32 Adam": 40}


def measure(name, make, seconds):
    first_call = common.seconds(make(common.Numbers()).step)  # compiles
    made = make(common.Numbers())
    common.check(name, made.results(), tolerances.get(name, 5))
    return {
        "name": name,
        "microseconds": common.median_microseconds(made.step, seconds),
        "firstCallSeconds": first_call,
    }


if __name__ == "__main__":
    arguments = common.parse_arguments("Times training steps in JAX.")
    jobs = common.chosen(makers, arguments)
    common.show([measure(name, make, arguments.seconds) for name, make in jobs.items()], arguments)
