"""Trains Seedling from its seed: `python3 train.py --out run`.

Matrix products run in bfloat16 (the CPU has instructions for them), weights and
sums stay in float32.  The loss counts only the assistant's last answer.
"""

import argparse
import itertools
import json
import os
import random
import time
from dataclasses import asdict
from pathlib import Path

import torch
from torch.nn import functional as F

from corpus.chats import Chats
from model import Seedling, Shape
from optimizer import Muon
from tokenizer import Tokenizer
from wiring import wire

STEP = 8  # lengths are padded to multiples of this
PLACES = 512  # and the number of counted places to multiples of that
IGNORED = -100
OPENING = 10  # fixed answers are mostly trained on their first tokens only: the rest is always the same
EASY = (0.9, 0.9, 0.8, 0.6, 0.4, 0.2)  # share of single, copy-heavy sentences in the first pools of chats


def batches(seed, tokenizer, tokens, context, easy_shares=EASY):
    """Endless batches of chats of about the same length, padded to one of a few rectangles.

    Few different shapes matter: the matrix library prepares code for each one.
    """
    chats, rng = Chats(seed), random.Random(seed)
    for easy in itertools.chain(easy_shares, itertools.repeat(0.0)):
        chats.easy = easy
        pool = {}
        for _ in range(6000):
            chat = chats.chat()
            ids, start = tokenizer.chat(chat)
            if chat[-1][1][0] != "{" and rng.random() < 0.75:
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
        yield from (_rectangle(batch, length) for batch, length in ready)


def _rectangle(batch, length):
    """Inputs, the flat places of the answers in them, and what follows there."""
    inputs = torch.zeros(len(batch), length, dtype=torch.long)
    places, targets = [], []
    for row, (ids, start) in enumerate(batch):
        inputs[row, :len(ids) - 1] = torch.tensor(ids[:-1])
        places += range(row * length + start - 1, row * length + len(ids) - 1)
        targets += ids[start:]
    missing = -len(places) % PLACES
    return inputs, torch.tensor(places + [0] * missing), torch.tensor(targets + [IGNORED] * missing)


def rate_at(step, progress, decay):
    """Warm-up over 60 steps, then flat, then a straight way down to zero over the last share `decay` of the run."""
    return min(1.0, (step + 1) / 60, (1 - progress) / decay)


def spare_threads(most):
    """More than one thread only while nobody else wants the machine."""
    return most if os.getloadavg()[0] < torch.get_num_threads() + 0.6 else 1


def save(path, model, **facts):
    part = path.with_suffix(".part")
    torch.save({"model": model.state_dict(), "shape": asdict(model.shape), **facts}, part)
    part.rename(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=15000)
    parser.add_argument("--minutes", type=float, help="instead of --steps: how long to train, for a machine that others use too")
    parser.add_argument("--decay", type=float, default=0.8, help="the last share of the run, in which the rate falls to zero")
    parser.add_argument("--tokens", type=int, default=4096, help="tokens of a batch")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1, help="at most; more than one only while the machine is idle")
    parser.add_argument("--resume", help="checkpoint to go on from (with fresh sentences)")
    parser.add_argument("--out", default="run", help="folder for checkpoints and the log")
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    saved = torch.load(args.resume) if args.resume else {}
    model, tokenizer = Seedling(Shape(**saved.get("shape", {}))), Tokenizer.load()
    wire(model, tokenizer.tokens, args.seed)
    matrices = [p for n, p in model.named_parameters() if p.dim() == 2 and n.startswith("blk")]
    others = [p for n, p in model.named_parameters() if p.dim() == 1 or not n.startswith("blk")]
    muon = Muon(matrices)
    adam = torch.optim.AdamW(others, lr=1.0, betas=(0.9, 0.98), weight_decay=0.0)
    step, shares, data_seed = 0, EASY, args.seed
    if args.resume:
        model.load_state_dict(saved["model"])
        if "adam" in saved:
            adam.load_state_dict(saved["adam"])
            muon.load(saved["muon"])
        step, shares, data_seed = saved["step"], (), args.seed * 1000003 + saved["step"]
    stream = batches(data_seed, tokenizer, args.tokens, 512, shares)
    first, cold = step, 0 if "adam" in saved else step
    began, seen, recent, busy, progress = time.time(), 0, [], time.process_time(), 0.0
    while progress < 1:
        inputs, places, targets = next(stream)
        seen += inputs.numel()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(inputs, places)
        loss = F.cross_entropy(logits, targets, ignore_index=IGNORED)
        for parameter in model.parameters():
            parameter.grad = None
        loss.backward()
        torch.nn.utils.clip_grad_norm_(others, 1.0)
        rate = rate_at(step - cold, progress, args.decay)
        muon.step(0.02 * rate)
        adam.param_groups[0]["lr"] = 0.004 * rate
        adam.step()
        recent.append(loss.item())
        step += 1
        progress = (time.time() - began) / (60 * args.minutes) if args.minutes else (step - first) / (args.steps - first)
        if step % 50 == 0:
            torch.set_num_threads(spare_threads(args.threads))
            line = {"step": step, "loss": round(sum(recent) / len(recent), 5), "rate": round(rate, 3), "tokens": seen,
                    "wall_s": round(time.time() - began), "cpu_s": round(time.process_time() - busy)}
            recent = []
            print(json.dumps(line), flush=True)
            with open(out / "log.jsonl", "a") as log:
                log.write(json.dumps(line) + "\n")
        if step % 100 == 0 or progress >= 1:
            save(out / "last.pt", model, step=step, seed=args.seed, adam=adam.state_dict(), muon=muon.state())


if __name__ == "__main__":
    main()
