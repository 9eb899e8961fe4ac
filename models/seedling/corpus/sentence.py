"""Household sentences with their intents: clauses, politeness, joining, small errors."""

import json

from . import lexicon, patterns, slots
from . import strange as words
from .clock import when

FAMILIES = {"switch": 16, "brightness": 8, "color": 6, "temperature": 10, "cover": 9, "lock": 6, "alarm": 9, "timer": 9,
            "remind": 15, "list": 12, "media": 12, "ask": 12, "scene": 5, "cancel": 6, "vacuum": 5}
ORDER = ("do", "what", "about", "action", "device", "room", "state", "color", "change", "value", "by", "text", "list", "items",
         "name", "day", "at", "in", "for", "every")
TIME_KEYS = {"day", "at", "in", "for", "every"}
STRANGE = {"text": "text", "event": "text", "fact": "text", "items": "items", "task": "items", "media": "what", "name": "name", "scene": "name"}
OPEN_ENDED = {"text", "event", "fact", "items", "task", "media"}
JOINERS = (" and please ", ", and please ", ", and after that ", " and after that ", ", oh and ", ". oh and ", ", and also ", ". after that ", ", next ", " - ", ", plus ", ". next ", " and then also ", ". and also ", "! ", "? ")
JOINERS_DO = (" and can you ", ", and could you ", " and could you also ", ", and maybe ", " and while you're at it ", ", then please ", " and don't forget to ", ". please ", ". please also ")
QUESTION = ("can", "could", "would", "will", "is", "are", "did", "do", "does", "what", "how", "when", "which", "who", "has", "have", "any", "may")


class Grammar:
    """All templates, ready to draw from; `held_out` chooses the side of the split."""

    def __init__(self):
        self.templates = {family: patterns.load(family) for family in FAMILIES}
        self.trained = {family: patterns.Lines(lines) for family, lines in self.templates.items()}
        self.any_frames = patterns.load("frames_any")
        self.do_frames = patterns.load("frames_do")
        self.trained_any, self.trained_do = patterns.Lines(self.any_frames), patterns.Lines(self.do_frames)

    def pick(self, rng, held_out, families=FAMILIES):
        """A template: first the family by weight, then a line (held-out lines evenly)."""
        names = list(families)
        family = rng.choices(names, [FAMILIES[name] for name in names])[0]
        return rng.choice([t for t in self.templates[family] if t.held_out]) if held_out else self.trained[family].pick(rng)


def misspell(rng, text):
    """One letter swapped, dropped or doubled in one longer word."""
    words = text.split(" ")
    long = [i for i, word in enumerate(words) if len(word) >= 5 and word.isalpha()]
    if not long:
        return text
    i = rng.choice(long)
    word = words[i]
    at = rng.randrange(1, len(word) - 1)
    words[i] = rng.choice((word[:at] + word[at + 1] + word[at] + word[at + 2:], word[:at] + word[at + 1:], word[:at] + word[at] + word[at:]))
    return " ".join(words)


def _made_up_filler(rng, slot):
    """A filler of nothing but made-up words, for learning to copy."""
    said = " ".join(lexicon.made_up(rng) for _ in range(rng.choice((1, 1, 2, 3, 4) if slot != "name" else (1,))))
    field = STRANGE[slot]
    return said, {field: [said] if field == "items" else said}


def _strange_filler(rng, slot):
    """A filler of words of all kinds, in training only."""
    said, field = words.filler(rng, slot), STRANGE.get(slot, slot)
    value = said.split(" ", 1)[1] if said.startswith(("a ", "the ")) and slot in ("items", "media") else said
    return said, {field: [value] if field == "items" else value}


def clause(rng, template, held_out, noise=0.0, strange=0.0):
    """One clause: (text, list of field sets); `strange` is the share of free slots filled with made-up words."""
    text, fields, each = "", dict(template.fields), None
    for is_slot, part in template.pieces(rng):
        if not is_slot:
            if rng.random() < noise:
                part = misspell(rng, part)
            text += part
            continue
        if part in STRANGE and rng.random() < strange:
            said, meaning = _made_up_filler(rng, part)
        elif not held_out and part in words.SHARES and rng.random() < words.SHARES[part]:
            said, meaning = _strange_filler(rng, part)
        else:
            said, meaning = slots.BY_NAME[part](rng, held_out)
        meaning = dict(meaning)
        each = meaning.pop("each", each)
        fields.update(meaning)
        text += said
    for twice in ("some some ", "some the ", "some a ", "some an ", "some my ", "some our "):
        text = text.replace(twice, twice.split(" ")[0] + " " if twice == "some some " else twice.split(" ", 1)[1])
    text = text.replace("bit of some ", "bit of ").replace("little some ", "little ")
    return text, [dict(fields, **one) for one in each] if each else [fields]


def _order(fields):
    return {key: fields[key] for key in ORDER if key in fields}


def answer(intents):
    """The compact JSON that the model must give."""
    return json.dumps({"intents": [_order(one) for one in intents]}, separators=(",", ":"), ensure_ascii=False)


def sentence(rng, grammar, held_out=False, count=None, strange=0.08):
    """A sentence and its intents: (text, list of intents, templates used).

    In training many sentences of several clauses have several clock times, whose hours and minutes are easily mixed up.
    """
    count = count or rng.choices((1, 2, 3), (66, 27, 7))[0]
    noise = 0.25 if rng.random() < 0.15 else 0.0
    used = [grammar.pick(rng, held_out) for _ in range(count)]
    timed = [dict(template=t, free=not TIME_KEYS & _slots_time(t)) for t in used]
    front = None
    if count > 1 and all(t["free"] and t["template"].options["when"] for t in timed) and rng.random() < 0.12 \
            or count == 1 and timed[0]["free"] and rng.random() < used[0].options["when"] * 0.3:
        front = when(rng, held_out)
    clocks = not held_out and count > 1 and rng.random() < 0.3
    texts, intents, open_end = [], [], []
    for i, template in enumerate(used):
        text, fields = clause(rng, template, held_out, noise, strange)
        ends_open = template.slots and template.pattern.endswith("}") and template.slots[-1] in OPEN_ENDED
        if timed[i]["free"] and not front and rng.random() < (0.7 if clocks and template.options["when"] else template.options["when"]):
            said, moment = when(rng, held_out, spans=template.options["spans"] and _turns_on(fields))
            while clocks and ":" not in moment.get("at", ""):
                said, moment = when(rng)
            if 0 < i == count - 1 and rng.random() < 0.2 and "for" not in moment:
                text = f"{said} {text}"
            else:
                text = f"{text} {said}"
                ends_open = False
            fields = [dict(one, **moment) for one in fields]
        elif front:
            fields = [dict(one, **front[1]) for one in fields]
        if i == 0 or (template.imperative and rng.random() < 0.12):
            text = _frame(rng, grammar, template, text, held_out, first=i == 0 and not front, last=count == 1)
        texts.append(text)
        intents += fields
        open_end.append(ends_open)
    text = texts[0]
    for i, following in enumerate(texts[1:]):
        joiners = (". ", "; ", ", and then ", ". then ", ". also ") if open_end[i] else \
            (" and ", " and ", " and ", " and ", ", ", ", and ", " then ", " and then ", ", then ", " and also ", ". ", ", also ", " & ", "; ", " plus ", ". and ", " as well as ")[:17 if used[i + 1].imperative else 12]
        if not held_out and rng.random() < 0.15:
            joiners = JOINERS + (JOINERS_DO if used[i + 1].imperative else ())
        text += rng.choice(joiners) + following
    if front:
        text = front[0] + rng.choice((" ", ", ", ", ")) + text
    return finish(rng, text), [_order(one) for one in intents], used


def _slots_time(template):
    """The time keys a template already speaks of."""
    known = {"awhen": "at", "rwhen": "at", "afor": "at", "aclock": "at", "rclock": "at", "weekday": "day", "dur": "for", "durx": "for"}
    return {known[slot] for slot in template.slots if slot in known} | (TIME_KEYS & set(template.fields))


def _turns_on(fields):
    return all(one.get("state") == "on" for one in fields)


def _frame(rng, grammar, template, text, held_out, first, last):
    """Politeness around a clause: half of the sentences have some."""
    if rng.random() < 0.5:
        return text
    do = template.imperative and rng.random() < 0.55
    if held_out:
        frame = rng.choice([f for f in (grammar.do_frames if do else grammar.any_frames) if f.held_out])
    else:
        frame = (grammar.trained_do if do else grammar.trained_any).pick(rng)
    if frame.pattern.endswith("{c}") and first or last and first:
        return "".join(text if is_slot else part for is_slot, part in frame.pieces(rng))
    return text


def finish(rng, text):
    """Final punctuation and the ways people write apostrophes."""
    roll = rng.random()
    if "'" in text and roll < 0.08:
        text = text.replace("'", "’")
    elif roll < 0.16:
        for long, short in (("i'm", "im"), ("don't", "dont"), ("let's", "lets"), ("what's", "whats"), ("i'd", "id"), ("it's", "its")):
            text = text.replace(long + " ", short + " ")
    if text[-1] in ".?!":
        return text
    asks = text.split(" ")[0] in QUESTION
    return text + rng.choice(("", "", "", "", "", ".", ".", "?" if asks else ".", "?" if asks else "!", "?" if asks else ""))
