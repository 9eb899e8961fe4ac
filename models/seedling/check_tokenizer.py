"""Compares the Python encoder with a running llama-server over all prompts and answers of eval/: `python3 check_tokenizer.py http://127.0.0.1:8080`."""

import json
import sys

from evaluate import load, post
from tokenizer import LOWER, Tokenizer


def main():
    url, tokenizer = sys.argv[1].rstrip("/"), Tokenizer.load()
    rows = [row for name in ("intents", "unrelated", "greetings", "by_hand", "handbook") for row in load(name)]
    texts = [" " + row["prompt"].strip().translate(LOWER) for row in rows] + [row["answer"] for row in rows if "answer" in row]
    different = [text for text in texts if post(url + "/tokenize", {"content": text})["tokens"] != tokenizer.encode(text)]
    print(f"{len(texts)} texts, {len(different)} with other ids")
    for text in different[:10]:
        print(json.dumps(text, ensure_ascii=False))
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
