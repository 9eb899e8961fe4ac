"""Slots of the templates: each function draws a filler and says what it means.

A slot returns (text, fields).  The special field `each` holds one set of fields
per thing ("the lamp and the fan"), which makes one intent per thing.
"""

from . import clock, lexicon as lx, strange


def _owner(rng, ho):
    return strange.word(rng) if not ho and rng.random() < 0.2 else lx.name(rng, ho)


def _room(rng, ho):
    """(text after a preposition, text before a noun, preposition, name); the second is None where it cannot be said."""
    if not ho and rng.random() < 0.2:
        room = strange.room(rng)
        return "the " + room, None, "in", room
    roll = rng.random()
    if ho and roll < 0.2:
        room = rng.choice(lx.ROOMS_UNSEEN.all)
        return "the " + room, None, "in", room
    if roll < 0.08:
        room = _owner(rng, ho) + "'s " + rng.choice(("room", "room", "bedroom", "office", "study"))
        return room, room, "in", room
    if roll < 0.13:
        room = lx.made_up(rng) + " " + rng.choice(("room", "room", "corner", "house", "suite"))
        return "the " + room, room, "in", room
    if roll < 0.22:
        room = lx.ROOMS_ON.draw(rng)
        return "the " + room, room, "on", room
    room = lx.ROOMS.draw(rng)
    return rng.choice(("the ", "the ", "the ", "the ", "my ", "our ", "")) + room, room, "in", room


def inroom(rng, ho):
    if rng.random() < 0.06:
        floor = lx.FLOORS.draw(rng)
        return floor, {"room": floor}
    after, _, preposition, room = _room(rng, ho)
    return f"{preposition} {after}", {"room": room}


def inroomthe(rng, ho):
    after, _, _, room = _room(rng, ho)
    return (after if after != room or "'" in room else "the " + room), {"room": room}


def room(rng, ho):
    before = None
    while before is None:
        _, before, _, name = _room(rng, ho)
    return before, {"room": name}


def _device(rng, ho, pool):
    """A device as said and as named; some are made up."""
    roll = rng.random()
    if roll < 0.03:
        device = lx.made_up(rng)
    elif roll < 0.07:
        device = lx.made_up(rng) + " " + rng.choice(("machine", "lamp", "box", "panel", "unit", "light", "fan", "device", "player", "heater", "strip"))
    elif roll < 0.09:
        kinds = ("lamp", "light", "reading lamp") if pool is lx.LIGHTS else ("fan", "heater", "tv", "radio", "computer", "speaker")
        device = _owner(rng, ho) + "'s " + rng.choice(kinds)
        return device, device
    else:
        device = pool.draw(rng, ho)
    return device, lx.CANON.get(device, device)


def _noun_phrase(rng, ho, pool, bare=False, roomless=False, plural=False, device_of=_device):
    """"the kitchen lights", "the lights in the kitchen", "my lamp": text and fields."""
    while True:
        said, device = device_of(rng, ho, pool)
        if not plural or said.endswith("s"):
            break
    owned = "'s " in said
    article = "" if bare or owned else rng.choice(("the ", "the ", "the ", "the ", "the ", "my ", "our ", ""))
    fields = {"device": device}
    shape = rng.random()
    if shape < 0.42 or roomless or owned:
        return article + said, fields
    after, before, preposition, room_name = _room(rng, ho)
    fields["room"] = room_name
    if shape < 0.72 and before:
        if "'s" in before:
            article = ""
        return article + before + " " + said, fields
    if rng.random() < 0.08:
        floor = lx.FLOORS.draw(rng)
        return article + said + " " + floor, {"device": device, "room": floor}
    return f"{article}{said} {preposition} {after}", fields


def _switchable(rng):
    return lx.LIGHTS if rng.random() < 0.4 else lx.APPLIANCES


def thing(rng, ho):
    return _noun_phrase(rng, ho, _switchable(rng))


def barething(rng, ho):
    return _noun_phrase(rng, ho, _switchable(rng), bare=True)


def things(rng, ho):
    return _noun_phrase(rng, ho, _switchable(rng), plural=True)


def light(rng, ho):
    return _noun_phrase(rng, ho, lx.LIGHTS)


def barelight(rng, ho):
    return _noun_phrase(rng, ho, lx.LIGHTS, bare=True)


def _cover_device(rng, ho, pool):
    if rng.random() < 0.05:
        said = lx.made_up(rng) + " " + rng.choice(("door", "gate", "window", "blind", "hatch"))
    else:
        said = pool.draw(rng, ho)
    return said, lx.CANON.get(said, said)


def cover(rng, ho):
    return _noun_phrase(rng, ho, lx.COVERS, device_of=_cover_device)


def covers(rng, ho):
    return _noun_phrase(rng, ho, lx.COVERS, plural=True, device_of=_cover_device)


def barecover(rng, ho):
    return _noun_phrase(rng, ho, lx.COVERS, bare=True, device_of=_cover_device)


def barecovers(rng, ho):
    said = rng.choice(("blinds", "curtains", "windows", "doors", "shutters", "drapes", "gates"))
    return said, {"device": lx.CANON.get(said, said)}


def player(rng, ho):
    return _noun_phrase(rng, ho, lx.PLAYERS)


def thingrooms(rng, ho):
    """One kind of thing in two rooms."""
    said, device = _device(rng, ho, lx.LIGHTS if rng.random() < 0.6 else lx.APPLIANCES)
    while "'" in said:
        said, device = _device(rng, ho, lx.LIGHTS)
    rooms = []
    while len(rooms) < 2:
        place = _room(rng, ho)
        if place[2] == "in" and place[3] not in [r[3] for r in rooms]:
            rooms.append(place)
    meaning = {"each": [{"device": device, "room": place[3]} for place in rooms]}
    if rng.random() < 0.35 and all(place[1] for place in rooms):
        return f"the {rooms[0][1]} and {rooms[1][1]} {said}", meaning
    return f"the {said} in {rooms[0][0]} and {rng.choice(('', '', 'in '))}{rooms[1][0]}", meaning


def lock(rng, ho):
    return _noun_phrase(rng, ho, lx.LOCKS, roomless=rng.random() < 0.7, device_of=_cover_device)


def locks(rng, ho):
    return _noun_phrase(rng, ho, lx.LOCKS, roomless=True, plural=True, device_of=_cover_device)


def barelock(rng, ho):
    return _noun_phrase(rng, ho, lx.LOCKS, bare=True, roomless=True, device_of=_cover_device)


def _two(rng, ho, draw):
    """Two or three things under one verb."""
    parts = [draw(rng, ho) for _ in range(rng.choice((2, 2, 2, 3)))]
    texts = [text for text, _ in parts]
    return ", ".join(texts[:-1]) + " and " + texts[-1], {"each": [fields for _, fields in parts]}


def thing2(rng, ho):
    return _two(rng, ho, thing)


def cover2(rng, ho):
    return _two(rng, ho, cover)


def lock2(rng, ho):
    return _two(rng, ho, lock)


def state(rng, ho):
    value = rng.choice(("on", "off"))
    return value, {"state": value}


def color(rng, ho):
    value = lx.COLORS.draw(rng, ho)
    return value, {"color": value}


def _percent(rng):
    roll = rng.random()
    if roll < 0.05:
        return "half", 50
    if roll < 0.1:
        return rng.choice(("full", "maximum", "max", "a hundred percent", "one hundred percent")), 100
    value = rng.choice((rng.randrange(0, 101, 5), rng.randrange(1, 100)))
    form = rng.choice(("{0}%", "{0}%", "{0} %", "{0} percent", "{1} percent", "{1} percent", "{0} per cent", "{0}", "{1}"))
    return form.format(value, clock.words(value).replace("-", " ")), value


def pct(rng, ho):
    text, value = _percent(rng)
    return text, {"value": value}


def pct_by(rng, ho):
    value = rng.choice((5, 10, 15, 20, 25, 30, 40, 50, rng.randrange(1, 60)))
    form = rng.choice(("{0}%", "{0} %", "{0} percent", "{1} percent", "{0}", "{1}"))
    return form.format(value, clock.words(value).replace("-", " ")), {"by": value}


def temp(rng, ho):
    value = rng.choice((rng.randrange(15, 26), rng.randrange(15, 26), rng.randrange(5, 33), rng.randrange(60, 80)))
    words = clock.words(value).replace("-", " ")
    if rng.random() < 0.1:
        return rng.choice((f"{value}.5 degrees", f"{value}.5", f"{words} and a half degrees", f"{words} point five degrees")), {"value": value + 0.5}
    form = rng.choice(("{0}", "{0} degrees", "{0} degrees", "{1} degrees", "{1} degrees", "{1}", "{0}°", "{0} °c", "{0}°c", "{0} degrees celsius", "{0} c"))
    return form.format(value, words), {"value": value}


def temphigh(rng, ho):
    value = rng.choice((rng.randrange(80, 251, 10), rng.randrange(40, 100, 5), rng.randrange(2, 8)))
    return rng.choice(("{0}", "{0} degrees", "{1} degrees", "{0}°")).format(value, clock.words(value).replace("-", " ")), {"value": value}


def appliance(rng, ho):
    device = rng.choice(("oven", "oven", "fridge", "freezer", "boiler", "hot tub", "sauna", "water heater", "wine cooler"))
    return device, {"device": device}


def delta(rng, ho):
    value = rng.choice((1, 1, 2, 2, 3, 4, 5, 6, 7, 8))
    if value == 1:
        return rng.choice(("a degree", "one degree", "1 degree", "a degree")), {"by": 1}
    if value == 2 and rng.random() < 0.2:
        return "a couple of degrees", {"by": 2}
    return f"{clock.spoken(rng, value)} degrees", {"by": value}


def awhen(rng, ho):
    return clock.when(rng, ho, morning=True)


def rwhen(rng, ho):
    return clock.when(rng, ho)


def afor(rng, ho):
    """A time after "an alarm for"."""
    roll = rng.random()
    face, value = clock.clock(rng, ho, morning=True)
    if roll < 0.45:
        return face, {"at": value}
    if roll < 0.75:
        text, name = clock.day(rng)
        text = text.replace("on ", "") if rng.random() < 0.5 else text
        return rng.choice((f"{face} {text}", f"{text} at {face}", f"{text} at {face}")), {"day": name, "at": value}
    if roll < 0.9:
        text, name = clock.repeat(rng)
        return rng.choice((f"{face} {text}", f"{text} at {face}")), {"at": value, "every": name}
    text, name, part = rng.choice([p for p in clock.PARTS_OF_DAY if p[2] == "morning" and p[1] == "tomorrow"])
    face, value = clock.clock_in_part(rng, part, ho)
    return rng.choice((f"{face} {text}", f"{text} at {face}")), {"day": name, "at": value}


def aclock(rng, ho):
    face, value = clock.clock(rng, ho, morning=True)
    return face, {"at": value}


def rclock(rng, ho):
    face, value = clock.clock(rng, ho)
    return face, {"at": value}


def weekday(rng, ho):
    value = rng.choice(clock.WEEKDAYS)
    return value, {"day": value}


def dur(rng, ho):
    text, value = clock.duration(rng, ho)
    return text, {"for": value}


def durx(rng, ho):
    """A duration before a noun: "ten minute", "30-second"."""
    number, unit, word = rng.choice(((rng.randrange(1, 60), "m", "minute"), (rng.randrange(1, 60), "m", "minute"),
                                     (rng.randrange(5, 60, 5), "m", "minute"), (rng.randrange(5, 100, 5), "s", "second"), (rng.randrange(1, 9), "h", "hour")))
    if rng.random() < 0.06:
        return "half hour", {"for": "30m"}
    return clock.spoken(rng, number) + rng.choice((" ", " ", "-")) + word, {"for": f"{number}{unit}"}


def name(rng, ho):
    value = lx.TIMER_NAMES.draw(rng, ho) if rng.random() < 0.8 else lx.made_up(rng)
    return value, {"name": value}


def _fill(rng, ho, text):
    """Fills the inner slots of a free text."""
    while "{" in text:
        text = text.replace("{name}", lx.name(rng, ho), 1)
        text = text.replace("{word}", lx.made_up(rng) if rng.random() < 0.7 else lx.GROCERIES.draw(rng, ho), 1)
        text = text.replace("{item}", lx.GROCERIES.draw(rng, ho) if rng.random() < 0.8 else lx.made_up(rng), 1)
        text = text.replace("{n}", clock.spoken(rng, rng.randrange(2, 9)), 1)
    return text


def _task(rng, ho):
    roll = rng.random()
    if roll < 0.35:
        text = lx.VERBS.draw(rng, ho) + " " + lx.PERSONS.draw(rng, ho)
        if rng.random() < 0.35:
            text += rng.choice((" about the {word}", " about {event}", " back", " because of the {word}", " with {name}", " about the {word} {word}", " for {name}", " and {name}"))
            text = text.replace("{event}", lx.EVENTS.draw(rng))
    elif roll < 0.92:
        text = lx.TASKS.draw(rng, ho)
        if rng.random() < 0.12:
            text += rng.choice((" with {name}", " for {name}", " before the {word}", " and the {word}", " again", " quickly"))
    else:
        text = rng.choice(("{word} the {word}", "{word} {name}", "check the {word} {word}", "get the {word} from {name}", "do the {word}", "bring {n} {word}", "clean the {word} and the {word}"))
    return _fill(rng, ho, text)


def text(rng, ho):
    value = _task(rng, ho)
    return value, {"text": value}


def event(rng, ho):
    value = _fill(rng, ho, lx.EVENTS.draw(rng, ho))
    return value, {"text": value}


def fact(rng, ho):
    value = _fill(rng, ho, lx.FACTS.draw(rng, ho))
    return value, {"text": value}


def _list_name(rng):
    roll = rng.random()
    said = lx.made_up(rng) if roll < 0.08 else lx.LISTS.draw(rng)
    return said, lx.LIST_CANON.get(said, said)


def list_(rng, ho):
    if rng.random() < 0.1:
        return rng.choice(("the list", "my list", "our list")), {"list": "shopping"}
    said, value = _list_name(rng)
    return rng.choice(("the ", "the ", "the ", "my ", "our ", "")) + said + " list", {"list": value}


def todolist(rng, ho):
    return rng.choice(("my to-do list", "the to-do list", "the todo list", "my to do list", "my todo list", "to-do list", "our to-do list")), {"list": "todo"}


def _item(rng, ho):
    if not ho and rng.random() < 0.2:
        item = strange.filler(rng, "items")
        return item, item[2:] if item.startswith("a ") else item
    item = lx.GROCERIES.draw(rng, ho) if rng.random() < 0.78 else lx.made_up(rng)
    if rng.random() < 0.06:
        item = lx.made_up(rng) + " " + item
    roll = rng.random()
    if roll < 0.2:
        item = lx.AMOUNTS.draw(rng, ho) + " " + item
        for article in ("a ", "an "):
            if item.startswith(article):
                return item, item[len(article):]
        return item, item
    if roll < 0.32:
        return rng.choice(("some ", "some ", "the ")) + item, item
    return item, item


def items(rng, ho):
    parts = [_item(rng, ho) for _ in range(rng.choice((1, 1, 1, 1, 2, 2, 3)))]
    texts = [said for said, _ in parts]
    if len(texts) == 1:
        said = texts[0]
    else:
        said = rng.choice((", ", ", ", " and ")).join(texts[:-1]) + rng.choice((" and ", " and ", " and ", ", and ")) + texts[-1]
    return said, {"items": [value for _, value in parts]}


def task(rng, ho):
    value = _task(rng, ho)
    return value, {"items": [value]}


def playlist(rng, ho):
    value = (lx.PLAYLISTS.draw(rng, ho) if rng.random() < 0.8 else lx.made_up(rng)) + " playlist"
    return rng.choice(("my ", "the ", "our ", "my ")) + value, {"what": value}


def media(rng, ho):
    roll = rng.random()
    if roll < 0.22:
        return playlist(rng, ho)
    if roll < 0.32:
        said, value = rng.choice((("music", "music"), ("some music", "music"), ("a song", "song"), ("some tunes", "tunes"), ("music", "music"), ("the news", "news")))
        return said, {"what": value}
    if roll < 0.62:
        value = lx.GENRES.draw(rng, ho)
        for article in ("an ", "a "):
            if value.startswith(article):
                return value, {"what": value[len(article):]}
        return rng.choice(("some ", "some ", "", "")) + value, {"what": value}
    artist = lx.made_up(rng) + (" " + lx.made_up(rng) if rng.random() < 0.5 else "")
    form = rng.choice(("{a}", "{a}", "songs by {a}", "the {a}s", "{w} by {a}", "the album {w}", "something by {a}", "the song {w}", "music by {a}", "{n} {a}", "the latest album by {a}"))
    said = form.format(a=artist, w=lx.made_up(rng) + rng.choice(("", " " + lx.made_up(rng))), n=lx.name(rng, ho))
    return said, {"what": said[4:] if said.startswith("the ") else said}


def scene(rng, ho):
    value = lx.SCENES.draw(rng, ho) if rng.random() < 0.9 else lx.made_up(rng)
    return value, {"name": value}


def vac(rng, ho):
    return rng.choice(("vacuum", "vacuum", "vacuum cleaner", "robot", "robot vacuum", "hoover", "vac", "cleaning robot", "robovac", "vacuum robot")), {}


BY_NAME = {name: value for name, value in globals().items() if callable(value) and not name.startswith("_")}
BY_NAME["list"] = list_
BY_NAME["pct%by"] = pct_by
