#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"

/// The log file of a home that runs without systemd.
namespace localscale::cli {

struct Rotation {
  std::uint64_t max_bytes = 10U << 20;  ///< A longer file becomes FILE.1, FILE.1 becomes FILE.2, …
  unsigned kept = 3;                    ///< Old files kept.
};

/// Copies `input` into the file until its end. Whole lines stay in one file. Lines that cannot be written (a
/// full disk) go to the descriptor `lost` instead, after the reason, 8 KiB of them at most: logging goes on.
Result<void> copy_to_log(int input, const std::filesystem::path& log, int lost,
                         const Rotation& rotation = {});

/// How long the log is; 0 if there is none.
std::uint64_t log_bytes(const std::filesystem::path& log);

/// The last `count` of the lines that were written since the log was `begin` bytes long; also where it has
/// been rotated once since.
std::vector<std::string> lines_since(const std::filesystem::path& log, std::uint64_t begin,
                                     std::size_t count);

/// The last `count` lines, taken from the rotated file too where the current one is too short.
Result<std::vector<std::string>> last_lines(const std::filesystem::path& log, std::size_t count);

}  // namespace localscale::cli
