#include "gateway/load_options.hpp"

#include <utility>

#include "gateway/model_json.hpp"

namespace localscale::gateway {
namespace {

net::Task<void> publish_load(Services& services, std::string model, engine::Progress progress) {
  Json event = progress_json(progress);
  event["name"] = std::move(model);
  services.events.publish("load", dump(event));
  co_return;
}

net::Task<void> publish_both(engine::ProgressSink first, LineStream& lines, engine::Progress progress) {
  co_await first(progress);
  co_await lines.send(dump(progress_json(progress)));
}

}  // namespace

engine::LoadOptions load_options(Services& services, std::string model,
                                 std::optional<std::chrono::seconds> keep_alive,
                                 std::uint32_t context_tokens) {
  engine::LoadOptions options;
  options.keep_alive = keep_alive;
  options.context_tokens = context_tokens;
  options.progress = [&services, model = std::move(model)](const engine::Progress& progress) {
    return publish_load(services, model, progress);
  };
  return options;
}

engine::ProgressSink also_as_lines(engine::ProgressSink sink, LineStream& lines) {
  return [sink = std::move(sink), &lines](const engine::Progress& progress) {
    return publish_both(sink, lines, progress);
  };
}

}  // namespace localscale::gateway
