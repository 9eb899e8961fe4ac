#include "sandbox/self_confine.hpp"

#include <cerrno>

#include <sys/prctl.h>

#include "sandbox/seccomp.hpp"

namespace localscale::sandbox {

Result<LandlockReport> enter(Profile profile) {
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return fail_errno("prctl(DUMPABLE)", errno);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return fail_errno("prctl(NO_NEW_PRIVS)", errno);
  auto report = restrict_by_landlock(profile);
  if (!report) return report;
  if (auto filtered = install_filter(profile); !filtered) return tl::unexpected(filtered.error());
  return report;
}

}  // namespace localscale::sandbox
