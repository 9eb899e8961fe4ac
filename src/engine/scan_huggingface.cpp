#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>

#include "base/bytes.hpp"
#include "core/models/model_name.hpp"
#include "engine/scan.hpp"
#include "engine/scan_files.hpp"

namespace localscale::engine {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t max_manifest_bytes = 1U << 20;

struct Repository {
  std::string organisation;
  std::string name;
};

/// "models--ORG--REPO"
std::optional<Repository> repository(const std::string& folder) {
  constexpr std::string_view prefix = "models--";
  if (!folder.starts_with(prefix)) return std::nullopt;
  const auto rest = folder.substr(prefix.size());
  const auto cut = rest.find("--");
  if (cut == std::string::npos) return std::nullopt;
  return Repository{rest.substr(0, cut), rest.substr(cut + 2)};
}

/// Large files are links to blobs/SHA256.
std::string digest_of(const fs::path& file) {
  std::error_code failed;
  const auto target = fs::read_symlink(file, failed).filename().string();
  return !failed && is_hex(target, 64) ? "sha256:" + target : std::string{};
}

/// The snapshot that refs/main names, else all of them.
std::vector<fs::path> snapshots(const fs::path& repository, Scan& out) {
  const auto base = repository / "snapshots";
  auto folders = list_folder(base, out).folders;
  auto current = read_small_file(repository / "refs" / "main", 128).value_or(std::string{});
  std::erase_if(current, [](char c) { return c == '\n' || c == '\r' || c == ' '; });
  if (is_hex(current, 40) && std::ranges::find(folders, base / current) != folders.end())
    return {base / current};
  return folders;
}

void add(const Repository& repository, const fs::path& file, fs::path projector, Source source,
         std::string tag, Scan& out) {
  const core::ModelName wanted{"hf.co", repository.organisation, repository.name, std::move(tag)};
  const auto name = core::parse_model_name(wanted.display());
  if (!name) {
    out.problems.push_back({file, name.error()});
    return;
  }
  out.found.push_back({name->display(), file, std::move(projector), digest_of(file), {}, {}, source});
}

std::string tag_of(const fs::path& file) {
  auto label = file_label(file);
  return label.quantization.empty() ? name_part(label.stem) : std::move(label.quantization);
}

/// A file that a llama.cpp manifest names, as it lies in the cache: ORG_REPO_path_with_underscores.
fs::path cached_file(const fs::path& folder, const Repository& repository, const nlohmann::json& manifest,
                     const char* key) {
  const auto entry = manifest.find(key);
  if (entry == manifest.end() || !entry->is_object()) return {};
  const auto name = entry->find("rfilename");
  if (name == entry->end() || !name->is_string()) return {};
  auto file = repository.organisation + "_" + repository.name + "_" + name->get<std::string>();
  std::ranges::replace(file, '/', '_');
  std::error_code failed;
  const auto path = folder / file;
  return fs::is_regular_file(path, failed) ? path : fs::path{};
}

/// "manifest=ORG=REPO=TAG.json"; returns the model file it names.
fs::path read_llama_manifest(const ScanRoot& root, const fs::path& file, Scan& out) {
  auto name = file.stem().string();
  std::vector<std::string> parts;
  for (std::size_t at = 0; at != std::string::npos;) {
    const auto cut = name.find('=', at);
    parts.push_back(name.substr(at, cut == std::string::npos ? cut : cut - at));
    at = cut == std::string::npos ? cut : cut + 1;
  }
  if (parts.size() != 4) return {};
  const Repository repository{parts[1], parts[2]};
  const auto text = read_small_file(file, max_manifest_bytes);
  const auto manifest =
      nlohmann::json::parse(text.value_or(std::string{}), nullptr, /*allow_exceptions=*/false);
  if (!manifest.is_object()) {
    out.problems.push_back(
        {file,
         {Errc::corrupt, "The manifest " + file.string() + " is not JSON.", "Download the model again."}});
    return {};
  }
  auto model = cached_file(root.path, repository, manifest, "ggufFile");
  if (model.empty()) return {};
  add(repository, model, cached_file(root.path, repository, manifest, "mmprojFile"), Source::llama_cache,
      parts[3], out);
  return model;
}

}  // namespace

void scan_huggingface(const ScanRoot& root, Scan& out) {
  for (const auto& folder : list_folder(root.path, out).folders) {
    const auto named = repository(folder.filename().string());
    if (!named) continue;
    for (const auto& snapshot : snapshots(folder, out)) {
      for (const auto& group : gguf_files(snapshot, 2, out)) {
        for (const auto& file : model_files(group))
          add(*named, file, projector_for(file, group, true), Source::huggingface, tag_of(file), out);
      }
    }
  }
}

void scan_llama_cache(const ScanRoot& root, Scan& out) {
  auto listing = list_folder(root.path, out);
  std::vector<fs::path> named;
  for (const auto& file : listing.files) {
    if (!file.filename().string().starts_with("manifest=") || file.extension() != ".json") continue;
    if (auto model = read_llama_manifest(root, file, out); !model.empty()) named.push_back(std::move(model));
  }
  std::erase_if(listing.files, [](const fs::path& file) { return file.extension() != ".gguf"; });
  for (const auto& file : model_files(listing.files)) {
    const auto name = name_part(file_label(file).stem);
    if (name.empty()) continue;
    if (std::ranges::find(named, file) != named.end()) continue;
    out.found.push_back({name + ":latest", file, {}, {}, {}, {}, Source::llama_cache});
  }
}

}  // namespace localscale::engine
