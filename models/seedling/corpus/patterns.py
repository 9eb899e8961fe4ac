"""Template files: reading, the trained / held-out split, and rendering.

A line is `pattern [=> key=value; ...]`.  In a pattern `(a|b)` is a choice and
`{slot}` is filled by `slots.py`.  A leading `~` says that the line is not an
imperative, so that "could you ..." cannot stand before it.  A line that
starts with `@` holds fields and options for the lines below it.

The split is by line, before choices are expanded: a held-out line is never
trained on in any of its forms.  Lines are held out in a seeded random order,
about one in six, as long as no form of them equals a form of a trained line,
and every word in them still occurs in trained lines: what is held out is the
way to say it, not the words.
"""

import itertools
import random
import re
from collections import Counter
from pathlib import Path

FOLDER = Path(__file__).parent / "templates"
SPLIT_SEED = 20261123
HELD_OUT_SHARE = 1 / 6
TOKEN = re.compile(r"\{[^}]*\}|\([^)]*\)")


class Template:
    """One line of a template file."""

    def __init__(self, family, line, options):
        pattern, _, fields = line.partition(" => ")
        self.family = family
        self.line = line
        self.options = options
        self.imperative = not pattern.startswith("~")
        self.pattern = pattern.lstrip("~").strip()
        self.fields = dict(options["fields"])
        self.fields.update(_fields(fields))
        self.slots = re.findall(r"\{([^}]*)\}", self.pattern)
        self.words = re.findall(r"[a-z']+", re.sub(r"\{[^}]*\}", " ", self.pattern))
        self.said = _expansions(self.pattern)
        self.held_out = False

    def pieces(self, rng):
        """The pattern with its choices made: a list of (is_slot, text)."""
        chosen = re.sub(r"\(([^)]*)\)", lambda m: rng.choice(m.group(1).split("|")), self.pattern)
        chosen = re.sub(r" {2,}", " ", chosen).strip()
        return [(part.startswith("{"), part.strip("{}")) for part in re.split(r"(\{[^}]*\})", chosen) if part]


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


def load(family):
    """All templates of one file, with the held-out ones marked."""
    options, templates = {"fields": {}}, []
    for line in (FOLDER / f"{family}.txt").read_text().splitlines():
        if line.startswith("@"):
            pairs = dict(word.split("=") for word in line[1:].split())
            options = {"when": float(pairs.pop("when", 0)), "spans": pairs.pop("spans", "") == "1", "fields": pairs}
        elif line.strip():
            templates.append(Template(family, line, options))
    _split(family, templates)
    return templates


def _split(family, templates):
    order = list(templates)
    random.Random(f"{SPLIT_SEED}:{family}").shuffle(order)
    left = Counter(word for template in templates for word in set(template.words))
    forms = Counter(form for template in templates for form in template.said)
    wanted = round(len(templates) * HELD_OUT_SHARE)
    for template in order:
        alike = any(forms[form] > 1 for form in template.said)
        if wanted and template.words and not alike and all(left[word] >= 3 for word in set(template.words)):
            template.held_out = True
            wanted -= 1
            left.subtract(set(template.words))
