#include "mesh/fetcher/registries.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include <arpa/inet.h>

#include "base/log.hpp"
#include "mesh/fetcher/challenge.hpp"

namespace localscale::mesh::fetcher {
namespace {

constexpr std::size_t max_token_file_bytes = 8192;

tl::unexpected<Error> wrong(const config::Registry& listed, std::string_view what, std::string next) {
  return fail(Errc::invalid_argument,
              "The config's registry '" + listed.name + "' " + std::string(what) + ".", std::move(next));
}

bool is_address(const std::string& text) {
  in6_addr out{};
  return ::inet_pton(AF_INET, text.c_str(), &out) == 1 || ::inet_pton(AF_INET6, text.c_str(), &out) == 1;
}

Result<std::string> read_token(const config::Registry& listed) {
  if (listed.token_file.empty()) return std::string();
  std::ifstream in(listed.token_file, std::ios::binary);
  std::string token(max_token_file_bytes, '\0');
  in.read(token.data(), static_cast<std::streamsize>(token.size()));
  token.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r' || token.back() == ' '))
    token.pop_back();
  if (!is_token(token)) {
    return wrong(listed, "has a token_file that cannot be read or holds no token",
                 "Check the file " + listed.token_file + ".");
  }
  return token;
}

Result<Registry> read_listed(const config::Registry& listed) {
  if (listed.protocol != "ollama" && listed.protocol != "huggingface") {
    return wrong(listed, "has an unknown protocol", "Write protocol = \"ollama\" or \"huggingface\".");
  }
  std::string base = listed.url.empty() ? "https://" + listed.name : listed.url;
  while (base.ends_with('/')) base.pop_back();
  auto url = parse_url(base);
  if (!url) return wrong(listed, "has a wrong url", "Write it like https://registry.example.");
  url->text = base;
  if (!listed.address.empty() && !is_address(listed.address)) {
    return wrong(listed, "has a wrong address", "Write one IPv4 or IPv6 address, without port.");
  }
  if (!url->secure() && listed.address.empty()) {
    return wrong(listed, "has a plain http url", "Use https, or add the one address that it may have.");
  }
  auto token = read_token(listed);
  if (!token) return tl::unexpected(token.error());
  const auto protocol = listed.protocol == "ollama" ? Protocol::ollama : Protocol::huggingface;
  return Registry{listed.name, protocol, std::move(*url), listed.address, std::move(*token)};
}

Registry built_in(std::string name, Protocol protocol, const std::string& base) {
  return {std::move(name), protocol, *parse_url(base), {}, {}};
}

}  // namespace

Registries Registries::create(const std::vector<config::Registry>& listed) {
  Registries out;
  for (const auto& entry : listed) {
    auto registry = read_listed(entry);
    if (!registry) {
      spdlog::error("models of {} cannot be downloaded: {}", entry.name, registry.error().message());
      out.wrong_.try_emplace(entry.name, registry.error());
      continue;
    }
    out.registries_.push_back(std::move(*registry));
  }
  // After the listed ones, so that a config can put a mirror in their place.
  out.registries_.push_back(built_in("registry.ollama.ai", Protocol::ollama, "https://registry.ollama.ai"));
  out.registries_.push_back(built_in("hf.co", Protocol::huggingface, "https://huggingface.co"));
  for (auto& registry : out.registries_) {
    while (registry.base.text.ends_with('/')) registry.base.text.pop_back();
  }
  return out;
}

Result<Registry> Registries::find(std::string_view host) const {
  if (const auto wrong = wrong_.find(host); wrong != wrong_.end()) return tl::unexpected(wrong->second);
  const auto found = std::ranges::find(registries_, host, &Registry::name);
  if (found != registries_.end()) return *found;
  auto url = parse_url("https://" + std::string(host));
  if (!url) return tl::unexpected(url.error());
  while (url->text.ends_with('/')) url->text.pop_back();
  return Registry{std::string(host), Protocol::ollama, std::move(*url), {}, {}};
}

Result<void> Registries::allow(const Url& url) const {
  const auto listed = [&](const Registry& registry) {
    return !registry.base.secure() && registry.base.authority() == url.authority();
  };
  if (url.secure() || std::ranges::any_of(registries_, listed)) return {};
  return fail(Errc::denied, "A download from " + url.authority() + " without encryption is refused.",
              "If this registry is yours, list it in the config with its http url and its address.");
}

std::string Registries::pinned_address(const Url& url) const {
  for (const auto& registry : registries_) {
    if (!registry.address.empty() && registry.base.authority() == url.authority()) return registry.address;
  }
  return {};
}

}  // namespace localscale::mesh::fetcher
