#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.hpp"

namespace localscale::store {

/// For which model, engine and machine state a measurement holds.
struct TuningKey {
  std::string model;   ///< Digest; path, size and time of a plain file.
  std::string engine;  ///< Version of the engine.
  std::uint32_t cores = 1;
  std::uint32_t free_cores = 1;

  auto operator<=>(const TuningKey&) const = default;
};

/// What was found.
struct TuningRecord {
  std::uint32_t threads = 1;
  bool flash_attention = true;
  std::string cache_type = "f16";
  std::uint32_t micro_batch = 64;
  double micro_batch_ms = 0;  ///< How long one micro-batch of prompt reading lasts.
  double prompt_rate = 0;     ///< Tokens per second.
  double answer_rate = 0;
  std::int64_t measured_unix_s = 0;

  bool operator==(const TuningRecord&) const = default;
};

/// Measurements that outlive the process. Synchronous; used on the house's executor only.
class TuningStore {
 public:
  virtual ~TuningStore() = default;
  [[nodiscard]] virtual Result<std::optional<TuningRecord>> find(const TuningKey& key) = 0;
  /// The same; where that was not measured, with the most free cores that were.
  [[nodiscard]] virtual Result<std::optional<TuningRecord>> find_for_any_load(const TuningKey& key) = 0;
  virtual Result<void> put(const TuningKey& key, const TuningRecord& record) = 0;
};

class Database;

/// In the home's database, which outlives it.
class SqliteTuningStore final : public TuningStore {
 public:
  explicit SqliteTuningStore(Database& database) : database_(&database) {}

  [[nodiscard]] Result<std::optional<TuningRecord>> find(const TuningKey& key) override;
  [[nodiscard]] Result<std::optional<TuningRecord>> find_for_any_load(const TuningKey& key) override;
  Result<void> put(const TuningKey& key, const TuningRecord& record) override;

 private:
  Database* database_;
};

}  // namespace localscale::store
