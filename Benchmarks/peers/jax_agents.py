"""The steps that agents learn by, in JAX, and their networks' inference. Each function makes a step from the numbers
that it is given; the step returns its loss."""
import jax
import jax.numpy as jnp
import optax

from jax_layers import Step, Training, apply, convolution, convolved, perceptron


class Network:
    """How to make parameters, and what they make of states."""

    def __init__(self, make, apply):
        self.make, self.apply = make, apply


def mlp(*sizes):
    return Network(lambda numbers: perceptron(numbers, *sizes), apply)


def convolutional(layers, sizes):
    """Convolutions (inputs, outputs, size, stride), then affine layers."""

    def make(numbers):
        return [convolution(numbers, *layer[:3]) for layer in layers], perceptron(numbers, *sizes)

    def apply_all(parameters, x):
        for layer, (*_, stride) in zip(parameters[0], layers):
            x = jax.nn.relu(convolved(layer, x, stride))
        return apply(parameters[1], x.reshape(len(x), -1))

    return Network(make, apply_all)


minatar = convolutional([(4, 16, 3, 1)], (1024, 128, 6))
nature = convolutional([(4, 32, 8, 4), (32, 64, 4, 2), (64, 64, 3, 1)], (3136, 512, 6))


centred_rmsprop = optax.rmsprop(2.5e-4, 0.95, 0.01, eps_in_sqrt=False, centered=True)


def chosen(values, actions):
    return jnp.take_along_axis(values, actions[:, None], 1)[:, 0]


def inference(network, *shape):
    def make(numbers):
        parameters = network.make(numbers)
        inputs = [jnp.array(numbers.unit(1, *shape)) for _ in range(10)]
        greedy = jax.jit(lambda parameters, x: network.apply(parameters, x).argmax(1))
        return Step(lambda: greedy(parameters, inputs[0]), lambda: [network.apply(parameters, x) for x in inputs])

    return make


def dqn(network, shape, actions, batch, optimizer=optax.adam(1e-3)):
    def make(numbers):
        parameters = network.make(numbers)
        s, a, r = numbers.unit(batch, *shape), numbers.integers(actions, batch), numbers.unit(batch)
        s2, ends = numbers.unit(batch, *shape), numbers.rare(batch)

        def loss(parameters, target, s, a, r, s2, ends):
            y = r + 0.99 * (1 - ends) * network.apply(target, s2).max(1)
            return optax.huber_loss(chosen(network.apply(parameters, s), a), jax.lax.stop_gradient(y)).mean()

        training = Training(loss, parameters, optimizer)
        data = [jnp.array(x) for x in (s, a, r, s2, ends)]
        return Step(lambda: training.step(parameters, *data))

    return make


def reinforce(numbers):
    policy = perceptron(numbers, 4, 128, 2)
    data = [jnp.array(x) for x in (numbers.unit(500, 4), numbers.integers(2, 500), numbers.uniform(0, 1, 500))]

    def loss(policy, s, a, g):
        return -(chosen(jax.nn.log_softmax(apply(policy, s)), a) * g).mean()

    training = Training(loss, policy, optax.adam(1e-2))
    return Step(lambda: training.step(*data))
