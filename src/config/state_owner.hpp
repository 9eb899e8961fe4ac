#pragma once

#include <filesystem>

#include "base/error.hpp"

namespace localscale::config {

/// For root: fails with `denied` where the state folder exists and belongs to an ordinary user, whose home
/// would be unusable for them once root had started it. Changes nothing.
Result<void> refuse_state_of_another(const std::filesystem::path& state);

/// `error`; where it is `denied` because `path` (or the nearest folder above it that can be seen) belongs to
/// another user, with whose it is and what to do as its next step.
Error with_owner(Error error, const std::filesystem::path& path);

/// The same, and where the owner is not to blame and nothing else is said: to look at `path`.
Error with_state_advice(Error error, const std::filesystem::path& path);

}  // namespace localscale::config
