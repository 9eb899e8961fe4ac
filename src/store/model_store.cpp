#include "store/model_store.hpp"

#include <array>
#include <system_error>

#include "store/database.hpp"
#include "store/guarded.hpp"
#include "store/model_look.hpp"

namespace localscale::store {
namespace {

constexpr std::size_t max_files = 128;

struct RoleName {
  FileRole role;
  const char* name;
};
constexpr std::array role_names = {RoleName{FileRole::model, "model"},
                                   RoleName{FileRole::projector, "projector"},
                                   RoleName{FileRole::chat_template, "template"},
                                   RoleName{FileRole::parameters, "parameters"},
                                   RoleName{FileRole::system, "system"},
                                   RoleName{FileRole::license, "license"},
                                   RoleName{FileRole::other, "other"}};

const char* name_of(FileRole role) {
  for (const auto& entry : role_names) {
    if (entry.role == role) return entry.name;
  }
  return "other";
}

FileRole role_of(std::string_view name) {
  for (const auto& entry : role_names) {
    if (name == entry.name) return entry.role;
  }
  return FileRole::other;
}

void insert_file(SQLite::Database& database, const NamedModel& model, std::size_t position) {
  const auto& file = model.files[position];
  SQLite::Statement insert(database, "INSERT INTO model_files VALUES (?, ?, ?, ?, ?, ?)");
  insert.bind(1, model.name);
  insert.bind(2, static_cast<std::int64_t>(position));
  insert.bind(3, name_of(file.role));
  insert.bind(4, file.digest);
  insert.bind(5, static_cast<std::int64_t>(file.bytes));
  insert.bind(6, file.path.string());
  insert.exec();
}

NamedFile file_in(SQLite::Statement& row) {
  return {role_of(row.getColumn(1).getString()), row.getColumn(2).getString(),
          static_cast<std::uint64_t>(row.getColumn(3).getInt64()), row.getColumn(4).getString()};
}

std::vector<NamedModel> models_in(SQLite::Database& database) {
  std::vector<NamedModel> out;
  SQLite::Statement models(database,
                           "SELECT name, manifest_digest, modified_unix_s FROM models ORDER BY name");
  while (models.executeStep()) {
    out.push_back({models.getColumn(0).getString(),
                   models.getColumn(1).getString(),
                   models.getColumn(2).getInt64(),
                   {}});
  }
  SQLite::Statement files(database,
                          "SELECT name, role, digest, bytes, path FROM model_files ORDER BY name, position");
  for (auto at = out.begin(); files.executeStep();) {
    const auto name = files.getColumn(0).getString();
    while (at != out.end() && at->name != name) ++at;
    if (at == out.end()) break;
    at->files.push_back(file_in(files));
  }
  return out;
}

}  // namespace

Result<std::vector<NamedModel>> SqliteModelStore::list() {
  return guarded("Reading the model names", [&] { return models_in(database_->sqlite()); });
}

Result<std::vector<NamedModel>> look_at_models(const std::filesystem::path& path) {
  constexpr int busy_timeout_ms = 2'000;
  std::error_code error;
  const bool exists = std::filesystem::exists(path, error);
  if (error) return fail_errno("Looking at the database " + path.string(), error.value());
  if (!exists) return std::vector<NamedModel>{};
  return guarded("Reading the model names in " + path.string(), [&] {
    SQLite::Database database(path.string(), SQLite::OPEN_READONLY, busy_timeout_ms);
    return models_in(database);
  });
}

Result<void> SqliteModelStore::put(const NamedModel& model) {
  if (model.name.empty() || model.name.size() > 400 || model.files.size() > max_files) {
    return fail(Errc::invalid_argument, "A model's name has 1 to 400 bytes and the model at most 128 files.");
  }
  return guarded("Saving a model's name", [&] {
    auto& database = database_->sqlite();
    SQLite::Transaction transaction(database);
    SQLite::Statement forget(database, "DELETE FROM models WHERE name = ?");
    forget.bind(1, model.name);
    forget.exec();
    SQLite::Statement insert(database, "INSERT INTO models VALUES (?, ?, ?)");
    insert.bind(1, model.name);
    insert.bind(2, model.manifest_digest);
    insert.bind(3, model.modified_unix_s);
    insert.exec();
    for (std::size_t i = 0; i < model.files.size(); ++i) insert_file(database, model, i);
    transaction.commit();
  });
}

Result<void> SqliteModelStore::erase(std::string_view name) {
  return guarded("Removing a model's name", [&]() -> Result<void> {
    SQLite::Statement forget(database_->sqlite(), "DELETE FROM models WHERE name = ?");
    forget.bind(1, std::string(name));
    if (forget.exec() == 0) return fail(Errc::not_found, "There is no model '" + std::string(name) + "'.");
    return {};
  });
}

}  // namespace localscale::store
