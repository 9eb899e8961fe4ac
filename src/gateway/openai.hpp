#pragma once

#include <string>

#include "engine/model.hpp"
#include "gateway/relay.hpp"
#include "gateway/routes.hpp"
#include "gateway/services.hpp"

namespace localscale::gateway {

/// OpenAI's endpoints, and Anthropic's, which the engines speak as well.
class OpenAi {
 public:
  OpenAi(Services& services, Relay& relay) : services_(services), relay_(relay) {}
  void add_to(Routes& routes);

 private:
  void pass(Routes& routes, std::string_view path, std::string_view target, bool default_model = true);
  net::Task<void> models(Call& call);
  net::Task<void> model(Call& call);
  static net::Task<void> not_offered(Call& call);
  static net::Task<void> no_stored_responses(Call& call);

  Services& services_;
  Relay& relay_;
};

/// A model in OpenAI's list.
std::string openai_model_json(const engine::Model& model);
/// A model in Anthropic's list.
std::string anthropic_model_json(const engine::Model& model);

}  // namespace localscale::gateway
