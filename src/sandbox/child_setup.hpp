#pragma once

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "sandbox/confinement.hpp"

/// What happens between clone and exec, in the new process. Only child.cpp uses this.
namespace localscale::sandbox {

/// Writes the maps of a fresh user namespace: this user stays itself inside, all others are unmapped.
Result<void> map_own_user(Identity identity);

/// Sets how readily the kernel ends this process when memory runs out. Needs the host's /proc.
Result<void> adjust_oom_score(int adjustment);

/// Makes an empty memory file system the root, with only `mounts` in it, and detaches everything else.
Result<void> enter_root(const std::vector<Mount>& mounts, Identity owner);

/// Gives up every capability, for good. Limits, user and group are set before, where `identity` is given.
Result<void> drop_rights(const Confinement& confinement, bool change_user);

/// Passed descriptors get numbers below this one; set-up helpers stay at or above it.
inline constexpr int kFirstFreeFd = 64;

/// Puts the passed descriptors at their numbers (below kFirstFreeFd) and marks all others close-on-exec.
Result<void> place_fds(const std::vector<PassedFd>& fds);

}  // namespace localscale::sandbox
