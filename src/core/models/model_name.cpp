#include "core/models/model_name.hpp"

#include <algorithm>
#include <vector>

#include "base/bytes.hpp"

namespace localscale::core {
namespace {

constexpr std::string_view default_host = "registry.ollama.ai";
constexpr std::string_view default_space = "library";
constexpr std::string_view default_tag = "latest";
constexpr std::size_t max_name_bytes = 350;
constexpr std::size_t max_part_bytes = 80;
constexpr std::size_t max_tag_bytes = 128;  // for Hugging Face it may be a file name

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_part(std::string_view part, std::size_t max_bytes = max_part_bytes) {
  return !part.empty() && part.size() <= max_bytes && is_alphanumeric(part.front()) &&
         part.find("..") == std::string_view::npos && std::ranges::all_of(part, [](char c) {
           return is_alphanumeric(c) || c == '.' || c == '_' || c == '-';
         });
}

bool is_host(std::string_view host) {
  const auto colon = host.find(':');
  if (colon != std::string_view::npos) {
    const auto port = parse_u64(host.substr(colon + 1));
    if (!port || *port == 0 || *port > 65535) return false;
  }
  const auto name = host.substr(0, colon);
  return is_part(name) && name.find('_') == std::string_view::npos;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

tl::unexpected<Error> bad_name(std::string_view text, std::string_view part) {
  return fail(Errc::invalid_argument,
              "'" + std::string(text.substr(0, max_name_bytes)) + "' is not a model name: its " +
                  std::string(part) + " is not allowed.",
              "Write it like llama3.2:1b or hf.co/ORG/REPO:Q4_K_M.");
}

}  // namespace

Result<ModelName> parse_model_name(std::string_view text) {
  if (text.empty() || text.size() > max_name_bytes) return bad_name(text, "length");

  std::vector<std::string_view> parts;
  for (std::string_view rest = text;;) {
    const auto slash = rest.find('/');
    parts.push_back(rest.substr(0, slash));
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }
  if (parts.size() > 3) return bad_name(text, "number of parts");

  std::string_view model = parts.back();
  std::string_view tag = default_tag;
  if (const auto colon = model.find(':'); colon != std::string_view::npos) {
    tag = model.substr(colon + 1);
    model = model.substr(0, colon);
  }
  ModelName name{std::string(default_host), std::string(default_space), std::string(model), std::string(tag)};
  if (parts.size() >= 2) name.space = parts[parts.size() - 2];
  if (parts.size() == 3) name.host = lower(parts[0]);
  if (name.host == "huggingface.co") name.host = "hf.co";

  if (!is_host(name.host)) return bad_name(text, "host");
  if (!is_part(name.space)) return bad_name(text, "namespace");
  if (!is_part(name.model)) return bad_name(text, "model");
  if (!is_part(name.tag, max_tag_bytes)) return bad_name(text, "tag");
  return name;
}

std::string ModelName::display() const {
  std::string out;
  if (host != default_host) out += host + "/";
  if (!out.empty() || space != default_space) out += space + "/";
  return out + model + ":" + tag;
}

}  // namespace localscale::core
