#include "net/response_head.hpp"

#include <array>
#include <charconv>
#include <ctime>

#include <boost/beast/http/status.hpp>

#include "net/ascii.hpp"

namespace localscale::net {
namespace {

/// No control characters: neither a second line nor a truncated one can be smuggled in.
bool safe(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
}

bool safe_name(std::string_view name) {
  return !name.empty() && std::none_of(name.begin(), name.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte >= 0x7f || c == ':';
  });
}

bool is_framing(std::string_view name) {
  switch (name.size()) {
    case 4:
      return equal_ignoring_case(name, "Date");
    case 10:
      return equal_ignoring_case(name, "Connection");
    case 14:
      return equal_ignoring_case(name, "Content-Length");
    case 17:
      return equal_ignoring_case(name, "Transfer-Encoding");
    default:
      return false;
  }
}

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), end.ptr);
}

void append_fields(std::string& out, const Headers& headers) {
  for (const auto& [name, value] : headers.all()) {
    if (is_framing(name) || !safe_name(name) || !safe(value)) continue;
    out.append(name).append(": ").append(value).append("\r\n");
  }
}

}  // namespace

void write_response_head(std::string& out, unsigned status, const Headers& headers, BodyEnd body,
                         bool keep_alive, std::string_view date) {
  out.assign("HTTP/1.1 ");
  append_number(out, status);
  const auto reason = boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(status));
  out.append(" ").append(reason.data(), reason.size());
  out.append("\r\nDate: ").append(date).append("\r\n");
  append_fields(out, headers);
  if (body.length) {
    out.append("Content-Length: ");
    append_number(out, *body.length);
    out.append("\r\n");
  } else if (body.chunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  }
  out.append(keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
}

void write_request_head(std::string& out, std::string_view method, std::string_view target,
                        const Headers& headers, std::size_t body_bytes) {
  out.assign(method).append(" ").append(target).append(" HTTP/1.1\r\n");
  if (!headers.has("Host")) out.append("Host: engine\r\n");
  append_fields(out, headers);
  if (body_bytes > 0 || method == "POST" || method == "PUT" || method == "PATCH") {
    out.append("Content-Length: ");
    append_number(out, body_bytes);
    out.append("\r\n");
  }
  out.append("\r\n");
}

std::string_view HttpDate::now() {
  const std::time_t second = std::time(nullptr);
  if (second == second_) return text_;
  second_ = second;
  std::tm parts{};
  ::gmtime_r(&second, &parts);
  std::array<char, 40> buffer{};
  // The C locale's names, which a daemon keeps: HTTP wants English.
  const std::size_t size = std::strftime(buffer.data(), buffer.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  text_.assign(buffer.data(), size);
  return text_;
}

}  // namespace localscale::net
