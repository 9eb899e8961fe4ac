#pragma once

#include <string>

#include "base/error.hpp"
#include "sandbox/profile.hpp"

namespace localscale::sandbox {

/// Installs the profile's system-call filter on the calling process, for good, with no_new_privs.
/// What is not listed fails with EPERM. Call it before other threads start.
Result<void> install_filter(Profile profile);

/// The filter as text (libseccomp's pseudo filter code), for the golden-file test.
Result<std::string> describe_filter(Profile profile);

}  // namespace localscale::sandbox
