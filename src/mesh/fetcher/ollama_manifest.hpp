#pragma once

#include <string_view>

#include "base/error.hpp"
#include "core/models/model_name.hpp"
#include "mesh/fetcher/file_ref.hpp"

namespace localscale::mesh::fetcher {

/// The manifest's path at an Ollama registry: "/v2/library/llama3.2/manifests/1b".
std::string ollama_manifest_path(const core::ModelName& name);

/// Reads a manifest of the registry protocol v2 with Ollama's media types. Fails with corrupt for malformed
/// or oversized text, and with unsupported where the model holds no GGUF.
Result<ModelFiles> parse_ollama_manifest(const core::ModelName& name, std::string_view json);

}  // namespace localscale::mesh::fetcher
