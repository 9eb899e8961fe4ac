#include "sim/random.hpp"

#include <bit>

namespace localscale::sim {

Random::Random(std::uint64_t seed) : seed_(seed) {
  for (std::uint64_t& word : state_) word = mixed(seed += 0x9e3779b97f4a7c15ULL);
}

std::uint64_t Random::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17U;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t Random::below(std::uint64_t bound) {
  const std::uint64_t unfair = (~bound + 1) % bound;  // 2^64 modulo bound
  std::uint64_t drawn = next();
  while (drawn < unfair) drawn = next();
  return drawn % bound;
}

std::int64_t Random::between(std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
}

Random Random::fork(std::string_view part, std::uint64_t number) const {
  std::uint64_t hash = mixed(seed_ ^ 0x6c6f63616c736361ULL);
  for (const char letter : part) hash = mixed(hash ^ static_cast<unsigned char>(letter));
  return Random(mixed(hash ^ number));
}

}  // namespace localscale::sim
