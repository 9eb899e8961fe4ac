// The gateway's small parsers; the first byte chooses one.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gateway/keep_alive.hpp"
#include "gateway/relay.hpp"
#include "gateway/routes.hpp"
#include "gateway/session_cookie.hpp"
#include "gateway/sse_reader.hpp"
#include "gateway/usage_reader.hpp"

namespace {

using namespace localscale::gateway;

/// However the stream is cut, the same events come out.
std::string events_of(std::string_view text, std::size_t step) {
  SseReader reader;
  std::string all;
  for (std::size_t at = 0; at < text.size(); at += step) {
    reader.feed(text.substr(at, step));
    while (const auto event = reader.next()) all += event->name + '\x1f' + event->data + '\x1e';
  }
  return all;
}

/// Nothing is lost or invented on the way.
void check_aligner(std::string_view text, std::size_t step) {
  SseAligner aligner;
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += step) out += aligner.align(text.substr(at, step));
  out += aligner.rest();
  if (out != text) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t step = 1 + data[1] % 64;
  switch (data[0] % 7) {
    case 0: {
      const auto parsed = parse_keep_alive(text);
      if (parsed && parsed->count() < -1) std::abort();
      break;
    }
    case 1:
      if (events_of(text, step) != events_of(text, text.size() + 1)) std::abort();
      break;
    case 2:
      check_aligner(text, step);
      break;
    case 3: {
      const std::size_t cut = text.size() / 4;
      const std::string type = "multipart/form-data; boundary=" + std::string(text.substr(0, cut));
      if (form_field(type, text.substr(cut), "model").size() > 512) std::abort();
      break;
    }
    case 4: {
      // However a body is cut, its end gives the same counts.
      UsageReader reader;
      for (std::size_t at = 0; at < text.size(); at += step) reader.read_part(text.substr(at, step));
      reader.read_part({});
      if (reader.tokens() != usage_of(text)) std::abort();
      reader.read(text);
      break;
    }
    case 5: {
      localscale::net::Headers headers;
      headers.set("Cookie", text);
      if (presented_session(headers).cookie.find(';') != std::string_view::npos) std::abort();
      break;
    }
    default: {
      const std::string path = normalise_path(text);
      if (path.size() > text.size()) std::abort();
      if (percent_decode(text).size() > text.size()) std::abort();
    }
  }
  return 0;
}
