"""Writes actor_critic.json: steps of AC(λ), MinAtar's actor-critic with eligibility traces, by PyTorch's gradients in
float64. Episodes end by a terminal state, by truncation and not at all; the second case has MinAtar's network, the last
one two environments.

Run it in this folder, with torch installed; the output depends on nothing else.
"""

import json

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
generator = torch.Generator().manual_seed(29)


def uniform(*shape, low=-1.0, high=1.0):
    # Rounded to float32, so that both sides start from the same numbers.
    return (torch.rand(shape, generator=generator) * (high - low) + low).float().double()


def values(tensor):
    return [float(f"{value:.8g}") for value in tensor.detach().flatten().tolist()]


def encode(tensors):
    return [{"shape": list(tensor.shape), "values": values(tensor)} for tensor in tensors]


def linear(inputs, outputs):
    return [uniform(outputs, inputs, low=-0.7, high=0.7), uniform(outputs, low=-0.5, high=0.5)]


def perceptron(sizes):
    """A tanh network with a head for the policy and one for the value: parameters and function."""
    body = [parameter for pair in zip(sizes, sizes[1:-1]) for parameter in linear(*pair)]

    def outputs(x, p):
        for layer in range(0, len(body), 2):
            x = torch.tanh(F.linear(x, p[layer], p[layer + 1]))
        return F.softmax(F.linear(x, *p[-4:-2]), -1), F.linear(x, *p[-2:])[0]

    return body + linear(sizes[-2], sizes[-1]) + linear(sizes[-2], 1), outputs


def minatar(height, width, channels, actions):
    """Convolutions with SiLU, and dense units with its derivative; images and kernels are channels last."""
    units = (height - 2) * (width - 2) * 16
    parameters = [uniform(16, 3, 3, channels, low=-0.4, high=0.4), uniform(16), uniform(128, units, low=-0.2, high=0.2),
                  uniform(128), *linear(128, actions), *linear(128, 1)]

    def outputs(x, p):
        image = x.reshape(1, height, width, channels).permute(0, 3, 1, 2)
        x = F.silu(F.conv2d(image, p[0].permute(0, 3, 1, 2), p[1])).permute(0, 2, 3, 1).flatten()
        x = F.linear(x, p[2], p[3])
        share = torch.sigmoid(x)
        x = share * (1 + x * (1 - share))
        return F.softmax(F.linear(x, *p[4:6]), -1), F.linear(x, *p[6:])[0]

    return parameters, outputs


def run(name, network, steps, rate, discount, decay, bonus, forgetting, epsilon=1e-4, keeps_state=True):
    """`steps` are rounds of one step of each environment: (state, action, reward, ends, last state)."""
    initial, outputs = network
    theta = [p.clone().requires_grad_() for p in initial]
    moments = [torch.zeros_like(p) for p in theta]
    count = len(steps[0])
    traces = [[torch.zeros_like(p) for p in theta] for _ in range(count)]
    before = [None] * count
    errors, updates, frame = [], 0, 0

    def gradient(scalar):
        return torch.autograd.grad(scalar, theta, materialize_grads=True)

    def update(states, ends):
        """Learns from the steps before, of the environments in `states`."""
        nonlocal updates
        total = [torch.zeros_like(p) for p in theta]
        error = 0.0
        for i, state in states.items():
            policy, value = outputs(state, theta)
            last, reward = before[i]
            delta = reward + (0.0 if ends[i] == "terminated" else discount * value.item()) - outputs(last, theta)[1].item()
            entropies = gradient(-(policy * torch.log(policy + epsilon)).sum())
            for g, z, h in zip(total, traces[i], entropies):
                g += (delta * z + bonus * h) / len(states)
            error += delta / len(states)
        with torch.no_grad():
            for p, m, g in zip(theta, moments, total):
                m.mul_(forgetting).add_((1 - forgetting) * g**2)
                p += rate * g / (m / (1 - forgetting ** (frame + 1)) + epsilon).sqrt()
        updates += 1
        errors.append(error)

    for round in steps:
        running = ["" for _ in round]
        marks = []
        for state, action, *_ in round:
            policy, value = outputs(state, theta)
            marks.append(gradient(value + 0.5 * torch.log(policy[action] + epsilon)))
        known = {i: step[0] for i, step in enumerate(round) if before[i] is not None}
        if known:
            update(known, running)
        for z, g in zip(traces, marks):
            for own, more in zip(z, g):
                own.mul_(discount * decay).add_(more)
        before = [(state, reward) for state, _, reward, _, _ in round]
        frame += 1
        ended = {i: step[4] for i, step in enumerate(round) if step[3]}
        if ended:
            update(ended, [step[3] for step in round])
        for i in ended:
            before[i] = None
            for z in traces[i]:
                z.zero_()
    return {
        "name": name, "network": encode(initial), "learningRate": rate, "discount": discount, "lambda": decay,
        "entropyBonus": bonus, "momentDecay": forgetting,
        "steps": [[{"observation": values(state), "action": action, "reward": reward, "terminated": end == "terminated",
                    "truncated": end == "truncated", "next": values(last)} for state, action, reward, end, last in round]
                  for round in steps],
        "errors": errors, "updates": updates, "parameters": encode(theta),
        "squares": encode(moments) if keeps_state else [], "traces": [encode(z) for z in traces] if keeps_state else [],
    }


def episodes(ends, draw, actions):
    """Steps of an environment, with the given ends."""
    state, result = draw(), []
    for end in ends:
        following = draw()
        action = torch.randint(actions, (1,), generator=generator).item()
        result.append((state, action, values(uniform(1))[0], end, following))
        state = draw() if end else following
    return result


def vector():
    return uniform(3, low=-2, high=2)


def image():
    return (uniform(3 * 4 * 2) > 0.3).double()


one = ["", "", "", "", "terminated", "", "", "truncated", "terminated", "", "", ""]
other = ["", "truncated", "", "", "", "terminated", "", "", "", "", "terminated", ""]
with open("actor_critic.json", "w") as file:
    json.dump([
        run("mlp", perceptron([3, 6, 5, 4]), [[step] for step in episodes(one, vector, 4)], 0.01, 0.9, 0.8, 0.05, 0.99),
        run("minatar", minatar(3, 4, 2, 3), [[step] for step in episodes(["", "", "", "terminated", "", "", ""], image, 3)],
            0.004, 0.99, 0.8, 0.01, 0.999, keeps_state=False),
        run("two", perceptron([3, 6, 4]), list(zip(episodes(one, vector, 4), episodes(other, vector, 4))), 0.01, 0.95, 0.7,
            0.02, 0.99),
    ], file, separators=(",", ":"))
    file.write("\n")
