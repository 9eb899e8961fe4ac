#pragma once

#include "base/error.hpp"
#include "config/layout.hpp"
#include "supervisor/installation.hpp"

namespace localscale::supervisor {

/// Makes the folders of the state and, with root's rights, gives each to the role that uses it: the house's
/// own to the house (mode 0700), blobs and incoming to the fetcher and the house's group. Gives away only
/// what it made, what was the role's already, and root's empty folders; fails with `denied` on others' and
/// with `invalid_argument` on folders of the system, which are left as they are.
Result<void> prepare_state(const config::Layout& layout, const RoleUsers& users);

}  // namespace localscale::supervisor
