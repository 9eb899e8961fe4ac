#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace localscale::mesh::fetcher {

/// SHA-256 of bytes that come in pieces. Move-only.
class Sha256 {
 public:
  Sha256();
  void update(std::span<const std::byte> bytes);
  /// "sha256:…" of everything so far. Ends the computation.
  std::string finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

/// 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view text);

/// True for "sha256:" and 64 lower-case hexadecimal digits.
bool is_digest(std::string_view text);

/// The name under which a digest's file lies in blobs/: "sha256-…".
std::string blob_file_name(std::string_view digest);

/// The first 12 digits, as people see them.
std::string short_digest(std::string_view digest);

}  // namespace localscale::mesh::fetcher
