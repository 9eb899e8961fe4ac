#pragma once

namespace localscale {

/// Aborts the process if the environment variable LOCALSCALE_FAULT names this point. Only in builds with
/// fault points.
void fault_point(const char* name);

}  // namespace localscale

/// Names a place where tests may kill the process: LS_FAULT("fetcher.before_rename"). Compiled out of release
/// builds.
#ifdef LOCALSCALE_FAULT_POINTS
#define LS_FAULT(name) ::localscale::fault_point(name)
#else
#define LS_FAULT(name) static_cast<void>(0)
#endif
