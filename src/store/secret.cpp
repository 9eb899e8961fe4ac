#include "store/secret.hpp"

#include <algorithm>
#include <span>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sodium.h>

#include "base/bytes.hpp"

namespace localscale::store {
namespace {

SecretHash hash_with(std::string_view secret, const unsigned char* salt, std::size_t salt_bytes) {
  SecretHash hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(secret.data()),
                     secret.size(), salt, salt_bytes);
  return hash;
}

}  // namespace

std::string random_hex(std::size_t digits) {
  std::string bytes(digits / 2, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return to_hex(std::as_bytes(std::span(bytes.data(), bytes.size())));
}

SecretHash hash_of(std::string_view secret) {
  return hash_with(secret, nullptr, 0);
}

SecretHash hash_of(std::string_view secret, const SecretHash& salt) {
  return hash_with(secret, salt.data(), salt.size());
}

bool same(const SecretHash& a, const SecretHash& b) {
  return sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

SecretHash hash_column(const SQLite::Column& column) {
  SecretHash hash{};
  const auto* bytes = static_cast<const unsigned char*>(column.getBlob());
  if (column.getBytes() == static_cast<int>(hash.size())) std::copy_n(bytes, hash.size(), hash.begin());
  return hash;
}

}  // namespace localscale::store
