#pragma once

#include "base/error.hpp"
#include "sandbox/landlock.hpp"
#include "sandbox/profile.hpp"

namespace localscale::sandbox {

/// Shuts the calling process in, for good: not dumpable, no new privileges, Landlock as far as the kernel has
/// it, and the profile's system-call filter. The first thing in main, before any thread, socket or
/// configuration. A process for which this fails must end at once.
Result<LandlockReport> enter(Profile profile);

}  // namespace localscale::sandbox
