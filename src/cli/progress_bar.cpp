#include "cli/progress_bar.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "cli/terminal.hpp"
#include "cli/text.hpp"

namespace localscale::cli {

std::string progress_line(const Transfer& transfer, std::size_t width) {
  constexpr std::size_t widest_bar = 24;
  constexpr std::size_t narrowest_bar = 4;
  if (transfer.total_bytes == 0) return transfer.label;
  const std::uint64_t done = std::min(transfer.completed_bytes, transfer.total_bytes);
  const double share = static_cast<double>(done) / static_cast<double>(transfer.total_bytes);
  const std::string before = fmt::format("{} {:3.0f}%", transfer.label, share * 100);
  std::string after = fmt::format(" {}/{}", human_bytes(done), human_bytes(transfer.total_bytes));
  if (transfer.bytes_per_second > 0) {
    const std::uint64_t left_s = (transfer.total_bytes - done) / transfer.bytes_per_second;
    after += fmt::format("  {}/s  {}", human_bytes(transfer.bytes_per_second),
                         human_duration(static_cast<std::int64_t>(left_s)));
  }
  const std::size_t taken = columns(before) + columns(after) + std::string_view(" []").size();
  const std::size_t cells = std::min(widest_bar, width - std::min(width, taken));
  if (cells < narrowest_bar) return before + after;
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(cells));
  const std::string bar = std::string(filled, '=') + (filled < cells ? ">" : "");
  return fmt::format("{} [{:<{}}]{}", before, bar, cells, after);
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
