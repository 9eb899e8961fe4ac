#include "gateway/gateway.hpp"

#include <exception>
#include <optional>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/compile.h>

#include "base/log.hpp"
#include "base/printable.hpp"
#include "gateway/access.hpp"
#include "gateway/admin.hpp"
#include "gateway/admin_history.hpp"
#include "gateway/admin_measure.hpp"
#include "gateway/admin_setup.hpp"
#include "gateway/admin_update.hpp"
#include "gateway/admission.hpp"
#include "gateway/config_admin.hpp"
#include "gateway/conversations.hpp"
#include "gateway/key_limits.hpp"
#include "gateway/live_calls.hpp"
#include "gateway/log_admin.hpp"
#include "gateway/model_choice.hpp"
#include "gateway/ollama.hpp"
#include "gateway/openai.hpp"
#include "gateway/page.hpp"
#include "gateway/pulls.hpp"
#include "gateway/relay.hpp"
#include "gateway/routes.hpp"
#include "gateway/session_endpoints.hpp"
#include "gateway/status_text.hpp"
#include "gateway/trace.hpp"
#include "net/timer.hpp"

namespace localscale::gateway {
namespace {

/// The connection's end, told as status 499 where nothing was answered before.
constexpr unsigned client_gone = 499;

constexpr std::chrono::seconds sessions_looked_at_each{10};

constexpr std::size_t method_max = 20;  ///< Bytes of an unknown method in the log.

/// What the access log tells of a request. Never its text.
struct Line {
  const net::Request& request;
  std::string_view path;
  unsigned status;
  std::chrono::steady_clock::duration took;
  std::uint64_t bytes;
  std::string_view remark;
};

/// With a format that is compiled: no other line is written as often.
void write_log(const Line& line) {
  spdlog::logger& log = *spdlog::default_logger_raw();
  if (!log.should_log(spdlog::level::info)) return;
  fmt::memory_buffer text;
  fmt::format_to(fmt::appender(text), FMT_COMPILE("{} {} status={} ms={:.1f} bytes={} in={} id={}{}"),
                 for_log(line.request.method, method_max), for_log(line.path), line.status,
                 std::chrono::duration<double, std::milli>(line.took).count(), line.bytes,
                 line.request.body.size(), log_id(line.request), line.remark);
  log.log(spdlog::level::info, spdlog::string_view_t(text.data(), text.size()));
}

/// Writes the access log and the counters when the request is over, however it ends (cancelled ones too).
class Record {
 public:
  Record(const Call& call, Metrics& metrics, Metrics::Route& route)
      : call_(call), metrics_(metrics), route_(&route) {}
  ~Record() {
    const auto took = std::chrono::steady_clock::now() - call_.started;
    const unsigned status = call_.answer.status() == 0 ? client_gone : call_.answer.status();
    metrics_.request_done(*route_, status, took, call_.answer.bytes());
    write_log({call_.request, call_.path, status, took, call_.answer.bytes(),
               call_.answer.streaming() ? " cut" : ""});
  }
  Record(const Record&) = delete;
  Record& operator=(const Record&) = delete;
  void found(Metrics::Route& route) { route_ = &route; }

 private:
  const Call& call_;
  Metrics& metrics_;
  Metrics::Route* route_;
};

Problem no_such_path(const Call& call) {
  return make_problem(
      404, "not_found",
      "There is no " + call.request.method.substr(0, method_max) + " " + call.path.substr(0, 200) + " here.");
}

Problem wrong_method(const Call& call, const std::string& allowed) {
  Problem problem = make_problem(405, "method_not_allowed",
                                 call.path.substr(0, 200) + " takes " + allowed + ", not " +
                                     call.request.method.substr(0, method_max) + ".");
  problem.allow = allowed;
  return problem;
}

bool is_cancelled(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& error) {
    return error.code() == boost::asio::error::operation_aborted;
  } catch (...) {
    return false;
  }
}

std::string text_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "unknown exception";
  }
}

}  // namespace

class Gateway::Parts {
 public:
  Parts(const Home& home, Options options)
      : options_(std::move(options)),
        live_(home.sessions, home.keys),
        services_{home, options_, metrics_, events_, answers_, live_},
        access_(options_),
        admission_(services_),
        routes_(metrics_),
        relay_(services_),
        openai_(services_, relay_),
        ollama_(services_),
        admin_(services_),
        history_(services_),
        setup_(services_),
        measure_(services_),
        sessions_(services_),
        conversations_(services_),
        config_(services_),
        logs_(services_),
        pulls_(services_),
        model_choice_(services_),
        update_(services_) {
    events_.show_state([this] { return status_text(services_); });
    openai_.add_to(routes_);
    ollama_.add_to(routes_);
    admin_.add_to(routes_);
    history_.add_to(routes_);
    setup_.add_to(routes_);
    measure_.add_to(routes_);
    sessions_.add_to(routes_);
    conversations_.add_to(routes_);
    config_.add_to(routes_);
    logs_.add_to(routes_);
    pulls_.add_to(routes_);
    model_choice_.add_to(routes_);
    update_.add_to(routes_);
    Page::add_to(routes_);
  }

  net::Task<void> handle(const net::Request& request, net::Exchange& exchange) {
    Answer answer(exchange, headers_of_every_answer(request));
    std::string path = normalise_path(request.path());
    const Shape shape = shape_of(path, request.headers);
    Call call{request, answer, shape, std::move(path), {}};
    Record record(call, metrics_, unknown_);
    std::exception_ptr failure;
    try {
      co_await admit_and_run(call, record);
    } catch (...) {
      failure = std::current_exception();
    }
    if (call.cut != Cut::no) {
      // Its coroutine was cancelled, though its client is still there: from here on it may be told.
      co_await boost::asio::this_coro::reset_cancellation_state();
      const bool over = answer.status() != 0 && !answer.streaming();
      if (!over) co_await call.refuse(cut_problem(call.cut));
      co_return;
    }
    if (!failure) co_return;
    if (is_cancelled(failure)) std::rethrow_exception(failure);
    spdlog::error("request failed id={}: {}", log_id(request), text_of(failure));
    if (answer.status() != 0 && !answer.streaming()) co_return;
    Problem problem = make_problem(
        500, "internal",
        "Something broke inside the home while answering; the log has it under this request's id.");
    co_await call.refuse(std::move(problem));
  }

  void take(LiveOptions options) { static_cast<LiveOptions&>(options_) = std::move(options); }
  void config_edited() { events_.publish("config", "{}"); }
  void end_streams() { events_.close(); }

  net::Task<void> keep_history() { return history_.keep(); }

  net::Task<void> watch_sessions() {
    for (;;) {
      co_await net::sleep_for(sessions_looked_at_each);
      live_.cut_orphans();
    }
  }

  /// Host, Origin, door, key and session, before a body is read; limits are asked when the request is whole.
  net::HeadVerdict check_head(const net::Request& request) {
    net::HeadVerdict verdict;
    const std::string path = normalise_path(request.path());
    std::optional<Problem> problem = access_.check(request, path);
    if (!problem && access_.is_preflight(request)) return verdict;
    if (!problem) {
      const Routes::Match match = routes_.find(request.method, path);
      const Need need = need_of(match);
      const auto caller = admission_.admit(request, need);
      verdict.recognised = caller && (caller->key || caller->session);
      if (!caller) {
        problem = caller.error();
      } else if (need == Need::anyone && !verdict.recognised) {
        problem = check_strangers_body(request);
      }
      if (!problem) return verdict;
    }
    verdict.refusal = render(*problem, shape_of(path, request.headers), request.id);
    const net::Headers always = headers_of_every_answer(request);
    for (const auto& [name, value] : always.all()) verdict.refusal->headers.set(name, value);
    const unsigned status = verdict.refusal->status;
    metrics_.request_done(unknown_, status, {}, verdict.refusal->body.size());
    write_log({request, path, status, {}, verdict.refusal->body.size(), " unread"});
    return verdict;
  }

 private:
  [[nodiscard]] net::Headers headers_of_every_answer(const net::Request& request) const {
    net::Headers headers;
    headers.set("x-request-id", request.id);
    access_.add_cors(request, headers);
    return headers;
  }

  static Need need_of(const Routes::Match& match) {
    return match.route != nullptr ? match.route->need : Need::use;
  }

  net::Task<void> admit_and_run(Call& call, Record& record) {
    if (auto refusal = access_.check(call.request, call.path))
      co_return co_await call.refuse(std::move(*refusal));
    if (access_.is_preflight(call.request)) {
      net::Response response = access_.preflight(call.request);
      const auto sent = co_await call.answer.send(std::move(response));
      static_cast<void>(sent);
      co_return;
    }
    Routes::Match match = routes_.find(call.request.method, call.path);
    auto caller = admission_.admit(call.request, need_of(match));
    if (!caller) co_return co_await call.refuse(caller.error());
    std::optional<LiveCalls::Entry> live;  // Held while the request runs, as is the permit.
    if (caller->key || caller->session) live.emplace(live_, call, *caller);
    KeyLimits::Permit permit;
    if (caller->key) {
      auto admitted = limits_.admit(*caller->key, std::chrono::steady_clock::now());
      if (!admitted) co_return co_await call.refuse(std::move(admitted.error()));
      permit = std::move(*admitted);
      call.key_name = caller->key->name;
    }
    if (match.route == nullptr) {
      Problem problem = match.allowed.empty() ? no_such_path(call) : wrong_method(call, match.allowed);
      co_return co_await call.refuse(std::move(problem));
    }
    record.found(*match.route->metrics);
    call.rest = std::move(match.rest);
    if (caller->session) call.person = caller->session->person;
    call.session = std::move(caller->session);
    co_await match.route->endpoint(call);
  }

  Options options_;
  Metrics metrics_;
  Events events_;
  RunningAnswers answers_;
  LiveCalls live_;
  Services services_;
  Access access_;
  Admission admission_;
  KeyLimits limits_;
  Routes routes_;
  Relay relay_;
  OpenAi openai_;
  Ollama ollama_;
  Admin admin_;
  AdminHistory history_;
  AdminSetup setup_;
  AdminMeasure measure_;
  SessionEndpoints sessions_;
  Conversations conversations_;
  ConfigAdmin config_;
  LogAdmin logs_;
  Pulls pulls_;
  ModelChoice model_choice_;
  UpdateCheck update_;
  Metrics::Route& unknown_ = metrics_.route("(none)", "none");
};

Gateway::Gateway(const Home& home, Options options)
    : parts_(std::make_unique<Parts>(home, std::move(options))) {}

Gateway::~Gateway() = default;

net::Handler Gateway::handler() {
  return [parts = parts_.get()](const net::Request& request, net::Exchange& exchange) {
    return parts->handle(request, exchange);
  };
}

net::HeadCheck Gateway::head_check() {
  return [parts = parts_.get()](const net::Request& request) { return parts->check_head(request); };
}

void Gateway::take(LiveOptions options) {
  parts_->take(std::move(options));
}

void Gateway::config_edited() {
  parts_->config_edited();
}

net::Task<void> Gateway::keep_history() {
  return parts_->keep_history();
}

net::Task<void> Gateway::watch_sessions() {
  return parts_->watch_sessions();
}

void Gateway::end_streams() {
  parts_->end_streams();
}

net::Response Gateway::refuse(unsigned status, std::string_view message, const net::Request& request) {
  Problem problem = make_problem(status, status == 413 ? "request_too_large" : "", std::string(message));
  if (status == 503) problem.retry_after_s = 1;
  return render(problem, shape_of(normalise_path(request.path()), request.headers), request.id);
}

}  // namespace localscale::gateway
