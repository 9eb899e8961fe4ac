#include "cli/home.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/home_status.hpp"
#include "cli/http_client.hpp"
#include "cli/line_splitter.hpp"
#include "config/state_owner.hpp"

namespace localscale::cli {
namespace {

/// What is only read is answered at once, or by no one.
constexpr std::chrono::seconds longest_look{10};

Errc code_of_status(unsigned status) {
  static constexpr std::array<std::pair<unsigned, Errc>, 12> table = {{{400, Errc::invalid_argument},
                                                                       {401, Errc::denied},
                                                                       {403, Errc::denied},
                                                                       {404, Errc::not_found},
                                                                       {408, Errc::timeout},
                                                                       {409, Errc::conflict},
                                                                       {413, Errc::exhausted},
                                                                       {429, Errc::exhausted},
                                                                       {499, Errc::cancelled},
                                                                       {501, Errc::unsupported},
                                                                       {503, Errc::unavailable},
                                                                       {504, Errc::timeout}}};
  const auto* row = std::ranges::find(table, status, &std::pair<unsigned, Errc>::first);
  return row == table.end() ? Errc::internal : row->second;
}

Errc code_of_name(std::string_view text, Errc fallback) {
  if (text == "insufficient_memory") return Errc::exhausted;
  for (int i = 0; i <= static_cast<int>(Errc::internal); ++i) {
    if (name(static_cast<Errc>(i)) == text) return static_cast<Errc>(i);
  }
  return fallback;
}

Json parse_json(std::string_view text) {
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

/// Nobody listening is the ordinary "not running"; everything else is told as it is.
tl::unexpected<Failure> connection_failed(Error error, const config::Layout& layout) {
  if (error.code == Errc::not_found || error.what.find("Connection refused") != std::string::npos)
    return not_running();
  return failed(config::with_owner(std::move(error), layout.state));
}

Outcome<Json> object_of(const HttpReply& reply) {
  if (reply.status / 100 != 2) return failed(error_in_answer(reply.status, reply.body));
  if (reply.body.empty()) return Json::object();
  Json json = parse_json(reply.body);
  if (json.is_discarded()) {
    return failed({Errc::internal, "The home's answer is not valid JSON.",
                   "Are the command line and the home of one version?"});
  }
  return json;
}

}  // namespace

Error error_in_answer(unsigned status, std::string_view body) {
  const Json json = parse_json(body);
  Error error{code_of_status(status), text_at(json, "error"), {}};
  const Json& inner = object_at(json, "error");
  if (!inner.empty()) {
    error.what = text_at(inner, "message");
    error.next = text_at(inner, "next");
    error.code = code_of_name(text_at(inner, "code"), error.code);
  }
  if (error.what.empty()) error.what = fmt::format("The home answered with status {}.", status);
  return error;
}

Outcome<Json> Home::get(const std::string& target) const {
  const auto reply =
      http_exchange(layout_.admin_socket, HttpRequest{.target = target, .quiet = longest_look});
  if (!reply) return connection_failed(reply.error(), layout_);
  return object_of(*reply);
}

Outcome<Json> status_of(const Home& home, std::chrono::milliseconds patience) {
  const auto reply = http_exchange(home.layout().admin_socket,
                                   HttpRequest{.target = "/localscale/v1/status", .quiet = patience});
  if (!reply) return connection_failed(reply.error(), home.layout());
  return object_of(*reply);
}

Result<void> Home::still_answers(const std::function<void()>& waiting) const {
  const auto reply = http_exchange(
      layout_.admin_socket, HttpRequest{.target = "/healthz", .waiting = waiting, .quiet = longest_look});
  if (!reply && reply.error().code == Errc::cancelled) return tl::unexpected(reply.error());
  // Anything but silence is told by the exchange that waits.
  if (reply || reply.error().code != Errc::timeout) return {};
  return fail(Errc::timeout, "The home is stuck: it does not even answer whether it is there.",
              fmt::format("What is stored is kept. {}", restart_advice));
}

Outcome<Json> Home::call(const std::string& method, const std::string& target, const Json& body) const {
  const auto reply =
      http_exchange(layout_.admin_socket, HttpRequest{.method = method,
                                                      .target = target,
                                                      .body = body.is_null() ? std::string() : text_of(body),
                                                      .check = [this] { return still_answers({}); }});
  if (!reply) return connection_failed(reply.error(), layout_);
  return object_of(*reply);
}

Outcome<void> Home::follow(const std::string& target,
                           const std::function<bool(std::string_view)>& line) const {
  LineSplitter splitter(line);
  const auto reply = http_exchange(layout_.admin_socket, HttpRequest{.target = target},
                                   [&](std::string_view piece) { return splitter.push(piece); });
  if (!reply) return connection_failed(reply.error(), layout_);
  if (reply->status / 100 != 2) return failed(error_in_answer(reply->status, reply->body));
  return {};
}

Outcome<void> Home::stream(const std::string& target, const Json& body,
                           const std::function<bool(std::string_view)>& line,
                           const std::function<void()>& waiting) const {
  // Loading a large model sends nothing for minutes where the API knows no progress.
  constexpr std::chrono::minutes longest_silence{15};
  LineSplitter splitter(line);
  const auto reply = http_exchange(layout_.admin_socket,
                                   HttpRequest{.method = "POST",
                                               .target = target,
                                               .body = text_of(body),
                                               .waiting = waiting,
                                               .quiet = longest_silence,
                                               .check = [&] { return still_answers(waiting); }},
                                   [&](std::string_view piece) { return splitter.push(piece); });
  if (!reply) return connection_failed(reply.error(), layout_);
  if (reply->status / 100 != 2) return failed(error_in_answer(reply->status, reply->body));
  splitter.finish();
  return {};
}

}  // namespace localscale::cli
