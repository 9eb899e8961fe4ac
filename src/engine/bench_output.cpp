#include <nlohmann/json.hpp>

#include "engine/tuning_plan.hpp"

namespace localscale::engine {
namespace {

using nlohmann::json;

double number(const json& row, const char* key) {
  const auto found = row.find(key);
  return found != row.end() && found->is_number() ? found->get<double>() : 0.0;
}

void take_row(const json& row, BenchRates& rates) {
  if (!row.is_object()) return;
  const auto rate = number(row, "avg_ts");
  if (!(rate > 0 && rate < 1e9)) return;
  if (number(row, "n_prompt") > 0) rates.prompt = rate;
  if (number(row, "n_gen") > 0) rates.answer = rate;
}

}  // namespace

Result<BenchRates> parse_bench(const std::string& text) {
  BenchRates rates;
  if (const auto whole = json::parse(text, nullptr, /*allow_exceptions=*/false); whole.is_array()) {
    for (const auto& row : whole) take_row(row, rates);
  } else {
    for (std::size_t at = 0; at < text.size();) {
      const auto end = std::min(text.find('\n', at), text.size());
      take_row(json::parse(text.substr(at, end - at), nullptr, /*allow_exceptions=*/false), rates);
      at = end + 1;
    }
  }
  if (rates.prompt == 0 && rates.answer == 0) return fail(Errc::corrupt, "llama-bench gave no rate.");
  return rates;
}

}  // namespace localscale::engine
