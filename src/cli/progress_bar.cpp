#include "cli/progress_bar.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "cli/text.hpp"

namespace localscale::cli {

std::string progress_line(const Transfer& transfer) {
  constexpr std::size_t cells = 24;
  std::string out = transfer.label;
  if (transfer.total_bytes == 0) return out;
  const std::uint64_t done = std::min(transfer.completed_bytes, transfer.total_bytes);
  const double share = static_cast<double>(done) / static_cast<double>(transfer.total_bytes);
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(cells));
  const std::string bar = std::string(filled, '=') + (filled < cells ? ">" : "");
  out += fmt::format(" {:3.0f}% [{:<{}}] {}/{}", share * 100, bar, cells, human_bytes(done),
                     human_bytes(transfer.total_bytes));
  if (transfer.bytes_per_second > 0) {
    const std::uint64_t left_s = (transfer.total_bytes - done) / transfer.bytes_per_second;
    out += fmt::format("  {}/s  {}", human_bytes(transfer.bytes_per_second),
                       human_duration(static_cast<std::int64_t>(left_s)));
  }
  return out;
}

std::uint64_t Speed::update(std::uint64_t count, std::uint64_t now_ms) {
  constexpr std::uint64_t step_ms = 250;
  constexpr double weight = 0.3;
  if (!begun_ || count < last_count_) {
    begun_ = true;
    last_count_ = count;
    last_ms_ = now_ms;
    per_second_ = 0;
  }
  if (now_ms - last_ms_ >= step_ms) {
    const double now =
        static_cast<double>(count - last_count_) * 1000.0 / static_cast<double>(now_ms - last_ms_);
    per_second_ = per_second_ == 0 ? now : per_second_ * (1 - weight) + now * weight;
    last_count_ = count;
    last_ms_ = now_ms;
  }
  return static_cast<std::uint64_t>(per_second_);
}

}  // namespace localscale::cli
