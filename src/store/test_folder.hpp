#pragma once

#include <filesystem>

#include "tests/support/temporary_folder.hpp"

namespace localscale::store {

/// A folder for one test, and where the home's database would lie in it.
class TestFolder : public tests::TemporaryFolder {
 public:
  [[nodiscard]] std::filesystem::path database() const { return path() / "house" / "localscale.db"; }
};

}  // namespace localscale::store
