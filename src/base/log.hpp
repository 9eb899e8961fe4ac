#pragma once

#include <string_view>

#include <spdlog/spdlog.h>

namespace localscale::log {

enum class Format {
  text,  ///< `time level process: message key=value`, for people and journald.
  json,  ///< One JSON object a line.
};

/// Sets up the process-wide logger on standard error. Called once, first thing in main.
/// Messages never contain prompt or answer text, keys or tokens: log ids, sizes and counts.
void start(std::string_view process, Format format, spdlog::level::level_enum level);

}  // namespace localscale::log
