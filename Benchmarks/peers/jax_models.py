"""The steps that generative models learn by, in JAX. Each function makes a step from the numbers that it is given; the
step returns its loss."""
import itertools

import jax
import jax.numpy as jnp
import numpy
import optax

import common
from jax_layers import (
    Step,
    Training,
    affine,
    apply,
    convolution,
    convolved,
    enlarged,
    group_normalized,
    linear,
    norm,
    normal,
    normalized,
    perceptron,
    transposed_convolution,
)

cross_entropy = optax.sigmoid_binary_cross_entropy


def noisy(make_step, shape):
    """A step with normal numbers: Reverie's for the results, JAX's when timed. `make_step` is given what makes an array
    from the argument of each step."""
    step = make_step(lambda counter: normal(counter, shape))
    given = make_step(lambda noise: noise)
    counter, noise = itertools.count(), common.Noise()
    return Step(lambda: step(next(counter)), lambda: [float(given(noise.normal(*shape))) for _ in range(10)])


def vae(numbers):
    encoder, mean, log_variance = linear(numbers, 784, 400), linear(numbers, 400, 20), linear(numbers, 400, 20)
    parameters = encoder, mean, log_variance, perceptron(numbers, 20, 400, 784)
    x = jnp.array(numbers.uniform(0, 1, 128, 784))

    def make_step(draw):
        def loss(parameters, x, source):
            encoder, mean, log_variance, decoder = parameters
            h = jax.nn.relu(affine(encoder, x))
            mu, lv = affine(mean, h), affine(log_variance, h)
            y = apply(decoder, mu + jnp.exp(0.5 * lv) * draw(source))
            divergence = -0.5 * (1 + lv - mu * mu - jnp.exp(lv)).sum()
            return (cross_entropy(y, x).sum() + divergence) / 128

        training = Training(loss, parameters, optax.adam(1e-3))
        return lambda source: training.step(x, source)

    return noisy(make_step, (128, 20))


def leaky(x):
    return jax.nn.leaky_relu(x, 0.2)


def adversarial(parameters, generate, judge, x, optimizer=optax.adam(2e-4)):
    """A step of each: the discriminator's, then the generator's through the discriminator that it has become.
    `parameters` are the generator's and the discriminator's."""

    def judgement(discriminator, x, fake):
        real, made = judge(discriminator, x), judge(discriminator, fake)
        return cross_entropy(real, jnp.ones_like(real)).mean() + cross_entropy(made, jnp.zeros_like(made)).mean()

    def deception(discriminator, fake):
        made = judge(discriminator, fake)
        return cross_entropy(made, jnp.ones_like(made)).mean()

    def make_step(draw):
        @jax.jit
        def update(networks, states, x, source):
            z = draw(source)
            fake, pull_back = jax.vjp(lambda generator: generate(generator, z), networks[0])
            judged, gradients = jax.value_and_grad(judgement)(networks[1], x, fake)
            changes, of_discriminator = optimizer.update(gradients, states[1])
            discriminator = optax.apply_updates(networks[1], changes)
            fooled, by_fake = jax.value_and_grad(deception, 1)(discriminator, fake)
            changes, of_generator = optimizer.update(*pull_back(by_fake), states[0])
            generator = optax.apply_updates(networks[0], changes)
            return (generator, discriminator), (of_generator, of_discriminator), judged + fooled

        held = [parameters, tuple(optimizer.init(network) for network in parameters)]

        def step(source):
            *held[:], loss = update(*held, x, source)
            return loss

        return step

    return noisy(make_step, (len(x), 100))


def gan(numbers):
    parameters = perceptron(numbers, 100, 256, 512, 784), perceptron(numbers, 784, 512, 256, 1)
    x = jnp.array(numbers.uniform(0, 1, 64, 784))

    def generate(generator, z):
        return jnp.tanh(apply(generator, z, leaky))

    return adversarial(parameters, generate, lambda discriminator, x: apply(discriminator, x, leaky), x)


def dcgan(numbers):
    generator = [
        linear(numbers, 100, 7 * 7 * 128),
        norm(128),
        transposed_convolution(numbers, 128, 64, 4),
        norm(64),
        transposed_convolution(numbers, 64, 1, 4),
    ]
    discriminator = [
        convolution(numbers, 1, 64, 4),
        convolution(numbers, 64, 128, 4),
        norm(128),
        linear(numbers, 7 * 7 * 128, 1),
    ]
    x = jnp.array(numbers.uniform(0, 1, 64, 28, 28, 1))

    def generate(generator, z):
        seed, norm1, up1, norm2, up2 = generator
        x = jax.nn.relu(normalized(norm1, affine(seed, z).reshape(-1, 7, 7, 128), (0, 1, 2)))
        x = jax.nn.relu(normalized(norm2, enlarged(up1, x), (0, 1, 2)))
        return jnp.tanh(enlarged(up2, x))

    def judge(discriminator, x):
        down1, down2, norm, last = discriminator
        x = leaky(convolved(down1, x, stride=2, padding=1))
        x = leaky(normalized(norm, convolved(down2, x, stride=2, padding=1), (0, 1, 2)))
        return affine(last, x.reshape(len(x), -1))

    return adversarial((generator, discriminator), generate, judge, x, optax.adam(2e-4, 0.5, 0.999))


def pixelcnn(numbers):
    layers = [convolution(numbers, 1, 32, 7), *(convolution(numbers, 32, 32, 3) for _ in range(4))]
    parameters = layers, convolution(numbers, 32, 1, 1)
    x = jnp.array(numbers.bits(32, 28, 28, 1))

    def mask(size, first):
        """What is above, and to the left in the same row; in the first layer not the pixel itself."""
        seen = numpy.arange(size * size).reshape(size, size, 1, 1) < size * size // 2 + (not first)
        return seen.astype(numpy.float32)

    def loss(parameters, x):
        layers, last = parameters
        h = x
        for index, (weight, bias) in enumerate(layers):
            size = len(weight)
            h = jax.nn.relu(convolved((weight * mask(size, index == 0), bias), h, padding=size // 2))
        return cross_entropy(convolved(last, h), x).mean()

    training = Training(loss, parameters, optax.adam(1e-3))
    return Step(lambda: training.step(x))


def gpt(numbers, layers=4, heads=4, width=128):
    embeddings = jnp.array(numbers.weight(65, width)), jnp.array(numbers.weight(64, width))
    blocks = [
        {
            "norm1": norm(width),
            "norm2": norm(width),
            "projected": linear(numbers, width, 3 * width),
            "out": linear(numbers, width, width),
            "mlp": perceptron(numbers, width, 4 * width, width),
        }
        for _ in range(layers)
    ]
    parameters = embeddings, blocks, norm(width), linear(numbers, width, 65)
    text = jnp.array(numbers.integers(65, 12, 65))

    def block(parameters, x):
        qkv = affine(parameters["projected"], normalized(parameters["norm1"], x, -1))
        q, k, v = jnp.unstack(qkv.reshape(*x.shape[:2], 3, heads, width // heads), axis=2)
        attended = jax.nn.dot_product_attention(q, k, v, is_causal=True).reshape(x.shape)
        x = x + affine(parameters["out"], attended)
        exact = lambda x: jax.nn.gelu(x, approximate=False)
        return x + apply(parameters["mlp"], normalized(parameters["norm2"], x, -1), exact)

    def loss(parameters, text):
        (tokens, positions), blocks, last_norm, head = parameters
        x = tokens[text[:, :-1]] + positions
        for of_block in blocks:
            x = block(of_block, x)
        logits = affine(head, normalized(last_norm, x, -1))
        return optax.softmax_cross_entropy_with_integer_labels(logits, text[:, 1:]).mean()

    training = Training(loss, parameters, optax.adamw(1e-3, weight_decay=0.01))
    return Step(lambda: training.step(text))


def lstm(numbers):
    weights = numbers.weight(512, 32).T, numbers.weight(512, 128).T, numbers.bias(512), numbers.bias(512)
    parameters = tuple(jnp.array(weight) for weight in weights), linear(numbers, 128, 32)
    x = jnp.array(numbers.unit(16, 32, 32))

    def loss(parameters, x):
        (of_inputs, of_states, *biases), head = parameters

        def advance(state, gates):
            h, c = state
            i, f, g, o = jnp.split(gates + h @ of_states, 4, axis=1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            h = jax.nn.sigmoid(o) * jnp.tanh(c)
            return (h, c), h

        zeros = jnp.zeros((16, 128))
        gates = x.swapaxes(0, 1) @ of_inputs + sum(biases)
        _, hs = jax.lax.scan(advance, (zeros, zeros), gates)
        return ((affine(head, hs.swapaxes(0, 1)) - x) ** 2).mean()

    training = Training(loss, parameters, optax.adam(1e-3))
    return Step(lambda: training.step(x))


def rbm(numbers):
    """Contrastive divergence (Hinton 2002); its result is the cross-entropy of the reconstruction."""
    machine = [jnp.array(numbers.uniform(-0.05, 0.05, 784, 500)), jnp.zeros(784), jnp.zeros(500)]
    v0 = jnp.array((numbers.uniform(0, 1, 100, 784) < 0.3).astype(numpy.float32))

    def make_step(draw):
        @jax.jit
        def update(machine, v0, source):
            (w, visible, hidden), (for_hidden, for_visible) = machine, draw(source)
            ph = jax.nn.sigmoid(v0 @ w + hidden)
            h = (for_hidden < ph).astype(jnp.float32)
            logits = h @ w.T + visible
            v = (for_visible < jax.nn.sigmoid(logits)).astype(jnp.float32)
            ph2 = jax.nn.sigmoid(v @ w + hidden)
            w = w + 1e-3 / 100 * (v0.T @ ph - v.T @ ph2)
            visible, hidden = visible + 1e-3 * (v0 - v).mean(0), hidden + 1e-3 * (ph - ph2).mean(0)
            return (w, visible, hidden), cross_entropy(logits, v0).mean()

        held = [machine]

        def step(source):
            held[0], loss = update(held[0], v0, source)
            return loss

        return step

    def drawn(counter):
        keys = jax.random.split(jax.random.fold_in(jax.random.key(0), counter))
        return jax.random.uniform(keys[0], (100, 500)), jax.random.uniform(keys[1], (100, 784))

    step, given = make_step(drawn), make_step(lambda pair: pair)
    counter, noise = itertools.count(), common.Noise()

    def pair():
        return noise.uniform(100, 500, node=0), noise.uniform(100, 784, node=1)

    return Step(lambda: step(next(counter)), lambda: [float(given(pair())) for _ in range(10)])


def ddpm(numbers):
    network = {
        "time": perceptron(numbers, 32, 64, 64),
        "enter": convolution(numbers, 1, 32, 3),
        "down1": convolution(numbers, 32, 64, 3),
        "down2": convolution(numbers, 64, 64, 3),
        "middle1": convolution(numbers, 64, 64, 3),
        "middle2": convolution(numbers, 64, 64, 3),
        "up1": transposed_convolution(numbers, 64, 64, 4),
        "up2": transposed_convolution(numbers, 128, 32, 4),
        "out1": convolution(numbers, 64, 32, 3),
        "out2": convolution(numbers, 32, 32, 3),
        "leave": convolution(numbers, 32, 1, 3),
        "norms": [norm(channels) for channels in (32, 64, 64, 64, 64)],
    }
    x, times = jnp.array(numbers.unit(32, 28, 28, 1)), jnp.array(numbers.unit(32, 32))
    silu = jax.nn.silu

    def predicted(network, x, times):
        def block(index, name, x, stride=1, time=0):
            y = convolved(network[name], x, stride, padding=1)
            return silu(group_normalized(network["norms"][index], y) + time)

        time = apply(network["time"], times, silu)[:, None, None]
        h0 = block(0, "enter", x)
        h1 = block(1, "down1", h0, stride=2, time=time)
        h2 = block(2, "down2", h1, stride=2, time=time)
        m = block(4, "middle2", block(3, "middle1", h2), time=time)
        u = jnp.concatenate([silu(enlarged(network["up1"], m)), h1], 3)
        u = jnp.concatenate([silu(enlarged(network["up2"], u)), h0], 3)
        u = silu(convolved(network["out2"], silu(convolved(network["out1"], u, padding=1)), padding=1))
        return convolved(network["leave"], u, padding=1)

    def make_step(draw):
        def loss(network, x, times, source):
            noise = draw(source)
            return ((predicted(network, 0.7 * x + 0.7 * noise, times) - noise) ** 2).mean()

        training = Training(loss, network, optax.adam(1e-3))
        return lambda source: training.step(x, times, source)

    return noisy(make_step, x.shape)
