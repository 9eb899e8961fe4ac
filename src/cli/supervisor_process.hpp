#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/error.hpp"
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

/// A pipe whose other end is written to `log` by a process of its own, which rotates the file and ends with
/// the pipe.
Result<int> start_log_writer(const std::filesystem::path& log);

}  // namespace localscale::cli
