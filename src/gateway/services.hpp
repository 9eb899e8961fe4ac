#pragma once

#include "engine/service.hpp"
#include "gateway/events.hpp"
#include "gateway/home_status.hpp"
#include "gateway/metrics.hpp"
#include "gateway/options.hpp"
#include "store/key_store.hpp"

namespace localscale::gateway {

/// What endpoints work with. Everything outlives the gateway's requests.
struct Services {
  engine::Catalog& catalog;
  engine::Engines& engines;
  engine::Puller& puller;
  store::KeyStore& keys;
  HomeStatus& status;
  const Options& options;
  Metrics& metrics;
  Events& events;
};

}  // namespace localscale::gateway
