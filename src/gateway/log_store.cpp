#include "gateway/log_store.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/line_queue.hpp"

namespace localscale::gateway {
namespace {

constexpr std::chrono::seconds quota_time{10};
/// More starts in a second, or lines, than this would be needed for ids to come again.
constexpr std::uint64_t ids_per_second = 1'000'000;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool contains(std::string_view text, std::string_view part) {
  const auto found = std::search(text.begin(), text.end(), part.begin(), part.end(),
                                 [](char a, char b) { return lower(a) == lower(b); });
  return found != text.end() || part.empty();
}

/// The words that the config has for levels.
std::string_view level_name(std::string_view level) {
  if (level == "warning") return "warn";
  return level == "critical" ? "error" : level;
}

/// Every kept line can be taken apart.
LogEntry entry_of(std::uint64_t id, const log::Line& line, std::string message) {
  return {id, std::string(line.time), std::string(level_name(line.level)), std::string(line.process),
          std::move(message)};
}

/// The line, cut to what is kept; as a warning of the process if it isn't one of its log.
std::string line_of(std::string_view process, std::string_view line, LogStore::Clock::time_point now) {
  std::string cut = LineQueue::cut(line);
  const auto parsed = log::parse_line(cut);
  if (parsed && parsed->process == process) return cut;
  return LineQueue::cut(log::make_line(now, "warning", process, line));
}

std::string lines_dropped(std::uint64_t count) {
  return fmt::format("{} {} not kept here: there were too many at one time", count,
                     count == 1 ? "line was" : "lines were");
}

}  // namespace

bool LogFilter::passes(const log::Line& line, std::string_view message) const {
  return log::weight_of(line.level).value_or(0) >= least_weight &&
         (process.empty() || line.process == process) && contains(message, text);
}

LogStore::LogStore(Clock::time_point started)
    : start_id_(
          static_cast<std::uint64_t>(std::max<std::int64_t>(
              0, std::chrono::duration_cast<std::chrono::seconds>(started.time_since_epoch()).count())) *
              ids_per_second +
          1),
      first_id_(start_id_) {}

void LogStore::add(std::string_view line) {
  if (line.size() <= LineQueue::line_bytes_max) return keep(std::string(line));
  keep(line_of("house", line, Clock::now()));
}

void LogStore::keep(std::string line) {
  bytes_ += line.size();
  lines_.push_back(std::move(line));
  while (lines_.size() > lines_max || bytes_ > bytes_max) {
    bytes_ -= lines_.front().size();
    lines_.pop_front();
    ++first_id_;
  }
}

void LogStore::add_passed_on(std::string_view process, const std::vector<std::string>& lines,
                             std::uint64_t dropped, Clock::time_point now) {
  Quota& quota = quotas_[std::string(process)];
  if (now - quota.since >= quota_time || now < quota.since) {
    tell_dropped(process, quota, now);
    quota = {now, 0, 0};
  }
  if (dropped > 0) {
    quota.dropped += dropped;
    tell_dropped(process, quota, now);
  }
  for (const std::string& line : lines) {
    if (++quota.used > passed_on_max) {
      ++quota.dropped;
      continue;
    }
    keep(line_of(process, line, now));
  }
}

void LogStore::tell_dropped(std::string_view process, Quota& quota, Clock::time_point now) {
  if (quota.dropped == 0) return;
  keep(log::make_line(now, "warning", process, lines_dropped(quota.dropped)));
  quota.dropped = 0;
}

std::vector<LogEntry> LogStore::newest(const LogFilter& filter, std::uint64_t before,
                                       std::size_t limit) const {
  std::vector<LogEntry> found;
  const std::uint64_t end = std::min<std::uint64_t>(before, first_id_ + lines_.size());
  for (std::uint64_t id = end; id > first_id_ && found.size() < limit;) {
    --id;
    const auto line = log::parse_line(lines_[id - first_id_]);
    if (!line) continue;
    std::string message = line->message();
    if (filter.passes(*line, message)) found.push_back(entry_of(id, *line, std::move(message)));
  }
  std::ranges::reverse(found);
  return found;
}

LogStore::Next LogStore::after(const LogFilter& filter, std::uint64_t since, std::size_t limit) const {
  Next next;
  std::uint64_t id = since + 1;
  if (id < first_id_ || since > last()) {
    // Only what this start of the house had can be counted.
    if (id >= start_id_ && id < first_id_) next.missed = first_id_ - id;
    id = first_id_;
  }
  const std::uint64_t end = std::min<std::uint64_t>(first_id_ + lines_.size(), id + limit);
  for (; id < end; ++id) {
    const auto line = log::parse_line(lines_[id - first_id_]);
    if (!line) continue;
    std::string message = line->message();
    if (filter.passes(*line, message)) next.entries.push_back(entry_of(id, *line, std::move(message)));
  }
  next.seen = id - 1;
  return next;
}

}  // namespace localscale::gateway
