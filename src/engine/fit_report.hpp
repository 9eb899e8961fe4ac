#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/model.hpp"

namespace localscale::engine {

enum class Verdict {
  fits,
  tight,  ///< With a shorter context than it should have.
  too_big,
  unknown,
};

struct Judgement {
  Verdict verdict = Verdict::unknown;
  std::string reason;                     ///< One sentence for people.
  std::uint64_t memory_needed_bytes = 0;  ///< With `context_tokens`; 0 if unknown.
  std::uint64_t memory_budget_bytes = 0;  ///< What models may take of this machine; 0 if unknown.
  std::uint32_t context_tokens = 0;       ///< Per slot, that it would get; if too big: the least of use.
};

enum class Basis {
  none,
  estimated,  ///< From what another model's measurement says about this machine.
  measured,   ///< This model, on this machine.
};

/// Tokens per second; 0 where unknown, or where the model does not write.
struct Speed {
  double prompt = 0;
  double answer = 0;
  Basis basis = Basis::none;
};

/// How a model would do here.
struct FitReport {
  std::string name;   ///< Canonical.
  std::string about;  ///< A sentence of ours; empty for models that we do not suggest.
  std::uint64_t bytes = 0;
  bool installed = false;
  Judgement judgement;
  std::uint64_t disk_free_bytes = 0;
  Speed speed;
  std::vector<Capability> capabilities;
};

}  // namespace localscale::engine
