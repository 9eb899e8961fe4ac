#include "store/tuning_store.hpp"

#include "store/database.hpp"
#include "store/guarded.hpp"

namespace localscale::store {
namespace {

void bind_key(SQLite::Statement& statement, const TuningKey& key) {
  statement.bind(1, key.model);
  statement.bind(2, key.engine);
  statement.bind(3, key.cores);
  statement.bind(4, key.free_cores);
}

constexpr const char* columns =
    "SELECT threads, flash_attention, cache_type, micro_batch, micro_batch_ms, prompt_rate, answer_rate, "
    "measured_unix_s FROM tunings ";

std::optional<TuningRecord> first_row(SQLite::Statement& query) {
  if (!query.executeStep()) return std::nullopt;
  TuningRecord record;
  record.threads = query.getColumn(0).getUInt();
  record.flash_attention = query.getColumn(1).getInt() != 0;
  record.cache_type = query.getColumn(2).getString();
  record.micro_batch = query.getColumn(3).getUInt();
  record.micro_batch_ms = query.getColumn(4).getDouble();
  record.prompt_rate = query.getColumn(5).getDouble();
  record.answer_rate = query.getColumn(6).getDouble();
  record.measured_unix_s = query.getColumn(7).getInt64();
  return record;
}

}  // namespace

Result<std::optional<TuningRecord>> SqliteTuningStore::find(const TuningKey& key) {
  return guarded("Reading a measurement", [&] {
    SQLite::Statement query(
        database_->sqlite(),
        std::string(columns) + "WHERE model = ? AND engine = ? AND cores = ? AND free_cores = ?");
    bind_key(query, key);
    return first_row(query);
  });
}

Result<std::optional<TuningRecord>> SqliteTuningStore::find_for_any_load(const TuningKey& key) {
  return guarded("Reading a measurement", [&] {
    SQLite::Statement query(database_->sqlite(), std::string(columns) +
                                                     "WHERE model = ? AND engine = ? AND cores = ? "
                                                     "ORDER BY free_cores = ? DESC, free_cores DESC LIMIT 1");
    bind_key(query, key);
    return first_row(query);
  });
}

Result<void> SqliteTuningStore::put(const TuningKey& key, const TuningRecord& record) {
  return guarded("Saving a measurement", [&] {
    SQLite::Statement change(database_->sqlite(),
                             "INSERT OR REPLACE INTO tunings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    bind_key(change, key);
    change.bind(5, record.threads);
    change.bind(6, record.flash_attention ? 1 : 0);
    change.bind(7, record.cache_type);
    change.bind(8, record.micro_batch);
    change.bind(9, record.micro_batch_ms);
    change.bind(10, record.prompt_rate);
    change.bind(11, record.answer_rate);
    change.bind(12, record.measured_unix_s);
    change.exec();
  });
}

}  // namespace localscale::store
