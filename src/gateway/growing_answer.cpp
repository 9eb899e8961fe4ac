#include "gateway/growing_answer.hpp"

#include <utility>

namespace localscale::gateway {

GrowingAnswer::GrowingAnswer(Call& call, net::Headers headers) : call_(call), headers_(std::move(headers)) {
  headers_.set("Cache-Control", "no-store");
}

net::Task<bool> GrowingAnswer::send_piece() {
  if (!call_.answer.streaming()) {
    const auto begun = co_await call_.answer.begin(200, std::move(headers_));
    if (!begun) co_return false;
  }
  if (call_.request.method == "HEAD") {
    const auto ended = co_await call_.answer.end();
    static_cast<void>(ended);
    co_return false;
  }
  const auto written = co_await call_.answer.write(text_);
  text_.clear();
  co_return written.has_value();
}

net::Task<void> GrowingAnswer::end() {
  if (!call_.answer.streaming()) {
    net::Response response;
    response.headers = std::move(headers_);
    response.body = std::move(text_);
    const auto sent = co_await call_.answer.send(std::move(response));
    static_cast<void>(sent);
    co_return;
  }
  if (!text_.empty() && !co_await send_piece()) co_return;
  const auto ended = co_await call_.answer.end();
  static_cast<void>(ended);
}

}  // namespace localscale::gateway
