// scan_body against nlohmann's parser: what the scan lets through, the engine's parser must take, with the
// same model, stream and tools.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <nlohmann/json.hpp>

#include "gateway/json_scan.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto scanned = localscale::gateway::scan_body(text);
  if (!scanned) return 0;
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) std::abort();
  const auto model = json.find("model");
  const bool is_text = model != json.end() && model->is_string();
  if (is_text != scanned->model.has_value()) std::abort();
  if (is_text && model->get<std::string>() != *scanned->model) std::abort();
  const auto stream = json.find("stream");
  const bool streams = stream != json.end() && stream->is_boolean() && stream->get<bool>();
  if (streams != scanned->stream) std::abort();
  const auto tools = json.find("tools");
  const bool has_tools = tools != json.end() && tools->is_array() && !tools->empty();
  if (has_tools != scanned->has_tools) std::abort();
  if (scanned->tools_off && json.at("tool_choice") != "none") std::abort();
  return 0;
}
