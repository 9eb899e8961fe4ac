#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/access.hpp"
#include "gateway/call.hpp"
#include "gateway/metrics.hpp"

namespace localscale::gateway {

using Endpoint = std::function<net::Task<void>(Call&)>;

struct Route {
  std::string method;
  Need need = Need::use;
  Endpoint endpoint;
  Metrics::Route* metrics = nullptr;
};

/// Which endpoint answers a path. A pattern is a whole path, or a path that ends in "/*" and matches any
/// non-empty tail (model names hold slashes). Filled once at start.
class Routes {
 public:
  explicit Routes(Metrics& metrics) : metrics_(metrics) {}

  void add(std::string_view method, std::string_view pattern, Need need, Endpoint endpoint);

  struct Match {
    const Route* route = nullptr;  ///< Null if the path or the method is not known.
    std::string rest;              ///< What "*" matched, percent-decoded.
    std::string allowed;           ///< The methods of a known path with another method: "GET, POST".
  };
  [[nodiscard]] Match find(std::string_view method, std::string_view path) const;

 private:
  struct Text {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Methods = std::vector<Route>;

  Metrics& metrics_;
  std::unordered_map<std::string, Methods, Text, std::equal_to<>> exact_;
  std::map<std::string, Methods, std::greater<>>
      tails_;  ///< Prefix with its final slash; longest of a family first.
};

/// Resolves what clients get wrong or old clients use: "/ollama/api/chat", "/api/api/tags", "/v1/v1/models".
std::string normalise_path(std::string_view path);

/// Decodes %XX; broken escapes stay as they are.
std::string percent_decode(std::string_view text);

}  // namespace localscale::gateway
