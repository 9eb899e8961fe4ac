#include <string>
#include <utility>

#include "gateway/admin.hpp"
#include "gateway/keep_alive.hpp"
#include "gateway/load_options.hpp"
#include "gateway/model_json.hpp"
#include "gateway/relay.hpp"

namespace localscale::gateway {
namespace {

std::string_view source_name(engine::Source source) {
  switch (source) {
    case engine::Source::own:
      return "own";
    case engine::Source::shipped:
      return "shipped";
    case engine::Source::ollama:
      return "ollama";
    case engine::Source::huggingface:
      return "huggingface";
    case engine::Source::llama_cache:
      return "llama_cache";
    case engine::Source::folder:
      return "folder";
  }
  return "";
}

Json model_json(const engine::Model& model) {
  return {{"name", model.name},
          {"digest", model.digest},
          {"bytes", model.bytes},
          {"source", std::string(source_name(model.source))},
          {"path", model.path.string()},
          {"modified_at_unix", model.modified_unix_s},
          {"architecture", model.architecture},
          {"parameter_size", model.parameter_size},
          {"quantization", model.quantization},
          {"context_length", model.context_length},
          {"embedding_length", model.embedding_length},
          {"layers", model.layers},
          {"projector", model.projector.string()},
          {"capabilities", capabilities_json(model.capabilities)}};
}

Json loaded_entry(const engine::Loaded& loaded) {
  return {{"name", loaded.model.name},
          {"state", loaded.state},
          {"memory_bytes", loaded.memory_bytes},
          {"gpu_memory_bytes", loaded.gpu_memory_bytes},
          {"context_tokens", loaded.context_tokens},
          {"threads", loaded.threads},
          {"in_use", loaded.in_use},
          {"expires_at_unix", loaded.expires_unix_s}};
}

/// The text member `field` of the request's body, or an error that names it.
Result<std::string> required(const Result<Json>& request, const char* field) {
  if (!request) return tl::unexpected(request.error());
  auto text = text_of(*request, field);
  if (text && text->empty())
    return fail(Errc::invalid_argument, std::string("\"") + field + "\" is required.");
  return text;
}

}  // namespace

void Admin::add_model_routes(Routes& routes) {
  routes.add("GET", "/localscale/v1/models", Need::observe, [this](Call& call) { return models(call); });
  routes.add("GET", "/localscale/v1/models/*", Need::observe, [this](Call& call) { return model(call); });
  routes.add("DELETE", "/localscale/v1/models/*", Need::manage, [this](Call& call) { return remove(call); });
  routes.add("POST", "/localscale/v1/copy", Need::manage, [this](Call& call) { return copy(call); });
  routes.add("GET", "/localscale/v1/ps", Need::observe, [this](Call& call) { return ps(call); });
  routes.add("POST", "/localscale/v1/load", Need::manage, [this](Call& call) { return load(call); });
  routes.add("POST", "/localscale/v1/stop", Need::manage, [this](Call& call) { return stop(call); });
}

net::Task<void> Admin::models(Call& call) {
  Json list = Json::array();
  for (const engine::Model& model : services_.catalog.list()) list.push_back(model_json(model));
  Json problems = Json::array();
  for (const engine::Problem& problem : services_.catalog.problems()) {
    problems.push_back(
        {{"name", problem.name}, {"path", problem.file.string()}, {"message", problem.error.message()}});
  }
  co_await call.send_json(
      dump({{"schema", 1}, {"models", std::move(list)}, {"problems", std::move(problems)}}));
}

net::Task<void> Admin::model(Call& call) {
  const auto model = services_.catalog.find(call.rest);
  if (!model) co_return co_await call.refuse(lease_problem(model.error(), call.rest));
  Json json = model_json(*model);
  json["template"] = model->chat_template;
  json["system"] = model->system;
  json["license"] = model->license;
  co_await call.send_json(dump({{"schema", 1}, {"model", std::move(json)}}));
}

net::Task<void> Admin::remove(Call& call) {
  const auto removed = services_.catalog.remove(call.rest);
  if (!removed) co_return co_await call.refuse(catalog_problem(removed.error(), call.rest));
  // Only now: one that stays, stays loaded, too.
  const auto unloaded = co_await services_.engines.unload(call.rest);
  static_cast<void>(unloaded);  // not loaded is fine
  co_await call.send_json(R"({"schema":1,"removed":true})");
}

net::Task<void> Admin::copy(Call& call) {
  const auto request = parse_object(call.request.body);
  const auto from = required(request, "from");
  if (!from) co_return co_await call.refuse(from.error());
  const auto to = required(request, "to");
  if (!to) co_return co_await call.refuse(to.error());
  const auto replace = flag_of(*request, "replace", false);
  if (!replace) co_return co_await call.refuse(replace.error());
  const auto copied =
      services_.catalog.copy(*from, *to, *replace ? engine::WhenTaken::replace : engine::WhenTaken::refuse);
  if (!copied) co_return co_await call.refuse(catalog_problem(copied.error(), *from));
  co_await call.send_json(R"({"schema":1,"copied":true})");
}

net::Task<void> Admin::ps(Call& call) {
  Json list = Json::array();
  for (const engine::Loaded& loaded : services_.engines.loaded()) list.push_back(loaded_entry(loaded));
  co_await call.send_json(dump({{"schema", 1}, {"loaded", std::move(list)}}));
}

net::Task<void> Admin::load(Call& call) {
  const auto request = parse_object(call.request.body);
  const auto name = required(request, "name");
  if (!name) co_return co_await call.refuse(name.error());
  const auto stream = flag_of(*request, "stream", false);
  if (!stream) co_return co_await call.refuse(stream.error());
  engine::LoadOptions options = load_options(services_, *name);
  LineStream lines(call);
  if (*stream) options.progress = also_as_lines(std::move(options.progress), lines);
  const auto keep = text_of(*request, "keep_alive");
  if (!keep) co_return co_await call.refuse(keep.error());
  if (!keep->empty()) {
    const auto parsed = parse_keep_alive(*keep);
    if (!parsed) co_return co_await call.refuse(parsed.error());
    options.keep_alive = *parsed;
  }
  const auto leased = co_await services_.engines.acquire(*name, std::move(options));
  if (!leased) co_return co_await call.refuse(lease_problem(leased.error(), *name));
  const double seconds = std::chrono::duration<double>((*leased)->load_duration()).count();
  if (*stream) co_return co_await lines.end(dump({{"status", "success"}, {"load_seconds", seconds}}));
  co_await call.send_json(dump({{"schema", 1}, {"loaded", true}, {"load_seconds", seconds}}));
}

net::Task<void> Admin::stop(Call& call) {
  const auto request = parse_object(call.request.body);
  const auto name = required(request, "name");
  if (!name) co_return co_await call.refuse(name.error());
  const auto unloaded = co_await services_.engines.unload(*name);
  if (!unloaded) co_return co_await call.refuse(unloaded.error());
  co_await call.send_json(R"({"schema":1,"stopped":true})");
}

}  // namespace localscale::gateway
