#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/library.hpp"

namespace localscale::engine {

/// A model that is worth knowing, with what its header says, as far as the estimates need it.
struct Suggestion {
  std::string_view name;  ///< Canonical.
  std::string_view about;
  std::uint64_t bytes = 0;  ///< Of all its files, rounded.
  std::uint64_t projector_bytes = 0;
  LibraryModel entry;  ///< Without files.
};

/// At most 24, the small ones first.
const std::vector<Suggestion>& suggestion_list();

}  // namespace localscale::engine
