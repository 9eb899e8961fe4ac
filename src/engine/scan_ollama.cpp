#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/bytes.hpp"
#include "core/models/model_name.hpp"
#include "engine/scan.hpp"
#include "engine/scan_files.hpp"

namespace localscale::engine {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t max_manifest_bytes = 1U << 20;
constexpr std::size_t max_text_bytes = 256U << 10;
constexpr std::string_view layer_prefix = "application/vnd.ollama.image.";

std::string text_of(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// The blob's path, or empty for anything but "sha256:" and 64 digits: the digest becomes a file name.
fs::path blob_path(const fs::path& root, const std::string& digest) {
  constexpr std::string_view scheme = "sha256:";
  if (!digest.starts_with(scheme) || !is_hex(std::string_view(digest).substr(scheme.size()), 64)) return {};
  return root / "blobs" / ("sha256-" + digest.substr(scheme.size()));
}

void take_layer(const ScanRoot& root, const nlohmann::json& layer, Found& found) {
  if (!layer.is_object()) return;
  const auto type = text_of(layer, "mediaType");
  const auto digest = text_of(layer, "digest");
  const auto blob = blob_path(root.path, digest);
  if (!type.starts_with(layer_prefix) || blob.empty()) return;
  const auto kind = std::string_view(type).substr(layer_prefix.size());
  if (kind == "model" && found.file.empty()) {
    found.file = blob;
    found.digest = digest;
  } else if (kind == "model") {
    found.more_parts.push_back(blob);
  } else if (kind == "projector" && found.projector.empty()) {
    found.projector = blob;
  } else if (kind == "system" && found.system.empty()) {
    found.system_file = blob;
    found.system = read_small_file(blob, max_text_bytes).value_or(std::string{});
  } else if (kind == "license" && found.license.empty()) {
    found.license_file = blob;
    found.license = read_small_file(blob, max_text_bytes).value_or(std::string{});
  }
}

Result<Found> read_manifest(const ScanRoot& root, const fs::path& file, const core::ModelName& name) {
  const auto text = read_small_file(file, max_manifest_bytes);
  if (!text) return tl::unexpected<Error>(text.error());
  const auto manifest = nlohmann::json::parse(*text, nullptr, /*allow_exceptions=*/false);
  const auto layers = manifest.is_object() ? manifest.find("layers") : manifest.end();
  if (!manifest.is_object() || layers == manifest.end() || !layers->is_array()) {
    return fail(Errc::corrupt, "The manifest " + file.string() + " has no list 'layers'.",
                "Pull the model again in Ollama.");
  }
  Found found;
  found.name = name.display();
  found.source = Source::ollama;
  for (const auto& layer : *layers) take_layer(root, layer, found);
  if (found.file.empty()) {
    return fail(Errc::unsupported, "The manifest " + file.string() + " names no model file.",
                "Cloud models and adapters run in Ollama only.");
  }
  return found;
}

/// manifests/HOST/SPACE/MODEL/TAG
std::vector<fs::path> manifests(const fs::path& folder, int depth, Scan& out) {
  auto listing = list_folder(folder, out);
  if (depth == 0) return std::move(listing.files);
  std::vector<fs::path> files;
  for (const auto& below : listing.folders) {
    for (auto& file : manifests(below, depth - 1, out)) files.push_back(std::move(file));
  }
  return files;
}

}  // namespace

void scan_ollama(const ScanRoot& root, Scan& out) {
  const auto base = root.path / "manifests";
  for (const auto& file : manifests(base, 3, out)) {
    const auto parts = file.lexically_relative(base);
    auto at = parts.begin();
    const auto host = (at++)->string();
    const auto space = (at++)->string();
    const auto model = (at++)->string();
    const auto name = core::parse_model_name(fmt::format("{}/{}/{}:{}", host, space, model, at->string()));
    if (!name) {
      out.problems.push_back({file, name.error()});
      continue;
    }
    auto found = read_manifest(root, file, *name);
    if (found)
      out.found.push_back(std::move(*found));
    else
      out.problems.push_back({file, found.error()});
  }
}

}  // namespace localscale::engine
