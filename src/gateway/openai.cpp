#include "gateway/openai.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "gateway/timestamp.hpp"

namespace localscale::gateway {
namespace {

using nlohmann::ordered_json;

std::string dump(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

ordered_json openai_model(const engine::Model& model) {
  ordered_json meta = {{"bytes", model.bytes},
                       {"context_length", model.context_length},
                       {"parameter_size", model.parameter_size},
                       {"quantization", model.quantization}};
  return {{"id", model.name},
          {"object", "model"},
          {"created", model.modified_unix_s},
          {"owned_by", "localscale"},
          {"meta", std::move(meta)}};
}

ordered_json anthropic_model(const engine::Model& model) {
  return {{"type", "model"},
          {"id", model.name},
          {"display_name", model.name},
          {"created_at", rfc3339(model.modified_unix_s)}};
}

ordered_json anthropic_list(const std::vector<engine::Model>& models) {
  ordered_json list = {
      {"data", ordered_json::array()}, {"has_more", false}, {"first_id", nullptr}, {"last_id", nullptr}};
  for (const engine::Model& model : models) list["data"].push_back(anthropic_model(model));
  if (!models.empty()) {
    list["first_id"] = models.front().name;
    list["last_id"] = models.back().name;
  }
  return list;
}

}  // namespace

std::string openai_model_json(const engine::Model& model) {
  return dump(openai_model(model));
}
std::string anthropic_model_json(const engine::Model& model) {
  return dump(anthropic_model(model));
}

void OpenAi::pass(Routes& routes, std::string_view path, std::string_view target, bool default_model) {
  routes.add("POST", path, Need::use, [this, target = std::string(target), default_model](Call& call) {
    return relay_.run(call, target, default_model);
  });
}

void OpenAi::add_to(Routes& routes) {
  routes.add("GET", "/v1/models", Need::use, [this](Call& call) { return models(call); });
  routes.add("GET", "/v1/models/*", Need::use, [this](Call& call) { return model(call); });
  for (const std::string_view path :
       {"/v1/chat/completions", "/v1/chat/completions/input_tokens", "/v1/completions", "/v1/embeddings",
        "/v1/responses", "/v1/responses/input_tokens", "/v1/rerank", "/v1/reranking", "/rerank"}) {
    pass(routes, path, path);
  }
  pass(routes, "/v1/messages", "/v1/messages", false);
  pass(routes, "/v1/messages/count_tokens", "/v1/messages/count_tokens", false);
  routes.add("POST", "/v1/audio/transcriptions", Need::use,
             [this](Call& call) { return relay_.run_form(call, "/v1/audio/transcriptions"); });
  for (const std::string_view path : {"/v1/audio/speech", "/v1/audio/translations", "/v1/images/generations",
                                      "/v1/images/edits", "/v1/images/variations"}) {
    routes.add("POST", path, Need::use, [](Call& call) { return not_offered(call); });
  }
  for (const std::string_view method : {"GET", "DELETE", "POST"}) {
    routes.add(method, "/v1/responses/*", Need::use, [](Call& call) { return no_stored_responses(call); });
  }
}

net::Task<void> OpenAi::models(Call& call) {
  const std::vector<engine::Model> models = services_.catalog.list();
  if (call.shape == Shape::anthropic) co_return co_await call.send_json(dump(anthropic_list(models)));
  ordered_json list = {{"object", "list"}, {"data", ordered_json::array()}};
  for (const engine::Model& model : models) list["data"].push_back(openai_model(model));
  co_await call.send_json(dump(list));
}

net::Task<void> OpenAi::model(Call& call) {
  const auto model = services_.catalog.find(call.rest);
  if (!model) {
    Problem problem = lease_problem(model.error(), call.rest);
    co_return co_await call.refuse(std::move(problem));
  }
  co_await call.send_json(call.shape == Shape::anthropic ? anthropic_model_json(*model)
                                                         : openai_model_json(*model));
}

net::Task<void> OpenAi::not_offered(Call& call) {
  Problem problem = make_problem(501, "not_offered", "This home does not offer " + call.path + ".");
  co_await call.refuse(std::move(problem));
}

net::Task<void> OpenAi::no_stored_responses(Call& call) {
  Problem problem = make_problem(
      404, "response_not_found",
      "Responses are not stored on this home, so there is none to read, cancel or delete later.");
  co_await call.refuse(std::move(problem));
}

}  // namespace localscale::gateway
