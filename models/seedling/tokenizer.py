"""Seedling's tokenizer: byte-level BPE with the GPT-2 splitting rule, as llama.cpp's "gpt2" model does it.

Digits are never merged.  A space is merged last, with the first piece of its
word, so that a word has the same pieces with and without a space before it and
an unknown word can be copied from anywhere.  The fixed parts of the answer's
JSON are one token each.
"""

import json
import string
from pathlib import Path

import regex

SPECIAL = ("<|end|>", "<|user|>", "<|assistant|>", "<|system|>")
END, USER, ASSISTANT, SYSTEM = range(4)
ROLES = {"user": USER, "assistant": ASSISTANT, "system": SYSTEM}
KEYS = ("device", "room", "state", "color", "change", "text", "list", "what", "about", "action", "name", "day", "at", "in", "for", "every")
FIXED = tuple(['{"intents":[{"do":"', '"},{"do":"', '},{"do":"', '"]},{"do":"', '"}]}', '}]}', '"]}]}', '","items":["', '","value":', '","by":', ',"by":'] +
              [f'","{key}":"' for key in KEYS] + [f',"{key}":"' for key in KEYS[-6:]])
INTENTS = len(SPECIAL)  # the id of what every answer with intents starts with
BY_LENGTH = sorted(FIXED, key=len, reverse=True)
SPLIT = regex.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")


def byte_chars():
    """GPT-2's printable character for each byte."""
    kept = [b for b in range(256) if 33 <= b <= 126 or 161 <= b <= 172 or b >= 174]
    table, extra = {b: chr(b) for b in kept}, 0
    for b in range(256):
        if b not in table:
            table[b] = chr(256 + extra)
            extra += 1
    return table


LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
BYTE_CHARS = byte_chars()
SPACE = BYTE_CHARS[32]


def pieces(text):
    """Pre-tokens of a text, in GPT-2's printable characters."""
    return ["".join(BYTE_CHARS[b] for b in part.encode()) for part in SPLIT.findall(text)]


def partition(text):
    """The text cut at its fixed tokens, longest tokens first, as llama.cpp does it: a list of (is_fixed, part)."""
    parts = [(False, text)]
    for fixed in BY_LENGTH:
        cut = []
        for is_fixed, part in parts:
            if is_fixed or fixed not in part:
                cut.append((is_fixed, part))
                continue
            for i, between in enumerate(part.split(fixed)):
                cut += ([(True, fixed)] if i else []) + ([(False, between)] if between else [])
        parts = cut
    return parts


class Tokenizer:
    """Encodes and decodes; ids are the special and fixed tokens, the 256 bytes, then one per merge."""

    def __init__(self, merges):
        self.merges = [tuple(m) for m in merges]
        self.rank = {m: i for i, m in enumerate(self.merges)}
        self.tokens = list(SPECIAL) + list(FIXED) + [BYTE_CHARS[b] for b in range(256)] + [a + b for a, b in self.merges]
        self.ids = {t: i for i, t in enumerate(self.tokens)}
        self.cache = {}

    @classmethod
    def load(cls, path=Path(__file__).parent / "tokenizer.json"):
        return cls([m.split(" ") for m in json.loads(Path(path).read_text())["merges"]])

    def _piece(self, piece):
        if piece not in self.cache:
            parts = list(piece)
            while len(parts) > 1:
                ranked = [(self.rank.get(pair, 1 << 30), i) for i, pair in enumerate(zip(parts, parts[1:]))]
                best, i = min(ranked)
                if best == 1 << 30:
                    break
                parts[i:i + 2] = [parts[i] + parts[i + 1]]
            self.cache[piece] = [self.ids[p] for p in parts]
        return self.cache[piece]

    def encode(self, text):
        """Ids of a plain text (special tokens in it are not recognised)."""
        ids = []
        for is_fixed, part in partition(text):
            ids += [self.ids[part]] if is_fixed else [i for piece in pieces(part) for i in self._piece(piece)]
        return ids

    def chat(self, messages):
        """Ids of a chat, as chat_template.jinja writes it, and where the last answer starts."""
        ids, start = [], 0
        for role, text in messages:
            ids.append(ROLES[role])
            start = len(ids)
            text = text.strip()
            if role == "user":
                text = text.translate(LOWER)
            ids += self.encode(text if role == "assistant" else " " + text) + [END]
        return ids, start
