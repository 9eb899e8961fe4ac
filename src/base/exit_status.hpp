#pragma once

namespace localscale {

/// Exit status of a process of the home that would fail again however often it is started: its config or
/// database is refused. The supervisor then stops instead of trying again. (EX_CONFIG of sysexits.h.)
inline constexpr int exit_cannot_run = 78;

}  // namespace localscale
