#include <array>
#include <cstddef>

#include <zlib.h>

#include "gateway/page.hpp"

namespace localscale::gateway {
namespace {

constexpr std::size_t plain_bytes_max = 8U << 20;
constexpr int gzip_window = 15 + 16;  // The largest window; 16: with gzip's own header and checksum.

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

/// "q=0", "q=0.0": not at all.
bool is_refused(std::string_view parameter) {
  const std::string_view weight = trimmed(parameter);
  return weight.starts_with("q=0") && weight.find_first_not_of("0.", 2) == std::string_view::npos;
}

class Inflater {
 public:
  explicit Inflater(std::string_view gzip) : ready_(inflateInit2(&stream_, gzip_window) == Z_OK) {
    // zlib's field is not const, but it only reads there.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(gzip.data()));
    stream_.avail_in = static_cast<uInt>(gzip.size());
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// True at the whole end; what came before it is in `plain` either way.
  bool run(std::string& plain) {
    std::array<char, 16U << 10> piece{};
    int state = Z_OK;
    while (ready_ && state == Z_OK && plain.size() < plain_bytes_max) {
      stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
      stream_.avail_out = static_cast<uInt>(piece.size());
      state = inflate(&stream_, Z_NO_FLUSH);
      plain.append(piece.data(), piece.size() - stream_.avail_out);
    }
    return state == Z_STREAM_END && stream_.avail_in == 0;
  }

 private:
  z_stream stream_{};
  bool ready_;
};

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) {
  bool any = false;
  while (!accept_encoding.empty()) {
    const std::size_t end = accept_encoding.find(',');
    const std::string_view entry = accept_encoding.substr(0, end);
    const std::size_t semicolon = entry.find(';');
    const std::string_view name = trimmed(entry.substr(0, semicolon));
    const bool taken = semicolon == std::string_view::npos || !is_refused(entry.substr(semicolon + 1));
    if (name == "gzip" || name == "x-gzip") return taken;
    if (name == "*") any = taken;
    if (end == std::string_view::npos) break;
    accept_encoding.remove_prefix(end + 1);
  }
  return any;
}

Result<std::string> gunzip(std::string_view gzip) {
  std::string plain;
  if (Inflater(gzip).run(plain)) return plain;
  return fail(Errc::corrupt, "A file of the page is damaged inside the program.", "Install Localscale anew.");
}

}  // namespace localscale::gateway
