#pragma once

#include "base/error.hpp"
#include "core/models/model_name.hpp"
#include "mesh/fetcher/file_ref.hpp"
#include "mesh/fetcher/session.hpp"

namespace localscale::mesh::fetcher {

/// Asks the session's registry what `name` stands for: a manifest or a listing, nothing of the files. Fails
/// as Session::get, parse_ollama_manifest and choose_hf_files.
Result<ModelFiles> find_files(Session& session, const core::ModelName& name);

}  // namespace localscale::mesh::fetcher
