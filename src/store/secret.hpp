#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace SQLite {
class Column;
}

namespace localscale::store {

/// What is kept of a secret in the place of it.
using SecretHash = std::array<unsigned char, 32>;

/// Random hexadecimal digits; `digits` is even.
std::string random_hex(std::size_t digits);

/// BLAKE2b-256 of `secret`, keyed with `salt` where there is one (secrets of 256 random bits need none).
SecretHash hash_of(std::string_view secret);
SecretHash hash_of(std::string_view secret, const SecretHash& salt);

/// Compares in a time that does not depend on where the difference is.
bool same(const SecretHash& a, const SecretHash& b);

/// A blob of 32 bytes; zeros for any other.
SecretHash hash_column(const SQLite::Column& column);

}  // namespace localscale::store
