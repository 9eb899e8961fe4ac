#include "gateway/routes.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace localscale::gateway {
namespace {

const Route* pick(const std::vector<Route>& methods, std::string_view method) {
  for (const Route& route : methods) {
    if (route.method == method) return &route;
  }
  return nullptr;
}

std::string list_methods(const std::vector<Route>& methods) {
  std::string list;
  for (const Route& route : methods) {
    if (!list.empty()) list += ", ";
    list += route.method;
    if (route.method == "GET") list += ", HEAD";
  }
  return list;
}

}  // namespace

std::string percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && text.size() - i > 2) {
      const char* first = text.data() + i + 1;
      const auto [end, problem] = std::from_chars(first, first + 2, value, 16);
      if (problem == std::errc{} && end == first + 2) {
        out += static_cast<char>(value);
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

std::string normalise_path(std::string_view path) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> aliases{{{"/ollama/", "/"},
                                                                                  {"/api/api/", "/api/"},
                                                                                  {"/api/v1/", "/v1/"},
                                                                                  {"/v1/v1/", "/v1/"},
                                                                                  {"/v1/api/", "/api/"}}};
  std::string result(path);
  for (const auto& [from, to] : aliases) {
    if (result.starts_with(from)) result.replace(0, from.size(), to);
  }
  if (result.size() > 1 && result.ends_with('/')) result.pop_back();
  return result;
}

void Routes::add(std::string_view method, std::string_view pattern, Need need, Endpoint endpoint) {
  const bool tail = pattern.ends_with("/*");
  const std::string key(tail ? pattern.substr(0, pattern.size() - 1) : pattern);
  Methods& methods = tail ? tails_[key] : exact_[key];
  const std::string_view api = name(shape_of(key, net::Headers{}));
  Metrics::Route& counters = metrics_.route(std::string(method) + " " + std::string(pattern), api);
  methods.push_back(Route{std::string(method), need, std::move(endpoint), &counters});
}

Routes::Match Routes::find(std::string_view method, std::string_view path) const {
  Match match;
  const Methods* methods = nullptr;
  if (const auto exact = exact_.find(path); exact != exact_.end()) {
    methods = &exact->second;
  } else {
    for (const auto& [prefix, candidates] : tails_) {
      if (path.size() <= prefix.size() || !path.starts_with(prefix)) continue;
      methods = &candidates;
      match.rest = percent_decode(path.substr(prefix.size()));
      break;
    }
  }
  if (methods == nullptr) return match;
  match.route = pick(*methods, method);
  if (match.route == nullptr && method == "HEAD") match.route = pick(*methods, "GET");
  if (match.route == nullptr) match.allowed = list_methods(*methods);
  return match;
}

}  // namespace localscale::gateway
