"""The steps that agents learn by, in JAX, and their networks' inference. Each function makes a step from the numbers
that it is given; the step returns its loss."""
import jax
import jax.numpy as jnp
import optax
from jax.flatten_util import ravel_pytree

import common
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


def sac(numbers):
    """An update of soft actor-critic as one program; `torch_agents.sac` says the rest."""
    actor, actor_apart = ravel_pytree(perceptron(numbers, 3, 256, 256, 2))
    apart = [perceptron(numbers, 4, 256, 256, 1) for _ in range(2)]
    critics, critics_apart = ravel_pytree(jax.tree.map(lambda *pair: jnp.stack(pair), *apart))
    data = [jnp.array(x) for x in (
        numbers.unit(256, 3), numbers.uniform(-1, 1, 256, 1), numbers.unit(256), numbers.unit(256, 3),
        1 - numbers.rare(256))]
    optimizer = optax.adam(3e-4)

    def values(critics, s, a):
        return jax.vmap(lambda layers: apply(layers, jnp.concatenate([s, a], 1))[:, 0])(critics_apart(critics))

    def act(actor, s, noise):
        means, deviations = jnp.split(apply(actor_apart(actor), s), 2, 1)
        deviations = jnp.clip(deviations, -20, 2)
        u = means + jnp.exp(deviations) * noise
        logs = -0.5 * noise**2 - deviations - 0.9189385332046727
        return jnp.tanh(u), (logs - 2 * (0.6931471805599453 - u - jax.nn.softplus(-2 * u))).sum(1)

    def critic_loss(critics, y, s, a):
        return 0.5 * ((values(critics, s, a) - y) ** 2).mean(1).sum()

    def actor_loss(actor, critics, temperature, s, noise):
        actions, logs = act(actor, s, noise)
        return (jnp.exp(temperature) * logs - values(critics, s, actions).min(0)).mean(), logs

    def improved(gradients, parameters, state):
        changes, state = optimizer.update(gradients, state)
        return optax.apply_updates(parameters, changes), state

    @jax.jit
    def update(carry, noise, s, a, r, s2, goes_on):
        (actor, critics, temperature), targets, states = carry
        actions, logs = act(actor, s2, noise[0])
        y = r + 0.99 * goes_on * (values(targets, s2, actions).min(0) - jnp.exp(temperature) * logs)
        loss, gradients = jax.value_and_grad(critic_loss)(critics, y, s, a)
        critics, critic_state = improved(gradients, critics, states[1])
        gradients, logs = jax.grad(actor_loss, has_aux=True)(actor, critics, temperature, s, noise[1])
        actor, actor_state = improved(gradients, actor, states[0])
        temperature, state = improved(-logs.mean() + 1.0, temperature, states[2])
        targets += 0.005 * (critics - targets)
        return ((actor, critics, temperature), targets, (actor_state, critic_state, state)), loss

    @jax.jit
    def update_by_key(carry, key, *data):
        key, mine = jax.random.split(key)
        return update(carry, jax.random.normal(mine, (2, 256, 1)), *data), key

    temperature = jnp.zeros(())
    carry = (actor, critics, temperature), critics, tuple(map(optimizer.init, (actor, critics, temperature)))
    key = jax.random.key(0)

    def step():
        nonlocal carry, key
        (carry, loss), key = update_by_key(carry, key, *data)
        return loss

    def results():
        losses, own, noise = [], carry, common.Noise()
        for _ in range(10):
            own, loss = update(own, jnp.array([noise.normal(256, 1, node=node) for node in range(2)]), *data)
            losses.append(float(loss))
        return losses

    return Step(step, results)
