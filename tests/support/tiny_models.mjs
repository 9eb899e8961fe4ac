// Writes GGUF files of a few kilobytes with random weights: real enough for llama-server, and their text is noise.
import { writeFileSync } from 'node:fs';

const types = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 };

function u32(value) { const out = Buffer.alloc(4); out.writeUInt32LE(value); return out; }
function u64(value) { const out = Buffer.alloc(8); out.writeBigUInt64LE(BigInt(value)); return out; }
function f32(value) { const out = Buffer.alloc(4); out.writeFloatLE(value); return out; }
function text(value) { const bytes = Buffer.from(value); return Buffer.concat([u64(bytes.length), bytes]); }

const writers = { u32, i32: u32, f32, bool: (value) => Buffer.from([value ? 1 : 0]), string: text };

function pair(key, type, value) {
  if (type.startsWith('array:')) {
    const of = type.slice(6);
    return Buffer.concat([text(key), u32(types.array), u32(types[of]), u64(value.length), ...value.map(writers[of])]);
  }
  return Buffer.concat([text(key), u32(types[type]), writers[type](value)]);
}

/** Deterministic numbers in [-0.5, 0.5). */
function noise(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296 - 0.5;
  };
}

const width = 64;
const feedForward = 128;

/** A byte-level vocabulary: three special tokens and one token for each byte. */
function vocabulary() {
  const bytes = Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, '0')}>`);
  return { tokens: ['<unk>', '<s>', '</s>', ...bytes], kinds: [2, 3, 3, ...bytes.map(() => 6)] };
}

function tensors(vocabularySize) {
  const matrix = (name, rows, columns) => ({ name, dims: [rows, columns] });
  const vector = (name) => ({ name, dims: [width], ones: true });
  return [
    matrix('token_embd.weight', width, vocabularySize), vector('output_norm.weight'), matrix('output.weight', width, vocabularySize),
    vector('blk.0.attn_norm.weight'), matrix('blk.0.attn_q.weight', width, width), matrix('blk.0.attn_k.weight', width, width),
    matrix('blk.0.attn_v.weight', width, width), matrix('blk.0.attn_output.weight', width, width), vector('blk.0.ffn_norm.weight'),
    matrix('blk.0.ffn_gate.weight', width, feedForward), matrix('blk.0.ffn_up.weight', width, feedForward),
    matrix('blk.0.ffn_down.weight', feedForward, width),
  ];
}

function metadata({ template, pooling }) {
  const { tokens, kinds } = vocabulary();
  const pairs = [
    pair('general.architecture', 'string', 'llama'), pair('general.name', 'string', 'tiny'),
    pair('llama.context_length', 'u32', 2048), pair('llama.embedding_length', 'u32', width), pair('llama.block_count', 'u32', 1),
    pair('llama.feed_forward_length', 'u32', feedForward), pair('llama.attention.head_count', 'u32', 2),
    pair('llama.attention.head_count_kv', 'u32', 2), pair('llama.attention.layer_norm_rms_epsilon', 'f32', 1e-5),
    pair('llama.rope.dimension_count', 'u32', width / 2), pair('tokenizer.ggml.model', 'string', 'llama'),
    pair('tokenizer.ggml.tokens', 'array:string', tokens), pair('tokenizer.ggml.scores', 'array:f32', tokens.map(() => 0)),
    pair('tokenizer.ggml.token_type', 'array:i32', kinds), pair('tokenizer.ggml.bos_token_id', 'u32', 1),
    pair('tokenizer.ggml.eos_token_id', 'u32', 2), pair('tokenizer.ggml.add_space_prefix', 'bool', false),
  ];
  if (template) pairs.push(pair('tokenizer.chat_template', 'string', template));
  if (pooling) pairs.push(pair('llama.pooling_type', 'u32', pooling));
  return { pairs, vocabularySize: tokens.length };
}

/** Writes a model; `template`: a chat template; `pooling`: 1 makes it an embedding model. */
export function writeTinyModel(path, options = {}) {
  const { pairs, vocabularySize } = metadata(options);
  const all = tensors(vocabularySize);
  const random = noise(options.seed ?? 7);
  const infos = [];
  const blocks = [];
  let offset = 0;
  for (const { name, dims, ones } of all) {
    infos.push(Buffer.concat([text(name), u32(dims.length), ...dims.map(u64), u32(0), u64(offset)]));
    const values = Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => (ones ? 1 : random() * 0.2));
    blocks.push(Buffer.from(values.buffer));
    offset += values.byteLength;
  }
  const head = Buffer.concat([Buffer.from('GGUF'), u32(3), u64(all.length), u64(pairs.length), ...pairs, ...infos]);
  const padding = Buffer.alloc((32 - (head.length % 32)) % 32);
  writeFileSync(path, Buffer.concat([head, padding, ...blocks]));
}
