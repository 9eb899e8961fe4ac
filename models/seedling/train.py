"""Trains Seedling from its seed: `python3 train.py --out run`.

Matrix products run in bfloat16 (the CPU has instructions for them), weights and
sums stay in float32.  The loss counts only the assistant's last answer.
"""

import argparse
import json
import queue
import time
from dataclasses import asdict
from pathlib import Path

import torch
from torch import multiprocessing
from torch.nn import functional as F

import gguf
from model import Seedling, Shape
from optimizer import Muon
from selection import WAITING, choose
from stream import EASY, IGNORED, batches, rectangle
from tokenizer import Tokenizer
from wiring import wire


def rate_at(step, progress, decay):
    """Warm-up over 60 steps, then flat, then a straight way down to zero over the last share `decay` of the run."""
    return min(1.0, (step + 1) / 60, (1 - progress) / decay)


def load(path):
    """A checkpoint; or a start from the weights of a GGUF file, whose optimisers begin anew."""
    if path is None:
        return {}
    if str(path).endswith(".gguf"):
        return {"model": {name: torch.from_numpy(tensor) for name, tensor in gguf.read_tensors(path).items()}, "step": 0}
    return torch.load(path)


def save(path, model, **facts):
    part = path.with_suffix(".part")
    torch.save({"model": model.state_dict(), "shape": asdict(model.shape), **facts}, part)
    part.rename(path)


class Stream:
    """Batches to train on: chosen ones as far as the choosing process has them ready, else as they come."""

    def __init__(self, model, seed, tokenizer, tokens, context, easy_shares, select):
        self.plain = batches(seed, tokenizer, tokens, context, easy_shares)
        self.share, self.chosen = 1.0, None
        if select:
            model.share_memory()
            processes = multiprocessing.get_context("spawn")
            self.chosen = processes.Queue(WAITING)
            processes.Process(target=choose, args=(model, seed + 1, tokens, context, self.chosen), daemon=True).start()

    def take(self):
        if self.chosen is not None:
            try:
                batch, length, self.share = self.chosen.get_nowait()
                return batch, length
            except queue.Empty:
                self.share = 1.0
        return next(self.plain)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=15000)
    parser.add_argument("--minutes", type=float, help="instead of --steps: how long to train, for a machine that others use too")
    parser.add_argument("--peak", type=float, default=1.0, help="the highest rate, as a share of the usual one")
    parser.add_argument("--decay", type=float, default=0.8, help="the last share of the run, in which the rate falls to zero")
    parser.add_argument("--tokens", type=int, default=4096, help="tokens of a batch")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--select", action="store_true", help="train on the chats that still teach something, chosen on a second core")
    parser.add_argument("--resume", help="checkpoint or F32 GGUF file to go on from (with fresh sentences)")
    parser.add_argument("--out", default="run", help="folder for checkpoints and the log")
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    saved = load(args.resume)
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
    stream = Stream(model, data_seed, tokenizer, args.tokens, 512, shares, args.select)
    first, cold = step, 0 if "adam" in saved else step
    began, seen, recent, busy, progress = time.time(), 0, [], time.process_time(), 0.0
    while progress < 1:
        inputs, places, targets = rectangle(*stream.take())
        seen += inputs.numel()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(inputs, places)
        loss = F.cross_entropy(logits, targets, ignore_index=IGNORED)
        for parameter in model.parameters():
            parameter.grad = None
        loss.backward()
        torch.nn.utils.clip_grad_norm_(others, 1.0)
        rate = args.peak * rate_at(step - cold, progress, args.decay)
        muon.step(0.02 * rate)
        adam.param_groups[0]["lr"] = 0.004 * rate
        adam.step()
        recent.append(loss.item())
        step += 1
        progress = (time.time() - began) / (60 * args.minutes) if args.minutes else (step - first) / (args.steps - first)
        if step % 50 == 0:
            line = {"step": step, "loss": round(sum(recent) / len(recent), 5), "share": round(stream.share, 3), "rate": round(rate, 3), "tokens": seen,
                    "wall_s": round(time.time() - began), "cpu_s": round(time.process_time() - busy)}
            recent = []
            print(json.dumps(line), flush=True)
            with open(out / "log.jsonl", "a") as log:
                log.write(json.dumps(line) + "\n")
        if step % 100 == 0 or progress >= 1:
            save(out / "last.pt", model, step=step, seed=args.seed, adam=adam.state_dict(), muon=muon.state())


if __name__ == "__main__":
    main()
