"""Greetings and honest refusals: what Seedling says in plain words."""

from . import general, lexicon, patterns

PULL = "localscale pull llama3.2:1b"
REPLIES = {
    "hello": "Hello! I am Seedling. Tell me what to do in the house.",
    "fine": "I am fine, thank you. What can I do in the house?",
    "thanks": "You are welcome!",
    "bye": "Goodbye! Take care.",
    "who": "I am Seedling, a small model that Localscale trained and ships. I turn household sentences into commands.",
    "can": "I understand household sentences: lights, heating, blinds, locks, alarms, timers, reminders, lists, music. Try: lights off at nine. "
           f"I also answer questions about Localscale. For others pull a larger model with: {PULL}",
    "here": "I am here. What can I do in the house?",
}
REFUSALS = {
    "general": f"I am Seedling, a small model made for household commands, so I can't help with that. Pull a larger one with: {PULL}",
    "code": f"I am only a small model for household commands and can't do code or maths. Pull a larger one with: {PULL}",
    "unclear": f"Sorry, I did not understand that. I am a small model for household commands in English. Pull a larger one with: {PULL}",
}
UNCLEAR = {"foreign", "gibberish", "pseudo"}
ODD = (("foreign", "gibberish", "pseudo", "salad", "chitchat", "idiom"), (10, 4, 3, 4, 7, 3))  # prompts that are no English sentence, or a short one
CODE = {"code", "codedoes", "codeline"}
CODE_WORDS = {"plus", "minus", "calculate", "compute", "solve", "equation", "fraction", "fractions", "convert", "square"}


class Talk:
    """Draws greetings and unrelated prompts with their answers."""

    def __init__(self):
        greetings = patterns.load("greetings")
        self.greetings = {kind: patterns.Lines([t for t in greetings if t.fields["kind"] == kind]) for kind in REPLIES}
        self.unrelated = patterns.Lines(patterns.load("unrelated"), power=0.3)
        self.computers = patterns.Lines(patterns.load("computers"), power=0.3)  # close to what the handbook answers

    def greeting(self, rng):
        """(text, answer): the kind evenly, then a line."""
        kind = rng.choice(list(REPLIES))
        template = self.greetings[kind].pick(rng)
        text = "".join(lexicon.name(rng) if is_slot else part for is_slot, part in template.pieces(rng))
        roll = rng.random()
        if roll < 0.1 and not text.startswith(("h", "good")):
            text = rng.choice(("hello, ", "hi, ", "hey, ", "ok, ", "so ", "please, ", "seedling, ")) + text
        elif roll < 0.16 and "seedling" not in text:
            text += rng.choice((" seedling", ", seedling", " please", " my friend", " then", " now"))
        asks = kind in ("fine", "who", "can", "here")
        text += rng.choice(("", "", "", ".", "!", "?" if asks else "", "?" if asks else "."))
        return text, REPLIES[kind]

    def refusal(self, rng):
        """(text, answer) for something that is not a household command."""
        roll = rng.random()
        lines = self.computers if roll < 0.2 else self.unrelated
        pieces = lines.pick(rng).pieces(rng) if roll < 0.75 else [(True, rng.choices(*ODD)[0])]
        text = "".join(general.DRAW[part](rng) if is_slot else part for is_slot, part in pieces)
        if rng.random() < 0.12:
            text = rng.choice(("please ", "hey, ", "hi, ", "can you ", "could you please ", "i want you to ", "hello, ", "ok, ", "tell me, ", "seedling, ", "quick question: ", "so ", "well, ")) + text
        if text[-1].isalnum():
            text += rng.choice(("", "", "?", ".", "?" if text.split()[0] in ("what", "why", "how", "who", "is", "are", "can") else "!"))
        return text, REFUSALS[_kind({part for is_slot, part in pieces if is_slot}, text)]


def _kind(slots, text):
    if slots and slots <= UNCLEAR:
        return "unclear"
    if slots & CODE or slots == {"n"} or CODE_WORDS & set(text.split()):
        return "code"
    return "general"
