#include "tests/support/gguf_builder.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <span>
#include <stdexcept>

namespace localscale::tests {
namespace {

constexpr std::size_t alignment = 32;

void put(std::vector<std::byte>& out, std::span<const std::byte> bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

template <class T>
void put_number(std::vector<std::byte>& out, T value) {
  put(out, std::as_bytes(std::span(&value, 1)));
}

void put_text(std::vector<std::byte>& out, std::string_view text) {
  put_number<std::uint64_t>(out, text.size());
  put(out, std::as_bytes(std::span(text)));
}

void pad(std::vector<std::byte>& out) {
  out.resize((out.size() + alignment - 1) / alignment * alignment);
}

/// splitmix64: the same weights on every machine.
class Random {
 public:
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
  }
  /// Uniform in [-1, 1).
  float unit() { return static_cast<float>(next() >> 40U) * (2.0F / 16777216.0F) - 1.0F; }

 private:
  std::uint64_t state_ = 1;
};

/// IEEE half of a small normal float, truncated: enough for weights.
std::uint16_t half(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto exponent = static_cast<std::int32_t>((bits >> 23U) & 0xFFU) - 127 + 15;
  const auto sign = static_cast<std::uint16_t>((bits >> 16U) & 0x8000U);
  if (exponent <= 0) return sign;
  return static_cast<std::uint16_t>(sign | static_cast<std::uint32_t>(exponent) << 10U |
                                    ((bits >> 13U) & 0x3FFU));
}

/// Quantized blocks: a fixed scale and random digits give the wanted deviation.
void put_blocks(std::vector<std::byte>& out, Random& random, std::uint64_t blocks, float scale,
                std::size_t digit_bytes) {
  for (std::uint64_t i = 0; i < blocks; ++i) {
    put_number(out, half(scale));
    for (std::size_t j = 0; j < digit_bytes; j += 8) put_number(out, random.next());
  }
}

void put_weights(std::vector<std::byte>& out, Random& random, std::uint64_t elements, std::uint64_t row,
                 std::uint32_t type, GgufBuilder::Fill fill) {
  const float amplitude = std::sqrt(3.0F / static_cast<float>(row));
  switch (type) {
    case 0:
      for (std::uint64_t i = 0; i < elements; ++i) {
        put_number(out, fill == GgufBuilder::Fill::ones ? 1.0F : random.unit() * amplitude);
      }
      return;
    case 1:
      for (std::uint64_t i = 0; i < elements; ++i) {
        put_number(out, half(fill == GgufBuilder::Fill::ones ? 1.0F : random.unit() * amplitude));
      }
      return;
    case 2:
      return put_blocks(out, random, elements / 32, amplitude / 8.0F, 16);
    case 8:
      return put_blocks(out, random, elements / 32, amplitude / 128.0F, 32);
    default:
      throw std::invalid_argument("GgufBuilder: tensor type");
  }
}

std::uint64_t byte_size(std::uint64_t elements, std::uint32_t type) {
  switch (type) {
    case 0:
      return elements * 4;
    case 1:
      return elements * 2;
    case 2:
      return elements / 32 * 18;
    case 8:
      return elements / 32 * 34;
    default:
      throw std::invalid_argument("GgufBuilder: tensor type");
  }
}

std::uint64_t product(const std::vector<std::uint64_t>& shape) {
  std::uint64_t out = 1;
  for (const auto length : shape) out *= length;
  return out;
}

constexpr std::string_view plain_template =
    "{% for m in messages %}{{ '<|' + m['role'] + '|>\n' + m['content'] + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}";

/// A sentencepiece vocabulary: <unk>, <s>, </s>, the 256 bytes, printable characters, padding.
std::uint32_t add_vocabulary(GgufBuilder& model, std::uint32_t wanted) {
  std::vector<std::string> tokens{"<unk>", "<s>", "</s>"};
  std::vector<std::int32_t> kinds{2, 3, 3};
  std::vector<float> scores(3, 0.0F);
  const auto add = [&](std::string token, std::int32_t kind, float score) {
    tokens.push_back(std::move(token));
    kinds.push_back(kind);
    scores.push_back(score);
  };
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (std::size_t i = 0; i < 256; ++i) add(std::string("<0x") + digits[i / 16] + digits[i % 16] + ">", 6, 0);
  add("\xE2\x96\x81", 1, -1);
  for (char c = '!'; c <= '~'; ++c) add(std::string(1, c), 1, -1);
  while (tokens.size() % 32 != 0 || tokens.size() < wanted)
    add("<pad" + std::to_string(tokens.size()) + ">", 5, -1000);
  model.text("tokenizer.ggml.model", "llama").texts("tokenizer.ggml.tokens", tokens);
  model.reals("tokenizer.ggml.scores", scores).numbers("tokenizer.ggml.token_type", kinds);
  model.number("tokenizer.ggml.bos_token_id", 1).number("tokenizer.ggml.eos_token_id", 2);
  model.number("tokenizer.ggml.unknown_token_id", 0).flag("tokenizer.ggml.add_bos_token", true);
  return static_cast<std::uint32_t>(tokens.size());
}

void add_layer(GgufBuilder& model, const TinyModel& shape, std::uint32_t layer) {
  const auto name = [&](std::string_view part) {
    return "blk." + std::to_string(layer) + "." + std::string(part) + ".weight";
  };
  const std::uint64_t width = shape.embedding;
  const std::uint64_t kv_width = width / shape.heads * shape.kv_heads;
  model.tensor(name("attn_norm"), {width}, 0, GgufBuilder::Fill::ones);
  model.tensor(name("attn_q"), {width, width}, shape.type)
      .tensor(name("attn_k"), {width, kv_width}, shape.type);
  model.tensor(name("attn_v"), {width, kv_width}, shape.type)
      .tensor(name("attn_output"), {width, width}, shape.type);
  model.tensor(name("ffn_norm"), {width}, 0, GgufBuilder::Fill::ones);
  model.tensor(name("ffn_gate"), {width, shape.feed_forward}, shape.type);
  model.tensor(name("ffn_up"), {width, shape.feed_forward}, shape.type);
  model.tensor(name("ffn_down"), {shape.feed_forward, width}, shape.type);
}

}  // namespace

void GgufBuilder::key(std::string_view name, std::uint32_t type) {
  put_text(values_, name);
  put_number(values_, type);
  ++value_count_;
}

GgufBuilder& GgufBuilder::text(std::string_view name, std::string_view value) {
  key(name, 8);
  put_text(values_, value);
  return *this;
}

GgufBuilder& GgufBuilder::number(std::string_view name, std::uint32_t value) {
  key(name, 4);
  put_number(values_, value);
  return *this;
}

GgufBuilder& GgufBuilder::real(std::string_view name, float value) {
  key(name, 6);
  put_number(values_, value);
  return *this;
}

GgufBuilder& GgufBuilder::flag(std::string_view name, bool value) {
  key(name, 7);
  put_number<std::uint8_t>(values_, value ? 1 : 0);
  return *this;
}

GgufBuilder& GgufBuilder::texts(std::string_view name, const std::vector<std::string>& values) {
  key(name, 9);
  put_number<std::uint32_t>(values_, 8);
  put_number<std::uint64_t>(values_, values.size());
  for (const auto& value : values) put_text(values_, value);
  return *this;
}

GgufBuilder& GgufBuilder::numbers(std::string_view name, const std::vector<std::int32_t>& values) {
  key(name, 9);
  put_number<std::uint32_t>(values_, 5);
  put_number<std::uint64_t>(values_, values.size());
  for (const auto value : values) put_number(values_, value);
  return *this;
}

GgufBuilder& GgufBuilder::reals(std::string_view name, const std::vector<float>& values) {
  key(name, 9);
  put_number<std::uint32_t>(values_, 6);
  put_number<std::uint64_t>(values_, values.size());
  for (const auto value : values) put_number(values_, value);
  return *this;
}

GgufBuilder& GgufBuilder::tensor(std::string_view name, std::vector<std::uint64_t> shape, std::uint32_t type,
                                 Fill fill) {
  tensors_.push_back({std::string(name), std::move(shape), type, fill});
  return *this;
}

std::vector<std::byte> GgufBuilder::build() const {
  std::vector<std::byte> out;
  put_number<std::uint32_t>(out, 0x46554747);
  put_number<std::uint32_t>(out, 3);
  put_number<std::uint64_t>(out, tensors_.size());
  put_number<std::uint64_t>(out, value_count_);
  put(out, values_);
  std::uint64_t offset = 0;
  for (const auto& tensor : tensors_) {
    put_text(out, tensor.name);
    put_number(out, static_cast<std::uint32_t>(tensor.shape.size()));
    for (const auto length : tensor.shape) put_number(out, length);
    put_number(out, tensor.type);
    put_number(out, offset);
    offset = (offset + byte_size(product(tensor.shape), tensor.type) + alignment - 1) / alignment * alignment;
  }
  pad(out);
  Random random;
  for (const auto& tensor : tensors_) {
    put_weights(out, random, product(tensor.shape), tensor.shape[0], tensor.type, tensor.fill);
    pad(out);
  }
  return out;
}

void GgufBuilder::write(const std::filesystem::path& path) const {
  const auto bytes = build();
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!file) throw std::runtime_error("can't write " + path.string());
}

GgufBuilder tiny_model(const TinyModel& shape) {
  GgufBuilder model;
  const auto key = [&](std::string_view field) { return shape.architecture + "." + std::string(field); };
  model.text("general.architecture", shape.architecture).text("general.name", "tiny random");
  model.number("general.file_type", shape.type == 8 ? 7 : shape.type);
  if (shape.chat_template) model.text("tokenizer.chat_template", plain_template);
  const auto vocabulary = add_vocabulary(model, shape.vocabulary);
  model.number(key("context_length"), shape.context).number(key("embedding_length"), shape.embedding);
  model.number(key("block_count"), shape.layers).number(key("feed_forward_length"), shape.feed_forward);
  model.number(key("attention.head_count"), shape.heads)
      .number(key("attention.head_count_kv"), shape.kv_heads);
  model.number(key("rope.dimension_count"), shape.embedding / shape.heads);
  model.real(key("attention.layer_norm_rms_epsilon"), 1e-5F);
  model.tensor("token_embd.weight", {shape.embedding, vocabulary}, shape.type);
  model.tensor("output_norm.weight", {shape.embedding}, 0, GgufBuilder::Fill::ones);
  model.tensor("output.weight", {shape.embedding, vocabulary}, shape.type);
  for (std::uint32_t layer = 0; layer < shape.layers; ++layer) add_layer(model, shape, layer);
  return model;
}

}  // namespace localscale::tests
