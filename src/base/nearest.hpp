#pragma once

#include <span>
#include <string>
#include <string_view>

namespace localscale {

/// The candidate that `word` most likely means, or empty if none is near. For "did you mean …?".
/// Counts insertions, deletions, replacements and swapped neighbours; a third of the word may differ.
/// Words longer than 64 bytes have no near candidate.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace localscale
