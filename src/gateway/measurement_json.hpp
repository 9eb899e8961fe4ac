#pragma once

#include "gateway/json.hpp"
#include "gateway/timestamp.hpp"
#include "store/measurement_store.hpp"

/// For .cpp files only.
namespace localscale::gateway {

inline Json measurement_json(const store::Measurement& measurement) {
  return {{"id", measurement.id},
          {"at", rfc3339(measurement.measured_unix_s)},
          {"model", measurement.model},
          {"answer_tokens_per_second", measurement.answer_tokens_per_second},
          {"prompt_tokens_per_second", measurement.prompt_tokens_per_second},
          {"threads", measurement.threads},
          {"watts", measurement.watts ? Json(*measurement.watts) : Json(nullptr)}};
}

}  // namespace localscale::gateway
