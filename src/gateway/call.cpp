#include "gateway/call.hpp"

#include <utility>

namespace localscale::gateway {

namespace {

Framing framing_of(std::string_view content_type) {
  if (content_type.starts_with("text/event-stream")) return Framing::events;
  return content_type.starts_with("application/x-ndjson") ? Framing::lines : Framing::none;
}

}  // namespace

void Answer::add_always(net::Headers& headers) const {
  for (const auto& [name, value] : always_.all()) {
    const bool both = name == "Vary" && headers.has(name);
    headers.set(name, both ? std::string(headers.get(name)) + ", " + value : value);
  }
}

net::Task<Result<void>> Answer::send(net::Response response) {
  add_always(response.headers);
  status_ = response.status;
  bytes_ += response.body.size();
  co_return co_await exchange_.send(std::move(response));
}

net::Task<Result<void>> Answer::begin(unsigned status, net::Headers headers) {
  add_always(headers);
  status_ = status;
  streaming_ = true;
  framing_ = framing_of(headers.get("Content-Type"));
  co_return co_await exchange_.begin(status, std::move(headers));
}

net::Task<Result<void>> Answer::write(std::string_view piece) {
  if (piece.empty()) co_return Result<void>{};
  bytes_ += piece.size();
  co_return co_await exchange_.write(piece);
}

net::Task<Result<void>> Answer::end() {
  streaming_ = false;
  co_return co_await exchange_.end();
}

net::Task<void> Call::refuse(Problem problem) {
  if (!answer.streaming()) {
    net::Response response = render(problem, shape, request.id);
    const auto sent = co_await answer.send(std::move(response));
    static_cast<void>(sent);  // the client is gone; nobody to tell
    co_return;
  }
  if (answer.framing() == Framing::none) co_return;  // left without an end, which cuts the connection
  const std::string event = answer.framing() == Framing::lines
                                ? render(problem, shape, request.id).body + "\n"
                                : render_event(problem, shape, path, request.id);
  const auto written = co_await answer.write(event);
  if (!written) co_return;
  const auto ended = co_await answer.end();
  static_cast<void>(ended);
}

net::Task<void> Call::refuse(Error error) {
  Problem problem = problem_of(error);
  co_await refuse(std::move(problem));
}

net::Task<void> Call::send_json(std::string json, unsigned status) {
  net::Response response;
  response.status = status;
  response.headers.set("Content-Type", "application/json");
  response.body = std::move(json);
  const auto sent = co_await answer.send(std::move(response));
  static_cast<void>(sent);
}

}  // namespace localscale::gateway
