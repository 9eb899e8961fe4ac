#include "mesh/fetcher/hf_listing.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include <nlohmann/json.hpp>

#include "base/bytes.hpp"
#include "mesh/fetcher/digest.hpp"
#include "mesh/fetcher/json_guard.hpp"
#include "mesh/fetcher/url.hpp"

namespace localscale::mesh::fetcher {
namespace {

using Json = nlohmann::json;

constexpr std::size_t max_path_bytes = 512;

tl::unexpected<Error> malformed(const core::ModelName& name, std::string_view why) {
  return fail(Errc::corrupt,
              "The file list of '" + name.display() + "' is malformed: " + std::string(why) +
                  ". Nothing was downloaded.",
              "Try again later.");
}

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
}

std::string upper(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return upper(c); });
  return out;
}

bool is_alphanumeric(char c) {
  const char u = upper(c);
  return (u >= 'A' && u <= 'Z') || (u >= '0' && u <= '9');
}

std::string_view base_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

bool is_sane_path(std::string_view path) {
  return !path.empty() && path.size() <= max_path_bytes && path.front() != '/' &&
         path.find("..") == std::string_view::npos &&
         std::ranges::all_of(path, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

/// "x-00001-of-00003.gguf": its stem "x", part 1 of 3.
struct Part {
  std::string stem;
  std::uint64_t number = 1;
  std::uint64_t of = 1;
};

Part split_part(std::string_view path) {
  constexpr std::string_view pattern = "-00001-of-00001.gguf";
  if (path.size() > pattern.size()) {
    const auto tail = path.substr(path.size() - pattern.size());
    const auto number = parse_u64(tail.substr(1, 5));
    const auto of = parse_u64(tail.substr(10, 5));
    if (tail[0] == '-' && tail.substr(6, 4) == "-of-" && number && of && *number > 0 && *number <= *of) {
      return {std::string(path.substr(0, path.size() - pattern.size())), *number, *of};
    }
  }
  return {std::string(path.substr(0, path.size() - std::string_view(".gguf").size())), 1, 1};
}

/// A file with all its parts, in order.
using Group = std::vector<HfFile>;

/// True if `quantization` stands in the stem as a word of its own: Q4_K is not found in Q4_K_M, nor Q4_0 in
/// IQ4_0.
bool names_quantization(std::string_view stem, std::string_view quantization) {
  const auto text = upper(stem);
  const auto word = upper(quantization);
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const auto end = at + word.size();
    const bool starts = at == 0 || !is_alphanumeric(text[at - 1]);
    const bool ends = end == text.size() || (!is_alphanumeric(text[end]) && text[end] != '_');
    if (starts && ends) return true;
  }
  return false;
}

bool is_projector(const HfFile& file) {
  return upper(base_name(file.path)).find("MMPROJ") != std::string::npos;
}
bool is_helper(const HfFile& file) {
  return upper(base_name(file.path)).find("IMATRIX") != std::string::npos;
}

std::map<std::string, Group> group_models(const std::vector<HfFile>& files) {
  std::map<std::string, Group> groups;
  for (const auto& file : files) {
    if (!is_projector(file) && !is_helper(file)) groups[split_part(file.path).stem].push_back(file);
  }
  for (auto& [stem, group] : groups) std::ranges::sort(group, {}, &HfFile::path);
  return groups;
}

const Group* find_exact(const std::map<std::string, Group>& groups, std::string_view tag) {
  for (const auto& [stem, group] : groups) {
    const auto file = base_name(group.front().path);
    if (file == tag || file == std::string(tag) + ".gguf" || base_name(stem) == tag) return &group;
  }
  return nullptr;
}

/// The shortest stem wins: "model-Q4_K_M" before "model-extra-Q4_K_M".
const Group* find_quantization(const std::map<std::string, Group>& groups, std::string_view quantization) {
  const std::pair<const std::string, Group>* best = nullptr;
  for (const auto& entry : groups) {
    if (names_quantization(entry.first, quantization) &&
        (best == nullptr || entry.first.size() < best->first.size())) {
      best = &entry;
    }
  }
  return best == nullptr ? nullptr : &best->second;
}

const Group* find_default(const std::map<std::string, Group>& groups) {
  for (const auto* quantization : {"Q4_K_M", "Q4_K_S", "Q4_K_L", "Q4_K_XL", "Q4_K", "Q8_0", "Q4_0"}) {
    if (const auto* found = find_quantization(groups, quantization)) return found;
  }
  return groups.empty() ? nullptr : &groups.begin()->second;
}

const HfFile* find_projector(const std::vector<HfFile>& files) {
  std::vector<const HfFile*> found;
  for (const auto& file : files) {
    if (is_projector(file)) found.push_back(&file);
  }
  for (const auto* precision : {"F16", "BF16", "Q8_0", "F32"}) {
    for (const auto* file : found) {
      if (names_quantization(split_part(file->path).stem, precision)) return file;
    }
  }
  return found.empty() ? nullptr : found.front();
}

tl::unexpected<Error> no_such_tag(const core::ModelName& name, const std::map<std::string, Group>& groups) {
  const auto repository = name.host + "/" + name.space + "/" + name.model;
  if (groups.empty()) {
    return fail(Errc::not_found, repository + " holds no GGUF files.",
                "Look for a repository whose name ends in -GGUF.");
  }
  std::string known;
  std::size_t listed = 0;
  for (const auto& [stem, group] : groups) {
    if (++listed > 12) break;
    known += (listed > 1 ? ", " : "") + std::string(base_name(stem));
  }
  return fail(Errc::not_found, repository + " holds nothing for '" + name.tag + "'.",
              "It holds: " + known + ".");
}

bool is_complete(const Group& group) {
  const auto of = split_part(group.front().path).of;
  if (group.size() != of) return false;
  for (std::size_t i = 0; i < group.size(); ++i) {
    const auto part = split_part(group[i].path);
    if (part.number != i + 1 || part.of != of) return false;
  }
  return true;
}

FileRef to_ref(const core::ModelName& name, const HfFile& file, Role role) {
  return {role, file.digest, file.bytes,
          "/" + name.space + "/" + name.model + "/resolve/main/" + percent_encode_path(file.path)};
}

std::optional<HfFile> parse_entry(const Json& entry) {
  if (!entry.is_object() || entry.value("type", Json()) != "file") return std::nullopt;
  const auto path = entry.find("path");
  const auto lfs = entry.find("lfs");
  if (path == entry.end() || !path->is_string() || lfs == entry.end() || !lfs->is_object())
    return std::nullopt;
  const auto oid = lfs->find("oid");
  const auto size = lfs->find("size");
  if (oid == lfs->end() || !oid->is_string() || size == lfs->end() || !size->is_number_unsigned())
    return std::nullopt;
  HfFile file{path->get<std::string>(), "sha256:" + oid->get<std::string>(), size->get<std::uint64_t>()};
  if (!file.path.ends_with(".gguf") || !is_sane_path(file.path)) return std::nullopt;
  if (!is_digest(file.digest) || file.bytes > max_file_bytes) return std::nullopt;
  return file;
}

}  // namespace

std::string hf_listing_path(const core::ModelName& name) {
  return "/api/models/" + name.space + "/" + name.model + "/tree/main?recursive=true";
}

Result<void> parse_hf_listing(const core::ModelName& name, std::string_view json,
                              std::vector<HfFile>& files) {
  if (json.size() > max_manifest_bytes) return malformed(name, "it is larger than 4 MiB");
  if (!depth_within(json, max_json_depth)) return malformed(name, "it is nested too deeply");
  const auto listing = Json::parse(json, nullptr, false);
  if (!listing.is_array()) return malformed(name, "it is not a JSON list");
  for (const auto& entry : listing) {
    if (files.size() >= max_hf_files) return malformed(name, "it lists too many files");
    if (auto file = parse_entry(entry)) files.push_back(std::move(*file));
  }
  return {};
}

Result<ModelFiles> choose_hf_files(const core::ModelName& name, const std::vector<HfFile>& files) {
  const auto groups = group_models(files);
  const Group* chosen = find_exact(groups, name.tag);
  if (chosen == nullptr) {
    chosen = name.tag == "latest" ? find_default(groups) : find_quantization(groups, name.tag);
  }
  if (chosen == nullptr) return no_such_tag(name, groups);
  if (!is_complete(*chosen) || chosen->size() > max_files - 1) {
    return fail(Errc::corrupt,
                "'" + name.display() + "' is split into parts and not all of them are published.",
                "Choose another quantization of this model.");
  }

  ModelFiles model;
  for (const auto& file : *chosen) model.files.push_back(to_ref(name, file, Role::model));
  if (const auto* projector = find_projector(files))
    model.files.push_back(to_ref(name, *projector, Role::projector));
  std::string summary;
  for (const auto& file : model.files) summary += file.digest + " " + file.path + "\n";
  model.manifest_digest = "sha256:" + sha256_hex(summary);
  return model;
}

std::string next_page(std::string_view link_header, std::string_view base_url) {
  const auto rel = link_header.find("rel=\"next\"");
  if (rel == std::string_view::npos) return {};
  const auto end = link_header.rfind('>', rel);
  if (end == std::string_view::npos) return {};
  const auto begin = link_header.rfind('<', end);
  if (begin == std::string_view::npos) return {};
  const auto url = link_header.substr(begin + 1, end - begin - 1);
  if (!url.starts_with(base_url) || url.size() <= base_url.size() || url[base_url.size()] != '/') return {};
  return std::string(url.substr(base_url.size()));
}

}  // namespace localscale::mesh::fetcher
