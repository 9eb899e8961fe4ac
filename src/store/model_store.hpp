#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace localscale::store {

/// What a file is for its model; as in wire FetchedFile.
enum class FileRole { model, projector, chat_template, parameters, system, license, other };

/// One file of a named model: a blob of our store (`digest`), or a file elsewhere (`path`) that a name was
/// copied from.
struct NamedFile {
  FileRole role = FileRole::model;
  std::string digest;  ///< "sha256:…"; may be empty where `path` is set.
  std::uint64_t bytes = 0;
  std::filesystem::path path;  ///< Empty for blobs of our store.
};

/// A name of our own store and its files.
struct NamedModel {
  std::string name;  ///< core::ModelName::display()
  std::string manifest_digest;
  std::int64_t modified_unix_s = 0;
  std::vector<NamedFile> files;
};

/// The names of our own model store. Synchronous; used on the house's executor only.
class ModelStore {
 public:
  virtual ~ModelStore() = default;
  [[nodiscard]] virtual Result<std::vector<NamedModel>> list() = 0;
  /// Adds the name or replaces it.
  virtual Result<void> put(const NamedModel& model) = 0;
  /// Forgets the name; not_found if there is none.
  virtual Result<void> erase(std::string_view name) = 0;
};

class Database;

/// In the home's database; durable once put() or erase() returns. `database` outlives it.
class SqliteModelStore final : public ModelStore {
 public:
  explicit SqliteModelStore(Database& database) : database_(&database) {}

  [[nodiscard]] Result<std::vector<NamedModel>> list() override;
  Result<void> put(const NamedModel& model) override;
  Result<void> erase(std::string_view name) override;

 private:
  Database* database_;
};

}  // namespace localscale::store
