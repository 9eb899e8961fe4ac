#include "core/pool/short_code.hpp"

namespace localscale::core::pool {

std::string short_code(const crypto::Digest& transcript) {
  const crypto::Digest hash =
      crypto::sha256(Encoder().text("localscale/short-code/1").fixed(transcript).take());
  Decoder bytes(hash);
  const std::string text = std::to_string(1'000'000 + bytes.u64() % 1'000'000);
  return text.substr(1, 3) + ' ' + text.substr(4);
}

}  // namespace localscale::core::pool
