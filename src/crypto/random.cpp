#include "crypto/random.hpp"

#include <sodium.h>

#include "base/assert.hpp"

namespace localscale::crypto {

void fill_random(std::span<std::byte> bytes) {
  LS_ASSERT(sodium_init() >= 0);
  randombytes_buf(bytes.data(), bytes.size());
}

}  // namespace localscale::crypto
