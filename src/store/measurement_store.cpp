#include "store/measurement_store.hpp"

#include <algorithm>

#include "store/database.hpp"
#include "store/guarded.hpp"

namespace localscale::store {
namespace {

Measurement measurement_in(SQLite::Statement& row) {
  Measurement measurement;
  measurement.id = row.getColumn(0).getInt64();
  measurement.measured_unix_s = row.getColumn(1).getInt64();
  measurement.model = row.getColumn(2).getString();
  measurement.answer_tokens_per_second = row.getColumn(3).getDouble();
  measurement.prompt_tokens_per_second = row.getColumn(4).getDouble();
  measurement.threads = row.getColumn(5).getUInt();
  if (!row.getColumn(6).isNull()) measurement.watts = row.getColumn(6).getDouble();
  return measurement;
}

}  // namespace

Result<std::int64_t> SqliteMeasurementStore::add(const Measurement& measurement) {
  return guarded("Saving the measurement", [&]() -> std::int64_t {
    SQLite::Transaction transaction(database_->sqlite());
    SQLite::Statement insert(
        database_->sqlite(),
        "INSERT INTO measurements (measured_unix_s, model, answer_rate, prompt_rate, threads, watts) "
        "VALUES (?, ?, ?, ?, ?, ?)");
    insert.bind(1, measurement.measured_unix_s);
    insert.bind(2, measurement.model);
    insert.bind(3, measurement.answer_tokens_per_second);
    insert.bind(4, measurement.prompt_tokens_per_second);
    insert.bind(5, measurement.threads);
    if (measurement.watts) insert.bind(6, *measurement.watts);
    insert.exec();
    const std::int64_t id = database_->sqlite().getLastInsertRowid();
    SQLite::Statement forget(
        database_->sqlite(),
        "DELETE FROM measurements WHERE id NOT IN (SELECT id FROM measurements ORDER BY id DESC LIMIT ?)");
    forget.bind(1, static_cast<std::int64_t>(measurements_max));
    forget.exec();
    transaction.commit();
    return id;
  });
}

Result<std::vector<Measurement>> SqliteMeasurementStore::newest_first(std::size_t count) const {
  return guarded("Reading the measurements", [&] {
    SQLite::Statement rows(
        database_->sqlite(),
        "SELECT id, measured_unix_s, model, answer_rate, prompt_rate, threads, watts FROM measurements "
        "ORDER BY id DESC LIMIT ?");
    rows.bind(1, static_cast<std::int64_t>(count));
    std::vector<Measurement> all;
    while (rows.executeStep()) all.push_back(measurement_in(rows));
    return all;
  });
}

Result<std::vector<Measurement>> SqliteMeasurementStore::list() const {
  auto all = newest_first(measurements_max);
  if (all) std::ranges::reverse(*all);
  return all;
}

Result<std::optional<Measurement>> SqliteMeasurementStore::newest() const {
  const auto all = newest_first(1);
  if (!all) return tl::unexpected(all.error());
  return all->empty() ? std::nullopt : std::optional(all->front());
}

}  // namespace localscale::store
