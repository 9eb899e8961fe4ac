#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace localscale::store {

inline constexpr std::size_t password_characters_min = 10;
inline constexpr std::size_t password_characters_max = 1000;

/// Fails with invalid_argument unless `password` is UTF-8 of 10 to 1000 characters.
Result<void> check_password(std::string_view password);

/// Argon2id of `password` in libsodium's text form. Takes about a tenth of a second and 64 MiB, on purpose:
/// not for a thread that serves others. Any thread.
Result<std::string> hash_password(std::string_view password);

/// True if `password` is the one of `hash`; takes as long as hash_password, also for an empty `hash`.
/// Any thread.
bool password_matches(std::string_view password, const std::string& hash);

}  // namespace localscale::store
