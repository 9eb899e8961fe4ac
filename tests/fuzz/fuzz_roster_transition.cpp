// A step of a roster that is read at all is written again as it was, and checking its signatures ends well.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "core/pool/transition.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace localscale;
  using namespace localscale::core::pool;
  const ByteView bytes = std::as_bytes(std::span(data, size));
  if (const auto body = decode_transition_body(bytes); body && !std::ranges::equal(encode(*body), bytes))
    std::abort();
  const auto step = decode_transition(bytes);
  if (!step) {
    if (step.error().what.empty()) std::abort();
    return 0;
  }
  if (!std::ranges::equal(encode(*step), bytes)) std::abort();
  static_cast<void>(verify_consent(*step));
  return 0;
}
