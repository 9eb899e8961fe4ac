#pragma once

#include <filesystem>
#include <string>

#include <unistd.h>

namespace localscale::store {

/// A folder for one test, removed at its end.
class TestFolder {
 public:
  TestFolder() : path_(std::filesystem::temp_directory_path() / "ls-store-XXXXXX") {
    std::string name = path_.string();
    path_ = mkdtemp(name.data());
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::filesystem::path database() const { return path_ / "house" / "localscale.db"; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace localscale::store
