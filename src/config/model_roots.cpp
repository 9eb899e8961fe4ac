#include "config/model_roots.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>

namespace localscale::config {
namespace {

namespace fs = std::filesystem;

/// An environment variable that holds an absolute path; empty otherwise.
fs::path path_variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing changes the environment
  return value != nullptr && *value == '/' ? fs::path(value) : fs::path();
}

fs::path below(const fs::path& base, const char* rest) {
  return base.empty() ? fs::path() : base / rest;
}

fs::path cache_folder() {
  const fs::path cache = path_variable("XDG_CACHE_HOME");
  return cache.empty() ? below(path_variable("HOME"), ".cache") : cache;
}

/// Collects folders: empty paths and repetitions are left out.
class Roots {
 public:
  void add(ModelRootKind kind, const fs::path& path) {
    if (path.empty() || !path.is_absolute()) return;
    fs::path clean = path.lexically_normal();
    if (!clean.has_filename()) clean = clean.parent_path();
    const auto same = [&](const ModelRoot& root) { return root.path == clean; };
    if (std::none_of(roots_.begin(), roots_.end(), same)) roots_.push_back({kind, std::move(clean)});
  }
  [[nodiscard]] std::vector<ModelRoot> take() && { return std::move(roots_); }

 private:
  std::vector<ModelRoot> roots_;
};

void add_ollama(Roots& roots) {
  roots.add(ModelRootKind::ollama, path_variable("OLLAMA_MODELS"));
  roots.add(ModelRootKind::ollama, below(path_variable("HOME"), ".ollama/models"));
  roots.add(ModelRootKind::ollama, "/usr/share/ollama/.ollama/models");
}

void add_huggingface(Roots& roots) {
  const fs::path hub = path_variable("HF_HUB_CACHE");
  const fs::path home = path_variable("HF_HOME");
  roots.add(ModelRootKind::huggingface, hub.empty() ? below(home, "hub") : hub);
  roots.add(ModelRootKind::huggingface, below(cache_folder(), "huggingface/hub"));
}

void add_llama_cache(Roots& roots) {
  roots.add(ModelRootKind::llama_cache, path_variable("LLAMA_CACHE"));
  roots.add(ModelRootKind::llama_cache, below(cache_folder(), "llama.cpp"));
}

}  // namespace

fs::path shipped_models(const fs::path& programs) {
  const fs::path named = path_variable("LOCALSCALE_SHIPPED_MODELS");
  return named.empty() ? (programs / "../share/localscale/models").lexically_normal() : named;
}

std::vector<ModelRoot> model_roots(const Config& config, const Layout& layout, const fs::path& programs) {
  Roots roots;
  roots.add(ModelRootKind::own, layout.blobs);
  roots.add(ModelRootKind::shipped, shipped_models(programs));
  for (const fs::path& folder : config.models.folders) roots.add(ModelRootKind::folder, folder);
  if (config.models.use_ollama_store) add_ollama(roots);
  if (config.models.use_huggingface_cache) add_huggingface(roots);
  if (config.models.use_llama_cache) add_llama_cache(roots);
  return std::move(roots).take();
}

}  // namespace localscale::config
