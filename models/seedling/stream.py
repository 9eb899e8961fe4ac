"""The endless stream of training batches."""

import itertools
import random

import torch

from corpus.chats import Chats

STEP = 8  # lengths are padded to multiples of this
PLACES = 512  # and the number of counted places to multiples of that
IGNORED = -100
OPENING = 10  # fixed answers are mostly trained on their first tokens only: the rest is always the same
EASY = (0.9, 0.9, 0.8, 0.6, 0.4, 0.2)  # share of single, copy-heavy sentences in the first pools of chats


def batches(seed, tokenizer, tokens, context, easy_shares=()):
    """Endless (batch, length): chats of about the same length, as (ids, where the answer starts).

    Few different shapes matter: the matrix library prepares code for each one.
    """
    chats, rng = Chats(seed), random.Random(seed)
    for easy in itertools.chain(easy_shares, itertools.repeat(0.0)):
        chats.easy = easy
        pool = {}
        for _ in range(6000):
            chat = chats.chat()
            ids, start = tokenizer.chat(chat)
            if chat[-1][1][0] != "{" and rng.random() < 0.6:
                ids = ids[:start + OPENING]
            length = -(-(len(ids) - 1) // STEP) * STEP
            if length <= context:
                pool.setdefault(length, []).append((ids, start))
        ready, carried = [], []
        for length in sorted(pool):
            rows = tokens // length
            group = carried + pool[length]
            full = len(group) // rows * rows
            ready += [(group[i:i + rows], length) for i in range(0, full, rows)]
            carried = group[full:]
        rng.shuffle(ready)
        yield from ready


def rectangle(batch, length):
    """Inputs, the flat places of the answers in them, and what follows there."""
    inputs = torch.zeros(len(batch), length, dtype=torch.long)
    places, targets = [], []
    for row, (ids, start) in enumerate(batch):
        inputs[row, :len(ids) - 1] = torch.tensor(ids[:-1])
        places += range(row * length + start - 1, row * length + len(ids) - 1)
        targets += ids[start:]
    missing = -len(places) % PLACES
    return inputs, torch.tensor(places + [0] * missing), torch.tensor(targets + [IGNORED] * missing)
