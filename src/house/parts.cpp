#include "house/parts.hpp"

#include <cstdlib>
#include <filesystem>

#include "config/model_roots.hpp"
#include "engine/catalog.hpp"
#include "engine/manager.hpp"
#include "engine/tuner.hpp"
#include "house/absent.hpp"
#include "net/upstream.hpp"
#include "store/memory_model_store.hpp"

namespace localscale::house {
namespace {

namespace fs = std::filesystem;

/// The folder of our programs: told by the supervisor, as there is no /proc behind the walls.
fs::path programs_folder() {
  const char* told = std::getenv("LOCALSCALE_PROGRAMS");  // NOLINT(concurrency-mt-unsafe): one thread
  if (told != nullptr) return told;
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored).parent_path();
}

std::optional<engine::Source> source_of(config::ModelRootKind kind) {
  switch (kind) {
    case config::ModelRootKind::own:
      return std::nullopt;  // by name, from the database
    case config::ModelRootKind::shipped:
      return engine::Source::shipped;
    case config::ModelRootKind::ollama:
      return engine::Source::ollama;
    case config::ModelRootKind::huggingface:
      return engine::Source::huggingface;
    case config::ModelRootKind::llama_cache:
      return engine::Source::llama_cache;
    case config::ModelRootKind::folder:
      return engine::Source::folder;
  }
  return std::nullopt;
}

std::vector<engine::ScanRoot> scan_roots(const config::Config& config, const config::Layout& layout) {
  std::vector<engine::ScanRoot> roots;
  for (const config::ModelRoot& root : config::model_roots(config, layout, programs_folder())) {
    if (const auto source = source_of(root.kind)) roots.push_back({root.path, *source});
  }
  return roots;
}

class RealParts final : public Parts {
 public:
  RealParts(boost::asio::io_context& context, const config::Config& config,
            std::unique_ptr<store::KeyStore> keys)
      : layout_(config),
        keys_(std::move(keys)),
        catalog_(names_, layout_.blobs, scan_roots(config, layout_)),
        launcher_(std::make_unique<AbsentLauncher>()),
        puller_(std::make_unique<AbsentPuller>()),
        engines_(context.get_executor(), config.engine, catalog_, *launcher_, tuner_, net::make_upstream) {}

  [[nodiscard]] engine::Catalog& catalog() override { return catalog_; }
  [[nodiscard]] engine::Engines& engines() override { return engines_; }
  [[nodiscard]] engine::Puller& puller() override { return *puller_; }
  [[nodiscard]] store::KeyStore& keys() override { return *keys_; }

  [[nodiscard]] Machine machine() const override {
    const auto load = launcher_->load();
    if (!load) return {};
    return {load->memory_available_bytes, load->memory_total_bytes, load->busy_by_others};
  }

  net::Task<void> stop() override {
    constexpr std::chrono::seconds limit{6};
    co_await engines_.stop(limit);
  }

 private:
  config::Layout layout_;
  std::unique_ptr<store::KeyStore> keys_;
  store::MemoryModelStore names_;
  engine::FileCatalog catalog_;
  std::unique_ptr<engine::WorkerLauncher> launcher_;
  std::unique_ptr<engine::Puller> puller_;
  engine::DefaultTuner tuner_;
  engine::EngineManager engines_;
};

}  // namespace

Result<std::unique_ptr<Parts>> make_parts(boost::asio::io_context& context, const config::Config& config,
                                          store::Database& database, Channels /*channels*/,
                                          Notices /*notices*/) {
  auto keys = store::open_key_store(database);
  if (!keys) return tl::unexpected(keys.error());
  return std::make_unique<RealParts>(context, config, std::move(*keys));
}

}  // namespace localscale::house
