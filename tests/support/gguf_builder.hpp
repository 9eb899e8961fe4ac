#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace localscale::tests {

/// Writes small GGUF files for tests: any keys, tensors with reproducible random weights. Version 3, little
/// endian.
class GgufBuilder {
 public:
  GgufBuilder& text(std::string_view key, std::string_view value);
  GgufBuilder& number(std::string_view key, std::uint32_t value);
  GgufBuilder& real(std::string_view key, float value);
  GgufBuilder& flag(std::string_view key, bool value);
  GgufBuilder& texts(std::string_view key, const std::vector<std::string>& values);
  GgufBuilder& numbers(std::string_view key, const std::vector<std::int32_t>& values);
  GgufBuilder& reals(std::string_view key, const std::vector<float>& values);

  enum class Fill { random, ones };
  /// `type`: 0 F32, 1 F16, 2 Q4_0, 8 Q8_0. Random weights have a deviation of about 1/sqrt(row).
  GgufBuilder& tensor(std::string_view name, std::vector<std::uint64_t> shape, std::uint32_t type = 0,
                      Fill fill = Fill::random);

  [[nodiscard]] std::vector<std::byte> build() const;
  void write(const std::filesystem::path& path) const;

 private:
  struct Tensor {
    std::string name;
    std::vector<std::uint64_t> shape;
    std::uint32_t type;
    Fill fill;
  };
  void key(std::string_view name, std::uint32_t type);

  std::vector<std::byte> values_;
  std::uint64_t value_count_ = 0;
  std::vector<Tensor> tensors_;
};

/// The shape of a random model. It runs in the engine; its text is noise.
struct TinyModel {
  std::string architecture = "llama";  ///< "llama" or "qwen2"-like without biases.
  std::uint32_t layers = 2;
  std::uint32_t embedding = 64;
  std::uint32_t heads = 4;
  std::uint32_t kv_heads = 2;
  std::uint32_t feed_forward = 128;
  std::uint32_t context = 2048;
  std::uint32_t vocabulary = 0;  ///< 0: bytes and a few more.
  std::uint32_t type = 0;        ///< As in GgufBuilder::tensor.
  bool chat_template = true;
};

/// A llama model with a byte vocabulary and random weights.
GgufBuilder tiny_model(const TinyModel& shape = {});

}  // namespace localscale::tests
