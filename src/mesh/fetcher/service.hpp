#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "mesh/fetcher/channel.hpp"
#include "mesh/fetcher/pull.hpp"

namespace localscale::wire {
class FetchEvent;
class FetchRequest;
}  // namespace localscale::wire

namespace localscale::mesh::fetcher {

inline constexpr std::size_t max_running_pulls = 4;
inline constexpr std::size_t max_queued_pulls = 64;
inline constexpr std::size_t max_running_peeks = 4;

/// Serves the house: takes requests off the channel, runs up to four pulls at a time (each on a thread of its
/// own, further ones wait in order), and sends their events. Looks at models beside them. Ends when the house
/// closes the channel.
class Service {
 public:
  /// Unfinished downloads that nobody went on with for `keep_unfinished` are removed.
  Service(Channel channel, const Common& common, std::chrono::seconds keep_unfinished);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// Blocks until the house closes the channel or `stop_fd` becomes readable; running pulls keep what they
  /// have.
  Result<void> run(int stop_fd);

 private:
  struct Job {
    std::uint64_t id = 0;
    std::string name;  ///< Empty: it asks for the release file.
    std::set<std::string> have;
    std::uint64_t peek_bytes = 0;  ///< How much of the file's beginning is wanted; 0: this is a pull.
    Cancel cancel;
    std::atomic<bool> discard = false;  ///< Drop what it leaves.
    std::atomic<bool> done = false;
    std::thread thread;
  };

  Result<bool> handle_packet();
  void start(std::uint64_t id, std::string name, std::set<std::string> have);
  void start_peek(std::uint64_t id, std::string name, std::uint64_t most_bytes);
  void cancel(std::uint64_t id);
  void discard(const std::string& name);
  void sweep();
  /// `dropped`: a name whose files are about to go.
  void send_unfinished(const std::string& dropped = {});
  void launch_queued();
  void reap();
  [[nodiscard]] std::size_t running_peeks() const;
  void run(std::unique_ptr<Job> job);
  void work(Job& job);
  void work_pull(Job& job);
  void work_peek(Job& job);
  void ask_for_release(const Job& job);
  void send(const wire::FetchEvent& event, bool droppable);
  void pass_on(std::string_view line);
  void send_failure(std::uint64_t id, const Error& error);

  Channel channel_;
  const Common& common_;
  const std::chrono::seconds keep_unfinished_;
  std::chrono::steady_clock::time_point next_sweep_;
  std::uint64_t lines_dropped_ = 0;  ///< Of the log, since the last that the house got.
  UniqueFd wake_;                    ///< Readable when a job ended.
  std::list<std::unique_ptr<Job>> running_;
  std::deque<std::unique_ptr<Job>> queued_;
};

}  // namespace localscale::mesh::fetcher
