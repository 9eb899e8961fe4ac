#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "engine/running_engine.hpp"

namespace localscale::engine {

/// Tells an engine that hangs from one that is slow: the first does not even answer for its health. Pure:
/// `late` says that the house itself was held up, so that silence proves nothing.
class HangWatch {
 public:
  /// A regular look at the engine: true if its health should be asked for, as it has work and has sent
  /// nothing since the look before.
  bool wants_probe(std::uint32_t leases, std::uint64_t signs, bool late);
  /// The question was answered, or not in time. True if that was once too often: it hangs.
  bool hangs_after(bool answered, std::uint64_t signs, bool late);

 private:
  std::uint64_t signs_ = 0;
  unsigned missed_ = 0;
};

/// Watches `engine` until it has ended, and ends it once it gave no sign of life for `limit` while it had
/// work: three questions in a row, each with a third of `limit`.
net::Task<void> watch_engine(std::shared_ptr<RunningEngine> engine, std::chrono::milliseconds limit);

}  // namespace localscale::engine
