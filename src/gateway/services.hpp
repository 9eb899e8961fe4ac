#pragma once

#include "engine/advisor.hpp"
#include "engine/service.hpp"
#include "gateway/config_keeper.hpp"
#include "gateway/events.hpp"
#include "gateway/home_status.hpp"
#include "gateway/log_store.hpp"
#include "gateway/metrics.hpp"
#include "gateway/options.hpp"
#include "gateway/release_source.hpp"
#include "gateway/running_answers.hpp"
#include "store/conversation_store.hpp"
#include "store/key_store.hpp"
#include "store/measurement_store.hpp"
#include "store/session_store.hpp"
#include "store/setup_store.hpp"

namespace localscale::gateway {

/// What the gateway stands on. Everything outlives it; all on one executor.
struct Home {
  engine::Catalog& catalog;
  engine::Engines& engines;
  engine::Puller& puller;
  engine::Advisor& advisor;
  store::KeyStore& keys;
  store::SessionStore& sessions;
  HomeStatus& status;
  store::ConversationStore& conversations;
  ConfigKeeper& config;
  LogStore& logs;
  ReleaseSource& releases;
  store::SetupStore& setup;
  store::MeasurementStore& measurements;
};

class LiveCalls;

/// What endpoints work with.
struct Services : Home {
  const Options& options;
  Metrics& metrics;
  Events& events;
  RunningAnswers& answers;
  LiveCalls& live;
};

}  // namespace localscale::gateway
