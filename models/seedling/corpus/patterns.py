"""Template files: reading, the trained / held-out split, and rendering.

A line is `pattern [=> key=value; ...]`.  In a pattern `(a|b)` is a choice and
`{slot}` is filled by `slots.py`.  A leading `~` says that the line is not an
imperative, so that "could you ..." cannot stand before it.  A line that
starts with `@` holds fields and options for the lines below it.

A line that starts with `!` is held out: it is never trained on in any of its
forms, and loading fails where a trained line has a form of a held-out one.
The lines were chosen at random, about one in six of the first 1,900, so that
every word in them occurs in trained lines too: what is held out is the way to
say it, not the words.  Lines written later are trained on.
"""

import itertools
import math
import re
from functools import cached_property
from pathlib import Path

FOLDER = Path(__file__).parent / "templates"
TOKEN = re.compile(r"\{[^}]*\}|\([^)]*\)")


class Template:
    """One line of a template file."""

    def __init__(self, family, line, options):
        self.held_out = line.startswith("!")
        self.family = family
        self.line = line.lstrip("!")
        pattern, _, fields = self.line.partition(" => ")
        self.options = options
        self.imperative = not pattern.startswith("~")
        self.pattern = pattern.lstrip("~").strip()
        self.fields = dict(options["fields"])
        self.fields.update(_fields(fields))
        self.slots = re.findall(r"\{([^}]*)\}", self.pattern)
        self.choices = math.prod(choice.count("|") + 1 for choice in re.findall(r"\(([^)]*)\)", self.pattern))

    @cached_property
    def said(self):
        """Every form of the pattern; there are as many as its `choices`, or fewer."""
        return _expansions(self.pattern)

    def pieces(self, rng):
        """The pattern with its choices made: a list of (is_slot, text)."""
        chosen = re.sub(r"\(([^)]*)\)", lambda m: rng.choice(m.group(1).split("|")), self.pattern)
        chosen = re.sub(r" {2,}", " ", chosen).strip()
        return [(part.startswith("{"), part.strip("{}")) for part in re.split(r"(\{[^}]*\})", chosen) if part]


class Lines:
    """The trained lines of some templates; lines with many forms come more often, but not in proportion."""

    def __init__(self, templates, power=0.5):
        self.lines = [t for t in templates if not t.held_out]
        self.until = list(itertools.accumulate(len(t.said) ** power for t in self.lines))

    def pick(self, rng):
        return rng.choices(self.lines, cum_weights=self.until)[0]


SAME = {"barething": "thing", "things": "thing", "barelight": "thing", "light": "thing", "covers": "cover", "barecover": "cover", "locks": "lock", "barelock": "lock",
        "inroomthe": "room", "fact": "text", "event": "text", "durx": "dur"}


def _expansions(pattern):
    """Every form of a pattern; slots that can be said alike count as one."""
    pattern = re.sub(r"\{([^}]*)\}", lambda m: f"<{SAME.get(m.group(1), m.group(1))}>", pattern)
    choices = [part[1:-1].split("|") if part.startswith("(") else [part] for part in re.split(r"(\([^)]*\))", pattern)]
    return {re.sub(r"\s+", " ", "".join(chosen)).strip() for chosen in itertools.product(*choices)}


def _fields(text):
    pairs = (pair.split("=") for pair in text.split(";") if pair.strip())
    return {k.strip(): int(v) if v.strip().isdigit() else v.strip() for k, v in pairs}


def load(family, folder=FOLDER):
    """All templates of one file."""
    options, templates = {"fields": {}}, []
    for line in (folder / f"{family}.txt").read_text().splitlines():
        if line.startswith("@"):
            pairs = dict(word.split("=") for word in line[1:].split())
            options = {"when": float(pairs.pop("when", 0)), "spans": pairs.pop("spans", "") == "1", "fields": pairs}
        elif line.strip():
            templates.append(Template(family, line, options))
    held_out = {form for template in templates if template.held_out for form in template.said}
    leaks = [t.line for t in templates if held_out and not t.held_out and t.said & held_out]
    if leaks:
        raise ValueError(f"{family}.txt: trained lines with a form of a held-out line: {leaks}")
    return templates
