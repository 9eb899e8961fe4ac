#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/home.hpp"

namespace localscale::cli {

struct Message {
  std::string role;
  std::string content;
};

struct ChatRequest {
  std::string model;
  std::vector<Message> messages;
  std::uint32_t max_tokens = 0;  ///< 0: the home's default.
};

/// The end of an answer.
struct ChatEnd {
  std::string text;           ///< The whole answer.
  std::string finish_reason;  ///< "stop", "length"; empty if the stream broke off or was interrupted.
  std::int64_t prompt_tokens = 0;
  std::int64_t answer_tokens = 0;
  double tokens_per_second = 0;  ///< As the engine measured it; 0 if it did not say.
  bool interrupted = false;
};

/// Asks with streaming; `piece` gets the text as it comes. ^C (see Interrupts) ends the answer, not the
/// program.
/// `waiting` is called about four times a second while nothing comes.
Outcome<ChatEnd> ask(const Home& home, const ChatRequest& request,
                     const std::function<void(std::string_view)>& piece,
                     const std::function<void()>& waiting = {});

/// While it lives, SIGINT only interrupts waiting system calls.
class Interrupts {
 public:
  Interrupts();
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;
  /// True once after each ^C.
  static bool take();
};

}  // namespace localscale::cli
