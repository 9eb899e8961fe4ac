#pragma once

#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "core/models/model_name.hpp"
#include "mesh/fetcher/file_ref.hpp"

namespace localscale::mesh::fetcher {

/// A GGUF file of a Hugging Face repository.
struct HfFile {
  std::string path;    ///< Inside the repository.
  std::string digest;  ///< "sha256:…": the LFS object id.
  std::uint64_t bytes = 0;

  bool operator==(const HfFile&) const = default;
};

inline constexpr std::size_t max_hf_files = 20'000;
inline constexpr std::size_t max_hf_pages = 16;

/// The listing's path: "/api/models/ORG/REPO/tree/main?recursive=true".
std::string hf_listing_path(const core::ModelName& name);

/// Adds the GGUF files of one page of a listing to `files`. Other files, and those kept outside LFS (no
/// sha256 is published for them), are left out. Fails with corrupt.
Result<void> parse_hf_listing(const core::ModelName& name, std::string_view json, std::vector<HfFile>& files);

/// Chooses what the tag stands for: a quantization ("Q4_K_M", in any case), an exact file name, or "latest"
/// (Q4_K_M where there is one, else another Q4_K, Q8_0, or the first). All parts of a split file in order; a
/// vision projector (mmproj) beside it. Fails with not_found naming what there is, or with corrupt where
/// parts are missing.
Result<ModelFiles> choose_hf_files(const core::ModelName& name, const std::vector<HfFile>& files);

/// The path of rel="next" of a Link header below `base_url`; empty if there is none or it leads elsewhere.
std::string next_page(std::string_view link_header, std::string_view base_url);

}  // namespace localscale::mesh::fetcher
