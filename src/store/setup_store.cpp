#include "store/setup_store.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include "store/database.hpp"
#include "store/guarded.hpp"
#include "store/settings.hpp"

namespace localscale::store {
namespace {

constexpr const char* done_key = "setup.done";
constexpr const char* step_key = "setup.step";
constexpr const char* home_name_key = "home.name";

class SettingsSetupStore final : public SetupStore {
 public:
  explicit SettingsSetupStore(Database& database) : database_(database), settings_(database) {}

  Result<void> read() {
    const auto done = settings_.get(done_key);
    if (!done) return tl::unexpected(done.error());
    auto step = settings_.get(step_key);
    if (!step) return tl::unexpected(step.error());
    auto home_name = settings_.get(home_name_key);
    if (!home_name) return tl::unexpected(home_name.error());
    setup_.done = *done == "true";
    if (*step) setup_.step = std::move(**step);
    if (*home_name) setup_.home_name = std::move(**home_name);
    return {};
  }

  [[nodiscard]] const Setup& get() const override { return setup_; }

  Result<void> put(const Setup& setup) override {
    auto kept = guarded("Saving the set-up", [&]() -> Result<void> {
      SQLite::Transaction transaction(database_.sqlite());
      if (auto set = settings_.set(done_key, setup.done ? "true" : "false"); !set) return set;
      if (auto set = settings_.set(step_key, setup.step); !set) return set;
      if (auto set = settings_.set(home_name_key, setup.home_name); !set) return set;
      transaction.commit();
      return {};
    });
    if (kept) setup_ = setup;
    return kept;
  }

 private:
  Database& database_;
  Settings settings_;
  Setup setup_;
};

}  // namespace

Result<std::unique_ptr<SetupStore>> open_setup_store(Database& database) {
  auto store = std::make_unique<SettingsSetupStore>(database);
  if (auto read = store->read(); !read) return tl::unexpected(read.error());
  return store;
}

}  // namespace localscale::store
