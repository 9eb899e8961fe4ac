#include "mesh/fetcher/ollama_manifest.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "mesh/fetcher/digest.hpp"
#include "mesh/fetcher/json_guard.hpp"

namespace localscale::mesh::fetcher {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::pair<std::string_view, Role>, 6> roles{{
    {"application/vnd.ollama.image.model", Role::model},
    {"application/vnd.ollama.image.projector", Role::projector},
    {"application/vnd.ollama.image.template", Role::chat_template},
    {"application/vnd.ollama.image.params", Role::parameters},
    {"application/vnd.ollama.image.system", Role::system},
    {"application/vnd.ollama.image.license", Role::license},
}};

Role role_of(std::string_view media_type) {
  const auto* found = std::ranges::find(roles, media_type, &std::pair<std::string_view, Role>::first);
  return found == roles.end() ? Role::other : found->second;
}

tl::unexpected<Error> malformed(const core::ModelName& name, std::string_view why) {
  return fail(Errc::corrupt,
              "The manifest of '" + name.display() + "' from " + name.host +
                  " is malformed: " + std::string(why) + ". Nothing was downloaded.",
              "Try again later, or tell the registry's operator.");
}

std::string repository_path(const core::ModelName& name) {
  return "/v2/" + name.space + "/" + name.model;
}

Result<FileRef> parse_layer(const core::ModelName& name, const Json& layer) {
  if (!layer.is_object()) return malformed(name, "a layer is not an object");
  const auto digest = layer.find("digest");
  const auto size = layer.find("size");
  const auto type = layer.find("mediaType");
  if (digest == layer.end() || !digest->is_string() || !is_digest(digest->get_ref<const std::string&>())) {
    return malformed(name, "a layer has no sha256 digest");
  }
  if (size == layer.end() || !size->is_number_unsigned() || size->get<std::uint64_t>() > max_file_bytes) {
    return malformed(name, "a layer has no sensible size");
  }
  FileRef file;
  file.digest = digest->get<std::string>();
  file.bytes = size->get<std::uint64_t>();
  if (type != layer.end() && type->is_string()) file.role = role_of(type->get_ref<const std::string&>());
  file.path = repository_path(name) + "/blobs/" + file.digest;
  return file;
}

Result<Json> parse_object(const core::ModelName& name, std::string_view text) {
  if (text.size() > max_manifest_bytes) return malformed(name, "it is larger than 4 MiB");
  if (!depth_within(text, max_json_depth)) return malformed(name, "it is nested too deeply");
  auto json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return malformed(name, "it is not a JSON object");
  return json;
}

}  // namespace

std::string ollama_manifest_path(const core::ModelName& name) {
  return repository_path(name) + "/manifests/" + name.tag;
}

Result<ModelFiles> parse_ollama_manifest(const core::ModelName& name, std::string_view json) {
  const auto manifest = parse_object(name, json);
  if (!manifest) return tl::unexpected(manifest.error());
  const auto layers = manifest->find("layers");
  if (layers == manifest->end() || !layers->is_array()) return malformed(name, "it lists no layers");
  if (layers->size() > max_files) return malformed(name, "it lists too many layers");

  ModelFiles model;
  model.manifest_digest = "sha256:" + sha256_hex(json);
  for (const auto& layer : *layers) {
    auto file = parse_layer(name, layer);
    if (!file) return tl::unexpected(file.error());
    if (std::ranges::find(model.files, file->digest, &FileRef::digest) == model.files.end()) {
      model.files.push_back(std::move(*file));
    }
  }
  if (std::ranges::find(model.files, Role::model, &FileRef::role) == model.files.end()) {
    return fail(Errc::unsupported,
                "'" + name.display() + "' holds no GGUF file, the only format that runs here.",
                "Choose another tag of this model, or a GGUF repository such as hf.co/ORG/REPO-GGUF:Q4_K_M.");
  }
  return model;
}

}  // namespace localscale::mesh::fetcher
