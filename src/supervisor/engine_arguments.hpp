#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "wire/control.pb.h"

/// Turns the house's choices into arguments of llama.cpp's programs. Everything is bounded; nothing is free
/// text but the alias, which is checked.
namespace localscale::supervisor {

/// Where the worker's root shows the files.
struct EngineFiles {
  std::string program;  ///< llama-server or llama-bench
  std::string model;
  std::string projector;  ///< Empty if none.
  std::string socket;     ///< Where llama-server listens (a path that ends in ".sock").
};

Result<std::vector<std::string>> server_arguments(const EngineFiles& files,
                                                  const wire::EngineOptions& options);

Result<std::vector<std::string>> bench_arguments(const EngineFiles& files, const wire::EngineOptions& options,
                                                 const wire::BenchOptions& bench);

}  // namespace localscale::supervisor
