#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace localscale::cli::doctor {

struct ProgramRun {
  int status = 0;      ///< Exit status, or 128 + the signal that ended it.
  std::string output;  ///< Standard output.
  std::string errors;  ///< Standard error. Each at most 1 MiB; more ends the program.
};

/// Runs a program to its end, with nothing to read. Fails with timeout after `limit`; the program and what it
/// started is ended then.
Result<ProgramRun> run_program(const std::filesystem::path& program,
                               const std::vector<std::string>& arguments, std::chrono::milliseconds limit);

}  // namespace localscale::cli::doctor
