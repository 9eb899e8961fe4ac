#include "gateway/pull_stream.hpp"

#include <utility>

#include "gateway/model_json.hpp"

namespace localscale::gateway {

PullStream::PullStream(Services& services, Call& call, std::string name, bool stream)
    : services_(services), call_(call), name_(std::move(name)), stream_(stream) {}

net::Task<void> PullStream::send_line(std::string line) {
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

net::Task<void> PullStream::on_progress(engine::Progress progress) {
  Json line = progress_json(progress);
  Json event = line;
  event["name"] = name_;
  event["bytes_per_second"] = progress.bytes_per_second;
  services_.events.publish("pull", dump(event));
  if (!stream_) co_return;
  if (call_.shape == Shape::admin) line["bytes_per_second"] = progress.bytes_per_second;
  co_await send_line(dump(line));
}

net::Task<void> PullStream::run() {
  const engine::ProgressSink sink = [this](const engine::Progress& progress) {
    return on_progress(progress);
  };
  const auto done = co_await services_.puller.pull(name_, sink);
  services_.metrics.pull_done(done.has_value());
  Json event = {{"name", name_}, {"status", done ? "success" : "failed"}};
  if (!done) event["message"] = done.error().message();
  services_.events.publish("pull", dump(event));
  if (!done) co_return co_await call_.refuse(done.error());
  if (!stream_) co_return co_await call_.send_json(R"({"status":"success"})");
  co_await send_line(R"({"status":"success"})");
  const auto ended = co_await call_.answer.end();
  static_cast<void>(ended);
}

}  // namespace localscale::gateway
