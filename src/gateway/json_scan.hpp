#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace localscale::gateway {

/// How deep objects and arrays may nest in a request. Deeper bodies are refused before any tree is built.
inline constexpr std::size_t json_depth_max = 100;

/// What the gateway needs to know of a body that it passes on untouched.
struct ScannedBody {
  std::optional<std::string> model;         ///< Top-level "model", if it is a string.
  bool stream = false;                      ///< Top-level "stream" is true.
  bool model_is_not_text = false;           ///< "model" is there but neither a string nor null.
  bool has_tools = false;                   ///< Top-level "tools" is an array with something in it.
  bool tools_off = false;                   ///< Top-level "tool_choice" is "none".
  bool has_prompt = false;                  ///< Top-level "prompt" is there and not null.
  bool echo = false;                        ///< Top-level "echo" is true.
  bool suffix = false;                      ///< Top-level "suffix" is a string with something in it.
  bool best_of = false;                     ///< Top-level "best_of" is neither null nor 1.
  std::vector<std::string> stop_sequences;  ///< The first texts of a top-level "stop_sequences".
};

/// Reads the top-level members that ScannedBody names of a JSON object in one pass without building a tree,
/// and checks that the whole text is valid JSON (RFC 8259, UTF-8, at most json_depth_max deep), so that
/// engines only get what they can parse. As in most parsers the last of two equal keys counts. Fails with
/// invalid_argument naming the byte.
Result<ScannedBody> scan_body(std::string_view json);

}  // namespace localscale::gateway
