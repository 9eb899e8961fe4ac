#include <utility>

#include "gateway/model_json.hpp"
#include "gateway/ollama.hpp"
#include "gateway/pull_stream.hpp"
#include "gateway/relay.hpp"

namespace localscale::gateway {
namespace {

/// The Ollama version whose API this is. Clients compare it as numbers and switch features by it.
constexpr std::string_view ollama_version = "0.12.6";

/// `model`, or the older `name`.
Result<std::string> model_of(const Json& request) {
  auto name = text_of(request, "model");
  if (name && name->empty()) name = text_of(request, "name");
  if (name && name->empty()) return fail(Errc::invalid_argument, "model is required");
  return name;
}

net::Task<void> send_empty(Call& call) {
  net::Response response;
  const auto sent = co_await call.answer.send(std::move(response));
  static_cast<void>(sent);
}

}  // namespace

void OllamaModels::add_to(Routes& routes) {
  routes.add("GET", "/api/version", Need::use, [](Call& call) { return version(call); });
  routes.add("GET", "/api/tags", Need::use, [this](Call& call) { return tags(call); });
  routes.add("GET", "/api/ps", Need::use, [this](Call& call) { return ps(call); });
  routes.add("POST", "/api/show", Need::use, [this](Call& call) { return show(call); });
  routes.add("POST", "/api/pull", Need::manage, [this](Call& call) { return pull(call); });
  routes.add("DELETE", "/api/delete", Need::manage, [this](Call& call) { return remove(call); });
  routes.add("POST", "/api/copy", Need::manage, [this](Call& call) { return copy(call); });
  routes.add("POST", "/api/create", Need::manage, [](Call& call) { return not_offered(call); });
  routes.add("POST", "/api/push", Need::manage, [](Call& call) { return not_offered(call); });
  routes.add("POST", "/api/blobs/*", Need::manage, [](Call& call) { return not_offered(call); });
  routes.add("GET", "/api/blobs/*", Need::manage, [](Call& call) { return not_offered(call); });
}

net::Task<void> OllamaModels::version(Call& call) {
  co_await call.send_json(dump({{"version", std::string(ollama_version)}}));
}

net::Task<void> OllamaModels::tags(Call& call) {
  Json models = Json::array();
  for (const engine::Model& model : services_.catalog.list()) models.push_back(tag_json(model));
  co_await call.send_json(dump({{"models", std::move(models)}}));
}

net::Task<void> OllamaModels::show(Call& call) {
  const auto request = parse_object(call.request.body);
  if (!request) co_return co_await call.refuse(request.error());
  const auto name = model_of(*request);
  if (!name) co_return co_await call.refuse(name.error());
  const auto model = services_.catalog.find(*name);
  if (!model) co_return co_await call.refuse(catalog_problem(model.error(), *name));
  co_await call.send_json(dump(show_json(*model)));
}

net::Task<void> OllamaModels::ps(Call& call) {
  Json models = Json::array();
  for (const engine::Loaded& loaded : services_.engines.loaded()) models.push_back(loaded_json(loaded));
  co_await call.send_json(dump({{"models", std::move(models)}}));
}

net::Task<void> OllamaModels::pull(Call& call) {
  const auto request = parse_object(call.request.body);
  if (!request) co_return co_await call.refuse(request.error());
  auto name = model_of(*request);
  if (!name) co_return co_await call.refuse(name.error());
  const auto stream = flag_of(*request, "stream", true);
  if (!stream) co_return co_await call.refuse(stream.error());
  PullStream pull(services_, call, std::move(*name), *stream);
  co_await pull.run();
}

net::Task<void> OllamaModels::remove(Call& call) {
  const auto request = parse_object(call.request.body);
  if (!request) co_return co_await call.refuse(request.error());
  const auto name = model_of(*request);
  if (!name) co_return co_await call.refuse(name.error());
  const auto removed = services_.catalog.remove(*name);
  if (!removed) co_return co_await call.refuse(catalog_problem(removed.error(), *name));
  // Only now: one that stays, stays loaded, too.
  const auto unloaded = co_await services_.engines.unload(*name);
  static_cast<void>(unloaded);  // not loaded is fine
  co_await send_empty(call);
}

net::Task<void> OllamaModels::copy(Call& call) {
  const auto request = parse_object(call.request.body);
  if (!request) co_return co_await call.refuse(request.error());
  const auto from = text_of(*request, "source");
  if (!from) co_return co_await call.refuse(from.error());
  const auto to = text_of(*request, "destination");
  if (!to) co_return co_await call.refuse(to.error());
  const auto copied = services_.catalog.copy(*from, *to, engine::WhenTaken::replace);
  if (!copied) co_return co_await call.refuse(catalog_problem(copied.error(), *from));
  co_await send_empty(call);
}

net::Task<void> OllamaModels::not_offered(Call& call) {
  Problem problem = make_problem(501, "not_offered",
                                 "This home does not offer " + call.path +
                                     ": it pulls models and finds GGUF files, it does not build them.");
  co_await call.refuse(std::move(problem));
}

}  // namespace localscale::gateway
