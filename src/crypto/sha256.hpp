#pragma once

#include <array>
#include <cstddef>
#include <memory>

#include "base/encoding.hpp"

struct evp_md_ctx_st;

namespace localscale::crypto {

/// A SHA-256 (FIPS 180-4).
using Digest = std::array<std::byte, 32>;

/// SHA-256 of what comes in pieces.
class Sha256 {
 public:
  Sha256();

  Sha256& update(ByteView bytes);
  /// The digest of everything so far; more may follow.
  [[nodiscard]] Digest digest() const;

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

Digest sha256(ByteView bytes);

}  // namespace localscale::crypto
