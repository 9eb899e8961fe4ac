#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gateway/call.hpp"
#include "gateway/services.hpp"

namespace localscale::gateway {

/// Passes a request on to the model's engine and the answer back, byte for byte: what the engine offers
/// reaches the client with its unknown fields. Only the model's name is read.
class Relay {
 public:
  explicit Relay(Services& services) : services_(services) {}

  /// `target`: the engine's path. A request without a model gets the default one where `default_model`.
  net::Task<void> run(Call& call, std::string target, bool default_model);
  /// The same for a multipart form (audio).
  net::Task<void> run_form(Call& call, std::string target);

 private:
  net::Task<void> forward(Call& call, std::string target, std::string model, std::vector<std::string> stops);
  static net::Task<void> refuse_lease(Call& call, const Error& error, std::string_view model);
  net::Task<void> ask(Call& call, engine::Lease& lease, std::string_view target,
                      const std::vector<std::string>& stops);
  net::Task<void> pass(Call& call, engine::Lease& lease, std::string_view target,
                       const std::vector<std::string>& stops);
  net::Task<void> answer(Call& call, engine::Lease& lease, RunningAnswer& running, net::UpstreamHead&& head,
                         const std::vector<std::string>& stops);
  net::Task<void> answer_error(Call& call, engine::Lease& lease, net::UpstreamHead head);
  net::Task<void> answer_whole(Call& call, engine::Lease& lease, RunningAnswer& running,
                               net::UpstreamHead head, const std::vector<std::string>& stops);
  net::Task<void> answer_stream(Call& call, engine::Lease& lease, RunningAnswer& running,
                                net::UpstreamHead head, const std::vector<std::string>& stops);
  net::Task<void> engine_lost(Call& call, engine::Lease& lease, Error error);

  Services& services_;
};

/// The value of the text field `field` in a multipart/form-data body; empty if it is not there or too long.
std::string form_field(std::string_view content_type, std::string_view body, std::string_view field);

/// The 404 for a model that this home does not have, in words that say what to do.
Problem model_not_found(std::string_view model);

/// The problem to answer with when the catalog refuses.
Problem catalog_problem(const Error& error, std::string_view model);

/// The same when a model could not be leased: what is exhausted then is memory.
Problem lease_problem(const Error& error, std::string_view model);

/// What clients hear when an engine died under a request: retrying is right, so 503.
Problem engine_lost_problem(const Error& why);

}  // namespace localscale::gateway
