#include "mesh/fetcher/find_files.hpp"

#include <string>
#include <string_view>
#include <vector>

#include "mesh/fetcher/hf_listing.hpp"
#include "mesh/fetcher/ollama_manifest.hpp"

namespace localscale::mesh::fetcher {
namespace {

constexpr std::string_view manifest_type = "application/vnd.docker.distribution.manifest.v2+json";

Result<ModelFiles> list_huggingface(Session& session, const core::ModelName& name) {
  std::vector<HfFile> files;
  auto path = hf_listing_path(name);
  for (std::size_t page = 0; !path.empty() && page < max_hf_pages; ++page) {
    const auto listing = session.get(path, "application/json", max_manifest_bytes);
    if (!listing) return tl::unexpected(listing.error());
    if (auto parsed = parse_hf_listing(name, listing->body, files); !parsed)
      return tl::unexpected(parsed.error());
    path = next_page(listing->head.get("link"), session.registry().base.text);
  }
  return choose_hf_files(name, files);
}

}  // namespace

Result<ModelFiles> find_files(Session& session, const core::ModelName& name) {
  if (session.registry().protocol == Protocol::huggingface) return list_huggingface(session, name);
  const auto manifest =
      session.get(ollama_manifest_path(name), std::string(manifest_type), max_manifest_bytes);
  if (!manifest) return tl::unexpected(manifest.error());
  return parse_ollama_manifest(name, manifest->body);
}

}  // namespace localscale::mesh::fetcher
