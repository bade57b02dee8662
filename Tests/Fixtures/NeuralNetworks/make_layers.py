"""Writes layers.json: PyTorch's float32 layers, forward and backward, with their weights under PyTorch's names.

Run it in this folder, with torch installed; the output depends on nothing else. Inputs and outputs are channels last,
weights as PyTorch stores them.
"""

import json
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(23)
cases = []


def uniform(*shape, low=-2.0, high=2.0):
    return torch.rand(shape) * (high - low) + low


def encode(tensor):
    flat = tensor.detach().flatten().tolist()
    if tensor.is_floating_point():
        return {"type": "float32", "shape": list(tensor.shape), "values": [float(f"{x:.9g}") for x in flat]}
    return {"type": "int32", "shape": list(tensor.shape), "values": [int(x) for x in flat]}


def named(tensors):
    return {name: encode(tensor) for name, tensor in tensors.items() if tensor.is_floating_point()}


def case(name, body, inputs, module=nn.Module(), training=True):
    """`body(*inputs)` gives one output or several; gradients are those of the sum of all outputs, each element weighted."""
    module.train(training)
    inputs = [x.clone().requires_grad_(x.is_floating_point()) for x in inputs]
    state = named(module.state_dict())
    results = body(*inputs)
    results = results if isinstance(results, tuple) else (results,)
    weights = [uniform(*result.shape, low=0.5, high=1.5) for result in results]
    parameters = dict(module.named_parameters())
    leaves = [x for x in inputs if x.requires_grad] + list(parameters.values())
    total = sum((result * weight).sum() for result, weight in zip(results, weights))
    gradients = torch.autograd.grad(total, leaves)
    count = len(leaves) - len(parameters)
    cases.append(
        {
            "name": name,
            "training": training,
            "inputs": [encode(x) for x in inputs],
            "state": state,
            "results": [encode(x) for x in results],
            "weights": [encode(x) for x in weights],
            "inputGradients": [encode(x) for x in gradients[:count]],
            "gradients": named(dict(zip(parameters, gradients[count:]))),
            "buffers": named(dict(module.named_buffers())),
        }
    )


def shaken(module):
    """Parameters and averages away from their special starting values."""
    with torch.no_grad():
        for name, tensor in module.state_dict().items():
            if tensor.is_floating_point():
                low, high = (0.5, 1.5) if name.endswith("running_var") else (-0.8, 0.8)
                tensor.copy_(uniform(*tensor.shape, low=low, high=high))
    return module


def last(module):
    """A module of channels first, applied to channels last."""
    return lambda x: module(x.movedim(-1, 1)).movedim(1, -1)


# Activations.
x = torch.cat([uniform(9, low=-6, high=6), torch.tensor([0.0, 100.0, -100.0])])
for name, body in {
    "leakyRelu": F.leaky_relu, "elu": F.elu, "selu": F.selu, "gelu": F.gelu, "silu": F.silu, "mish": F.mish,
    "geluTanh": lambda x: F.gelu(x, approximate="tanh"), "softplus": F.softplus, "softsign": F.softsign,
    "hardTanh": F.hardtanh, "logSigmoid": F.logsigmoid, "tanh": torch.tanh, "relu": F.relu, "sigmoid": torch.sigmoid,
}.items():
    case(f"activation {name}", body, [x])
case("activation rrelu", lambda x: F.rrelu(x, training=False), [x], training=False)
case("glu", F.glu, [uniform(3, 6)])
case("maxout", lambda x: x.unflatten(-1, (3, 2)).amax(-1), [uniform(2, 6)])

# Linear maps, convolutions, tables.
module = nn.Linear(3, 2, bias=False)
case("linear without bias", module, [uniform(4, 3)], module)
module = nn.Conv1d(4, 6, 3, stride=2, padding=2, dilation=2, groups=2)
case("conv1d", last(module), [uniform(2, 7, 4)], module)
module = nn.Conv1d(2, 3, 3, dilation=2)
case("conv1d causal", lambda x: last(module)(F.pad(x, (0, 0, 4, 0))), [uniform(2, 6, 2)], module)
module = nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2)
case("conv2d", last(module), [uniform(2, 5, 4, 4)], module)
module = nn.Conv2d(3, 3, 3, padding=1, groups=3, bias=False)
case("conv2d depthwise", last(module), [uniform(1, 4, 3, 3)], module)
module = nn.ConvTranspose1d(4, 2, 3, stride=2, padding=1, output_padding=1, groups=2)
case("convTranspose1d", last(module), [uniform(2, 4, 4)], module)
module = nn.ConvTranspose2d(4, 6, (3, 2), stride=(2, 3), padding=(1, 0), output_padding=(1, 2), groups=2)
case("convTranspose2d", last(module), [uniform(1, 3, 2, 4)], module)


class Masked(nn.Conv2d):
    def __init__(self, kind, inputs, outputs, kernel, colours):
        super().__init__(inputs, outputs, kernel, padding=tuple(k // 2 for k in kernel))
        self.mask = torch.zeros_like(self.weight)
        down, across = kernel[0] // 2, kernel[1] // 2
        self.mask[:, :, :down] = 1
        self.mask[:, :, down, :across] = 1
        for output in range(outputs):
            for source in range(inputs):
                first, second = source * colours // inputs, output * colours // outputs
                self.mask[output, source, down, across] = first < second or (kind == "b" and first == second)

    def forward(self, x):
        return F.conv2d(x, self.weight * self.mask, self.bias, padding=self.padding)


module = Masked("a", 3, 6, (3, 5), 3)
case("maskedConv2d a", last(module), [uniform(1, 4, 4, 3)], module)
module = Masked("b", 6, 3, (3, 3), 3)
case("maskedConv2d b", last(module), [uniform(1, 3, 4, 6)], module)
module = Masked("b", 2, 2, (3, 3), 1)
case("maskedConv2d b of one colour", last(module), [uniform(1, 3, 3, 2)], module)
module = nn.Embedding(5, 3)
case("embedding", module, [torch.tensor([[0, 4, 1], [4, 4, 2]])], module)

# Normalisation.
for training in [True, False]:
    mode = "training" if training else "evaluation"
    module = shaken(nn.BatchNorm1d(3))
    case(f"batchNorm of rows in {mode}", module, [uniform(5, 3)], module, training)
    module = shaken(nn.BatchNorm2d(2, momentum=0.3, eps=1e-3))
    case(f"batchNorm of images in {mode}", last(module), [uniform(2, 3, 2, 2)], module, training)
module = shaken(nn.BatchNorm1d(2))
case("batchNorm of sequences", last(module), [uniform(2, 4, 2)], module)


class ConditionalBatchNorm(nn.Module):
    def __init__(self, features, classes):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(classes, features))
        self.bias = nn.Parameter(torch.zeros(classes, features))
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_var", torch.ones(features))

    def forward(self, x, classes):
        x = F.batch_norm(x.movedim(-1, 1), self.running_mean, self.running_var, training=self.training).movedim(1, -1)
        return x * self.weight[classes][:, None, None] + self.bias[classes][:, None, None]


for training in [True, False]:
    module = shaken(ConditionalBatchNorm(3, 4))
    inputs = [uniform(3, 2, 2, 3), torch.tensor([3, 0, 3])]
    case(f"conditionalBatchNorm in {'training' if training else 'evaluation'}", module, inputs, module, training)
module = shaken(nn.LayerNorm(5))
case("layerNorm", module, [uniform(2, 3, 5)], module)
module = shaken(nn.GroupNorm(2, 6))
case("groupNorm", last(module), [uniform(2, 2, 3, 6)], module)
module = shaken(nn.GroupNorm(3, 3))
case("groupNorm of one channel a group", last(module), [uniform(2, 4, 3)], module)
module = shaken(nn.Sequential(nn.Conv2d(1, 2, 2), nn.BatchNorm2d(2), nn.ReLU(), nn.Conv2d(2, 1, 2)))
case("sequential", last(module), [uniform(2, 4, 4, 1)], module)

# Recurrent networks.
x = uniform(2, 4, 3)
module = nn.RNN(3, 4, batch_first=True)
case("rnn", module, [x], module)
module = nn.RNN(3, 4, num_layers=2, nonlinearity="relu", batch_first=True)
case("rnn of two layers with relu", module, [x, uniform(2, 2, 4)], module)
module = nn.GRU(3, 4, num_layers=2, batch_first=True)
case("gru", module, [x, uniform(2, 2, 4)], module)
module = nn.GRU(3, 4, bias=False, batch_first=True)
case("gru without bias", module, [x], module)
module = nn.LSTM(3, 4, num_layers=2, batch_first=True)
case("lstm", lambda x, h, c: (lambda y, s: (y, *s))(*module(x, (h, c))), [x, uniform(2, 2, 4), uniform(2, 2, 4)], module)
module = nn.LSTM(3, 2, batch_first=True)
case("lstm from zeros", lambda x: (lambda y, s: (y, *s))(*module(x)), [uniform(1, 5, 3)], module)


class PaperGRU(nn.GRU):
    """The reset gate before the product."""

    def forward(self, x):
        h, outputs = torch.zeros(x.shape[0], self.hidden_size), []
        wr, wz, wn = self.weight_hh_l0.chunk(3)
        br, bz, bn = (self.bias_ih_l0 + self.bias_hh_l0).chunk(3)
        for step in x.unbind(1):
            xr, xz, xn = (step @ self.weight_ih_l0.T).chunk(3, -1)
            r, z = torch.sigmoid(xr + h @ wr.T + br), torch.sigmoid(xz + h @ wz.T + bz)
            h = z * h + (1 - z) * torch.tanh(xn + (r * h) @ wn.T + bn)
            outputs.append(h)
        return torch.stack(outputs, 1), h[None]


module = PaperGRU(3, 4, batch_first=True)
case("gru of the paper", module, [x], module)

# Attention.
causal = torch.triu(torch.full((4, 4), -math.inf), 1)
padding = torch.tensor([[1, 1, 1, 0], [1, 0, 1, 1]])


def attend(module, x, context=None, keys=None, **settings):
    context = x if context is None else context
    masked = None if keys is None else keys == 0
    return module(x, context, context, key_padding_mask=masked, need_weights=False, **settings)[0]


x = uniform(2, 4, 4)
module = shaken(nn.MultiheadAttention(4, 2, batch_first=True))
case("attention", lambda x: attend(module, x), [x], module)
module = shaken(nn.MultiheadAttention(4, 2, batch_first=True))
case("attention, causal", lambda x: attend(module, x, attn_mask=causal), [x], module)
module = shaken(nn.MultiheadAttention(4, 2, batch_first=True))
case("attention, padded", lambda x, keys: attend(module, x, keys=keys), [x, padding], module)
module = shaken(nn.MultiheadAttention(4, 2, batch_first=True, kdim=3, vdim=3, bias=False))
case("attention to a context", lambda x, c: attend(module, x, c), [uniform(2, 2, 4), uniform(2, 5, 3)], module)


class Relative(nn.MultiheadAttention):
    """A number for each distance i − j, alike from distance 2 on, added to the scores."""

    def __init__(self):
        super().__init__(4, 2, batch_first=True)
        self.relative_positions = nn.Embedding(5, 2)

    def forward(self, x):
        places = torch.arange(4)
        rows = (places[:, None] - places[None, :]).clamp(-2, 2) + 2
        bias = self.relative_positions(rows).movedim(-1, 0)
        parts = F.linear(x, self.in_proj_weight, self.in_proj_bias).unflatten(-1, (3, 2, 2)).permute(2, 0, 3, 1, 4)
        y = (parts[0] @ parts[1].mT / math.sqrt(2) + bias).softmax(-1) @ parts[2]
        return self.out_proj(y.transpose(1, 2).flatten(-2))


module = shaken(Relative())
case("attention with relative positions", module, [x], module)


class LinearAttention(nn.MultiheadAttention):
    def __init__(self, causal):
        super().__init__(4, 2, batch_first=True)
        self.causal = causal

    def forward(self, x):
        parts = F.linear(x, self.in_proj_weight, self.in_proj_bias).unflatten(-1, (3, 2, 2)).permute(2, 0, 3, 1, 4)
        scores = (F.elu(parts[0]) + 1) @ (F.elu(parts[1]) + 1).mT
        scores = scores.tril() if self.causal else scores
        y = scores / scores.sum(-1, keepdim=True) @ parts[2]
        return self.out_proj(y.transpose(1, 2).flatten(-2))


for mask in [False, True]:
    module = shaken(LinearAttention(mask))
    case("linear attention" + (", causal" if mask else ""), module, [x], module)

for first in [True, False]:
    module = nn.TransformerEncoderLayer(4, 2, 6, 0.0, F.gelu, batch_first=True, norm_first=first)
    shaken(module)
    name = "transformer block, " + ("pre-norm" if first else "post-norm")
    case(name, lambda x: module(x, src_mask=causal, is_causal=True), [x], module)
    module = nn.TransformerDecoderLayer(4, 2, 5, 0.0, F.relu, batch_first=True, norm_first=first)
    shaken(module)
    keys = torch.tensor([[1, 1, 0], [1, 1, 1]])
    case(
        name + " with a context",
        lambda x, c, keys: module(x, c, tgt_mask=causal, memory_key_padding_mask=keys == 0),
        [x, uniform(2, 3, 4), keys],
        module,
    )

with open("layers.json", "w") as file:
    json.dump(cases, file, separators=(",", ":"))
    file.write("\n")
