#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/call.hpp"
#include "gateway/metrics.hpp"
#include "gateway/rate_meter.hpp"

namespace localscale::gateway {

/// Someone who gets an answer now. Never what was asked.
struct Served {
  std::string who;        ///< The key's name, or the first word of the User-Agent; at most 80 bytes.
  std::string_view kind;  ///< "dashboard", "key", "local".
  std::string model;
  std::string_view api;
  std::int64_t since_unix_s = 0;
  std::uint64_t answer_tokens = 0;  ///< So far; 0 of an answer that is not streamed.
  double tokens_per_second = 0;     ///< Since its second token.
};

/// Tokens of all answers over the last 3 s, counted when the engine tells of them: those of a stream at once,
/// those of prompts and whole answers when these are done.
struct Speed {
  double answer_tokens_per_second = 0;
  double prompt_tokens_per_second = 0;
};

/// Which answers run, for `GET status`. Counting a token neither allocates nor locks. One thread.
class RunningAnswers {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t listed_max = 64;

  /// The oldest listed_max.
  [[nodiscard]] std::vector<Served> list(Clock::time_point now) const;
  [[nodiscard]] Speed speed(Clock::time_point now) const;
  [[nodiscard]] std::size_t size() const { return running_.size(); }
  /// How many began since the house's start.
  [[nodiscard]] std::uint64_t begun() const { return begun_; }
  /// Of all answers since the house's start.
  [[nodiscard]] std::uint64_t answer_tokens() const { return answer_tokens_; }

 private:
  friend class RunningAnswer;
  struct Entry {
    Served served;
    Clock::time_point first_token{};
  };

  std::list<Entry> running_;
  RateMeter answer_meter_;
  RateMeter prompt_meter_;
  std::uint64_t begun_ = 0;
  std::uint64_t answer_tokens_ = 0;
};

/// One answer, from the engine's lease to its end.
class RunningAnswer {
 public:
  RunningAnswer(RunningAnswers& answers, const Call& call, std::string model);
  ~RunningAnswer();
  RunningAnswer(const RunningAnswer&) = delete;
  RunningAnswer& operator=(const RunningAnswer&) = delete;

  /// `events`: whole events of the engine's stream. There is one for each token, and a first one without.
  void streamed(std::uint64_t events);
  /// What the engine told in the end.
  void finish(const TokenCount& told);

 private:
  void add(std::uint64_t tokens, RunningAnswers::Clock::time_point now);

  RunningAnswers& answers_;
  std::list<RunningAnswers::Entry>::iterator entry_;
  bool opened_ = false;  ///< The first event has come.
};

/// How many events end in `whole_events`.
std::uint64_t count_events(std::string_view whole_events);

}  // namespace localscale::gateway
