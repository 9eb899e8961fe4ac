#include "engine/roots.hpp"

namespace localscale::engine {
namespace {

Source source_of(config::ModelRootKind kind) {
  switch (kind) {
    case config::ModelRootKind::own:
      return Source::own;
    case config::ModelRootKind::shipped:
      return Source::shipped;
    case config::ModelRootKind::ollama:
      return Source::ollama;
    case config::ModelRootKind::huggingface:
      return Source::huggingface;
    case config::ModelRootKind::llama_cache:
      return Source::llama_cache;
    case config::ModelRootKind::folder:
      return Source::folder;
  }
  return Source::folder;
}

}  // namespace

std::vector<ScanRoot> scan_roots(const std::vector<config::ModelRoot>& roots) {
  std::vector<ScanRoot> out;
  for (const auto& root : roots) {
    if (root.kind != config::ModelRootKind::own) out.push_back({root.path, source_of(root.kind)});
  }
  return out;
}

}  // namespace localscale::engine
