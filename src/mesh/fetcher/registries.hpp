#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "config/config.hpp"
#include "mesh/fetcher/url.hpp"

namespace localscale::mesh::fetcher {

enum class Protocol { ollama, huggingface };

/// Where the models of one host part are asked for.
struct Registry {
  std::string name;  ///< The host part people write.
  Protocol protocol = Protocol::ollama;
  Url base;
  std::string address;  ///< The one address its host may resolve to; empty: any public one.
  std::string token;    ///< Bearer token; never logged. May be empty.
};

/// All registries of the config and the two built-in ones; decides whom the fetcher may talk to.
class Registries {
 public:
  /// Reads token files. An entry that is wrong is kept as its error: only its own pulls fail.
  static Registries create(const std::vector<config::Registry>& listed);

  /// The registry for a name's host part: a listed one, a built-in one, or https://HOST in Ollama's protocol.
  /// Fails with invalid_argument naming the registry and the key that is wrong where its entry is.
  [[nodiscard]] Result<Registry> find(std::string_view host) const;
  /// Plain http only where the config lists exactly that host and port with an http URL. Fails with denied.
  [[nodiscard]] Result<void> allow(const Url& url) const;
  /// The one address that this URL's host may resolve to; empty: any public address.
  [[nodiscard]] std::string pinned_address(const Url& url) const;

 private:
  std::vector<Registry> registries_;
  std::map<std::string, Error, std::less<>> wrong_;  ///< By the name of the registry.
};

}  // namespace localscale::mesh::fetcher
