#include "house/home_catalog.hpp"

namespace localscale::house {

Result<void> HomeCatalog::remove(std::string_view name) {
  auto removed = library_.remove(name);
  // Also after a success: a newer pull of the same name may have been cut off.
  if (!removed && removed.error().code != Errc::not_found) return removed;
  auto discarded = discard_unfinished_(name);
  if (removed) return removed;  // what is left then can still be removed by itself
  if (discarded && !*discarded) return removed;
  if (!discarded && discarded.error().code == Errc::invalid_argument) return removed;  // a digest
  if (!discarded) return tl::unexpected(discarded.error());
  return {};
}

}  // namespace localscale::house
