"""Tells whether the handbook's templates can draw a text, so that what is measured was never trained on.

Texts are compared by their letters and digits only: case, spaces and punctuation do not
count.  Slips of the finger are not undone.
"""

import re

from .handbook import GREETINGS, PLACES

MADE_UP = "[a-z]{2,14}(?:[0-9]{1,2}b?|23b|latest|mini)"
SAID = ("do", "ask", "say")


def squash(text):
    """The letters and digits of a text."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


class Drawable:
    """Everything that a `Handbook` can draw, as regular expressions."""

    def __init__(self, handbook):
        self.words = handbook.words
        self.lines = {kind: [] for kind in SAID}
        for group, _ in handbook.lines.values():
            for line in group:
                self.lines[line.fields["kind"]].append(self._expression(line.pattern))
        self.frames = {(kind if kind in SAID else "do", *map(self._expression, re.split(r"\{(?:do|ask|say)\}", frame.pattern)))
                       for kind, frames in handbook.frames.items() for frame in frames}
        self.before = [squash(text) for text in (*GREETINGS, *PLACES[0])]
        self.after = [squash(text) for text in PLACES[1]]

    def __call__(self, text):
        """True if the text can be drawn."""
        return any(self._said(form, kind, start, end) for form in self._without_places(squash(text)) for kind, start, end in self._spans(form))

    def _without_places(self, text):
        """The text, and what is left of it without greetings and places."""
        forms = {text}
        for _ in range(2):
            forms |= {form.removeprefix(words) for form in forms for words in self.before}
        return forms | {form.removesuffix(words) for form in forms for words in self.after}

    def _spans(self, text):
        """Where a line can stand if the rest is a frame."""
        spans = set()
        for kind, before, after in self.frames:
            starts = [i for i in range(len(text)) if before.fullmatch(text, 0, i)]
            spans |= {(kind, start, end) for start in starts for end in range(start + 1, len(text) + 1) if after.fullmatch(text, end)}
        return spans

    def _said(self, text, kind, start, end):
        return any(line.fullmatch(text, start, end) for line in self.lines[kind])

    def _expression(self, pattern):
        return re.compile("".join(self._part(part) for part in re.split(r"(\([^)]*\)|\{\w+\})", pattern)))

    def _part(self, part):
        if part.startswith("("):
            choices = part[1:-1].split("|")
            return "(?:" + "|".join("".join(self._part(piece) for piece in re.split(r"(\{\w+\})", choice)) for choice in choices) + ")"
        if part.startswith("{"):
            name = part[1:-1]
            values = "|".join("".join(self._part(piece) for piece in re.split(r"(\{\w+\})", value)) for value in self.words[name])
            return f"(?:{values}|{MADE_UP})" if name == "model" else f"(?:{values})"
        return squash(part)
