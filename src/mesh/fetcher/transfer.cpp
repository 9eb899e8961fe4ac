#include "mesh/fetcher/transfer.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <curl/curl.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.hpp"
#include "mesh/fetcher/address.hpp"
#include "mesh/fetcher/challenge.hpp"

namespace localscale::mesh::fetcher {
namespace {

constexpr std::size_t max_head_bytes = 64U << 10;
constexpr long connect_timeout_s = 10;
constexpr long receive_buffer_bytes = 512L << 10;

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

void append(List& list, const std::string& text) {
  curl_slist* longer = curl_slist_append(list.get(), text.c_str());
  LS_ASSERT(longer != nullptr);
  if (!list) list.reset(longer);  // else its head stays what it was
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

}  // namespace

std::string_view Head::get(std::string_view name) const {
  for (const auto& [key, value] : fields) {
    if (key == name) return value;
  }
  return {};
}

bool Head::redirects() const {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

struct Transfer::State {
  std::unique_ptr<CURL, FreeEasy> easy;
  List headers;
  List resolve;
  Url url;
  std::string pinned;
  std::string refused;  ///< The last address that was refused.
  Head head;
  std::size_t head_bytes = 0;
  bool head_done = false;
  OnHead on_head;
  OnBody on_body;

  bool allowed(const sockaddr& address) const {
    return pinned.empty() ? is_public(address) : address_text(address) == pinned;
  }

  bool read_header_line(std::string_view line) {
    if (line.starts_with("HTTP/")) {
      head = {};
      head_bytes = 0;
      return true;
    }
    head_bytes += line.size();
    if (head_bytes > max_head_bytes) return false;
    if (trimmed(line).empty()) return finish_head();
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || head_done) return true;
    std::string name(line.substr(0, colon));
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    head.fields.emplace_back(std::move(name), std::string(trimmed(line.substr(colon + 1))));
    return true;
  }

  bool finish_head() {
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &head.status);
    if (head.status < 200 || head_done) return true;
    head_done = true;
    return on_head(head);
  }
};

namespace {

std::size_t header_callback(char* data, std::size_t size, std::size_t count, void* state) {
  const auto bytes = size * count;
  return static_cast<Transfer::State*>(state)->read_header_line({data, bytes}) ? bytes : 0;
}

std::size_t body_callback(char* data, std::size_t size, std::size_t count, void* state) {
  const auto bytes = size * count;
  const auto body = std::as_bytes(std::span<const char>(data, bytes));
  return static_cast<Transfer::State*>(state)->on_body(body) ? bytes : 0;
}

/// The last moment before bytes leave: the address is known and nothing was sent yet.
curl_socket_t open_socket(void* state, curlsocktype, curl_sockaddr* to) {
  auto& transfer = *static_cast<Transfer::State*>(state);
  if (!transfer.allowed(to->addr)) {
    transfer.refused = address_text(to->addr);
    return CURL_SOCKET_BAD;
  }
  return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

template <class T>
void set(CURL* easy, CURLoption option, T value) {
  LS_ASSERT(curl_easy_setopt(easy, option, value) == CURLE_OK);
}

}  // namespace

Transfer::Transfer(const Registries& registries, const Url& url, const TransferOptions& options,
                   OnHead on_head, OnBody on_body)
    : state_(std::make_unique<State>()) {
  auto& s = *state_;
  s.easy.reset(curl_easy_init());
  LS_ASSERT(s.easy != nullptr);
  s.url = url;
  s.pinned = registries.pinned_address(url);
  s.on_head = std::move(on_head);
  s.on_body = std::move(on_body);

  CURL* easy = s.easy.get();
  set(easy, CURLOPT_PRIVATE, static_cast<void*>(this));
  set(easy, CURLOPT_URL, url.text.c_str());
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_PROXY, "");  // A proxy would hide the real address from the check below.
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));  // One TCP connection per range.
  set(easy, CURLOPT_USERAGENT, "localscale/" LOCALSCALE_VERSION);
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_CONNECTTIMEOUT, connect_timeout_s);
  set(easy, CURLOPT_TIMEOUT, static_cast<long>(options.longest.count()));
  set(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  set(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.stall.count()));
  set(easy, CURLOPT_BUFFERSIZE, receive_buffer_bytes);
  set(easy, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  set(easy, CURLOPT_OPENSOCKETDATA, static_cast<void*>(&s));
  set(easy, CURLOPT_HEADERFUNCTION, &header_callback);
  set(easy, CURLOPT_HEADERDATA, static_cast<void*>(&s));
  set(easy, CURLOPT_WRITEFUNCTION, &body_callback);
  set(easy, CURLOPT_WRITEDATA, static_cast<void*>(&s));

  append(s.headers, "Accept: " + options.accept);
  // Listed host names need no resolver: they have exactly one address.
  if (!s.pinned.empty()) {
    append(s.resolve, url.host + ":" + url.port + ":" +
                          (s.pinned.find(':') == std::string::npos ? s.pinned : "[" + s.pinned + "]"));
    set(easy, CURLOPT_RESOLVE, s.resolve.get());
  }
  if (!options.token.empty() && is_token(options.token))
    append(s.headers, "Authorization: Bearer " + options.token);
  if (options.range) {
    set(easy, CURLOPT_RANGE,
        (std::to_string(options.range->begin) + "-" + std::to_string(options.range->end - 1)).c_str());
  }
  set(easy, CURLOPT_HTTPHEADER, s.headers.get());
}

Transfer::~Transfer() = default;

void* Transfer::easy() const {
  return state_->easy.get();
}
const Head& Transfer::head() const {
  return state_->head;
}
bool Transfer::address_refused() const {
  return !state_->refused.empty();
}

Trouble Transfer::trouble(int code) const {
  if (code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_CONNECT) return Trouble::unreachable;
  // 0 until the TCP connection stood.
  curl_off_t connected_us = 0;
  curl_easy_getinfo(state_->easy.get(), CURLINFO_CONNECT_TIME_T, &connected_us);
  return code == CURLE_OPERATION_TIMEDOUT && connected_us == 0 ? Trouble::silent : Trouble::passing;
}

std::chrono::seconds Transfer::retry_after() const {
  curl_off_t seconds = 0;
  curl_easy_getinfo(state_->easy.get(), CURLINFO_RETRY_AFTER, &seconds);
  return std::chrono::seconds(std::max<curl_off_t>(seconds, 0));
}

namespace {

Error unreached(const std::string& host, const Transfer& transfer) {
  long reason = 0;
  curl_easy_getinfo(transfer.easy(), CURLINFO_OS_ERRNO, &reason);
  if (reason == ECONNREFUSED)
    return {Errc::unavailable, host + " refused the connection: no registry is running there now.", ""};
  return {Errc::unavailable, "No network: " + host + " could not be reached.", ""};
}

}  // namespace

Error Transfer::explain(int code) const {
  const auto& host = state_->url.host;
  if (!state_->refused.empty()) {
    return {
        Errc::denied,
        host + " has the address " + state_->refused + ", which is private or not the listed one: refused.",
        "If this registry is yours, list it in the config with its address."};
  }
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return {Errc::unavailable, "No network: " + host + " could not be resolved.", ""};
    case CURLE_COULDNT_CONNECT:
      return unreached(host, *this);
    case CURLE_OPERATION_TIMEDOUT:
      if (trouble(code) == Trouble::silent)
        return {Errc::timeout,
                "No network: " + host + " did not answer within " + std::to_string(connect_timeout_s) +
                    " seconds.",
                ""};
      return {Errc::timeout, host + " stopped sending.", ""};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return {Errc::denied, host + " could not prove who it is (TLS certificate).",
              "Check this machine's clock and its CA certificates (package ca-certificates)."};
    default:
      return {
          Errc::unavailable,
          "The connection to " + host + " broke: " + curl_easy_strerror(static_cast<CURLcode>(code)) + ".",
          ""};
  }
}

}  // namespace localscale::mesh::fetcher
