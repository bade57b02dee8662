"""The steps that agents learn by, in JAX, and their networks' inference. Each function makes a step from the numbers
that it is given; the step returns its loss."""
import jax
import jax.numpy as jnp
import optax
from jax.flatten_util import ravel_pytree

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


def ppo(numbers):
    """A whole update of PPO as one program: a scan over the minibatches of ten epochs, each in an order of its own.
    `torch_agents.ppo` says the rest."""
    # Numbers in one row, so that clipping and Adam are two loops and not two for each layer.
    networks, apart = ravel_pytree((perceptron(numbers, 4, 64, 64, 2), perceptron(numbers, 4, 64, 64, 1)))
    data = [jnp.array(x) for x in (
        numbers.unit(2048, 4), numbers.integers(2, 2048), numbers.uniform(-0.9, -0.5, 2048), numbers.unit(2048),
        numbers.unit(2048))]
    first_order = jnp.array(numbers.order(2048))
    optimizer = optax.chain(optax.clip_by_global_norm(0.5), optax.adam(3e-4, eps=1e-5))

    def loss(networks, s, a, old, advantages, returns):
        policy, value = apart(networks)
        ratios = jnp.exp(chosen(jax.nn.log_softmax(apply(policy, s, jnp.tanh)), a) - old)
        advantages = (advantages - advantages.mean()) / (advantages.std(ddof=1) + 1e-8)
        policy_loss = -jnp.minimum(ratios * advantages, jnp.clip(ratios, 0.8, 1.2) * advantages).mean()
        return policy_loss + 0.5 * ((apply(value, s, jnp.tanh)[:, 0] - returns) ** 2).mean()

    def learn_from(carry, batch):
        networks, state = carry
        each, gradients = jax.value_and_grad(loss)(networks, *batch)
        changes, state = optimizer.update(gradients, state)
        return (optax.apply_updates(networks, changes), state), each

    def epoch(carry, order):
        return jax.lax.scan(learn_from, carry, [x[order].reshape(32, 64, *x.shape[1:]) for x in data])

    @jax.jit
    def update(carry, key):
        # One sort, where jax.random.permutation takes two.
        return jax.lax.scan(epoch, carry, jax.random.bits(key, (10, 2048)).argsort(1))

    carry = networks, optimizer.init(networks)
    key = jax.random.key(0)

    def step():
        nonlocal carry, key
        key, mine = jax.random.split(key)
        carry, losses = update(carry, mine)
        return losses

    return Step(step, lambda: jax.jit(epoch)(carry, first_order)[1][:10])
