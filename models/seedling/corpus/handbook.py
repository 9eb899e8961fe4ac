"""Questions about Localscale itself and their fixed answers, one for each topic.

`handbook/topics.txt` holds the answers.  The other files hold what people say, in
groups that start with `@ topic=NAME kind=KIND`:

- `do`: what somebody wants to do ("download a model"), for the frames of `frames.txt`
  ("how do i {do}").  A leading `~` says that the words alone, without a frame, may be
  a command to the house ("stop the server").
- `ask`: a whole question, or keywords.
- `say`: a statement ("my phone can't reach it"), alone or with "what now" and the like.

`heard.txt` holds questions as several people wrote them, each on their own.
`words.txt` holds what fills the slots.
"""

import itertools
import re
from collections import defaultdict
from pathlib import Path

from . import patterns
from .lexicon import made_up

FOLDER = Path(__file__).parent / "handbook"
FILES = ("basics", "running", "models", "speed", "files", "using", "devices", "clients", "settings", "seedling", "plain", "heard")
PLACES = ("localscale: ", "in localscale, ", "with localscale, ", "about localscale: "), (
    " in localscale", " with localscale", " on my home server", " in this program", " on this machine", " at home", " with this thing", " using localscale")
GREETINGS = ("hi, ", "hello, ", "hey, ", "hi! ", "please, ", "seedling, ", "hey seedling, ", "ok, ", "good morning, ", "hi there, ", "sorry, ", "excuse me, ")
ENDS = {"do": ("", "", "?", "?", "?", "."), "bare": ("", "", "", "?", "."), "ask": ("", "", "?", "?", "?"), "say": ("", "", ".", ".", "!", "?", "...")}
SLOT = re.compile(r"\{(\w+)\}")
KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def answers():
    """The answer of each topic."""
    return dict(line.split("\t") for line in (FOLDER / "topics.txt").read_text().splitlines())


def weight(line):
    """How often it comes, among the lines of its topic: one of many forms more often, but not in proportion."""
    return float(line.fields.get("weight", 1)) * line.choices ** 0.3


class Handbook:
    """Draws questions about Localscale, the topics evenly."""

    def __init__(self):
        self.answers = answers()
        self.words = {name: values.split("|") for name, values in (line.split(": ", 1) for line in (FOLDER / "words.txt").read_text().splitlines())}
        self.frames = defaultdict(list)
        for frame in patterns.load("frames", FOLDER):
            self.frames[frame.fields["kind"]].append(frame)
        lines = defaultdict(list)
        for template in itertools.chain.from_iterable(patterns.load(name, FOLDER) for name in FILES):
            lines[template.fields["topic"]].append(template)
        if lines.keys() != self.answers.keys():
            raise ValueError(f"topics without questions, or questions without a topic: {sorted(lines.keys() ^ self.answers.keys())}")
        self.lines = {topic: (group, list(itertools.accumulate(weight(t) for t in group))) for topic, group in lines.items()}
        self.topics = list(self.lines)

    def question(self, rng):
        """(text, answer)"""
        topic = rng.choice(self.topics)
        return careless(rng, self.plain(rng, topic)), self.answers[topic]

    def plain(self, rng, topic):
        """A question of the topic, without mistakes of typing."""
        group, until = self.lines[topic]
        line = rng.choices(group, cum_weights=until)[0]
        kind, text = line.fields["kind"], self._fill(rng, line)
        if kind == "do" and rng.random() < 0.12 and (line.imperative or "localscale" in text):
            kind = "bare"
        text = self._fill(rng, rng.choice(self.frames[kind]), text)
        if "localscale" not in text and rng.random() < (0.2 if kind in ("do", "bare") else 0.07):
            before, after = PLACES
            text = rng.choice(before) + text if kind == "say" or rng.random() < 0.4 else text + rng.choice(after)
        if rng.random() < 0.05:
            text = rng.choice(GREETINGS) + text
        return text + (rng.choice(ENDS[kind]) if text[-1].isalnum() else "")

    def _fill(self, rng, template, said=""):
        """The template's words; `said` stands where a frame names its kind."""
        parts = template.pieces(rng)
        return "".join(self._slot(rng, part, said) if is_slot else part for is_slot, part in parts).replace("  ", " ").strip()

    def _slot(self, rng, name, said):
        if name in ("do", "ask", "say"):
            return said
        if name == "model" and rng.random() < 0.15:
            return made_up(rng) + rng.choice((":7b", ":1b", ":latest", "3", "2:3b", "-mini"))
        return SLOT.sub(lambda found: self._slot(rng, found.group(1), said), rng.choice(self.words[name]))


def careless(rng, text):
    """As people type: now and then without apostrophes or articles, or with a slip of the finger."""
    if rng.random() < 0.15:
        text = text.replace("'", "")
    if rng.random() < 0.06:
        text = re.sub(r"\b(the|a|an|my|is|do|does) ", "", text)
    if rng.random() < 0.05:
        text = text.replace("?", "").replace(",", "")
    for _ in range(rng.choices((0, 1, 2), (0.9, 0.08, 0.02))[0]):
        text = slip(rng, text)
    return text


def slip(rng, text):
    """One word of at least five letters mistyped, if there is one."""
    long_words = list(re.finditer(r"[a-z]{5,}", text))
    if not long_words:
        return text
    word = rng.choice(long_words)
    at = rng.randrange(word.start() + 1, word.end() - 1)
    kind = rng.randrange(4)
    if kind == 0:  # two letters in the wrong order
        return text[:at] + text[at + 1] + text[at] + text[at + 2:]
    if kind == 1:  # a letter left out
        return text[:at] + text[at + 1:]
    if kind == 2:  # a letter twice
        return text[:at] + text[at] + text[at:]
    row = next(row for row in KEYBOARD if text[at] in row)  # the key beside it
    beside = row.index(text[at]) + rng.choice((-1, 1))
    return text[:at] + row[beside % len(row)] + text[at + 1:]
