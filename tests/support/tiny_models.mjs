// Writes GGUF files of a few kilobytes with random weights: real enough for llama-server, and their text is noise.
import { writeFileSync } from 'node:fs';

const types = { u16: 2, u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 };

function u16(value) { const out = Buffer.alloc(2); out.writeUInt16LE(value); return out; }
function u32(value) { const out = Buffer.alloc(4); out.writeUInt32LE(value); return out; }
function u64(value) { const out = Buffer.alloc(8); out.writeBigUInt64LE(BigInt(value)); return out; }
function f32(value) { const out = Buffer.alloc(4); out.writeFloatLE(value); return out; }
function text(value) { const bytes = Buffer.from(value); return Buffer.concat([u64(bytes.length), bytes]); }

const writers = { u16, u32, i32: u32, f32, bool: (value) => Buffer.from([value ? 1 : 0]), string: text };

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

const byteToken = (character) => 3 + character.charCodeAt(0);
const endToken = 2;
const callToken = 3 + 256;

/** A byte-level vocabulary: three special tokens, one token for each byte, and one that opens a tool call. */
function vocabulary() {
  const bytes = Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, '0')}>`);
  return { tokens: ['<unk>', '<s>', '</s>', ...bytes, '<tool_call>'], kinds: [2, 3, 3, ...bytes.map(() => 6), 4] };
}

// What the model likes to say after what (with toolTemplate): "hi" as an answer, a tool call where there are tools.
const habits = [
  [byteToken('>'), byteToken('h')], [byteToken('h'), byteToken('i')], [byteToken('\n'), callToken], [callToken, byteToken('\n')],
];

/**
 * Writes the habits into numbers that stand out of the noise. After anything else it ends its turn, or closes a string
 * where a grammar lets it not end.
 */
function addHabits(name, values) {
  if (name === 'token_embd.weight') {
    for (let token = 0; token < values.length / width; token += 1) values[token * width] = 4;
    habits.forEach(([before], i) => { values[before * width + i + 1] = 8; });
  }
  if (name === 'output.weight') {
    values[endToken * width] = 6;
    values[byteToken('"') * width] = 5;
    habits.forEach(([, after], i) => { values[after * width + i + 1] = 8; });
  }
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

function writeGguf(path, pairs, all, values) {
  const infos = [];
  const blocks = [];
  let offset = 0;
  for (const tensor of all) {
    infos.push(Buffer.concat([text(tensor.name), u32(tensor.dims.length), ...tensor.dims.map(u64), u32(0), u64(offset)]));
    const block = Buffer.from(values(tensor).buffer);
    const padding = Buffer.alloc((32 - (block.length % 32)) % 32);
    blocks.push(block, padding);
    offset += block.length + padding.length;
  }
  const head = Buffer.concat([Buffer.from('GGUF'), u32(3), u64(all.length), u64(pairs.length), ...pairs, ...infos]);
  writeFileSync(path, Buffer.concat([head, Buffer.alloc((32 - (head.length % 32)) % 32), ...blocks]));
}

function randomValues(seed) {
  const random = noise(seed);
  return ({ dims, ones }) => Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => (ones ? 1 : random() * 0.2));
}

/** Writes a model; `template`: a chat template; `habits`: it answers shortly and calls tools; `pooling`: 1 makes it an embedding model. */
export function writeTinyModel(path, options = {}) {
  const { pairs, vocabularySize } = metadata(options);
  const random = randomValues(options.seed ?? 7);
  writeGguf(path, pairs, tensors(vocabularySize), (tensor) => {
    const values = random(tensor);
    if (options.habits) addHabits(tensor.name, values);
    return values;
  });
}

/** Writes a model as llama-gguf-split does: only the first of `paths` says what it is, each holds its share of the tensors. */
export function writeTinySplitModel(paths, options = {}) {
  const { pairs, vocabularySize } = metadata(options);
  const all = tensors(vocabularySize);
  const share = Math.ceil(all.length / paths.length);
  const values = randomValues(options.seed ?? 7);
  paths.forEach((path, number) => {
    const split = [pair('split.no', 'u16', number), pair('split.count', 'u16', paths.length), pair('split.tensors.count', 'i32', all.length)];
    writeGguf(path, number === 0 ? [...pairs, ...split] : split, all.slice(number * share, (number + 1) * share), values);
  });
}

/** Writes a vision projector (LLaVA's kind) for the tiny model: an image becomes four tokens. */
export function writeTinyProjector(path) {
  const pairs = [
    pair('general.architecture', 'string', 'clip'), pair('general.type', 'string', 'mmproj'), pair('clip.has_vision_encoder', 'bool', true),
    pair('clip.projector_type', 'string', 'mlp'), pair('clip.use_gelu', 'bool', true), pair('clip.vision.image_size', 'u32', 28),
    pair('clip.vision.patch_size', 'u32', 14), pair('clip.vision.embedding_length', 'u32', width),
    pair('clip.vision.feed_forward_length', 'u32', feedForward), pair('clip.vision.block_count', 'u32', 2),
    pair('clip.vision.projection_dim', 'u32', width), pair('clip.vision.attention.head_count', 'u32', 2),
    pair('clip.vision.attention.layer_norm_epsilon', 'f32', 1e-5), pair('clip.vision.image_mean', 'array:f32', [0.5, 0.5, 0.5]),
    pair('clip.vision.image_std', 'array:f32', [0.5, 0.5, 0.5]),
  ];
  const matrix = (name, ...dims) => ({ name: `${name}.weight`, dims });
  const block = (i) => [
    ...['attn_q', 'attn_k', 'attn_v', 'attn_out'].map((name) => matrix(`v.blk.${i}.${name}`, width, width)),
    matrix(`v.blk.${i}.ffn_up`, width, feedForward), matrix(`v.blk.${i}.ffn_down`, feedForward, width),
    ...['ln1', 'ln2'].map((name) => ({ name: `v.blk.${i}.${name}.weight`, dims: [width], ones: true })),
  ];
  const all = [
    matrix('v.patch_embd', 14, 14, 3, width), matrix('v.position_embd', width, 4), ...block(0), ...block(1),
    ...[0, 2].flatMap((i) => [matrix(`mm.${i}`, width, width), { name: `mm.${i}.bias`, dims: [width] }]),
  ];
  writeGguf(path, pairs, all, randomValues(11));
}

/** A template that shows tools and tool calls in the common <tool_call> form. */
export const toolTemplate = `{%- if tools %}<tools>
{%- for tool in tools %}
{{ tool | tojson }}
{%- endfor %}
</tools>
For each call write <tool_call>{"name": NAME, "arguments": OBJECT}</tool_call>
{% endif %}
{%- for message in messages %}
{{- '<|' + message.role + '|>' }}
{%- if message.content %}{{ message.content }}{% endif %}
{%- if message.tool_calls %}
{%- for call in message.tool_calls %}
{{- '<tool_call>\\n{"name": "' + call.function.name + '", "arguments": ' + (call.function.arguments | tojson) + '}\\n</tool_call>' }}
{%- endfor %}
{%- endif %}
{{- '<|end|>' }}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<|assistant|>' }}{% if tools %}{{ '\\n' }}{% endif %}{% endif %}`;
