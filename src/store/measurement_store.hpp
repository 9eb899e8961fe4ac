#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace localscale::store {

/// How fast a model was on this machine.
struct Measurement {
  std::int64_t id = 0;  ///< Given by the store; grows.
  std::int64_t measured_unix_s = 0;
  std::string model;
  double answer_tokens_per_second = 0;
  double prompt_tokens_per_second = 0;
  std::uint32_t threads = 0;
  std::optional<double> watts{};  ///< Of the machine meanwhile, where it could be read.

  bool operator==(const Measurement&) const = default;
};

/// The measurements that the owner asked for, at most measurements_max. Synchronous; one thread.
class MeasurementStore {
 public:
  static constexpr std::size_t measurements_max = 1000;

  virtual ~MeasurementStore() = default;
  /// Keeps it, durable once it returns, and gives its id; the oldest go where there are too many.
  virtual Result<std::int64_t> add(const Measurement& measurement) = 0;
  /// Newest last.
  [[nodiscard]] virtual Result<std::vector<Measurement>> list() const = 0;
  [[nodiscard]] virtual Result<std::optional<Measurement>> newest() const = 0;
};

class Database;

/// In the home's database, which outlives it.
class SqliteMeasurementStore final : public MeasurementStore {
 public:
  explicit SqliteMeasurementStore(Database& database) : database_(&database) {}

  Result<std::int64_t> add(const Measurement& measurement) override;
  [[nodiscard]] Result<std::vector<Measurement>> list() const override;
  [[nodiscard]] Result<std::optional<Measurement>> newest() const override;

 private:
  [[nodiscard]] Result<std::vector<Measurement>> newest_first(std::size_t count) const;

  Database* database_;
};

}  // namespace localscale::store
