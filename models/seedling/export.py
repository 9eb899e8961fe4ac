"""Writes seedling.gguf (Q8_0) and its exact twin seedling-f32.gguf from a checkpoint: `python3 export.py run/last.pt`."""

import argparse
from pathlib import Path

import torch

from gguf import BOOL, F32, I32, STRING, U32, Writer
from model import Shape
from tokenizer import FIXED, SPECIAL, Tokenizer

HERE = Path(__file__).parent
VERSION = "1.0"
NORMAL, CONTROL, USER_DEFINED = 1, 3, 4


def metadata(out, shape, tokenizer, quantized):
    def text(key, value):
        out.put(key, STRING, value)

    def number(key, value):
        out.put(key, U32, value)

    text("general.architecture", "llama")
    text("general.type", "model")
    text("general.name", "Seedling")
    text("general.version", VERSION)
    text("general.size_label", "3M")
    text("general.organization", "Localscale")
    text("general.license", "mit")
    text("general.description", "A small model for household commands: answers with JSON intents, greets, and says honestly what it cannot do. "
                                "Trained from scratch by Localscale on its own generated corpus.")
    out.put_array("general.languages", STRING, ["en"])
    number("general.file_type", 7 if quantized else 0)
    number("general.quantization_version", 2)
    number("llama.vocab_size", shape.vocabulary)
    number("llama.context_length", shape.context)
    number("llama.embedding_length", shape.width)
    number("llama.block_count", shape.layers)
    number("llama.feed_forward_length", shape.feed_forward)
    number("llama.attention.head_count", shape.heads)
    number("llama.attention.head_count_kv", shape.kv_heads)
    number("llama.rope.dimension_count", shape.head_size)
    out.put("llama.rope.freq_base", F32, shape.rope_base)
    out.put("llama.attention.layer_norm_rms_epsilon", F32, shape.epsilon)
    text("tokenizer.ggml.model", "gpt2")
    text("tokenizer.ggml.pre", "gpt-2")
    out.put_array("tokenizer.ggml.tokens", STRING, tokenizer.tokens)
    out.put_array("tokenizer.ggml.token_type", I32, [CONTROL if t in SPECIAL else USER_DEFINED if t in FIXED else NORMAL for t in tokenizer.tokens])
    out.put_array("tokenizer.ggml.merges", STRING, [f"{a} {b}" for a, b in tokenizer.merges])
    for role in ("bos", "eos", "padding"):
        number(f"tokenizer.ggml.{role}_token_id", SPECIAL.index("<|end|>"))
    out.put("tokenizer.ggml.add_bos_token", BOOL, False)
    text("tokenizer.chat_template", (HERE / "chat_template.jinja").read_text().strip())


def export(checkpoint, path, quantized):
    saved = torch.load(checkpoint, map_location="cpu")
    shape, tokenizer = Shape(**saved["shape"]), Tokenizer.load()
    assert len(tokenizer.tokens) == shape.vocabulary
    out = Writer()
    metadata(out, shape, tokenizer, quantized)
    for name, value in saved["model"].items():
        out.tensor(name, value.float().numpy(), quantized)
    out.write(path)
    print(f"{Path(path).name}: {Path(path).stat().st_size} bytes, step {saved['step']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint")
    parser.add_argument("--out", default=str(HERE), help="folder")
    args = parser.parse_args()
    export(args.checkpoint, Path(args.out) / "seedling.gguf", True)
    export(args.checkpoint, Path(args.out) / "seedling-f32.gguf", False)


if __name__ == "__main__":
    main()
