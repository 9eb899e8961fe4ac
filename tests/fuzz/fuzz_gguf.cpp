// Any bytes are a model's header with facts, or an error with words that names the file; and reading stays
// within its limits.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "engine/gguf.hpp"
#include "engine/model_facts.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace localscale::engine;
  MemorySource source(std::as_bytes(std::span(data, size)));
  const auto header = read_gguf(source, "fuzz.gguf");
  if (!header) {
    if (header.error().what.find("fuzz.gguf") == std::string::npos) std::abort();
    return 0;
  }
  for (const auto& tensor : header->tensors) {
    if (tensor.bytes > size) std::abort();
  }
  const auto facts = model_facts(*header, "fuzz.gguf");
  if (facts) static_cast<void>(capabilities(*facts, true));
  return 0;
}
