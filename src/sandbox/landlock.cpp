#include "sandbox/landlock.hpp"

#include <cerrno>
#include <cstdint>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/unique_fd.hpp"

namespace localscale::sandbox {
namespace {

// From the kernel's Landlock interface; Debian 12's header (ABI 1) is older than the kernels we meet.
struct RulesetAttributes {
  std::uint64_t handled_access_fs = 0;
  std::uint64_t handled_access_net = 0;  // ABI 4
  std::uint64_t scoped = 0;              // ABI 6
};
constexpr std::uint64_t kExecute = 1U << 0;
constexpr std::uint64_t kMakeCharacterDevice = 1U << 6;
constexpr std::uint64_t kMakeBlockDevice = 1U << 11;
constexpr std::uint64_t kRefer = 1U << 13;  // ABI 2
constexpr std::uint64_t kBindTcp = 1U << 0;
constexpr std::uint64_t kConnectTcp = 1U << 1;
constexpr std::uint64_t kScopeAbstractUnix = 1U << 0;
constexpr std::uint64_t kScopeSignals = 1U << 1;
constexpr std::uint32_t kAskVersion = 1U << 0;

int landlock_abi() {
  const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, kAskVersion);
  return abi < 0 ? 0 : static_cast<int>(abi);
}

RulesetAttributes wanted(Profile profile, int abi) {
  RulesetAttributes attributes;
  attributes.handled_access_fs = kMakeCharacterDevice | kMakeBlockDevice | kRefer;
  if (profile != Profile::shim) attributes.handled_access_fs |= kExecute;
  if (abi >= 4)
    attributes.handled_access_net = profile == Profile::fetcher ? kBindTcp : kBindTcp | kConnectTcp;
  if (abi >= 6) attributes.scoped = kScopeAbstractUnix | kScopeSignals;
  return attributes;
}

std::size_t size_for(int abi) {
  if (abi >= 6) return sizeof(RulesetAttributes);
  return (abi >= 4 ? 2 : 1) * sizeof(std::uint64_t);
}

/// Any Landlock rule forbids renaming from one folder to another unless that is allowed by name.
Result<void> allow_renaming(int ruleset) {
  struct [[gnu::packed]] PathBeneath {
    std::uint64_t allowed_access;
    std::int32_t parent_fd;
  };
  constexpr int path_beneath = 1;
  const UniqueFd root(::open("/", O_PATH | O_CLOEXEC));
  const PathBeneath rule{kRefer, root.get()};
  if (!root || ::syscall(SYS_landlock_add_rule, ruleset, path_beneath, &rule, 0U) != 0) {
    return fail_errno("allow renaming in the Landlock rules", errno);
  }
  return {};
}

}  // namespace

Result<LandlockReport> restrict_by_landlock(Profile profile) {
  LandlockReport report;
  report.abi = landlock_abi();
  if (report.abi < 2) return report;  // The first version forbids all renaming between folders.
  const RulesetAttributes attributes = wanted(profile, report.abi);
  const UniqueFd ruleset(
      static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, size_for(report.abi), 0U)));
  if (!ruleset) return fail_errno("make the Landlock rules", errno);
  if (auto allowed = allow_renaming(ruleset.get()); !allowed) return tl::unexpected(allowed.error());
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return fail_errno("prctl(NO_NEW_PRIVS)", errno);
  if (::syscall(SYS_landlock_restrict_self, ruleset.get(), 0U) != 0)
    return fail_errno("restrict by Landlock", errno);
  report.execute = (attributes.handled_access_fs & kExecute) != 0;
  report.tcp = attributes.handled_access_net != 0;
  report.scopes = attributes.scoped != 0;
  return report;
}

}  // namespace localscale::sandbox
