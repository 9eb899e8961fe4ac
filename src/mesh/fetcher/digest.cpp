#include "mesh/fetcher/digest.hpp"

#include <array>

#include <openssl/evp.h>

#include "base/assert.hpp"
#include "base/bytes.hpp"

namespace localscale::mesh::fetcher {
namespace {

constexpr std::string_view prefix = "sha256:";
constexpr std::size_t hex_digits = 64;

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  LS_ASSERT(context_ != nullptr);
  LS_ASSERT(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
}

void Sha256::update(std::span<const std::byte> bytes) {
  LS_ASSERT(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

std::string Sha256::finish() {
  std::array<unsigned char, 32> out{};
  LS_ASSERT(EVP_DigestFinal_ex(context_.get(), out.data(), nullptr) == 1);
  return std::string(prefix) + to_hex(std::as_bytes(std::span(out)));
}

std::string sha256_hex(std::string_view text) {
  Sha256 hash;
  hash.update(std::as_bytes(std::span(text)));
  return hash.finish().substr(prefix.size());
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
