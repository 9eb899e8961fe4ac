"""Weights before training: random, with a copying circuit wired in.

Copying unknown words is most of what a tiny model has to learn here, and it finds
the trick late.  So it starts with it: in layer 0 two heads look at the previous
token and note what it was; in layer 1 two heads look for a place whose note equals
the current token and repeat what stands there.  Training is free to change all of it.
"""

import math

import torch

from tokenizer import SPACE

EMBEDDING = 0.1   # size of an embedding's entries
CONSTANT = 0.3    # entry 0 of every embedding, so that a head can look at a place regardless of content
FAST_PAIRS = 4    # the RoPE pairs that tell neighbours apart
SLOW_PAIRS = 7    # RoPE pairs from here on turn slowly enough to compare contents over a sentence


def _orthogonal(generator, rows, columns):
    """Orthonormal rows that do not see entry 0."""
    matrix = torch.linalg.qr(torch.randn(columns - 1, rows, generator=generator))[0].T
    return torch.cat((torch.zeros(rows, 1), matrix), 1)


@torch.no_grad()
def wire(model, tokens, seed):
    shape, generator = model.shape, torch.Generator().manual_seed(seed)
    size, width = shape.head_size, shape.width
    _embeddings(model, tokens, generator)
    first, second = model.blk[0], model.blk[1]
    group = shape.heads // shape.kv_heads
    rates = shape.rope_base ** (-torch.arange(0, size, 2).float() / size)
    for kv in (0, 1):
        head = slice(kv * group * size, kv * group * size + size)
        keys = slice(kv * size, kv * size + size)
        who = _orthogonal(generator, size, width)
        note = _orthogonal(generator, size, width)
        # layer 0: the score peaks one token back
        first.attn_k.weight[keys] = 0
        first.attn_q.weight[head] = 0
        first.attn_k.weight[keys.start:keys.start + 2 * FAST_PAIRS:2, 0] = 2.0
        first.attn_q.weight[head.start:head.start + 2 * FAST_PAIRS:2, 0] = 2.0 * torch.cos(-rates[:FAST_PAIRS])
        first.attn_q.weight[head.start + 1:head.start + 2 * FAST_PAIRS:2, 0] = 2.0 * torch.sin(-rates[:FAST_PAIRS])
        first.attn_v.weight[keys] = who
        first.attn_output.weight[:, head] = 0.15 * note.T
        # layer 1: what is noted there equals what is here
        slow = torch.zeros(size, 1)
        slow[2 * SLOW_PAIRS:] = 1
        second.attn_k.weight[keys] = 4.0 * slow * note
        second.attn_q.weight[head] = 4.0 * slow * who
        what = _orthogonal(generator, size, width)
        second.attn_v.weight[keys] = what
        second.attn_output.weight[:, head] = 0.8 * what.T


def _embeddings(model, tokens, generator):
    """A word's piece has nearly the same embedding with and without a space before it."""
    table = torch.randn(model.token_embd.weight.shape, generator=generator) * EMBEDDING
    ids = {token: i for i, token in enumerate(tokens)}
    space = torch.randn(table.shape[1], generator=generator) * EMBEDDING * 0.7
    for token, i in ids.items():
        if token.startswith(SPACE) and token[1:] in ids:
            table[i] = table[ids[token[1:]]] + 0.3 * table[i] + space
    table[:, 0] = CONSTANT
    model.token_embd.weight.copy_(table)
    model.output_norm.weight.fill_(0.25)
    model.output_norm.weight[0] = 0.0
