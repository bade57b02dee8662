"""What the steps in JAX are made of: layers with the numbers that every side draws alike.

A layer is a pair of a weight and a bias; images are (batch, height, width, channels)."""
import os

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import jax
import jax.numpy as jnp
import optax


class Step:
    """A step to time, and its results: ten losses unless it says otherwise."""

    def __init__(self, step, results=None):
        self.step = lambda: jax.block_until_ready(step())
        self.results = results or (lambda: [float(step()) for _ in range(10)])


class Training:
    """Parameters and an optimiser's state; `step(*data)` changes them and returns the loss that they had."""

    def __init__(self, loss, parameters, optimizer):
        @jax.jit
        def update(parameters, state, *data):
            value, gradients = jax.value_and_grad(loss)(parameters, *data)
            changes, state = optimizer.update(gradients, state, parameters)
            return optax.apply_updates(parameters, changes), state, value

        self.update, self.parameters, self.state = update, parameters, optimizer.init(parameters)

    def step(self, *data):
        self.parameters, self.state, value = self.update(self.parameters, self.state, *data)
        return value


def normal(counter, shape):
    """Normal numbers, others at each count."""
    return jax.random.normal(jax.random.fold_in(jax.random.key(0), counter), shape)


def linear(numbers, inputs, outputs):
    weight, bias = numbers.linear(inputs, outputs)
    return jnp.array(weight.T), jnp.array(bias)


def perceptron(numbers, *sizes):
    return [linear(numbers, inputs, outputs) for inputs, outputs in zip(sizes, sizes[1:])]


def affine(layer, x):
    return x @ layer[0] + layer[1]


def apply(layers, x, activation=jax.nn.relu):
    for layer in layers[:-1]:
        x = activation(affine(layer, x))
    return affine(layers[-1], x)


def convolution(numbers, inputs, outputs, size):
    weight, bias = numbers.weight(outputs, size, size, inputs), numbers.bias(outputs)
    return jnp.array(weight.transpose(1, 2, 3, 0)), jnp.array(bias)


def transposed_convolution(numbers, inputs, outputs, size):
    weight, bias = numbers.weight(inputs, size, size, outputs), numbers.bias(outputs)
    return jnp.array(weight[:, ::-1, ::-1].transpose(1, 2, 0, 3)), jnp.array(bias)


def convolved(layer, x, stride=1, padding=0, dilation=1):
    """With a `dilation` of x itself it is a transposed convolution of that stride."""
    y = jax.lax.conv_general_dilated(
        x,
        layer[0],
        (stride, stride),
        [(padding, padding)] * 2,
        lhs_dilation=(dilation, dilation),
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
    )
    return y + layer[1]


def enlarged(layer, x):
    """A transposed convolution of 4×4 taps, stride 2 and padding 1: twice as high and wide."""
    return convolved(layer, x, padding=2, dilation=2)


def normalized(scale_and_shift, x, axes):
    """x with mean 0 and variance 1 over the axes."""
    mean = x.mean(axes, keepdims=True)
    variance = ((x - mean) ** 2).mean(axes, keepdims=True)
    scale, shift = scale_and_shift
    return (x - mean) * jax.lax.rsqrt(variance + 1e-5) * scale + shift


def norm(channels):
    """The scale and the shift of a normalisation, as they begin."""
    return jnp.ones(channels), jnp.zeros(channels)


def group_normalized(scale_and_shift, x, groups=8):
    shape = *x.shape[:3], groups, x.shape[3] // groups
    scale, shift = (parameter.reshape(groups, -1) for parameter in scale_and_shift)
    return normalized((scale, shift), x.reshape(shape), (1, 2, 4)).reshape(x.shape)
