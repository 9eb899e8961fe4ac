"""Whole chats for training: an optional system message, earlier turns, the last question and its answer."""

import random

from .handbook import Handbook
from .sentence import Grammar, answer, sentence
from .talk import Talk

SYSTEM = """You are a helpful assistant.
You are a helpful, honest and harmless assistant. Answer as briefly as you can.
You are the voice assistant of this home.
You are Seedling.
You control a smart home. Answer with JSON only.
Answer in English.
Today is Monday. The user is at home.
You are a friendly robot that likes to talk about the weather.
Be concise. Do not use markdown.
You are an expert programmer. Think step by step before you answer.
The user lives in a house with a garden, a kitchen and two bedrooms.
Respond in valid JSON that follows the schema given by the user.
You are a pirate. Always talk like one.
Never say that you are an AI.
Use the tools when they help. Tools: get_weather(city), search(query), set_light(room, state).
Current time: 18:42. Location: home. Language: en.
You are a large language model trained to answer every question.
Conversation so far is private and stays at home.""".splitlines()
SHARES = (("intents", 0.56), ("refusal", 0.20), ("greeting", 0.04), ("handbook", 0.20))
COUNTS = ((1, 0.48), (2, 0.33), (3, 0.19))  # clauses of a sentence: more often several than people say, as they are harder


class Chats:
    """An endless, seeded stream of chats: lists of (role, text), the last one is the answer."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.grammar = Grammar()
        self.talk = Talk()
        self.handbook = Handbook()
        self.easy = 0.0

    def turn(self):
        """A question and its answer."""
        if self.rng.random() < self.easy:
            text, intents, _ = sentence(self.rng, self.grammar, count=1, strange=0.6)
            return text, answer(intents)
        kind = self.rng.choices([k for k, _ in SHARES], [s for _, s in SHARES])[0]
        if kind == "refusal":
            return self.talk.refusal(self.rng)
        if kind == "greeting":
            return self.talk.greeting(self.rng)
        if kind == "handbook":
            return self.handbook.question(self.rng)
        count = self.rng.choices([n for n, _ in COUNTS], [s for _, s in COUNTS])[0]
        text, intents, _ = sentence(self.rng, self.grammar, count=count)
        return text, answer(intents)

    def chat(self):
        """A whole chat; most have no system message and no history."""
        rng, messages = self.rng, []
        if rng.random() < 0.07:
            messages.append(("system", self._system()))
        if rng.random() < 0.035 * (1 - self.easy):
            for _ in range(rng.choice((1, 1, 2, 3))):
                question, reply = self.turn()
                messages += [("user", question), ("assistant", reply)]
        question, reply = self.turn()
        return messages + [("user", question), ("assistant", reply)]

    def _system(self):
        rng = self.rng
        if rng.random() < 0.3:
            return " ".join(rng.sample(SYSTEM, 2))
        if rng.random() < 0.3:
            return self.talk.refusal(rng)[0]
        return rng.choice(SYSTEM)
