#pragma once

#include <functional>
#include <string_view>

#include <spdlog/spdlog.h>

#include "base/log_line.hpp"

namespace localscale::log {

/// Sets up the process-wide logger on standard error. Called once, first thing in main.
/// Messages never contain prompt or answer text, keys or tokens: log ids, sizes and counts.
void start(std::string_view process, Format format, spdlog::level::level_enum level);

/// From now on lines below `warn` are collected and written together, for programs that write many.
/// `first_waits` is called, on the logging thread, when a line begins to wait: the caller sees to it that
/// `write_collected` is called soon. Warnings, and 32 KiB of lines, are written at once. An empty
/// `first_waits` ends the collecting.
void collect(std::function<void()> first_waits);
void write_collected();

}  // namespace localscale::log
