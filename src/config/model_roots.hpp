#pragma once

#include <filesystem>
#include <vector>

#include "config/config.hpp"
#include "config/layout.hpp"

namespace localscale::config {

/// Whose folder it is. The names are those of engine::Source.
enum class ModelRootKind { own, shipped, ollama, huggingface, llama_cache, folder };

/// A folder tree in which models may lie.
struct ModelRoot {
  ModelRootKind kind = ModelRootKind::own;
  std::filesystem::path path;  ///< Absolute; may not exist (yet).
};

/// Every place in which this user's models may lie, in the order in which they are asked: our own blobs, the
/// shipped folder, the configured folders, then the stores of other tools that the config does not switch off
/// ($OLLAMA_MODELS or its defaults, $HF_HUB_CACHE, $HF_HOME, $LLAMA_CACHE or their defaults). Each path once.
/// Reads the environment; `programs` is the folder with our executables (the shipped folder lies beside it).
std::vector<ModelRoot> model_roots(const Config& config, const Layout& layout,
                                   const std::filesystem::path& programs);

/// The folder of the models that come with the program: $LOCALSCALE_SHIPPED_MODELS, else
/// PROGRAMS/../share/localscale/models.
std::filesystem::path shipped_models(const std::filesystem::path& programs);

}  // namespace localscale::config
