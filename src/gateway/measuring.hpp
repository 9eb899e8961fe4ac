#pragma once

#include <cstdint>
#include <vector>

#include "engine/service.hpp"

namespace localscale::gateway {

/// Tokens per second.
struct Rates {
  double prompt = 0;
  double answer = 0;
};

/// How much one run reads and writes.
struct RunSize {
  std::uint32_t prompt_tokens = 0;
  std::uint32_t answer_tokens = 0;

  bool operator==(const RunSize&) const = default;
};

/// The largest run that a machine of these rates does in about ten seconds, within a model's context (0: not
/// known).
RunSize run_size(const Rates& rates, std::uint32_t context_tokens);

/// The middle of each rate on its own. `runs` is not empty.
Rates median(const std::vector<Rates>& runs);

/// Has an engine read a fixed text and write on from it, alone, with nothing taken from a cache.
class SpeedRuns {
 public:
  /// `context_tokens` of the engine's slot; 0: not known.
  SpeedRuns(engine::Lease& lease, std::uint32_t context_tokens)
      : lease_(lease), context_tokens_(context_tokens) {}

  /// A first, small run, which has the engine touch all its memory and decides how large the others are.
  net::Task<Result<void>> warm_up();
  net::Task<Result<Rates>> run();

 private:
  net::Task<Result<Rates>> run_of(RunSize size);
  net::Task<Result<std::string>> ask(std::string target, std::string body);

  engine::Lease& lease_;
  std::uint32_t context_tokens_;
  std::vector<std::int32_t> text_;  ///< Tokens.
  RunSize size_;
};

}  // namespace localscale::gateway
