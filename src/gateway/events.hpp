#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/beat.hpp"
#include "gateway/event_log.hpp"

namespace localscale::gateway {

/// What happens in the home (loads, pulls, …) and, each second, its state: one stream for the page and the
/// command line, which can be taken up again where it broke. All listeners are served in the same moment from
/// the same bytes. One thread.
class Events {
 public:
  /// Gives the data of a `state` event: one line.
  using State = std::function<std::string()>;

  Events();

  /// `json` is one line. `person`: the only one who is told; empty: everyone.
  void publish(std::string_view kind, std::string_view json, std::string_view person = {});
  /// Must be set before the first listener.
  void show_state(State state) { state_ = std::move(state); }

  /// How far one client has come.
  struct Listener {
    std::string person{};  ///< Who it is; empty: somebody unknown.
    std::uint64_t event = 0;
    std::uint64_t state = 0;
    std::uint64_t beat = 0;
  };
  /// What a client hears first: what came after the id `since`, or `reset` where that cannot be told any more
  /// (nothing of both without `since`), and the state with the newest id.
  std::string open(Listener& listener, std::string_view since);
  /// Suspends until there is more for this client; null once the home stops.
  net::Task<std::shared_ptr<const std::string>> next(Listener& listener);

  /// Suspends who writes another stream for `time`, or until the home stops.
  net::Task<void> wait(std::chrono::milliseconds time) { return beat_.pause(time); }

  /// The home stops: listeners are woken and are to end their streams.
  void close() { beat_.stop(); }
  [[nodiscard]] bool closed() const { return beat_.stopped(); }

 private:
  using Text = std::shared_ptr<const std::string>;
  /// What those who stand at the same place send at this beat.
  struct Rendered {
    Listener from;
    Text text;
  };

  void begin_beat();
  void renew_state();
  Text rendered(const Listener& from);

  EventLog log_;
  Beat beat_;
  State state_;
  std::string state_json_;
  std::uint64_t state_number_ = 0;
  Beat::Clock::time_point state_at_{};
  std::uint64_t state_knows_ = 0;  ///< The newest event when the state was made.
  std::uint64_t beat_number_ = 0;  ///< What follows belongs to this beat.
  std::uint64_t periods_ = 0;
  std::uint64_t upto_ = 0;  ///< The newest event that is sent at this beat.
  std::vector<Rendered> rendered_;
};

}  // namespace localscale::gateway
