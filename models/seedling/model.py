"""Seedling's network: a Llama decoder small enough to train on one CPU core."""

import math
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F


@dataclass
class Shape:
    """Sizes; every matrix row is a multiple of 32, as Q8_0 needs."""
    vocabulary: int = 2048
    width: int = 192
    layers: int = 6
    heads: int = 6
    kv_heads: int = 3
    feed_forward: int = 512
    context: int = 1024
    rope_base: float = 10000.0
    epsilon: float = 1e-5

    @property
    def head_size(self):
        return self.width // self.heads


class Unit(torch.autograd.Function):
    """RMS norm without its weight; one pass each way, the result in the type of the matrix products."""

    @staticmethod
    def forward(ctx, x, epsilon, dtype):
        scale = torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + epsilon)
        unit = x * scale
        ctx.save_for_backward(unit, scale)
        return unit.to(dtype)

    @staticmethod
    def backward(ctx, gradient):
        unit, scale = ctx.saved_tensors
        gradient = gradient.float()
        along = (gradient * unit).mean(-1, keepdim=True)
        return gradient.addcmul_(unit, along, value=-1).mul_(scale), None, None


class Gate(torch.autograd.Function):
    """silu(gate) * up."""

    @staticmethod
    def forward(ctx, both):
        gate, up = both.float().chunk(2, -1)
        ctx.save_for_backward(both)
        return (F.silu(gate) * up).to(both.dtype)

    @staticmethod
    def backward(ctx, gradient):
        gate, up = ctx.saved_tensors[0].float().chunk(2, -1)
        gradient = gradient.float()
        sigma = torch.sigmoid(gate)
        silu = gate * sigma
        towards_gate = torch.addcmul(sigma, silu, 1 - sigma).mul_(up).mul_(gradient)
        return torch.cat((towards_gate, silu.mul_(gradient)), -1).to(ctx.saved_tensors[0].dtype)


class Norm(nn.Module):
    """The weight of an RMS norm; `into` folds it into the matrices that follow, which is cheaper than applying it."""

    def __init__(self, shape):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(shape.width))
        self.epsilon = shape.epsilon

    def into(self, x, *matrices):
        fast = torch.is_autocast_cpu_enabled()
        unit = Unit.apply(x, self.epsilon, torch.bfloat16 if fast else x.dtype)
        return F.linear(unit, torch.cat(matrices) * self.weight)


def rotate(x, turns):
    """RoPE on neighbouring pairs, which is llama.cpp's convention for this architecture (no permutation on export)."""
    pairs = torch.view_as_complex(x.float().unflatten(-1, (-1, 2)))
    return torch.view_as_real(pairs * turns).flatten(-2)


class Block(nn.Module):
    """Attention and SwiGLU, each behind a norm and added to the stream."""

    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        width, kv = shape.width, shape.kv_heads * shape.head_size
        self.attn_norm, self.ffn_norm = Norm(shape), Norm(shape)
        self.attn_q = nn.Linear(width, width, bias=False)
        self.attn_k = nn.Linear(width, kv, bias=False)
        self.attn_v = nn.Linear(width, kv, bias=False)
        self.attn_output = nn.Linear(width, width, bias=False)
        self.ffn_gate = nn.Linear(width, shape.feed_forward, bias=False)
        self.ffn_up = nn.Linear(width, shape.feed_forward, bias=False)
        self.ffn_down = nn.Linear(shape.feed_forward, width, bias=False)

    def attention(self, x, turns, mask):
        batch, length, _ = x.shape
        s = self.shape
        qkv = self.attn_norm.into(x, self.attn_q.weight, self.attn_k.weight, self.attn_v.weight)
        qkv = qkv.view(batch, length, -1, s.head_size).transpose(1, 2)
        qk, v = qkv.split((s.heads + s.kv_heads, s.kv_heads), 1)
        q, k = rotate(qk, turns).split((s.heads, s.kv_heads), 1)
        group = s.heads // s.kv_heads
        k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
        scores = torch.matmul(q / math.sqrt(s.head_size), k.transpose(-1, -2)).float() + mask
        mixed = torch.matmul(scores.softmax(-1), v)
        return self.attn_output(mixed.transpose(1, 2).reshape(batch, length, s.width))

    def forward(self, x, turns, mask):
        x = x + self.attention(x, turns, mask)
        return x + self.ffn_down(Gate.apply(self.ffn_norm.into(x, self.ffn_gate.weight, self.ffn_up.weight)))


class Seedling(nn.Module):
    """The whole model, with tied embeddings."""

    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.token_embd = nn.Embedding(shape.vocabulary, shape.width)
        self.blk = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.output_norm = Norm(shape)
        for parameter in self.parameters():
            if parameter.dim() == 2:
                nn.init.normal_(parameter, std=0.5 / math.sqrt(parameter.shape[1]))
        for block in self.blk:
            nn.init.zeros_(block.attn_output.weight)
            nn.init.zeros_(block.ffn_down.weight)
        angles = torch.outer(torch.arange(shape.context).float(),
                             shape.rope_base ** (-torch.arange(0, shape.head_size, 2).float() / shape.head_size))
        self.register_buffer("turns", torch.polar(torch.ones_like(angles), angles), persistent=False)

    def forward(self, ids, places):
        """Logits at some flat places of `ids`."""
        length = ids.shape[1]
        mask = torch.full((length, length), -1e9).triu(1)
        x = self.token_embd(ids)
        for block in self.blk:
            x = block(x, self.turns[:length], mask)
        return self.output_norm.into(x.flatten(0, 1)[places], self.token_embd.weight).float()
