"""Spoken times, days and durations, with the one rule that resolves ambiguous clock times.

The rule (see docs/seedling.md): what is said wins (am, pm, a part of the day, 24-hour
digits); otherwise 12 is noon, alarms are in the morning, and everything else is
after noon.  No current time is needed.
"""

import zlib

ONES = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen").split()
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()


def words(number):
    """A number below 1,000 in words."""
    if number >= 100:
        rest = number % 100
        head = ONES[number // 100] + " hundred"
        return head + (" and " + words(rest) if rest else "")
    if number < 20:
        return ONES[number]
    return TENS[number // 10] + ("-" + ONES[number % 10] if number % 10 else "")


def spoken(rng, number):
    """A number as digits or words, with or without the hyphen."""
    if rng.random() < 0.5:
        return str(number)
    text = words(number)
    return text.replace("-", " ") if rng.random() < 0.6 else text


def held_out_time(hour, minute):
    """One clock time in ten is never trained on."""
    return zlib.crc32(f"clock:{hour % 12}:{minute}".encode()) % 10 == 0


def _draw(rng, held_out):
    """Hour (0-23) and minute; unseen ones only when `held_out`."""
    while True:
        hour = rng.choice((rng.randrange(24), rng.randrange(6, 23)))
        minute = rng.choice((0, 0, 0, 30, 30, rng.choice((15, 45)), rng.randrange(0, 60, 5), rng.randrange(60)))
        if held_out_time(hour, minute):
            if held_out:
                return hour, minute
        elif not held_out or rng.random() < 0.7:
            return hour, minute


def _twelve(rng, hour, minute):
    """The clock face as people say it, without am or pm."""
    hour12 = hour % 12 or 12
    following = hour12 % 12 + 1
    said = words(hour12) if rng.random() < 0.6 else str(hour12)
    forms = []
    if minute == 0:
        return rng.choice((said, said, said, said + " o'clock", said + " o clock", f"{hour12}:00", said + " sharp"))
    forms += [f"{hour12}:{minute:02d}", f"{hour12}:{minute:02d}", f"{hour12}.{minute:02d}"]
    low = words(minute).replace("-", " ")
    forms += [words(hour12) + " " + (low if minute > 9 else "oh " + low)] * 2
    if rng.random() < 0.5:
        forms += [f"{hour12} {minute:02d}"]
    if minute == 30:
        forms += [f"half past {said}"] * 4 + [f"half {words(hour12)}"]
    elif minute in (15, 45):
        side, base = ("past", said) if minute == 15 else ("to", words(following))
        forms += [f"{rng.choice(('', 'a '))}quarter {side} {base}"] * 4
    elif minute % 5 == 0:
        side, base, gap = ("past", said, minute) if minute < 30 else ("to", words(following), 60 - minute)
        gap = spoken(rng, gap)
        forms += [f"{gap} {side} {base}", f"{gap} {side} {base}", f"{gap} minutes {side} {base}"]
    return rng.choice(forms)


def _part(hour):
    """The part of the day an hour belongs to, as said after it."""
    if 5 <= hour < 12:
        return "in the morning"
    if 12 <= hour < 18:
        return "in the afternoon"
    if 18 <= hour < 22:
        return "in the evening"
    return "at night"


def _rule(hour, minute, morning):
    """An ambiguous clock face, resolved."""
    hour12 = hour % 12
    if hour12 == 0:
        return 12, minute
    return (hour12, minute) if morning else (hour12 + 12, minute)


def clock(rng, held_out=False, morning=False, plain=False):
    """A clock time: (text without "at", HH:MM).  `morning` is the alarm rule; `plain` leaves out parts of the day."""
    hour, minute = _draw(rng, held_out)
    kind = rng.random()
    if kind < 0.05 and not plain:
        text, value = rng.choice((("noon", "12:00"), ("midnight", "00:00"), ("midday", "12:00"), ("noon", "12:00")))
        return text, value
    if kind < 0.42:
        text = _twelve(rng, hour, minute)
        hour, minute = _rule(hour, minute, morning)
    elif kind < 0.68:
        if rng.random() < 0.5:
            face = str(hour % 12 or 12) + (f":{minute:02d}" if minute else "")
        else:
            face = _twelve(rng, hour, minute).replace(" sharp", "").replace(" o'clock", "").replace(" o clock", "")
        half = "am" if hour < 12 else "pm"
        text = face + rng.choice(("", " ", " ", " ") if face[-1].isdigit() else (" ",)) + rng.choice((half, half, half, f"{half[0]}.m.", f"{half[0]} m"))
    elif kind < 0.84 or plain:
        if hour >= 13 or hour == 0:
            text = rng.choice((f"{hour:02d}:{minute:02d}", f"{hour:02d}:{minute:02d}", f"{hour:02d}.{minute:02d}", f"{hour:02d}h{minute:02d}"))
        elif hour < 10:
            text = f"0{hour}{rng.choice('::.')}{minute:02d}"
        else:
            text = f"{hour % 12 or 12}:{minute:02d}"
            hour, minute = _rule(hour, minute, morning)
    else:
        text = _twelve(rng, hour, minute) + " " + _part(hour)
    return text, f"{hour:02d}:{minute:02d}"


UNITS = {"s": ("second", "sec", "secs"), "m": ("minute", "min", "mins"), "h": ("hour", "hr", "hrs"), "d": ("day",), "w": ("week",)}


def _amount(rng, number, unit):
    long, *short = UNITS[unit]
    if short and rng.random() < 0.15:
        return f"{number} {rng.choice(short)}"
    if number == 1 and rng.random() < 0.6:
        return ("an " if unit == "h" else "a ") + long
    return spoken(rng, number) + " " + long + ("s" if number != 1 else "")


def duration(rng, held_out=False, long=False):
    """A duration as said, and as written: 20m, 1h30m, 45s, 2d."""
    roll = rng.random()
    if long and roll < 0.3:
        unit, number = rng.choice((("d", rng.randrange(1, 8)), ("w", rng.randrange(1, 4)), ("d", rng.randrange(2, 31))))
        return _amount(rng, number, unit), f"{number}{unit}"
    if roll < 0.08:
        return rng.choice((("half an hour", "30m"), ("a half hour", "30m"), ("half an hour", "30m"), ("30 minutes", "30m")))
    if roll < 0.12:
        return rng.choice(("a quarter of an hour", "quarter of an hour")), "15m"
    if roll < 0.14:
        return rng.choice(("three quarters of an hour", "three quarters of an hour")), "45m"
    if roll < 0.18:
        return rng.choice(("an hour and a half", "one and a half hours", "1 and a half hours")), "1h30m"
    if roll < 0.21:
        hours = rng.randrange(2, 6)
        return f"{words(hours)} and a half hours", f"{hours}h30m"
    if roll < 0.23:
        return rng.choice((("a couple of minutes", "2m"), ("a couple of hours", "2h"), ("a minute and a half", "1m30s"), ("half a minute", "30s")))
    if roll < 0.31:
        hours, minutes = rng.randrange(1, 5), rng.randrange(5, 60, 5)
        link = rng.choice((" ", " and ", " and "))
        return _amount(rng, hours, "h") + link + _amount(rng, minutes, "m"), f"{hours}h{minutes}m"
    if roll < 0.34:
        minutes, seconds = rng.randrange(1, 10), rng.randrange(10, 60, 10)
        return _amount(rng, minutes, "m") + rng.choice((" ", " and ")) + _amount(rng, seconds, "s"), f"{minutes}m{seconds}s"
    if roll < 0.42:
        number, unit = rng.randrange(5, 120, 5), "s"
    elif roll < 0.84:
        number, unit = rng.choice((rng.randrange(1, 60), rng.randrange(5, 95, 5))), "m"
    else:
        number, unit = rng.randrange(1, 13), "h"
    if not held_out and zlib.crc32(f"duration:{number}{unit}".encode()) % 10 == 0:
        return duration(rng, held_out, long)
    if rng.random() < 0.03 and unit in "mh":
        return f"{number}{unit}", f"{number}{unit}"
    return _amount(rng, number, unit), f"{number}{unit}"


HOURS = {"morning": (5, 6, 7, 8, 9, 10, 11), "afternoon": (13, 14, 15, 16, 17), "evening": (17, 18, 19, 20, 21, 22), "night": (18, 19, 20, 21, 22, 23)}
DAYS = (("tomorrow", "tomorrow"), ("today", "today"))
PARTS_OF_DAY = (("tomorrow morning", "tomorrow", "morning"), ("tomorrow evening", "tomorrow", "evening"),
                ("tomorrow afternoon", "tomorrow", "afternoon"), ("tomorrow night", "tomorrow", "night"), ("tonight", "today", "night"),
                ("this evening", "today", "evening"), ("this afternoon", "today", "afternoon"), ("this morning", "today", "morning"))
LOOSE_PARTS = (("in the morning", "morning"), ("in the evening", "evening"), ("in the afternoon", "afternoon"), ("at night", "night"))
SUN = (("at sunset", "sunset"), ("at sunrise", "sunrise"), ("at dusk", "sunset"), ("at dawn", "sunrise"), ("when the sun sets", "sunset"),
       ("when the sun goes down", "sunset"), ("when the sun comes up", "sunrise"), ("when it gets dark", "sunset"))


def day(rng):
    """A day: (text, name)."""
    if rng.random() < 0.45:
        return rng.choice(DAYS[:1] * 3 + DAYS)
    if rng.random() < 0.06:
        return rng.choice(("at the weekend", "on the weekend", "this weekend")), "weekend"
    name = rng.choice(WEEKDAYS)
    return rng.choice(("on ", "on ", "", "this ", "next ", "on ")) + name, name


def repeat(rng):
    """A repetition: (text, name)."""
    roll = rng.random()
    if roll < 0.4:
        return rng.choice(("every day", "every day", "daily", "each day")), "day"
    if roll < 0.55:
        return rng.choice(("every weekday", "on weekdays", "on weekdays", "on workdays")), "weekday"
    if roll < 0.65:
        return rng.choice(("every weekend", "on weekends", "at weekends")), "weekend"
    name = rng.choice(WEEKDAYS)
    return rng.choice((f"every {name}", f"every {name}", f"each {name}", f"on {name}s")), name


def clock_in_part(rng, part, held_out):
    """A clock time beside a part of the day that decides am or pm."""
    _, minute = _draw(rng, held_out)
    hours = HOURS[part]
    hour = rng.choice(hours)
    while held_out_time(hour, minute) and not held_out:
        minute = rng.choice((0, 0, 30, 15, 45, 10, 20))
        hour = rng.choice(hours)
    return _twelve(rng, hour, minute).replace(" sharp", ""), f"{hour:02d}:{minute:02d}"


def when(rng, held_out=False, morning=False, relative=True, spans=False):
    """A time phrase for the end or the start of a clause: (text, fields)."""
    roll = rng.random()
    if spans and roll < 0.14:
        text, value = duration(rng, held_out)
        return "for " + text, {"for": value}
    if relative and roll < 0.32:
        text, value = duration(rng, held_out, long=roll < 0.17)
        return rng.choice(("in ", "in ", "in ", "in ", "after ")) + text , {"in": value}
    if roll < 0.36 and not morning:
        text, value = rng.choice(SUN)
        return text, {"at": value}
    if roll < 0.42:
        text, name, part = rng.choice(PARTS_OF_DAY)
        if rng.random() < 0.15:
            text, part = rng.choice(LOOSE_PARTS)
            return text, {"at": part}
        return text, {"day": name, "at": part}
    if roll < 0.54:
        text, name, part = rng.choice(PARTS_OF_DAY)
        if rng.random() < 0.3:
            name = rng.choice(WEEKDAYS)
            part = rng.choice(("morning", "afternoon", "evening"))
            text = rng.choice(("on ", "")) + f"{name} {part}"
        face, value = clock_in_part(rng, part, held_out)
        return rng.choice((f"{text} at {face}", f"at {face} {text}", f"{text} at {face}")), {"day": name, "at": value}
    if roll < 0.62:
        text, name = repeat(rng)
        if rng.random() < 0.15:
            part = rng.choice(("morning", "evening", "night", "afternoon"))
            return f"every {part}", {"at": part, "every": "day"}
        face, value = clock(rng, held_out, morning)
        return rng.choice((f"{text} at {face}", f"at {face} {text}")), {"at": value, "every": name}
    if roll < 0.67:
        text, name = day(rng)
        return text, {"day": name}
    if roll < 0.80:
        text, name = day(rng)
        face, value = clock(rng, held_out, morning)
        return rng.choice((f"{text} at {face}", f"at {face} {text}")), {"day": name, "at": value}
    face, value = clock(rng, held_out, morning)
    return rng.choice(("at ",) * 8 + ("around ",)) + face, {"at": value}
