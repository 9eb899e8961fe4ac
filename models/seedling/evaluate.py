"""Evaluates a running llama-server: `python3 evaluate.py http://127.0.0.1:8080`.

Asks `/v1/chat/completions` at temperature 0 and prints a table for people and one
line of JSON per claim.  Needs nothing but Python.
"""

import argparse
import json
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent / "eval"
BARS = {"intents_exact": 0.97, "refusal": 0.95, "greeting": None, "by_hand_exact": None, "handbook": 0.90, "tokens_per_s": 200}


def post(url, body):
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=120) as reply:
        return json.loads(reply.read())


def ask(url, prompt, **more):
    """The server's answer and its timings."""
    body = {"messages": [{"role": "user", "content": prompt}], "temperature": 0, "max_tokens": 320, **more}
    reply = post(url + "/v1/chat/completions", body)
    return reply["choices"][0]["message"]["content"], reply.get("timings", {})


def load(name):
    return [json.loads(line) for line in (HERE / f"{name}.jsonl").read_text().splitlines()]


def same_json(got, wanted):
    """Exact: the same keys and values in every intent, in the same order of intents."""
    try:
        return json.loads(got) == json.loads(wanted)
    except ValueError:
        return False


def refuses(got):
    return "small" in got and "localscale pull" in got and not got.startswith("{")


def greets(got):
    return not got.startswith("{") and "I can't help" not in got and "can't do code" not in got and "did not understand" not in got


def one_of(got, answers):
    return got.strip() in answers


def measure(url, name, judge, streams):
    """Share of right answers, and the wrong ones."""
    rows = load(name)
    with ThreadPoolExecutor(streams) as pool:
        answers = list(pool.map(lambda row: ask(url, row["prompt"])[0], rows))
    wrong = [{**row, "got": got} for row, got in zip(rows, answers) if not judge(got, row.get("answer") or row.get("answers", ""))]
    return 1 - len(wrong) / len(rows), len(rows), wrong


def speed(url):
    """Tokens per second of one stream, as the server counts them, median of several long answers."""
    prompt = "turn on the kitchen lights and the fan and the radio and remind me to water the plants at nine and wake me at half past six"
    rates = []
    for _ in range(15):
        ask(url, prompt, cache_prompt=False)
        rates.append(ask(url, prompt, cache_prompt=False)[1].get("predicted_per_second", 0))
    return sorted(rates)[len(rates) // 2]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url")
    parser.add_argument("--streams", type=int, default=1, help="questions asked at the same time")
    parser.add_argument("--wrong", help="file for the wrong answers (JSONL)")
    parser.add_argument("--with", dest="setting", default="", help="a note about model and machine for the JSON lines")
    args = parser.parse_args()
    url, began, results, wrong = args.url.rstrip("/"), time.time(), {}, []
    for claim, name, judge in (("intents_exact", "intents", same_json), ("refusal", "unrelated", lambda got, _: refuses(got)),
                               ("greeting", "greetings", lambda got, _: greets(got)), ("by_hand_exact", "by_hand", same_json),
                               ("handbook", "handbook", one_of)):
        value, count, failed = measure(url, name, judge, args.streams)
        results[claim] = (value, count, "share")
        wrong += failed
    results["tokens_per_s"] = (speed(url), 15, "tokens/s")
    print(f"{'claim':16}{'value':>10}{'bar':>8}{'of':>7}")
    for claim, (value, count, unit) in results.items():
        print(f"{claim:16}{value:10.3f}{BARS[claim] or '-':>8}{count:7}")
    if args.wrong:
        Path(args.wrong).write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in wrong))
    met = True
    for claim, (value, count, unit) in results.items():
        bar = BARS[claim]
        met = met and (bar is None or value >= bar)
        print(json.dumps({"bench": "seedling", "claim": claim, "value": round(value, 4), "unit": unit, "bar": bar, "better": "higher",
                          "ok": bar is None or value >= bar, "with": {"count": count, "setting": args.setting, "seconds": round(time.time() - began)}}))
    sys.exit(0 if met else 7)


if __name__ == "__main__":
    main()
