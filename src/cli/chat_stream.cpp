#include "cli/chat_stream.hpp"

#include <nlohmann/json.hpp>
#include <signal.h>

namespace localscale::cli {
namespace {

volatile sig_atomic_t interrupted = 0;

void on_interrupt(int /*signal*/) {
  interrupted = 1;
}

void set_action(void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);  // without SA_RESTART: poll and read return
}

Json body_of(const ChatRequest& request) {
  Json messages = Json::array();
  for (const Message& message : request.messages)
    messages.push_back({{"role", message.role}, {"content", message.content}});
  Json body = {{"model", request.model},
               {"messages", std::move(messages)},
               {"stream", true},
               {"stream_options", {{"include_usage", true}}}};
  if (request.max_tokens > 0) body["max_tokens"] = request.max_tokens;
  return body;
}

/// Puts the events of the stream together.
class Collector {
 public:
  explicit Collector(const std::function<void(std::string_view)>& piece) : piece_(piece) {}

  bool take(std::string_view line) {
    constexpr std::string_view prefix = "data:";
    if (!line.starts_with(prefix)) return true;
    const Json event = Json::parse(line.substr(prefix.size()), nullptr, /*allow_exceptions=*/false);
    if (event.is_discarded()) return true;  // "[DONE]"
    if (event.contains("error")) {
      error_ = error_in_answer(500, text_of(event));
      return false;
    }
    for (const Json& choice : list_at(event, "choices")) {
      add(text_at(object_at(choice, "delta"), "content"));
      if (const std::string reason = text_at(choice, "finish_reason"); !reason.empty())
        end_.finish_reason = reason;
    }
    const Json& usage = object_at(event, "usage");
    end_.prompt_tokens = number_at(usage, "prompt_tokens", end_.prompt_tokens);
    end_.answer_tokens = number_at(usage, "completion_tokens", end_.answer_tokens);
    const Json& timings = object_at(event, "timings");
    if (timings.contains("predicted_per_second") && timings["predicted_per_second"].is_number()) {
      end_.tokens_per_second = timings["predicted_per_second"].get<double>();
    }
    return true;
  }

  Outcome<ChatEnd> end() {
    if (error_) return failed(*error_);
    return std::move(end_);
  }

  ChatEnd& so_far() { return end_; }

 private:
  void add(const std::string& text) {
    if (text.empty()) return;
    end_.text += text;
    piece_(text);
  }

  const std::function<void(std::string_view)>& piece_;
  ChatEnd end_;
  std::optional<Error> error_;
};

}  // namespace

Interrupts::Interrupts() {
  interrupted = 0;
  set_action(on_interrupt);
}

Interrupts::~Interrupts() {
  set_action(SIG_DFL);
}

bool Interrupts::take() {
  const bool was = interrupted != 0;
  interrupted = 0;
  return was;
}

Outcome<ChatEnd> ask(const Home& home, const ChatRequest& request,
                     const std::function<void(std::string_view)>& piece,
                     const std::function<void()>& waiting) {
  Collector collector(piece);
  // An interrupt ends a wait; one that came between two waits is seen at the next line.
  const auto streamed = home.stream(
      "/v1/chat/completions", body_of(request),
      [&](std::string_view line) { return interrupted == 0 && collector.take(line); }, waiting);
  if (interrupted != 0 || (!streamed && streamed.error().error.code == Errc::cancelled)) {
    collector.so_far().interrupted = true;
    return collector.end();
  }
  if (!streamed) return tl::unexpected(streamed.error());
  return collector.end();
}

}  // namespace localscale::cli
