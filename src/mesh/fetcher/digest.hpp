#pragma once

#include <string>
#include <string_view>

#include "crypto/sha256.hpp"

namespace localscale::mesh::fetcher {

/// "sha256:…", as registries and journals write it.
std::string digest_text(const crypto::Digest& digest);

/// 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view text);

/// True for "sha256:" and 64 lower-case hexadecimal digits.
bool is_digest(std::string_view text);

/// The name under which a digest's file lies in blobs/: "sha256-…".
std::string blob_file_name(std::string_view digest);

/// The first 12 digits, as people see them.
std::string short_digest(std::string_view digest);

}  // namespace localscale::mesh::fetcher
