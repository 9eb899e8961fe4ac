"""Chooses the chats that still teach something, on a second core beside the training.

Once nine answers in ten are right, most chats have next to no gradient.  A process
of its own asks the model as it is now for the loss of fresh chats, which costs a
quarter of a training step, and passes on each with a probability that grows with
its loss.  (Loss-proportional sampling: Jiang et al., "Accelerating Deep Learning by
Focusing on the Biggest Losers", 2019.)
"""

import math
import multiprocessing
import os
import queue
import random

import torch
from torch.nn import functional as F

from stream import IGNORED, batches, rectangle
from tokenizer import INTENTS, Tokenizer

FIXED_ANSWER = 0.5  # weight of greetings and refusals: which of several right ones it is stays a matter of chance
WAITING = 12        # batches made ready before the choice gets stricter


@torch.no_grad()
def losses(model, batch, length):
    """The loss of each chat's answer: minus the logarithm of its probability."""
    inputs, places, targets = rectangle(batch, length)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        each = F.cross_entropy(model(inputs, places), targets, ignore_index=IGNORED, reduction="none")
    sums = torch.zeros(len(batch)).index_add_(0, places // length, each)
    return sums.tolist()


def hand_over(ready, chosen):
    """Puts into the queue as soon as it has room. False if the training has ended."""
    while multiprocessing.parent_process().is_alive():
        try:
            ready.put(chosen, timeout=5)
            return True
        except queue.Full:
            pass
    return False


def choose(model, seed, tokens, context, ready):
    """Puts batches of chosen chats, (batch, length, share of all chats chosen), into the queue `ready` while the training lives."""
    torch.set_num_threads(1)
    os.nice(5)
    tokenizer, rng = Tokenizer.load(), random.Random(seed)
    threshold, share, pools = 0.05, 1.0, {}
    for batch, length in batches(seed, tokenizer, tokens, context):
        pool, before = pools.setdefault(length, []), sum(map(len, pools.values()))
        for chat, loss in zip(batch, losses(model, batch, length)):
            ids, start = chat
            worth = loss if ids[start] == INTENTS else FIXED_ANSWER * loss
            if not math.isfinite(worth) or rng.random() * threshold < worth:
                pool.append(chat)
        share += 0.02 * ((sum(map(len, pools.values())) - before) / len(batch) - share)
        threshold *= 1.02 if ready.qsize() > WAITING // 2 else 0.98
        rows = max(1, tokens // length)
        while len(pool) >= rows:
            if not hand_over(ready, (pool[:rows], length, share)):
                return
            del pool[:rows]
