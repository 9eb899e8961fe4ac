#include "gateway/log_admin.hpp"

#include <limits>
#include <utility>

#include "base/bytes.hpp"
#include "gateway/json.hpp"
#include "gateway/stream_gauge.hpp"
#include "gateway/timestamp.hpp"

namespace localscale::gateway {
namespace {

constexpr std::uint64_t most_lines = 1000;
constexpr std::uint64_t usual_lines = 200;
constexpr std::size_t longest_text = 200;     ///< Bytes.
constexpr std::size_t lines_at_a_time = 500;  ///< Of a stream, each `look_every`.
constexpr std::chrono::milliseconds look_every{250};
constexpr unsigned looks_between_ticks = 20;  ///< 5 s

Json json_of(const LogEntry& entry) {
  return {{"id", entry.id},
          {"time", entry.time},
          {"level", entry.level},
          {"process", entry.process},
          {"message", entry.message}};
}

Result<std::uint64_t> number_of(const net::Request& request, const char* name, std::uint64_t fallback) {
  const auto text = request.query(name);
  if (!text || text->empty()) return fallback;
  const auto number = parse_u64(*text);
  if (!number) return fail(Errc::invalid_argument, std::string("\"") + name + "\" must be a number.");
  return *number;
}

Result<LogFilter> filter_of(const net::Request& request) {
  LogFilter filter;
  const auto weight = log::weight_of(request.query("level").value_or("info"));
  if (!weight)
    return fail(Errc::invalid_argument, "\"level\" must be one of trace, debug, info, warn, error.");
  filter.least_weight = *weight;
  filter.process = request.query("process").value_or("");
  filter.text = request.query("text").value_or("");
  if (filter.text.size() > longest_text || filter.process.size() > longest_text)
    return fail(Errc::invalid_argument, "\"text\" and \"process\" have at most 200 bytes.");
  return filter;
}

std::string event_of(const LogEntry& entry) {
  return "id: " + std::to_string(entry.id) + "\nevent: log\ndata: " + dump(json_of(entry)) + "\n\n";
}

/// Stands where lines would stand that had left the store before this reader came to them.
LogEntry missed_lines(const LogStore::Next& next) {
  const std::uint64_t first = next.entries.empty() ? next.seen : next.entries.front().id;
  return {first - 1, rfc3339(std::chrono::system_clock::now()), "warn", "house",
          std::to_string(next.missed) + " lines are missing here: they came faster than they could be told"};
}

}  // namespace

void LogAdmin::add_to(Routes& routes) {
  routes.add("GET", "/localscale/v1/logs", Need::session, [this](Call& call) { return newest(call); });
  routes.add("GET", "/localscale/v1/logs/stream", Need::session, [this](Call& call) { return stream(call); });
}

net::Task<void> LogAdmin::newest(Call& call) {
  const auto filter = filter_of(call.request);
  if (!filter) co_return co_await call.refuse(filter.error());
  const auto before = number_of(call.request, "before", std::numeric_limits<std::uint64_t>::max());
  if (!before) co_return co_await call.refuse(before.error());
  const auto limit = number_of(call.request, "limit", usual_lines);
  if (!limit) co_return co_await call.refuse(limit.error());
  if (*limit < 1 || *limit > most_lines) {
    Error error{Errc::invalid_argument, "\"limit\" must be from 1 to 1000.", {}};
    co_return co_await call.refuse(std::move(error));
  }
  Json lines = Json::array();
  for (const LogEntry& entry : services_.logs.newest(*filter, *before, *limit))
    lines.push_back(json_of(entry));
  co_await call.send_json(dump({{"schema", 1}, {"lines", std::move(lines)}}));
}

net::Task<void> LogAdmin::stream(Call& call) {
  const auto filter = filter_of(call.request);
  if (!filter) co_return co_await call.refuse(filter.error());
  const auto since = number_of(call.request, "since", services_.logs.last());
  if (!since) co_return co_await call.refuse(since.error());
  const StreamGauge gauge(services_.metrics);
  net::Headers headers;
  headers.set("Content-Type", "text/event-stream");
  headers.set("Cache-Control", "no-store");
  const auto begun = co_await call.answer.begin(200, std::move(headers));
  if (!begun) co_return;
  std::uint64_t seen = *since;
  for (unsigned looks = 0; !services_.events.closed(); ++looks) {
    std::string text;
    const auto next = services_.logs.after(*filter, seen, lines_at_a_time);
    if (next.missed > 0) text += event_of(missed_lines(next));
    for (const LogEntry& entry : next.entries) text += event_of(entry);
    seen = next.seen;
    if (looks % looks_between_ticks == 0) text += "event: tick\ndata: {}\n\n";
    if (!text.empty()) {
      const auto written = co_await call.answer.write(text);
      if (!written) co_return;
    }
    co_await services_.events.wait(look_every);
  }
  const auto ended = co_await call.answer.end();
  static_cast<void>(ended);
}

}  // namespace localscale::gateway
