#include "mesh/fetcher/digest.hpp"

#include "base/assert.hpp"
#include "base/bytes.hpp"

namespace localscale::mesh::fetcher {
namespace {

constexpr std::string_view prefix = "sha256:";
constexpr std::size_t hex_digits = 64;

}  // namespace

std::string digest_text(const crypto::Digest& digest) {
  return std::string(prefix) + to_hex(digest);
}

std::string sha256_hex(std::string_view text) {
  return to_hex(crypto::sha256(bytes_of(text)));
}

bool is_digest(std::string_view text) {
  return text.starts_with(prefix) && is_hex(text.substr(prefix.size()), hex_digits);
}

std::string blob_file_name(std::string_view digest) {
  LS_ASSERT(is_digest(digest));
  return "sha256-" + std::string(digest.substr(prefix.size()));
}

std::string short_digest(std::string_view digest) {
  return std::string(digest.starts_with(prefix) ? digest.substr(prefix.size(), 12) : digest.substr(0, 12));
}

}  // namespace localscale::mesh::fetcher
