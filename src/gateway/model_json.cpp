#include "gateway/model_json.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <utility>

#include <fmt/format.h>
#include <openssl/sha.h>

#include "base/bytes.hpp"
#include "gateway/timestamp.hpp"

namespace localscale::gateway {
namespace {

/// Ollama's clients want a time even for "never".
constexpr std::string_view never = "2318-01-01T00:00:00Z";

std::string_view capability_name(engine::Capability capability) {
  switch (capability) {
    case engine::Capability::completion:
      return "completion";
    case engine::Capability::tools:
      return "tools";
    case engine::Capability::vision:
      return "vision";
    case engine::Capability::embedding:
      return "embedding";
    case engine::Capability::insert:
      return "insert";
    case engine::Capability::thinking:
      return "thinking";
    case engine::Capability::rerank:
      return "rerank";
  }
  return "";
}

Json model_info(const engine::Model& model) {
  const std::string& arch = model.architecture;
  Json info = {{"general.architecture", arch},
               {"general.basename", model.name.substr(0, model.name.find(':'))},
               {"general.parameter_count", parameter_count(model.parameter_size)}};
  info[arch + ".context_length"] = model.context_length;
  info[arch + ".embedding_length"] = model.embedding_length;
  info[arch + ".block_count"] = model.layers;
  info[arch + ".attention.head_count_kv"] = model.kv_heads;
  info[arch + ".attention.key_length"] = model.head_dim;
  return info;
}

}  // namespace

std::uint64_t parameter_count(std::string_view size) {
  double number = 0;
  const auto [end, problem] = std::from_chars(size.data(), size.data() + size.size(), number);
  if (problem != std::errc{} || number < 0 || number > 1e6) return 0;
  switch (end < size.data() + size.size() ? *end : ' ') {
    case 'T':
      return static_cast<std::uint64_t>(number * 1e12);
    case 'B':
      return static_cast<std::uint64_t>(number * 1e9);
    case 'M':
      return static_cast<std::uint64_t>(number * 1e6);
    case 'K':
      return static_cast<std::uint64_t>(number * 1e3);
    default:
      return static_cast<std::uint64_t>(number);
  }
}

std::string digest_hex(const engine::Model& model) {
  if (const std::size_t colon = model.digest.find(':'); colon != std::string::npos)
    return model.digest.substr(colon + 1);
  const std::string identity = fmt::format("{}\n{}\n{}", model.name, model.bytes, model.modified_unix_s);
  std::array<std::byte, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(identity.data()), identity.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return to_hex(digest);
}

Json details_json(const engine::Model& model) {
  return {{"parent_model", ""},
          {"format", "gguf"},
          {"family", model.architecture},
          {"families", Json::array({model.architecture})},
          {"parameter_size", model.parameter_size},
          {"quantization_level", model.quantization}};
}

Json capabilities_json(const std::vector<engine::Capability>& capabilities) {
  Json list = Json::array();
  for (const engine::Capability capability : capabilities)
    list.push_back(std::string(capability_name(capability)));
  return list;
}

Json tag_json(const engine::Model& model) {
  return {
      {"name", model.name},  {"model", model.name},         {"modified_at", rfc3339(model.modified_unix_s)},
      {"size", model.bytes}, {"digest", digest_hex(model)}, {"details", details_json(model)}};
}

Json show_json(const engine::Model& model) {
  return {{"modelfile", "# Made by localscale\nFROM " + model.name + "\n"},
          {"parameters", ""},
          {"template", model.chat_template},
          {"system", model.system},
          {"license", model.license},
          {"details", details_json(model)},
          {"model_info", model_info(model)},
          {"capabilities", capabilities_json(model.capabilities)},
          {"modified_at", rfc3339(model.modified_unix_s)}};
}

Json loaded_json(const engine::Loaded& loaded) {
  return {{"name", loaded.model.name},
          {"model", loaded.model.name},
          {"size", loaded.memory_bytes + loaded.gpu_memory_bytes},
          {"digest", digest_hex(loaded.model)},
          {"details", details_json(loaded.model)},
          {"expires_at", loaded.expires_unix_s == 0 ? std::string(never) : rfc3339(loaded.expires_unix_s)},
          {"size_vram", loaded.gpu_memory_bytes},
          {"context_length", loaded.context_tokens}};
}

Json progress_json(const engine::Progress& progress) {
  Json line = {{"status", progress.status}};
  if (!progress.digest.empty()) line["digest"] = progress.digest;
  if (progress.elapsed.count() > 0) {  // A load: the engine does not tell how far it is.
    line["total"] = progress.total_bytes;
    line["elapsed_ms"] = progress.elapsed.count();
  } else if (progress.total_bytes > 0) {
    line["total"] = progress.total_bytes;
    line["completed"] = progress.completed_bytes;
  }
  return line;
}

}  // namespace localscale::gateway
