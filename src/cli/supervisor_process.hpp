#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "cli/failure.hpp"
#include "config/layout.hpp"

/// Finding, starting and ending the home's processes.
namespace localscale::cli {

/// The process that holds this home's lock (the running supervisor); nullopt if nobody does.
Result<std::optional<pid_t>> lock_holder(const config::Layout& layout);

/// Waits until the lock is free; false if it was not within `patience`.
Result<bool> wait_until_free(const config::Layout& layout, std::chrono::milliseconds patience);

/// A program that lies beside this one; fails with not_found if the installation is incomplete.
Result<std::filesystem::path> sibling_program(const std::string& name);

/// Starts `program` in a session of its own, with standard input from /dev/null and both outputs into
/// `output`.
Result<pid_t> start_detached(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                             int output);

/// Becomes `program`; returns only on failure.
Error become(const std::filesystem::path& program, const std::vector<std::string>& arguments);

/// The process between the home's output and its log file.
struct LogWriter {
  UniqueFd input;           ///< What is written here goes into the log.
  UniqueFd lost;            ///< A memory file: what could not be written into the log, and why.
  std::uint64_t begin = 0;  ///< Bytes that were in the log before.
  pid_t process = -1;       ///< Ends once nobody holds `input` any more.
};

/// Starts the process that writes into `log` and rotates it.
Result<LogWriter> start_log_writer(const std::filesystem::path& log);

/// Lets go of the input and waits (a second at most) until all of it is in the file.
void finish(LogWriter& writer);

/// What could not be written into the log, after the reason; empty if all of it was.
std::string lost_by(const LogWriter& writer);

}  // namespace localscale::cli
