#include "mesh/fetcher/url.hpp"

#include <algorithm>
#include <memory>

#include <curl/curl.h>

namespace localscale::mesh::fetcher {
namespace {

constexpr std::size_t max_url_bytes = 8192;

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Handle = std::unique_ptr<CURLU, FreeUrl>;

tl::unexpected<Error> refused(std::string_view why) {
  return fail(Errc::invalid_argument, "A download address is refused: " + std::string(why) + ".");
}

std::string part(CURLU* url, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, flags) != CURLUE_OK || text == nullptr) return {};
  std::string out(text);
  curl_free(text);
  return out;
}

Result<Url> read_parts(CURLU* handle) {
  if (!part(handle, CURLUPART_USER).empty() || !part(handle, CURLUPART_PASSWORD).empty()) {
    return refused("it carries a user name");
  }
  curl_url_set(handle, CURLUPART_FRAGMENT, nullptr, 0);
  Url url{part(handle, CURLUPART_URL), part(handle, CURLUPART_SCHEME), part(handle, CURLUPART_HOST),
          part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT)};
  std::ranges::transform(url.host, url.host.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (url.host.starts_with('[') && url.host.ends_with(']'))
    url.host = url.host.substr(1, url.host.size() - 2);
  if (url.scheme != "http" && url.scheme != "https") return refused("it is neither https nor http");
  if (url.host.empty() || url.port.empty() || url.text.size() > max_url_bytes)
    return refused("it is not a web address");
  return url;
}

std::string percent_encode(std::string_view text, std::string_view keep) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       keep.find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

}  // namespace

Result<Url> parse_url(const std::string& text) {
  if (text.size() > max_url_bytes) return refused("it is too long");
  const Handle handle(curl_url());
  if (!handle || curl_url_set(handle.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    return refused("it is not a web address");
  }
  return read_parts(handle.get());
}

Result<Url> resolve_url(const Url& base, const std::string& location) {
  if (location.empty() || location.size() > max_url_bytes) return refused("a redirect leads nowhere");
  const Handle handle(curl_url());
  if (!handle || curl_url_set(handle.get(), CURLUPART_URL, base.text.c_str(), 0) != CURLUE_OK ||
      curl_url_set(handle.get(), CURLUPART_URL, location.c_str(), CURLU_URLENCODE) != CURLUE_OK) {
    return refused("a redirect is not a web address");
  }
  return read_parts(handle.get());
}

std::string percent_encode_path(std::string_view path) {
  return percent_encode(path, "/-._~");
}
std::string percent_encode_component(std::string_view text) {
  return percent_encode(text, "-._~");
}

}  // namespace localscale::mesh::fetcher
