#include "sandbox/profile.hpp"

#include <array>

namespace localscale::sandbox {

std::string_view name(Profile profile) {
  switch (profile) {
    case Profile::house:
      return "house";
    case Profile::engine:
      return "engine";
    case Profile::engine_gpu:
      return "engine_gpu";
    case Profile::fetcher:
      return "fetcher";
    case Profile::shim:
      return "shim";
  }
  return "house";
}

std::optional<Profile> parse_profile(std::string_view text) {
  constexpr std::array all{Profile::house, Profile::engine, Profile::engine_gpu, Profile::fetcher,
                           Profile::shim};
  for (const Profile profile : all) {
    if (name(profile) == text) return profile;
  }
  return std::nullopt;
}

}  // namespace localscale::sandbox
