#pragma once

#include <string>
#include <vector>

#include "engine/model.hpp"
#include "engine/service.hpp"
#include "gateway/json.hpp"

/// Models as Ollama's API writes them. For .cpp files only.
namespace localscale::gateway {

/// 64 hexadecimal digits: the file's sha256 where it is known, else a digest of name, size and time, which is
/// another one whenever the file is. Ollama's clients show its start and compare it to notice changes.
std::string digest_hex(const engine::Model& model);
Json details_json(const engine::Model& model);
Json capabilities_json(const std::vector<engine::Capability>& capabilities);
/// An entry of /api/tags.
Json tag_json(const engine::Model& model);
/// The answer of /api/show.
Json show_json(const engine::Model& model);
/// An entry of /api/ps.
Json loaded_json(const engine::Loaded& loaded);
/// One line of /api/pull.
Json progress_json(const engine::Progress& progress);

/// 1236000000 of "1.24B"; 0 if it cannot be read.
std::uint64_t parameter_count(std::string_view size);

}  // namespace localscale::gateway
