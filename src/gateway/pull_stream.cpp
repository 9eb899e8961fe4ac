#include "gateway/pull_stream.hpp"

#include <utility>

#include "gateway/model_json.hpp"

namespace localscale::gateway {

PullStream::PullStream(Services& services, Call& call, std::string name, bool stream)
    : services_(services), call_(call), lines_(call), name_(std::move(name)), stream_(stream) {}

net::Task<void> PullStream::on_progress(engine::Progress progress) {
  if (!stream_) co_return;
  Json line = progress_json(progress);
  if (call_.shape == Shape::admin) line["bytes_per_second"] = progress.bytes_per_second;
  co_await lines_.send(dump(line));
}

net::Task<void> PullStream::run() {
  const engine::ProgressSink sink = [this](const engine::Progress& progress) {
    return on_progress(progress);
  };
  const auto done = co_await services_.puller.pull(name_, sink);
  if (!done) co_return co_await call_.refuse(done.error());
  if (!stream_) co_return co_await call_.send_json(R"({"status":"success"})");
  co_await lines_.end(R"({"status":"success"})");
}

}  // namespace localscale::gateway
