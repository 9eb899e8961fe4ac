#pragma once

#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace localscale::house {

/// The folder of our programs: told by the supervisor, as there is no /proc behind the walls.
inline std::filesystem::path programs_folder() {
  const char* told = std::getenv("LOCALSCALE_PROGRAMS");  // NOLINT(concurrency-mt-unsafe): one thread
  if (told != nullptr) return told;
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
}

}  // namespace localscale::house
