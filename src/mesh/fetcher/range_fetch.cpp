#include "mesh/fetcher/range_fetch.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include <curl/curl.h>
#include <spdlog/spdlog.h>

#include "base/bytes.hpp"
#include "mesh/fetcher/content_range.hpp"

namespace localscale::mesh::fetcher {
namespace {

constexpr std::chrono::milliseconds tick_interval{100};
constexpr std::uint64_t progress_bytes = 64U << 10;  ///< Less than this between failures is no progress.
constexpr std::uint64_t worth_splitting_bytes = 4U << 20;
constexpr double rate_smoothing = 0.2;
constexpr std::uint64_t slow_bytes_per_second = 32'000'000;

}  // namespace

/// One request that is under way.
struct RangeFetch::Connection {
  Range piece;
  std::uint64_t position = 0;  ///< The next byte that will come.
  Chunk chunk;
  bool accepting = false;  ///< The head was what we asked for.
  Url url;
  std::unique_ptr<Transfer> transfer;

  [[nodiscard]] bool complete() const { return position >= piece.end; }
};

RangeFetch::RangeFetch(Session& session, const FileRef& file, BlobSink& sink, RateCap& cap,
                       std::uint32_t max_connections, Tick tick)
    : session_(session),
      file_(file),
      sink_(sink),
      cap_(cap),
      max_connections_(std::max(max_connections, 1U)),
      tick_callback_(std::move(tick)),
      plan_(file.bytes, sink.written()) {}

RangeFetch::~RangeFetch() {
  for (auto& connection : connections_) {
    session_.multi().remove(*connection.transfer);
    static_cast<void>(flush(connection));
  }
}

Result<void> RangeFetch::run(const Journal& resumed) {
  auto origin = parse_url(session_.registry().base.text + file_.path);
  if (!origin) return tl::unexpected(origin.error());
  origin_ = current_ = std::move(*origin);
  source_ = resumed.source;
  etag_ = resumed.etag;
  started_ = last_tick_ = Clock::now();
  progress_mark_ = sink_.written_bytes();

  while (!connections_.empty() || !plan_.exhausted()) {
    start_connections();
    session_.multi().step(tick_interval, session_.cancel(),
                          [this](Transfer& t, int code) { on_done(t, code); });
    if (session_.cancel().requested()) {
      return fail(Errc::cancelled, "The pull was cancelled.", "Run the same pull again to resume.");
    }
    if (const auto now = Clock::now(); now - last_tick_ >= tick_interval) tick(now);
    if (!fatal_) fatal_ = sink_.failure();
    if (fatal_) return tl::unexpected(*fatal_);
  }
  return {};
}

void RangeFetch::start_connections() {
  while (connections_.size() < wanted_ && Clock::now() >= not_before_ && !fatal_) {
    // Alone, a connection takes all it can: it may turn out to be fast enough.
    const bool alone = wanted_ == 1 || !ranges_;
    const auto most = alone ? std::numeric_limits<std::uint64_t>::max()
                            : piece_bytes(static_cast<std::uint64_t>(rate_) / wanted_);
    if (const auto piece = plan_.take(most)) {
      open(*piece);
    } else if (!split_slowest()) {
      return;
    }
  }
}

void RangeFetch::open(Range piece) {
  if (auto allowed = session_.registries().allow(current_); !allowed) {
    plan_.give_back(piece);
    fatal_ = allowed.error();
    return;
  }
  auto& connection = connections_.emplace_back();
  connection.piece = piece;
  connection.position = piece.begin;
  connection.chunk = sink_.take_chunk(piece.begin);
  connection.url = current_;
  TransferOptions options;
  options.token = session_.token_for(current_);
  options.range = piece;
  options.stall = session_.policy().stall;
  connection.transfer = std::make_unique<Transfer>(
      session_.registries(), current_, options,
      [this, &connection](const Head& head) { return on_head(connection, head); },
      [this, &connection](std::span<const std::byte> bytes) { return on_body(connection, bytes); });
  session_.multi().add(*connection.transfer);
}

void RangeFetch::shorten(Connection& connection, std::uint64_t end) {
  plan_.give_back({end, connection.piece.end});
  connection.piece.end = end;
}

/// Nothing is left to take: halves what the connection with the most left still has to do.
bool RangeFetch::split_slowest() {
  if (!ranges_ || connections_.empty()) return false;
  const auto left = [](const Connection& c) { return c.piece.end - std::min(c.position, c.piece.end); };
  const auto slowest = std::ranges::max_element(connections_, {}, left);
  if (left(*slowest) < 2 * worth_splitting_bytes) return false;
  shorten(*slowest, slowest->position + left(*slowest) / 2);
  return true;
}

/// The trial of the single connection is over: more of them, unless it is as fast as lines get.
void RangeFetch::widen() {
  if (wanted_ > 1 || !ranges_ || connections_.size() != 1 || !connections_.front().accepting) return;
  if (Clock::now() - started_ < single_stream_trial ||
      rate_ >= static_cast<double>(single_stream_bytes_per_second))
    return;
  auto& only = connections_.front();
  const auto keep = piece_bytes(static_cast<std::uint64_t>(rate_) / max_connections_);
  if (only.position + keep + worth_splitting_bytes < only.piece.end) shorten(only, only.position + keep);
  wanted_ = max_connections_;
}

void RangeFetch::tick(Clock::time_point now) {
  const std::chrono::duration<double> passed = now - last_tick_;
  const auto current = static_cast<double>(received_ - received_at_tick_) / passed.count();
  rate_ = rate_ == 0 ? current : rate_ + rate_smoothing * (current - rate_);
  received_at_tick_ = received_;
  last_tick_ = now;
  widen();
  // On a slow line whole chunks are too coarse for a progress bar and for what a crash may cost.
  for (auto& connection : connections_) {
    if (rate_ < static_cast<double>(slow_bytes_per_second) && connection.chunk.size > 0 && !flush(connection))
      return;
  }
  if (auto ticked = tick_callback_(); !ticked && !fatal_) fatal_ = ticked.error();
}

bool RangeFetch::refuse(Error error) {
  if (!fatal_) fatal_ = std::move(error);
  return false;
}

bool RangeFetch::on_head(Connection& connection, const Head& head) {
  if (head.status == 206) return accept_part(connection, head);
  if (head.status == 200) return accept_whole(connection, head);
  return true;  // on_done decides; the body is not wanted
}

bool RangeFetch::accept_part(Connection& connection, const Head& head) {
  const auto range = parse_content_range(head.get("content-range"));
  if (!range || range->begin != connection.piece.begin) {
    return refuse(
        {Errc::corrupt, connection.url.host + " sent other bytes than were asked for.", "Try again later."});
  }
  if (range->total && *range->total != file_.bytes) {
    return refuse({Errc::corrupt,
                   connection.url.host + " has a file of " + std::to_string(*range->total) +
                       " bytes where the manifest says " + std::to_string(file_.bytes) + ".",
                   "Try again later, or tell the registry's operator."});
  }
  return accept_source(connection, head);
}

/// The server does not honour ranges: one stream from the beginning is what it gives.
bool RangeFetch::accept_whole(Connection& connection, const Head& head) {
  if (connection.complete()) return false;  // another connection gets the whole already
  const auto length = parse_u64(head.get("content-length"));
  if (length && *length != file_.bytes) {
    return refuse({Errc::corrupt,
                   connection.url.host + " sends " + std::to_string(*length) +
                       " bytes where the manifest says " + std::to_string(file_.bytes) + ".",
                   "Try again later, or tell the registry's operator."});
  }
  if (ranges_) spdlog::info("{} does not serve ranges: one stream", connection.url.host);
  ranges_ = false;
  wanted_ = 1;
  plan_ = RangePlan(file_.bytes, {});
  static_cast<void>(plan_.take(file_.bytes));
  connection.piece = {0, file_.bytes};
  connection.position = connection.chunk.offset = 0;
  for (auto& other : connections_) {
    if (&other != &connection) other.piece.end = other.position;  // ends with its next byte
  }
  return accept_source(connection, head);
}

bool RangeFetch::accept_source(Connection& connection, const Head& head) {
  const auto host = connection.url.authority();
  const std::string etag(head.get("etag"));
  if (source_ == host && !etag_.empty() && !etag.empty() && etag != etag_) {
    return refuse({Errc::conflict, "The file changed at " + connection.url.host + " while it was downloaded.",
                   "Run the same pull again."});
  }
  if (source_ != host || etag_.empty()) {
    source_ = host;
    etag_ = etag;
    sink_.set_source(source_, etag_);
  }
  hops_ = 0;
  authenticated_ = false;  // a token that runs out later may be asked for anew
  connection.accepting = true;
  return true;
}

bool RangeFetch::on_body(Connection& connection, std::span<const std::byte> bytes) {
  if (!connection.accepting) return true;
  if (connection.complete()) return false;  // it was shortened: what follows is someone else's
  bytes = bytes.first(std::min<std::uint64_t>(bytes.size(), connection.piece.end - connection.position));
  received_ += bytes.size();
  cap_.pay(bytes.size(), session_.cancel());
  while (!bytes.empty()) {
    auto& chunk = connection.chunk;
    const auto count = std::min(bytes.size(), Chunk::capacity - chunk.size);
    std::memcpy(chunk.data.get() + chunk.size, bytes.data(), count);
    chunk.size += count;
    connection.position += count;
    bytes = bytes.subspan(count);
    if (chunk.size == Chunk::capacity && !flush(connection)) return false;
  }
  return true;
}

bool RangeFetch::flush(Connection& connection) {
  auto chunk = std::exchange(connection.chunk, sink_.take_chunk(connection.position));
  if (auto put = sink_.put(std::move(chunk)); !put) return refuse(put.error());
  return true;
}

void RangeFetch::on_done(Transfer& transfer, int code) {
  const auto found =
      std::ranges::find(connections_, &transfer, [](const Connection& c) { return c.transfer.get(); });
  if (found == connections_.end()) return;
  auto connection = std::move(*found);
  connections_.erase(found);
  if (!flush(connection) || fatal_) return;
  if (connection.complete()) {
    attempt_ = 0;
    return;
  }
  plan_.give_back(ranges_ ? Range{connection.position, connection.piece.end} : Range{0, file_.bytes});
  if (code == CURLE_OK && transfer.head().redirects()) {
    follow(connection);
  } else {
    recover(connection, code);
  }
}

void RangeFetch::follow(const Connection& connection) {
  if (connection.url.text != current_.text) return;  // another connection followed already
  if (++hops_ > max_redirects) {
    fatal_ = Error{Errc::unavailable, connection.url.host + " redirects too often.",
                   "Tell the registry's operator."};
    return;
  }
  const auto& head = connection.transfer->head();
  auto next = resolve_url(current_, std::string(head.get("location")));
  if (!next) {
    fatal_ = next.error();
    return;
  }
  // Hugging Face names the file's sha256 before it redirects.
  auto linked = head.get("x-linked-etag");
  if (linked.size() == 66 && linked.starts_with('"')) linked = linked.substr(1, 64);
  if (is_hex(linked, 64) && "sha256:" + std::string(linked) != file_.digest) {
    fatal_ = Error{Errc::conflict, "The file changed at " + connection.url.host + " since it was listed.",
                   "Run the same pull again."};
    return;
  }
  current_ = std::move(*next);
}

void RangeFetch::recover(const Connection& connection, int code) {
  const auto& transfer = *connection.transfer;
  const bool redirected = connection.url.text != origin_.text;
  const auto status = transfer.head().status;
  if (code != CURLE_OK) {
    const auto error = transfer.explain(code);
    if (transfer.address_refused() || judge_curl(code) == Verdict::give_up) {
      fatal_ = error;
    } else {
      // A network that goes while bytes come often comes back: that is waited for.
      pause(error, received_ == 0 ? transfer.trouble(code) : Trouble::passing, std::chrono::seconds(0));
    }
    return;
  }
  const auto error = connection.accepting
                         ? Error{Errc::unavailable, connection.url.host + " cut the download short.", ""}
                         : explain_status(connection.url.host, status, "this file");
  switch (judge_status(status, redirected)) {
    case Verdict::ok:
    case Verdict::retry:
      if (status == 429 || status == 503)
        wanted_ = std::max<std::uint32_t>(1, static_cast<std::uint32_t>(connections_.size()));
      pause(error, Trouble::passing, transfer.retry_after());
      return;
    case Verdict::resolve_again:
      current_ = origin_;
      pause(error, Trouble::passing, std::chrono::seconds(0));
      return;
    case Verdict::authenticate:
      if (std::exchange(authenticated_, true)) {
        fatal_ = error;
      } else if (auto allowed = session_.authenticate(transfer.head()); !allowed) {
        fatal_ = allowed.error();
      }
      return;
    case Verdict::give_up:
      fatal_ = error;
      return;
  }
}

void RangeFetch::pause(const Error& error, Trouble trouble, std::chrono::seconds retry_after) {
  const auto now_written = sink_.written_bytes();
  if (now_written >= progress_mark_ + progress_bytes) attempt_ = 0;
  progress_mark_ = now_written;
  const auto wait = pause_before(session_.policy(), trouble, ++attempt_, session_.chance(), retry_after);
  if (!wait) {
    fatal_ = error;
    return;
  }
  spdlog::debug("retrying in {} ms: {}", wait->count(), error.what);
  not_before_ = std::max(not_before_, Clock::now() + *wait);
}

}  // namespace localscale::mesh::fetcher
