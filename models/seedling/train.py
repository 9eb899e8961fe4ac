"""Trains Seedling from its seed: `python3 train.py --steps 5000 --out run`.

Matrix products run in bfloat16 (the CPU has instructions for them), weights and
sums stay in float32.  The loss counts only the assistant's last answer.
"""

import argparse
import json
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


def batches(seed, tokenizer, tokens, context):
    """Endless batches of chats of about the same length, padded to a rectangle."""
    chats, rng = Chats(seed), random.Random(seed)
    while True:
        pool = []
        for _ in range(4000):
            ids, start = tokenizer.chat(chats.chat())
            if len(ids) <= context:
                pool.append((ids, start))
        pool.sort(key=lambda one: len(one[0]))
        ready, batch = [], []
        for one in pool:
            if batch and len(one[0]) * (len(batch) + 1) > tokens:
                ready.append(batch)
                batch = []
            batch.append(one)
        rng.shuffle(ready)
        yield from map(_rectangle, ready)


def _rectangle(batch):
    length = max(len(ids) for ids, _ in batch) - 1
    inputs = torch.zeros(len(batch), length, dtype=torch.long)
    wanted = torch.zeros(len(batch), length, dtype=torch.bool)
    targets = torch.zeros(len(batch), length, dtype=torch.long)
    for row, (ids, start) in enumerate(batch):
        inputs[row, :len(ids) - 1] = torch.tensor(ids[:-1])
        targets[row, :len(ids) - 1] = torch.tensor(ids[1:])
        wanted[row, start - 1:len(ids) - 1] = True
    return inputs, wanted, targets[wanted]


def rate_at(step, steps):
    """Warm-up, flat, then a long linear way down to zero."""
    return min(1.0, (step + 1) / 60, (steps - step) / (0.6 * steps))


def save(path, model, **facts):
    torch.save({"model": model.state_dict(), "shape": asdict(model.shape), **facts}, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--tokens", type=int, default=6144, help="tokens of a batch")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", default="run", help="folder for checkpoints and the log")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    model = Seedling(Shape())
    matrices = [p for n, p in model.named_parameters() if p.dim() == 2 and n.startswith("blk")]
    others = [p for n, p in model.named_parameters() if p.dim() == 1 or not n.startswith("blk")]
    muon = Muon(matrices)
    adam = torch.optim.AdamW(others, lr=1.0, betas=(0.9, 0.98), weight_decay=0.0)
    stream = batches(args.seed, Tokenizer.load(), args.tokens, 512)
    began, seen, recent, busy = time.time(), 0, [], time.process_time()
    for step in range(args.steps):
        inputs, wanted, targets = next(stream)
        seen += inputs.numel()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(inputs, wanted)
        loss = F.cross_entropy(logits, targets)
        for parameter in model.parameters():
            parameter.grad = None
        loss.backward()
        torch.nn.utils.clip_grad_norm_(others, 1.0)
        rate = rate_at(step, args.steps)
        muon.step(0.02 * rate)
        adam.param_groups[0]["lr"] = 0.004 * rate
        adam.step()
        recent.append(loss.item())
        if (step + 1) % 50 == 0:
            line = {"step": step + 1, "loss": round(sum(recent) / len(recent), 5), "tokens": seen,
                    "wall_s": round(time.time() - began), "cpu_s": round(time.process_time() - busy)}
            recent = []
            print(json.dumps(line), flush=True)
            with open(out / "log.jsonl", "a") as log:
                log.write(json.dumps(line) + "\n")
        if (step + 1) % 500 == 0 or step + 1 == args.steps:
            save(out / "last.pt", model, step=step + 1, seed=args.seed)


if __name__ == "__main__":
    main()
