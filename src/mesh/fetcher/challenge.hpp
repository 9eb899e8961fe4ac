#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace localscale::mesh::fetcher {

/// What a registry asks for in "WWW-Authenticate: Bearer realm=…,service=…,scope=…".
struct Challenge {
  std::string realm;  ///< URL of the token service.
  std::string service;
  std::string scope;

  bool operator==(const Challenge&) const = default;
};

/// Fails with denied where the header asks for something that cannot be answered without an account.
Result<Challenge> parse_challenge(std::string_view header);

/// The URL to ask for an anonymous token.
std::string token_url(const Challenge& challenge);

/// The token in the service's JSON answer ("token" or "access_token"). Fails with corrupt.
Result<std::string> parse_token(std::string_view json);

/// True if a header line may carry `token`: printable ASCII without spaces, at most 8 KiB.
bool is_token(std::string_view token);

}  // namespace localscale::mesh::fetcher
