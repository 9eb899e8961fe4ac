"""Learns the BPE merges from the corpus: `python3 train_tokenizer.py` writes tokenizer.json."""

import json
from collections import Counter
from pathlib import Path

from corpus.chats import Chats
from tokenizer import FIXED, SPACE, SPECIAL, partition, pieces

VOCABULARY = 2048
WITH_SPACE = 800
CHATS = 15000
SEED = 1


def count_pieces():
    """Pre-tokens of many chats; digits stay single bytes."""
    counts, chats = Counter(), Chats(SEED)
    for _ in range(CHATS):
        for role, text in chats.chat()[-2:]:
            text = text if role == "assistant" else " " + text.lower()
            for piece in (piece for is_fixed, part in partition(text) if not is_fixed for piece in pieces(part)):
                digits = any(c.isdigit() for c in piece)
                counts.update([piece] if not digits else [piece[:2]] if piece[0] == SPACE else piece)
    return counts


def learn(counts, merges_wanted):
    """Plain BPE over the pieces without their leading space."""
    words = Counter()
    for piece, n in counts.items():
        words[piece.lstrip(SPACE)] += n
    splits = {w: list(w) for w in words if len(w) > 1}
    merges = []
    while len(merges) < merges_wanted:
        pairs = Counter()
        for word, parts in splits.items():
            for pair in zip(parts, parts[1:]):
                pairs[pair] += words[word]
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        for word, parts in splits.items():
            if best[0] in parts:
                i = 0
                while i < len(parts) - 1:
                    if (parts[i], parts[i + 1]) == best:
                        parts[i:i + 2] = [best[0] + best[1]]
                    i += 1
    return merges, {word: parts[0] for word, parts in splits.items()} | {word: word for word in words if len(word) == 1}


def main():
    counts = count_pieces()
    merges, first = learn(counts, VOCABULARY - len(SPECIAL) - len(FIXED) - 256 - WITH_SPACE)
    starts = Counter()
    for piece, n in counts.items():
        if piece[0] == SPACE and len(piece) > 1:
            starts[first[piece.lstrip(SPACE)]] += n
    merges += [(SPACE, start) for start in sorted(starts, key=lambda start: (-starts[start], start))[:WITH_SPACE]]
    out = Path(__file__).parent / "tokenizer.json"
    out.write_text(json.dumps({"merges": [" ".join(m) for m in merges]}, ensure_ascii=False, indent=0) + "\n")
    print(f"{out.name}: {len(merges)} merges, vocabulary {len(SPECIAL) + len(FIXED) + 256 + len(merges)}")


if __name__ == "__main__":
    main()
