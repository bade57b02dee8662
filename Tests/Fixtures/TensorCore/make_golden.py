"""Writes operations.json: PyTorch's float32 results and gradients for the operations of TensorCore.

Each case holds its operands, the result, weights of the result's shape, and the gradient of the weighted sum with
respect to each float operand. Run it in this folder, with torch installed; the output depends on nothing else.
"""

import json

import torch
import torch.nn.functional as F

generator = torch.Generator().manual_seed(7)


def uniform(*shape, low=-2.0, high=2.0):
    return torch.rand(shape, generator=generator) * (high - low) + low


def integers(*shape, below):
    return torch.randint(below, shape, generator=generator)


def encode(tensor):
    is_float = tensor.is_floating_point()
    values = tensor.detach().flatten().tolist()
    if is_float:
        values = [float(f"{value:.9g}") for value in values]
    return {"type": "float32" if is_float else "int32", "shape": list(tensor.shape), "values": values}


cases = []


def case(name, body, *operands):
    leaves = [operand.clone().requires_grad_(operand.is_floating_point()) for operand in operands]
    result = body(*leaves)
    entry = {"name": name, "operands": [encode(operand) for operand in operands], "result": encode(result)}
    if result.requires_grad:
        weights = uniform(*result.shape, low=0.5, high=1.5)
        floats = [leaf for leaf in leaves if leaf.requires_grad]
        gradients = torch.autograd.grad((result * weights).sum(), floats, allow_unused=True)
        entry["weights"] = encode(weights)
        entry["gradients"] = [
            encode(torch.zeros_like(leaf) if gradient is None else gradient) for leaf, gradient in zip(floats, gradients)
        ]
    cases.append(entry)


x = torch.cat([uniform(3, 5), torch.tensor([[0.0, 1.0, -1.0, 9.0, -9.0]])])
positive = uniform(3, 5, low=0.05, high=4)

case("negate", lambda x: -x, x)
case("exp", torch.exp, x)
case("log", torch.log, positive)
case("squareRoot", torch.sqrt, positive)
case("squared", torch.square, x)
case("absolute", torch.abs, x)
case("sign", lambda x: torch.sign(x.detach()), x)
case("relu", torch.relu, x)
case("sigmoid", torch.sigmoid, x)
case("tanh", torch.tanh, x)
case("softplus", F.softplus, x)
# No element on a bound: whether its gradient passes differs between PyTorch's versions.
case("clamped", lambda x: torch.clamp(x, -1.25, 0.75), x)
case("scalar constants", lambda x: 2 * x + 1 - x / 4 + (1 - x) + 3 / (x.square() + 1), x)

pairs = {
    "same shape": (uniform(3, 4), uniform(3, 4)),
    "row": (uniform(3, 4), uniform(4)),
    "column": (uniform(3, 4), uniform(3, 1)),
    "scalar": (uniform(3, 4), uniform()),
    "outer": (uniform(5, 1), uniform(1, 3)),
    "middle": (uniform(2, 3, 2), uniform(3, 1)),
    "both sides": (uniform(2, 3, 2), uniform(1, 3, 1)),
    "crossed": (uniform(2, 1, 3), uniform(4, 1)),
}
for kind, (a, b) in pairs.items():
    case(f"add {kind}", torch.add, a, b)
    case(f"subtract {kind}", torch.sub, a, b)
    case(f"multiply {kind}", torch.mul, a, b)
    case(f"divide {kind}", torch.div, a, b.sign() * (b.abs() + 0.3))
    case(f"maximum {kind}", torch.maximum, a, b)

# Equal elements share the gradient.
tied = torch.tensor([[1.0, 2.0, 3.0], [0.0, -1.0, 5.0]]), torch.tensor([[1.0, 3.0, 2.0], [0.0, -1.0, 4.0]])
case("maximum tied", torch.maximum, *tied)
case("minimum tied", torch.minimum, *tied)
case("less", lambda a, b: (a < b).float(), *tied)
case("lessEqual", lambda a, b: (a <= b).float(), *tied)
case("greater", lambda a, b: (a > b).float(), *tied)
case("greaterEqual", lambda a, b: (a >= b).float(), *tied)
case("equal", lambda a, b: (a == b).float(), *tied)
case("select", lambda c, a, b: torch.where(c > 0, a * b, b), uniform(3, 1), uniform(4), uniform(3, 4))

cube = uniform(2, 3, 4)
case("sum of all", torch.sum, cube)
case("sum of first", lambda x: x.sum(0), cube)
case("sum of middle kept", lambda x: x.sum(1, keepdim=True), cube)
case("sum of first and last", lambda x: x.sum((0, 2)), cube)
case("mean of all", torch.mean, cube)
case("mean of last two", lambda x: x.mean((1, 2)), cube)
case("max of last", lambda x: x.amax(-1), cube)
case("max of all", lambda x: x.amax(), cube)
case("max tied", lambda x: x.amax(1), torch.tensor([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0], [5.0, 4.0, 3.0]]))
case("max of first two kept", lambda x: x.amax((0, 1), keepdim=True), cube)
# Long enough for the vector loops' tails.
case("sum of a long row", lambda x: x.sum(1), uniform(2, 131))
case("max of a long row", lambda x: x.amax(1), uniform(2, 131))
case("sum of long columns", lambda x: x.sum(0), uniform(67, 3))

rows = torch.cat([uniform(3, 5, low=-4, high=4), torch.tensor([[90.0, -90.0, 0.0, 89.0, 90.0]])])
case("softmax", lambda x: x.softmax(-1), rows)
case("logSoftmax", lambda x: x.log_softmax(-1), rows)
case("logSumExp", lambda x: x.logsumexp(-1), rows)
case("logSumExp kept", lambda x: x.logsumexp(-1, keepdim=True), rows)
case("argmax", lambda x: x.detach().argmax(-1), torch.cat([cube, cube[:, :, :2]], 2))

case("gathered", lambda x, i: x.gather(-1, i[..., None]).squeeze(-1), uniform(2, 3, 4), integers(2, 3, below=4))
case("oneHot", lambda i: F.one_hot(i, 5).float(), integers(2, 3, below=5))
case("asFloat", lambda i: i.float(), integers(2, 3, below=100))
case("reshaped", lambda x: x.reshape(4, 6), cube)
case("permuted", lambda x: x.permute(2, 0, 1), cube)
case("transposed", lambda x: x.transpose(-1, -2), cube)
case("broadcast", lambda x: x.expand(2, 3, 4), uniform(3, 1))
case("withoutGradient", lambda x: x * x.detach(), uniform(3))

m, k, n = 4, 7, 3
for left in (False, True):
    for right in (False, True):
        a = uniform(k, m) if left else uniform(m, k)
        b = uniform(n, k) if right else uniform(k, n)
        name = f"matmul{' left transposed' if left else ''}{' right transposed' if right else ''}"
        case(name, lambda a, b, l=left, r=right: (a.T if l else a) @ (b.T if r else b), a, b)
case("matmul of rows", torch.matmul, uniform(2, 3, 5), uniform(5, 2))
case("matmul larger", torch.matmul, uniform(17, 33, low=-1, high=1), uniform(33, 9, low=-1, high=1))

case("log1p", torch.log1p, uniform(3, 5, low=-0.9, high=4))
case("expm1", torch.expm1, x)
case("sine", torch.sin, uniform(3, 5, low=-20, high=20))
case("cosine", torch.cos, uniform(3, 5, low=-20, high=20))
case("erf", torch.erf, x)
case("erfInverse", torch.erfinv, uniform(3, 5, low=-0.97, high=0.97))
case("logSigmoid", F.logsigmoid, torch.cat([x, 10 * x]))
case("floor", lambda x: x.detach().floor(), x)
case("rounded", lambda x: x.detach().round(), torch.tensor([0.5, 1.5, 2.5, -0.5, -1.5, 2.4, -2.6]))
case("asInteger", lambda x: x.detach().int(), x)
case("power", torch.pow, uniform(3, 4, low=0.2, high=2), uniform(3, 4))
case("power of a number", lambda x: x**2.5 + x**-2 + x**3, uniform(3, 4, low=0.4, high=2))

case("sliced", lambda x: x[:, 1:3], cube)
case("sliced by steps", lambda x: x[..., ::3], uniform(2, 8))
case("reversed", lambda x: x.flip(1), cube)
case("selected", lambda x: x[:, 2], cube)
case("split", lambda x: (lambda a, b: a.sum(1, keepdim=True) * b)(*x.split((1, 2), 1)), cube)
case("padded", lambda x: F.pad(x, (1, 0, 2, 1), value=0.5), uniform(2, 3))
case("concatenated", lambda a, b: torch.cat([a, b, a], 1), uniform(2, 1, 3), uniform(2, 4, 3))
case("stacked", lambda a, b: torch.stack([a, b], 1), uniform(2, 3), uniform(2, 3))
case("taking", lambda x, i: F.embedding(i, x), uniform(6, 3), integers(2, 4, below=6))
case("taking along", lambda x, i: x.gather(1, i), uniform(2, 5, 3), integers(2, 4, 3, below=5))
case(
    "scatterAdded",
    lambda x, i: torch.zeros(5, 2).index_add(0, i.flatten(), x.reshape(-1, 2)),
    uniform(3, 2, 2),
    integers(3, 2, below=5),
)
case(
    "scatterAdded along",
    lambda x, i: torch.zeros(2, 5, 3).scatter_add(1, i, x),
    uniform(2, 4, 3),
    integers(2, 4, 3, below=5),
)
case("sorted", lambda x: x.sort(-1).values, uniform(3, 7))
case("sorted descending", lambda x: x.sort(-1, descending=True).values, uniform(3, 7))
case("argsorted", lambda x: x.detach().argsort(dim=-1, stable=True), torch.tensor([[3.0, 1.0, 3.0, -2.0, 1.0]]))
case("top", lambda x: x.topk(3).values, uniform(3, 7))
case("argmin", lambda x: x.detach().argmin(-1), cube)
case("cumulativeSum", lambda x: x.cumsum(1), cube)
case("cumulativeSum reversed", lambda x: x.flip(2).cumsum(2).flip(2), cube)
case("cumulativeProduct", lambda x: x.cumprod(1), torch.cat([cube[:, :2], torch.zeros(2, 1, 4), cube], 1))
case("min", lambda x: x.amin(1), cube)
case("variance", lambda x: x.var(1, unbiased=False), cube)
case("variance unbiased", lambda x: x.var((0, 2), keepdim=True), cube)
case("softmax of middle", lambda x: x.softmax(1), cube)
case("logSoftmax of middle", lambda x: x.log_softmax(1), cube)
case("logSumExp of middle", lambda x: x.logsumexp(1), cube)


def channels_last(f):
    """A function of PyTorch's (B, C, H, W) or (B, C, T) as one of channels last, its weight (O, …, I) likewise."""
    first = lambda x: x.movedim(-1, 1)
    return lambda x, *weight: f(first(x), *map(first, weight)).movedim(1, -1)


case("convolution plain", channels_last(F.conv2d), uniform(2, 5, 4, 3), uniform(2, 3, 2, 3))
case(
    "convolution strided",
    channels_last(lambda x, w: F.conv2d(F.pad(x, (2, 1, 1, 0)), w, stride=(2, 3))),
    uniform(2, 7, 6, 2),
    uniform(4, 3, 3, 2),
)
case(
    "convolution dilated",
    channels_last(lambda x, w: F.conv2d(x, w, padding=(2, 3), dilation=(2, 3))),
    uniform(1, 6, 5, 3),
    uniform(2, 3, 3, 3),
)
case(
    "convolution in groups",
    channels_last(lambda x, w: F.conv2d(x, w, padding=1, stride=2, groups=2)),
    uniform(2, 5, 5, 4),
    uniform(6, 3, 3, 2),
)
case(
    "convolution of each channel",
    channels_last(lambda x, w: F.conv2d(x, w, padding=1, groups=5)),
    uniform(1, 4, 5, 5),
    uniform(5, 3, 3, 1),
)
case("convolution larger", channels_last(F.conv2d), uniform(1, 5, 4, 9, low=-1), uniform(17, 3, 3, 9, low=-0.3, high=0.3))
case(
    "convolution transposed",
    channels_last(lambda x, w: F.conv_transpose2d(x, w, stride=(2, 1), padding=1, output_padding=(1, 0))),
    uniform(2, 3, 4, 3),
    uniform(3, 3, 4, 2),
)
case(
    "convolution transposed in groups",
    channels_last(lambda x, w: F.conv_transpose2d(x, w, stride=2, dilation=(1, 2), groups=2)),
    uniform(1, 3, 2, 4),
    uniform(4, 2, 3, 3),
)
case(
    "convolution of sequences",
    channels_last(lambda x, w: F.conv1d(F.pad(x, (4, 0)), w, dilation=2)),
    uniform(2, 6, 3),
    uniform(4, 3, 3),
)
case(
    "convolution of sequences transposed",
    channels_last(lambda x, w: F.conv_transpose1d(x, w, stride=2, padding=1)),
    uniform(2, 4, 3),
    uniform(3, 4, 2),
)
case("maxPooled2d", channels_last(lambda x: F.max_pool2d(x, (2, 3))), uniform(2, 4, 7, 3))
case("maxPooled2d overlapping", channels_last(lambda x: F.max_pool2d(x, 3, 2, 1)), uniform(1, 5, 6, 2))
case("averagePooled2d", channels_last(lambda x: F.avg_pool2d(x, (2, 3))), uniform(2, 4, 7, 3))
case("averagePooled2d overlapping", channels_last(lambda x: F.avg_pool2d(x, 3, 2, 1)), uniform(1, 5, 6, 2))
case("upsampled", channels_last(lambda x: F.interpolate(x, scale_factor=(2, 3))), uniform(2, 2, 3, 2))

case("matmul of batches", torch.matmul, uniform(2, 1, 3, 4), uniform(3, 4, 2))
case("matmul of transposed batches", lambda a, b: a.mT @ b.mT, uniform(3, 4, 2), uniform(3, 5, 4))
square = uniform(2, 4, 4)
case("cholesky", lambda x: torch.linalg.cholesky(x @ x.mT + 3 * torch.eye(4)), square)
for upper in (False, True):
    for transposed in (False, True):
        name = f"triangularSolve{' upper' if upper else ''}{' transposed' if transposed else ''}"

        def solve(t, b, upper=upper, transposed=transposed):
            triangle = t.triu() if upper else t.tril()
            return torch.linalg.solve_triangular(triangle.mT if transposed else triangle, b, upper=upper != transposed)

        case(name, solve, square + 3 * torch.eye(4), uniform(2, 4, 3))
case("inverse", torch.linalg.inv, square + 4 * torch.eye(4))
case("logAbsoluteDeterminant", lambda x: torch.linalg.slogdet(x).logabsdet, square)
case("diagonal", lambda x: x.diagonal(dim1=-2, dim2=-1), square)

with open("operations.json", "w") as file:
    json.dump(cases, file, separators=(",", ":"))
    file.write("\n")
