"""Writes the frozen evaluation sets as JSONL: `python3 make_eval.py`.

intents.jsonl is drawn from held-out templates only; the others are written by
hand (the .txt files beside them) and were never part of the corpus.  Of
handbook.txt, written by somebody who had not seen the templates, the questions that
the templates could draw all the same are left out.
"""

import json
import random
from pathlib import Path

from corpus.drawable import Drawable
from corpus.handbook import Handbook
from corpus.sentence import Grammar, answer, sentence

HERE = Path(__file__).parent / "eval"
SEED = 424242
COUNT = 1000


def cased(rng, text):
    """Upper and lower case as people mix them."""
    roll = rng.random()
    if roll < 0.3:
        return text[0].upper() + text[1:]
    if roll < 0.35 and text.isascii():
        return text.upper()
    return text


def intents():
    rng, grammar, seen = random.Random(SEED), Grammar(), set()
    while len(seen) < COUNT:
        text, wanted, used = sentence(rng, grammar, held_out=True)
        assert all(template.held_out for template in used)
        if text not in seen:
            seen.add(text)
            yield {"id": f"intent-{len(seen):04d}", "prompt": cased(rng, text), "answer": answer(wanted),
                   "templates": [f"{t.family}: {t.line}" for t in used]}


def by_hand(name):
    for number, line in enumerate((HERE / f"{name}.txt").read_text().splitlines(), 1):
        prompt, _, wanted = line.partition("\t")
        yield {"id": f"{name}-{number:03d}", "prompt": prompt, **({"answer": wanted} if wanted else {})}


def handbook():
    """Questions about Localscale with the answers of their topics; lines are `question<TAB>topic`, or `topic|topic` where either will do."""
    path, corpus = HERE / "handbook.txt", Handbook()
    drawable = Drawable(corpus)
    for number, line in enumerate(path.read_text().splitlines() if path.exists() else (), 1):
        prompt, _, topic = line.partition("\t")
        if drawable(prompt):
            print(f"handbook.txt:{number}: the corpus has it too, left out: {prompt}")
        else:
            yield {"id": f"handbook-{number:03d}", "prompt": prompt, "topic": topic, "answers": [corpus.answers[name] for name in topic.split("|")]}


def main():
    for name, rows in (("handbook", handbook()), ("intents", intents()), ("unrelated", by_hand("unrelated")), ("greetings", by_hand("greetings")), ("by_hand", by_hand("by_hand"))):
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        (HERE / f"{name}.jsonl").write_text("\n".join(lines) + "\n")
        print(f"{name}.jsonl: {len(lines)}")


if __name__ == "__main__":
    main()
