#pragma once

#include "base/error.hpp"
#include "sandbox/profile.hpp"

namespace localscale::sandbox {

/// What Landlock added on this kernel. All false where the kernel has none: it is a second wall, not the
/// first.
struct LandlockReport {
  int abi = 0;           ///< 0: not available.
  bool execute = false;  ///< No program can be executed.
  bool tcp = false;      ///< TCP bind (and connect, but for the fetcher) is refused.
  bool scopes = false;   ///< Abstract unix sockets and signals of processes outside are out of reach.
};

/// Restricts the calling process as far as this kernel's Landlock goes. Fails only if a supported rule cannot
/// be set.
Result<LandlockReport> restrict_by_landlock(Profile profile);

}  // namespace localscale::sandbox
