"""PyTorch's side of the comparison. Reads one command a line from standard input and answers each with a line:

    work OP|SHAPE   makes operands: ok; none where the operation is not known; else what went wrong
    run N           does the work N times and waits for the device: ok
    check           compares the last result with float64: ok, or the difference
    free            drops the operands: ok

The first line it writes is its version.
"""

import sys

import torch
import torch.nn.functional as F

CUDA = torch.cuda.is_available()
DEVICE = "cuda" if CUDA else "cpu"
DROPPED = 0.1


def settle():
    if CUDA:
        torch.cuda.synchronize()


def normal(*shape):
    return torch.randn(*shape, device=DEVICE)


def extents(shape):
    return [int(n) for n in shape.split()[0].split("x")]


# An operation makes operands and gives two functions: the work, and the same in float64.


def gemm(shape):
    m, n, k = extents(shape)
    a, b, c = normal(m, k), normal(k, n), normal(m, n)
    return lambda: torch.mm(a, b, out=c), lambda: a.double() @ b.double()


def rows(function):
    def make(shape):
        x = normal(*extents(shape))
        return lambda: function(x), lambda: function(x.double())

    return make


def layer_norm(shape):
    x = normal(*extents(shape))
    gain, bias = normal(x.shape[1]), normal(x.shape[1])
    return (
        lambda: F.layer_norm(x, gain.shape, gain, bias),
        lambda: F.layer_norm(x.double(), gain.shape, gain.double(), bias.double()),
    )


def cross_entropy(shape):
    x = normal(*extents(shape))
    classes = torch.randint(x.shape[1], (x.shape[0],), device=DEVICE)
    loss = lambda v: F.cross_entropy(v, classes, reduction="none")
    return lambda: loss(x), lambda: loss(x.double())


def gradients(function, inputs):
    """The gradients of a function, from a forward pass that was made before."""
    inputs = [x.requires_grad_() for x in inputs]
    y = function(*inputs)
    upstream = torch.randn_like(y)

    def exact():
        wide = [x.detach().double().requires_grad_() for x in inputs]
        return torch.autograd.grad(function(*wide), wide, upstream.double())[0]

    return lambda: torch.autograd.grad(y, inputs, upstream, retain_graph=True)[0], exact


def softmax_backward(shape):
    return gradients(lambda x: F.softmax(x, 1), [normal(*extents(shape))])


def layer_norm_backward(shape):
    r, c = extents(shape)
    return gradients(lambda x, g, b: F.layer_norm(x, (c,), g, b), [normal(r, c), normal(c), normal(c)])


def cross_entropy_backward(shape):
    r, c = extents(shape)
    classes = torch.randint(c, (r,), device=DEVICE)
    return gradients(lambda x: F.cross_entropy(x, classes, reduction="none"), [normal(r, c)])


def attention_of(q, k, v):
    return F.scaled_dot_product_attention(q, k, v, is_causal=True)


def attention(shape):
    q, k, v = (normal(1, *extents(shape)) for _ in range(3))
    return lambda: attention_of(q, k, v), lambda: attention_of(q.double(), k.double(), v.double())


def attention_backward(shape):
    return gradients(attention_of, [normal(1, *extents(shape)) for _ in range(3)])


def pair(function, other):
    def make(shape):
        r, c = extents(shape)
        a, b, out = normal(r, c), normal(*other(r, c)), normal(r, c)
        return lambda: function(a, b, out=out), lambda: function(a.double(), b.double())

    return make


def gather_rows(shape):
    x = normal(*extents(shape))
    ids = torch.randint(x.shape[0], (x.shape[0],), device=DEVICE)
    return lambda: torch.index_select(x, 0, ids), lambda: x.double()[ids]


def scatter_add_rows(shape):
    x = normal(*extents(shape))
    ids = torch.randint(x.shape[0], (x.shape[0],), device=DEVICE)
    table = torch.zeros_like(x)
    exact = lambda: torch.zeros_like(x, dtype=torch.float64).index_add_(0, ids, x.double())
    return lambda: table.zero_().index_add_(0, ids, x), exact


def dropout(shape):
    x = normal(*extents(shape))
    last = [None]

    def run():
        last[0] = F.dropout(x, DROPPED)
        return last[0]

    return run, lambda: torch.where(last[0] == 0, torch.zeros_like(x), x).double() / (1 - DROPPED)


def adamw(shape):
    p, first = normal(*extents(shape)), None
    p.requires_grad_()
    p.grad = torch.randn_like(p)
    # One pass over memory, where this PyTorch has it for the device.
    options = {"lr": 1e-3, "weight_decay": 0.01, **({"fused": True} if CUDA else {})}
    start, optimizer, steps = p.detach().double(), torch.optim.AdamW([p], **options), [0]

    def run():
        optimizer.step()
        steps[0] += 1
        return p.detach()

    def exact():
        q = start.clone().requires_grad_()
        q.grad = p.grad.double()
        again = torch.optim.AdamW([q], lr=1e-3, weight_decay=0.01)
        for _ in range(steps[0]):
            again.step()
        return q.detach()

    return run, exact


OPERATIONS = {
    "gemm": gemm,
    "gelu_tanh": rows(lambda x: F.gelu(x, approximate="tanh")),
    "softmax": rows(lambda x: F.softmax(x, 1)),
    "log_softmax": rows(lambda x: F.log_softmax(x, 1)),
    "layer_norm": layer_norm,
    "cross_entropy": cross_entropy,
    "softmax backward": softmax_backward,
    "layer_norm backward": layer_norm_backward,
    "cross_entropy backward": cross_entropy_backward,
    "attention": attention,
    "attention backward": attention_backward,
    "add": pair(torch.add, lambda r, c: (r, c)),
    "add_row": pair(torch.add, lambda r, c: (c,)),
    "dropout": dropout,
    "transpose": rows(lambda x: x.t().contiguous()),
    "gather_rows": gather_rows,
    "scatter_add_rows": scatter_add_rows,
    "sum_rows": rows(lambda x: x.sum(1)),
    "sum_columns": rows(lambda x: x.sum(0)),
    "arg_max": rows(lambda x: x.argmax(1)),
    "cumulative_sum": rows(lambda x: x.cumsum(1)),
    "adamw": adamw,
}


class Bench:
    def __init__(self):
        self.run = self.exact = self.result = None

    def obey(self, command, argument):
        if command == "work":
            op, _, shape = argument.partition("|")
            if op not in OPERATIONS:
                return "none"
            self.run, self.exact = OPERATIONS[op](shape)
        elif command == "run":
            for _ in range(int(argument)):
                self.result = self.run()
            settle()
        elif command == "check":
            expected = self.exact()
            difference = (self.result.double() - expected).abs().max().item()
            allowed = 1e-5 * max(1, expected.abs().max().item())
            if not difference <= allowed:
                return f"differs from float64 by {difference}, {allowed} is allowed"
        elif command == "free":
            self.run = self.exact = self.result = None
            if CUDA:
                torch.cuda.empty_cache()
        else:
            return "unknown command " + command
        return "ok"


def main():
    torch.backends.cuda.matmul.allow_tf32 = False  # float32 means float32
    torch.manual_seed(1)
    bench = Bench()
    print(torch.__version__, "on", torch.cuda.get_device_name() if CUDA else "the CPU", flush=True)
    for line in sys.stdin:
        command, _, argument = line.strip().partition(" ")
        try:
            answer = bench.obey(command, argument)
        except Exception as e:  # whatever it is, the other side is told
            answer = " ".join(f"{type(e).__name__}: {e}".split())
        print(answer, flush=True)


main()
