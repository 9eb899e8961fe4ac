#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "gateway/routes.hpp"

namespace localscale::gateway {

/// One file of the page, embedded in the program.
struct Asset {
  std::string_view path;  ///< "/page/main-VSZQ7TXM.js": a hash of its bytes is in the name; or "/index.html".
  std::string_view type;  ///< "text/javascript; charset=utf-8"
  std::string_view gzip;  ///< Its bytes, compressed.
  std::string_view tag;   ///< For the ETag, without quotes.
};

/// The page at "/". Generated from web/dashboard by CMake.
std::span<const Asset> assets();

/// What stands in the page itself and may run there: "sha256-…" of its one script and its one style.
struct InlineHashes {
  std::string_view script;
  std::string_view style;
};
InlineHashes inline_hashes();

/// Serves the page. "/" answers programs with "Ollama is running", which Ollama's clients look for, and
/// browsers with the page.
class Page {
 public:
  static void add_to(Routes& routes);

 private:
  static net::Task<void> root(Call& call);
  static net::Task<void> file(Call& call);
  static net::Task<void> serve(Call& call, const Asset& asset);
};

/// True if an Accept-Encoding field takes gzip.
bool accepts_gzip(std::string_view accept_encoding);

/// What a gzip file holds; at most 8 MiB. Fails with `corrupt` for what is no whole gzip file.
Result<std::string> gunzip(std::string_view gzip);

}  // namespace localscale::gateway
