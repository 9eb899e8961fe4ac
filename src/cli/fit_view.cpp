#include "cli/fit_view.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/bytes.hpp"
#include "cli/terminal.hpp"

namespace localscale::cli {
namespace {

constexpr double reading_pace = 5;  ///< Tokens per second; slower answers keep people waiting.
constexpr std::size_t gap = 2;

std::string size_at(const Json& fit, const char* member) {
  const auto bytes = number_at(fit, member);
  return bytes <= 0 ? "-" : human_bytes(static_cast<std::uint64_t>(bytes));
}

/// 41 as "41", 9.62 as "9.6".
std::string rate(double tokens_per_second) {
  return tokens_per_second >= 10 ? fmt::format("{:.0f}", tokens_per_second)
                                 : fmt::format("{:.1f}", tokens_per_second);
}

std::string answer_speed(const Json& fit) {
  const double speed = real_at(fit, "answer_tokens_per_second");
  if (speed <= 0) return "-";
  return (text_at(fit, "basis") == "measured" ? "" : "~") + rate(speed);
}

std::string verdict(const Json& fit) {
  auto word = text_at(fit, "verdict", "unknown");
  std::ranges::replace(word, '_', ' ');
  return word + (flag_at(fit, "installed") ? ", here" : "");
}

std::string context(const Json& fit) {
  const auto tokens = number_at(fit, "context_tokens");
  return tokens <= 0 ? "-" : std::to_string(tokens);
}

std::string can(const Json& fit) {
  std::string out;
  for (const Json& capability : list_at(fit, "capabilities"))
    if (capability.is_string()) out += (out.empty() ? "" : ", ") + capability.get<std::string>();
  return out;
}

struct Column {
  const char* heading;
  std::string (*cell)(const Json&);
  int rank;  ///< The highest is left out first.
};

constexpr std::array columns_of_fit = std::to_array<Column>({
    {"NAME", [](const Json& fit) { return text_at(fit, "name"); }, 0},
    {"HERE IT", verdict, 0},
    {"TOKENS/S", answer_speed, 1},
    {"DOWNLOAD", [](const Json& fit) { return size_at(fit, "bytes"); }, 2},
    {"MEMORY", [](const Json& fit) { return size_at(fit, "memory_needed_bytes"); }, 3},
    {"CONTEXT", context, 4},
    {"ABOUT", [](const Json& fit) { return text_at(fit, "about"); }, 5},
});

std::size_t width_of(const Column& column, const std::vector<Json>& fits) {
  std::size_t width = columns(column.heading);
  for (const Json& fit : fits) width = std::max(width, columns(one_line(column.cell(fit))));
  return width;
}

/// Smaller is better.
int group_of(const Json& fit) {
  const auto word = text_at(fit, "verdict");
  if (word == "too_big") return 5;
  if (word != "fits" && word != "tight") return 4;
  if (can(fit).find("completion") == std::string::npos) return 3;
  const double speed = real_at(fit, "answer_tokens_per_second");
  if (speed > 0 && speed < reading_pace) return 2;
  return word == "fits" ? 0 : 1;
}

}  // namespace

FitTable fit_table(const std::vector<Json>& fits, std::size_t width) {
  std::vector<const Column*> shown;
  shown.reserve(std::size(columns_of_fit));
  for (const Column& column : columns_of_fit) shown.push_back(&column);
  const auto line_width = [&] {
    return std::accumulate(
        shown.begin(), shown.end(), (shown.size() - 1) * gap,
        [&](std::size_t sum, const Column* column) { return sum + width_of(*column, fits); });
  };
  while (line_width() > width) {
    const auto least = std::ranges::max_element(shown, {}, &Column::rank);
    if ((*least)->rank == 0) break;
    shown.erase(least);
  }
  FitTable out;
  for (const Column* column : shown) out.headings.emplace_back(column->heading);
  for (const Json& fit : fits) {
    auto& row = out.rows.emplace_back();
    for (const Column* column : shown) row.push_back(column->cell(fit));
  }
  return out;
}

void sort_by_use(std::vector<Json>& fits) {
  std::ranges::sort(fits, [](const Json& a, const Json& b) {
    const int group = group_of(a);
    if (group != group_of(b)) return group < group_of(b);
    // Of what is slow or too large, the smallest comes nearest.
    const bool largest_first = group <= 1;
    const auto left = number_at(a, "bytes");
    const auto right = number_at(b, "bytes");
    if (left != right) return largest_first ? left > right : left < right;
    return text_at(a, "name") < text_at(b, "name");
  });
}

std::string fit_text(const Json& fit) {
  std::string out = fmt::format("{}: {}\n", one_line(text_at(fit, "name")), one_line(text_at(fit, "reason")));
  const auto row = [&](const char* label, const std::string& text) {
    if (!text.empty()) out += fmt::format("  {:<9} {}\n", label, one_line(text));
  };
  row("about", text_at(fit, "about"));
  row(flag_at(fit, "installed") ? "size" : "download",
      flag_at(fit, "installed") ? size_at(fit, "bytes")
                                : fmt::format("{}; {} are free on the disk", size_at(fit, "bytes"),
                                              size_at(fit, "disk_free_bytes")));
  if (number_at(fit, "memory_needed_bytes") > 0) {
    row("memory", fmt::format("{} of {} for models", size_at(fit, "memory_needed_bytes"),
                              size_at(fit, "memory_budget_bytes")));
    row("context", context(fit) + " tokens");
  }
  const double reading = real_at(fit, "prompt_tokens_per_second");
  std::string speed;
  if (const double answering = real_at(fit, "answer_tokens_per_second"); answering > 0)
    speed = fmt::format("writes {} tokens/s", rate(answering));
  if (reading > 0) speed += fmt::format("{}reads {} tokens/s", speed.empty() ? "" : ", ", rate(reading));
  if (!speed.empty()) speed += fmt::format(" ({})", text_at(fit, "basis"));
  row("speed", speed.empty() ? "not known before this machine was measured: localscale bench" : speed);
  row("can", can(fit));
  return out;
}

std::string speed_note(const std::vector<Json>& fits) {
  const auto any = [&](std::string_view basis) {
    return std::ranges::any_of(fits, [&](const Json& fit) { return text_at(fit, "basis") == basis; });
  };
  if (any("estimated")) return "~ is estimated from what was measured on this machine.";
  if (any("measured")) return {};
  return "To be told speeds, too, have this machine measured: localscale bench";
}

}  // namespace localscale::cli
