#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "mesh/fetcher/blob_sink.hpp"
#include "mesh/fetcher/file_ref.hpp"
#include "mesh/fetcher/range_plan.hpp"
#include "mesh/fetcher/rate_cap.hpp"
#include "mesh/fetcher/session.hpp"

namespace localscale::mesh::fetcher {

/// Downloads the missing bytes of one file into a sink over up to `max_connections` ranged requests. One
/// thread.
class RangeFetch {
 public:
  /// Called about ten times a second; an error ends the download.
  using Tick = std::function<Result<void>()>;

  RangeFetch(Session& session, const FileRef& file, BlobSink& sink, RateCap& cap,
             std::uint32_t max_connections, Tick tick);
  ~RangeFetch();
  RangeFetch(const RangeFetch&) = delete;
  RangeFetch& operator=(const RangeFetch&) = delete;

  /// `resumed`: whose bytes the sink holds already. Fails with conflict if the file changed at its registry
  /// since, with corrupt if the server contradicts the manifest, else as Session::get.
  Result<void> run(const Journal& resumed);

 private:
  using Clock = std::chrono::steady_clock;
  struct Connection;

  void start_connections();
  void open(Range piece);
  bool split_slowest();
  void shorten(Connection& connection, std::uint64_t end);
  void widen();
  void tick(Clock::time_point now);

  bool on_head(Connection& connection, const Head& head);
  bool on_body(Connection& connection, std::span<const std::byte> bytes);
  bool accept_part(Connection& connection, const Head& head);
  bool accept_whole(Connection& connection, const Head& head);
  bool accept_source(Connection& connection, const Head& head);
  bool flush(Connection& connection);
  bool refuse(Error error);

  void on_done(Transfer& transfer, int code);
  void follow(const Connection& connection);
  void recover(const Connection& connection, int code);
  void pause(const Error& error, Trouble trouble, std::chrono::seconds retry_after);

  Session& session_;
  const FileRef& file_;
  BlobSink& sink_;
  RateCap& cap_;
  const std::uint32_t max_connections_;
  const Tick tick_callback_;
  RangePlan plan_;
  std::list<Connection> connections_;

  Url origin_;
  Url current_;  ///< Where redirects led.
  unsigned hops_ = 0;
  bool ranges_ = true;  ///< The server honours Range.
  bool authenticated_ = false;
  std::uint32_t wanted_ = 1;
  unsigned attempt_ = 0;  ///< Failures in a row without progress.
  std::uint64_t progress_mark_ = 0;
  Clock::time_point not_before_;
  Clock::time_point started_;
  Clock::time_point last_tick_;
  std::uint64_t received_ = 0;
  std::uint64_t received_at_tick_ = 0;
  double rate_ = 0;  ///< Bytes per second, smoothed.
  std::string source_;
  std::string etag_;
  std::optional<Error> fatal_;
};

}  // namespace localscale::mesh::fetcher
