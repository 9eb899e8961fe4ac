#pragma once

#include <span>
#include <string>
#include <string_view>

#include "gateway/routes.hpp"

namespace localscale::gateway {

/// One file of the page, embedded in the program.
struct Asset {
  std::string_view path;  ///< "/app.js"
  std::string_view type;  ///< "text/javascript; charset=utf-8"
  std::string_view bytes;
  std::string_view etag;  ///< Quoted.
};

/// The page at "/". Generated from web/ by CMake.
std::span<const Asset> assets();

/// Serves the page. "/" answers programs with "Ollama is running", which Ollama's clients look for, and
/// browsers with the page.
class Page {
 public:
  static void add_to(Routes& routes);

 private:
  static net::Task<void> root(Call& call);
  static net::Task<void> serve(Call& call, const Asset& asset);
};

}  // namespace localscale::gateway
