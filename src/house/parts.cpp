#include "house/parts.hpp"

#include <algorithm>
#include <filesystem>

#include "config/config_file.hpp"
#include "config/model_roots.hpp"
#include "engine/bench_tuner.hpp"
#include "engine/catalog.hpp"
#include "engine/manager.hpp"
#include "engine/model_advisor.hpp"
#include "engine/roots.hpp"
#include "engine/supervisor_link.hpp"
#include "house/absent.hpp"
#include "house/fetcher_link.hpp"
#include "house/home_catalog.hpp"
#include "house/home_config.hpp"
#include "house/programs_folder.hpp"
#include "net/spawn.hpp"
#include "net/upstream.hpp"
#include "store/model_store.hpp"
#include "store/tuning_store.hpp"

namespace localscale::house {
namespace {

namespace fs = std::filesystem;

std::vector<engine::ScanRoot> model_folders(const config::Config& config, const config::Layout& layout) {
  return engine::scan_roots(config::model_roots(config, layout, programs_folder()));
}

/// What this house goes by, with paths as the file has them. It was read a moment ago, so it can be read.
config::Config as_written() {
  auto config = config::load_as_written(config::default_path());
  return config ? std::move(*config) : config::Config{};
}

/// For which engine a measurement holds; the supervisor adds what its files look like.
std::string engine_version(const config::Config& config) {
  return std::string(LOCALSCALE_VERSION) + " " + config.engine.directory.string();
}

std::vector<WallReport> reports_of(const std::vector<engine::Wall>& walls) {
  std::vector<WallReport> out;
  out.reserve(walls.size());
  for (const engine::Wall& wall : walls) out.push_back({wall.process, wall.open, wall.error});
  return out;
}

/// What other stores hold and a pull need not fetch: files whose name there is their digest. Parts of split
/// models must lie side by side and are left out: their model is larger than its first file.
std::vector<store::NamedFile> held_elsewhere(const std::vector<engine::Model>& models) {
  std::vector<store::NamedFile> out;
  for (const auto& model : models) {
    std::error_code gone;
    const auto bytes = fs::file_size(model.path, gone);
    if (gone || bytes != model.bytes || model.source == engine::Source::own || model.digest.empty()) continue;
    out.push_back({store::FileRole::model, model.digest, model.bytes, model.path});
  }
  return out;
}

/// Who may do what.
struct Rights {
  std::unique_ptr<store::KeyStore> keys;
  std::unique_ptr<store::SessionStore> sessions;
};

class RealParts final : public Parts {
 public:
  RealParts(boost::asio::io_context& context, const config::Config& config, store::Database& database,
            Rights rights, Channels channels, Notices notices)
      : layout_(config),
        notices_(std::move(notices)),
        rights_(std::move(rights)),
        names_(database),
        catalog_(names_, layout_.blobs, model_folders(config, layout_)),
        launcher_(link_supervisor(context, std::move(channels.supervisor))),
        fetcher_(link_fetcher(context, std::move(channels.fetcher))),
        tunings_(database),
        tuner_(*launcher_, tunings_, config.engine, engine_version(config)),
        engines_(context.get_executor(), config.engine, catalog_, *launcher_, tuner_, net::make_upstream),
        advisor_(advisor_uses(), config.engine, layout_.blobs, config.fetcher.keep_free_bytes) {
    config_.on_live_change([this](const config::Config& live) { take_live(live); });
    config_.on_edited([this] { notices_.config_edited(); });
  }

  [[nodiscard]] engine::Catalog& catalog() override { return seen_; }
  [[nodiscard]] engine::Engines& engines() override { return engines_; }
  [[nodiscard]] engine::Puller& puller() override {
    if (fetcher_) return *fetcher_;
    return no_fetcher_;
  }
  [[nodiscard]] engine::Advisor& advisor() override { return advisor_; }
  [[nodiscard]] store::KeyStore& keys() override { return *rights_.keys; }
  [[nodiscard]] store::SessionStore& sessions() override { return *rights_.sessions; }
  [[nodiscard]] gateway::ConfigKeeper& config() override { return config_; }
  [[nodiscard]] gateway::ReleaseSource& releases() override {
    if (fetcher_) return *fetcher_;
    return absent_releases_;
  }

  [[nodiscard]] Machine machine() const override {
    const auto load = launcher_->load();
    if (!load) return {.power_note = "nothing has been read yet"};
    return {load->memory_available_bytes, load->memory_total_bytes, load->busy_by_others, load->watts,
            load->power_note};
  }

  void stop_pulls() override {
    if (fetcher_) fetcher_->stop();
  }

  void end_answers() override { engines_.end_answers(); }

  net::Task<void> stop() override {
    constexpr std::chrono::seconds limit{6};
    co_await engines_.stop(limit);
  }

 private:
  std::unique_ptr<engine::WorkerLauncher> link_supervisor(boost::asio::io_context& context,
                                                          UniqueFd channel) {
    if (!channel) return std::make_unique<AbsentLauncher>();
    auto link = std::make_unique<engine::SupervisorLink>(context.get_executor(), std::move(channel));
    link->on_walls([this](const std::vector<engine::Wall>& walls) { notices_.walls(reports_of(walls)); });
    link->on_fetcher_restarted([this](UniqueFd restarted) {
      if (fetcher_) fetcher_->replace(std::move(restarted));
    });
    link->on_config_changed([this, executor = context.get_executor()] {
      net::spawn(executor, "house.look_at_config", config_.look());
    });
    link->on_lost([this] { notices_.supervisor_lost(); });
    link->on_log([this](const std::vector<std::string>& lines, std::uint64_t dropped) {
      notices_.log("supervisor", lines, dropped);
    });
    link_ = link.get();
    return link;
  }

  std::unique_ptr<FetcherLink> link_fetcher(boost::asio::io_context& context, UniqueFd channel) {
    if (!channel) return nullptr;
    FetcherLink::Hooks hooks{
        .pulled = [this](const store::NamedModel& model) { return catalog_.add_pulled(model); },
        .held = [this] { return held_elsewhere(catalog_.list()); },
        .here = [this](bool here) { notices_.fetcher_here(here); },
        .log = [this](const std::vector<std::string>& lines,
                      std::uint64_t dropped) { notices_.log("fetcher", lines, dropped); }};
    return std::make_unique<FetcherLink>(context.get_executor(), std::move(channel), std::move(hooks));
  }

  void take_live(const config::Config& config) {
    engines_.set_keep_alive(std::chrono::seconds(config.engine.keep_alive_seconds));
    if (fetcher_) fetcher_->set_log_level(config.log.level);
    notices_.live_config(config);
  }

  engine::ModelAdvisor::Uses advisor_uses() {
    const auto taken = [this](const std::string& name) {
      const auto pulls = puller().pulls();
      const auto found = std::ranges::find(pulls, name, &engine::PullState::name);
      return found == pulls.end() ? 0 : found->progress.total_bytes;
    };
    return {.library = catalog_,
            .lookup = fetcher_ ? static_cast<engine::ModelLookup&>(*fetcher_) : no_fetcher_,
            .tuner = tuner_,
            .launcher = *launcher_,
            .memory_budget = [this] { return engines_.memory_budget_bytes(); },
            .taken_by_pull = taken};
  }

  config::Layout layout_;
  Notices notices_;
  Rights rights_;
  store::SqliteModelStore names_;
  engine::FileCatalog catalog_;
  HomeCatalog seen_{catalog_, [this](std::string_view name) -> Result<bool> {
                      if (!fetcher_) return false;
                      return fetcher_->discard_unfinished(name);
                    }};
  engine::SupervisorLink* link_ = nullptr;  ///< launcher_, if there is a supervisor
  std::unique_ptr<engine::WorkerLauncher> launcher_;
  HomeConfig config_{link_, as_written()};
  std::unique_ptr<FetcherLink> fetcher_;  ///< Null if there is none.
  AbsentFetcher no_fetcher_;
  AbsentReleases absent_releases_;
  store::SqliteTuningStore tunings_;
  engine::BenchTuner tuner_;
  engine::EngineManager engines_;
  engine::ModelAdvisor advisor_;
};

}  // namespace

Result<std::unique_ptr<Parts>> make_parts(boost::asio::io_context& context, const config::Config& config,
                                          store::Database& database, Channels channels, Notices notices) {
  auto keys = store::open_key_store(database);
  if (!keys) return tl::unexpected(keys.error());
  auto sessions = store::open_session_store(database);
  if (!sessions) return tl::unexpected(sessions.error());
  return std::make_unique<RealParts>(context, config, database,
                                     Rights{std::move(*keys), std::move(*sessions)}, std::move(channels),
                                     std::move(notices));
}

}  // namespace localscale::house
