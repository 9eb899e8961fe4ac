"""Seedling's network: a Llama decoder small enough to train on one CPU core."""

import math
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F


@dataclass
class Shape:
    """Sizes; every matrix row is a multiple of 32, as Q8_0 needs."""
    vocabulary: int = 1280
    width: int = 192
    layers: int = 4
    heads: int = 6
    kv_heads: int = 3
    feed_forward: int = 512
    context: int = 1024
    rope_base: float = 10000.0
    epsilon: float = 1e-5

    @property
    def head_size(self):
        return self.width // self.heads


class Norm(nn.Module):
    """RMS norm."""

    def __init__(self, shape):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(shape.width))
        self.epsilon = shape.epsilon

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.epsilon) * self.weight


def rotate(x, cos, sin):
    """RoPE on neighbouring pairs, which is llama.cpp's convention for this architecture (no permutation on export)."""
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), -1).flatten(-2)


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

    def attention(self, x, cos, sin, mask):
        batch, length, _ = x.shape
        s = self.shape

        def split(y, heads):
            return y.view(batch, length, heads, s.head_size).transpose(1, 2)

        group = s.heads // s.kv_heads
        q = rotate(split(self.attn_q(x), s.heads).float(), cos, sin)
        k = rotate(split(self.attn_k(x), s.kv_heads).float(), cos, sin).repeat_interleave(group, 1)
        v = split(self.attn_v(x), s.kv_heads).repeat_interleave(group, 1)
        scores = torch.matmul(q, k.transpose(-1, -2)).float() / math.sqrt(s.head_size) + mask
        mixed = torch.matmul(scores.softmax(-1), v)
        return self.attn_output(mixed.transpose(1, 2).reshape(batch, length, s.width))

    def forward(self, x, cos, sin, mask):
        x = x + self.attention(self.attn_norm(x), cos, sin, mask)
        y = self.ffn_norm(x)
        return x + self.ffn_down(F.silu(self.ffn_gate(y).float()) * self.ffn_up(y))


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
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)

    def forward(self, ids, places):
        """Logits at some flat places of `ids`."""
        length = ids.shape[1]
        mask = torch.full((length, length), -1e9).triu(1)
        x = self.token_embd(ids)
        for block in self.blk:
            x = block(x, self.cos[:length], self.sin[:length], mask)
        return F.linear(self.output_norm(x.flatten(0, 1)[places]), self.token_embd.weight).float()
