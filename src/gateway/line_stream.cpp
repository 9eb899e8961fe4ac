#include "gateway/line_stream.hpp"

#include <utility>

namespace localscale::gateway {

net::Task<void> LineStream::send(std::string line) {
  if (!call_.answer.streaming()) {
    net::Headers headers;
    headers.set("Content-Type", "application/x-ndjson");
    const auto begun = co_await call_.answer.begin(200, std::move(headers));
    if (!begun) co_return;
  }
  line += '\n';
  const auto written = co_await call_.answer.write(line);
  static_cast<void>(written);  // a client that left cancels this coroutine
}

net::Task<void> LineStream::end(std::string last_line) {
  co_await send(std::move(last_line));
  const auto ended = co_await call_.answer.end();
  static_cast<void>(ended);
}

}  // namespace localscale::gateway
