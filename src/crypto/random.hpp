#pragma once

#include <cstddef>
#include <span>

namespace localscale::crypto {

/// Fills the bytes with random numbers of the system that nobody can guess.
void fill_random(std::span<std::byte> bytes);

}  // namespace localscale::crypto
