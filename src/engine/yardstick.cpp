#include "engine/yardstick.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.hpp"
#include "base/unique_fd.hpp"
#include "engine/gguf.hpp"
#include "engine/gguf_types.hpp"

namespace localscale::engine {
namespace {

namespace fs = std::filesystem;

// The shape of a small llama, with few words: those of an answer are a lookup, not a multiplication.
constexpr std::uint32_t layers = 8;
constexpr std::uint32_t width = 2'048;
constexpr std::uint32_t heads = 16;
constexpr std::uint32_t kv_heads = 4;
constexpr std::uint32_t kv_width = width / heads * kv_heads;
constexpr std::uint32_t feed_forward = 8'192;
constexpr std::uint32_t vocabulary = 8'192;

// GGUF, version 3 (ggml's docs/gguf.md).
constexpr std::uint32_t format_version = 3;
constexpr std::uint64_t alignment = 32;
constexpr std::uint32_t u32_value = 4, f32_value = 6, text_value = 8;
constexpr std::uint32_t f32 = 0, q4_0 = 2;

constexpr std::uint64_t aligned(std::uint64_t bytes) {
  return (bytes + alignment - 1) / alignment * alignment;
}

class Header {
 public:
  void number(std::string_view key, std::uint32_t value) {
    begin(key, u32_value);
    put(values_, value);
  }
  void real(std::string_view key, float value) {
    begin(key, f32_value);
    put(values_, std::bit_cast<std::uint32_t>(value));
  }
  void text(std::string_view key, std::string_view value) {
    begin(key, text_value);
    put_text(values_, value);
  }
  void matrix(std::string_view name, std::uint64_t row, std::uint64_t rows) {
    const auto shape = std::array{row, rows};
    tensor(name, shape, q4_0, row * rows);
  }
  void norm(std::string_view name) {
    const auto shape = std::array<std::uint64_t, 1>{width};
    tensor(name, shape, f32, width);
  }

  [[nodiscard]] std::string bytes() const {
    std::string out = "GGUF";
    put(out, format_version);
    put(out, tensor_count_);
    put(out, value_count_);
    out += values_ + tensors_;
    out.resize(aligned(out.size()));
    return out;
  }
  [[nodiscard]] std::uint64_t data_bytes() const { return data_bytes_; }

 private:
  template <class Number>
  static void put(std::string& out, Number value) {
    static_assert(std::endian::native == std::endian::little);
    const auto bytes = std::bit_cast<std::array<char, sizeof value>>(value);
    out.append(bytes.data(), bytes.size());
  }
  static void put_text(std::string& out, std::string_view text) {
    put(out, std::uint64_t{text.size()});
    out += text;
  }
  void begin(std::string_view key, std::uint32_t type) {
    put_text(values_, key);
    put(values_, type);
    ++value_count_;
  }
  void tensor(std::string_view name, std::span<const std::uint64_t> shape, std::uint32_t type,
              std::uint64_t elements) {
    put_text(tensors_, name);
    put(tensors_, static_cast<std::uint32_t>(shape.size()));
    for (const auto length : shape) put(tensors_, length);
    put(tensors_, type);
    put(tensors_, data_bytes_);
    const auto stored = tensor_type(type);
    LS_ASSERT(stored.has_value());
    data_bytes_ += aligned(elements / stored->elements * stored->bytes);
    ++tensor_count_;
  }

  std::string values_;
  std::string tensors_;
  std::uint64_t value_count_ = 0;
  std::uint64_t tensor_count_ = 0;
  std::uint64_t data_bytes_ = 0;
};

void add_layer(Header& header, std::uint32_t number) {
  const auto name = [&](std::string_view part) {
    return "blk." + std::to_string(number) + "." + std::string(part) + ".weight";
  };
  header.norm(name("attn_norm"));
  header.matrix(name("attn_q"), width, width);
  header.matrix(name("attn_k"), width, kv_width);
  header.matrix(name("attn_v"), width, kv_width);
  header.matrix(name("attn_output"), width, width);
  header.norm(name("ffn_norm"));
  header.matrix(name("ffn_gate"), width, feed_forward);
  header.matrix(name("ffn_up"), width, feed_forward);
  header.matrix(name("ffn_down"), feed_forward, width);
}

Header make_header() {
  Header header;
  header.text("general.architecture", "llama");
  header.text("general.name", "yardstick");
  header.number("llama.block_count", layers);
  header.number("llama.context_length", 2'048);
  header.number("llama.embedding_length", width);
  header.number("llama.feed_forward_length", feed_forward);
  header.number("llama.attention.head_count", heads);
  header.number("llama.attention.head_count_kv", kv_heads);
  header.number("llama.rope.dimension_count", width / heads);
  header.number("llama.vocab_size", vocabulary);
  header.real("llama.attention.layer_norm_rms_epsilon", 1e-5F);
  header.text("tokenizer.ggml.model", "none");
  header.matrix("token_embd.weight", width, vocabulary);
  for (std::uint32_t i = 0; i < layers; ++i) add_layer(header, i);
  header.norm("output_norm.weight");
  return header;
}

/// The file without a file.
class HeaderAndHole final : public ByteSource {
 public:
  HeaderAndHole(std::string_view header, std::uint64_t hole_bytes)
      : header_(header), size_(header.size() + hole_bytes) {}

  [[nodiscard]] std::uint64_t size() const override { return size_; }
  Result<void> read(std::uint64_t offset, std::span<std::byte> into) override {
    const auto part = header_.substr(std::min<std::uint64_t>(offset, header_.size()), into.size());
    const auto rest = std::ranges::copy(std::as_bytes(std::span(part)), into.begin()).out;
    std::fill(rest, into.end(), std::byte{0});
    return {};
  }

 private:
  std::string_view header_;
  std::uint64_t size_;
};

fs::path file_in(const fs::path& folder) {
  return folder / "yardstick.gguf";
}

}  // namespace

LibraryModel yardstick_in(const fs::path& folder) {
  const auto header = make_header();
  const auto bytes = header.bytes();
  HeaderAndHole source(bytes, header.data_bytes());
  const auto read = read_gguf(source, "yardstick");
  LS_ASSERT(read.has_value());
  auto facts = model_facts(*read, "yardstick");
  LS_ASSERT(facts.has_value());
  LibraryModel out;
  out.model.name = "yardstick";
  out.model.digest = "yardstick:1";  // Another shape must have another one: measurements are kept by it.
  out.model.path = file_in(folder);
  out.model.bytes = bytes.size() + header.data_bytes();
  out.model.capabilities = {Capability::completion};
  out.facts = std::move(*facts);
  return out;
}

Result<YardstickFile> YardstickFile::write(const fs::path& folder) {
  const auto header = make_header();
  const auto bytes = header.bytes();
  YardstickFile file(file_in(folder));
  std::error_code ignored;
  fs::remove(file.path_, ignored);
  const UniqueFd fd(::open(file.path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  const auto length = static_cast<off_t>(bytes.size() + header.data_bytes());
  // Engines run as another user, whatever the umask of this one.
  if (!fd || ::fchmod(fd.get(), 0644) != 0 ||
      ::write(fd.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) ||
      ::ftruncate(fd.get(), length) != 0) {
    return fail_errno("writing " + file.path_.string(), errno);
  }
  return file;
}

YardstickFile::YardstickFile(YardstickFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}

YardstickFile::~YardstickFile() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove(path_, ignored);
}

}  // namespace localscale::engine
