#include "engine/engine_table.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace localscale::engine {
namespace {

using std::chrono::milliseconds;

constexpr MemoryNeed small{.minimum_bytes = 10, .wished_bytes = 20};
constexpr TableLimits two{.max_loaded = 2, .keep_alive = milliseconds{1'000}};
const Error broken{Errc::corrupt, "broken", {}};

/// Drives a table as the manager does, and remembers what it answered.
class Driver {
 public:
  explicit Driver(TableLimits limits) : table(limits) {}

  void acquire(RequestId request, const std::string& key, std::optional<milliseconds> keep_alive = {},
               MemoryNeed need = small) {
    step([&](Effects& out) { table.on_acquire(now, request, key, need, keep_alive, out); });
  }
  void release(RequestId request) {
    step([&](Effects& out) { table.on_release(now, request, out); });
  }
  void ready(EngineId engine) {
    step([&](Effects& out) { table.on_ready(now, engine, 5, 5, out); });
  }
  void exited(EngineId engine, bool own_fault = true) {
    step([&](Effects& out) { table.on_exited(now, engine, broken, own_fault, out); });
  }
  void timer() {
    step([&](Effects& out) { table.on_timer(now, out); });
  }

  template <class Event>
  void step(Event event) {
    last = {};
    event(last);
    table.check_invariants();
  }

  EngineTable table;
  TableTime now{0};
  Effects last;
};

TEST(EngineTable, LoadsOnceForAllWhoAskMeanwhile) {
  Driver drive(two);
  drive.acquire(1, "a");
  ASSERT_EQ(drive.last.starts.size(), 1U);
  drive.acquire(2, "a");
  EXPECT_TRUE(drive.last.starts.empty());
  drive.ready(1);
  ASSERT_EQ(drive.last.grants.size(), 2U);
  drive.acquire(3, "a");
  EXPECT_EQ(drive.last.grants.size(), 1U);
}

TEST(EngineTable, EvictsTheLeastRecentlyUsedIdleOne) {
  Driver drive(two);
  drive.acquire(1, "a");
  drive.ready(1);
  drive.acquire(2, "b");
  drive.ready(2);
  drive.now = milliseconds{10};
  drive.release(2);
  drive.now = milliseconds{20};
  drive.release(1);
  drive.acquire(3, "c");
  ASSERT_EQ(drive.last.stops.size(), 1U);
  EXPECT_EQ(drive.last.stops[0].engine, 2U);
  EXPECT_TRUE(drive.last.starts.empty());
  drive.exited(2);
  ASSERT_EQ(drive.last.starts.size(), 1U);
  EXPECT_EQ(drive.last.starts[0].key, "c");
}

TEST(EngineTable, RefusesWithAHintWhenAllAreInUse) {
  Driver drive(two);
  drive.acquire(1, "a");
  drive.ready(1);
  drive.acquire(2, "b");
  drive.acquire(3, "c");
  ASSERT_EQ(drive.last.refusals.size(), 1U);
  EXPECT_EQ(drive.last.refusals[0].why, Refusal::busy);
  EXPECT_GT(drive.last.refusals[0].retry_after, milliseconds{0});
}

TEST(EngineTable, UnloadsAfterItsKeepAlive) {
  Driver drive(two);
  drive.acquire(1, "a");
  drive.ready(1);
  EXPECT_FALSE(drive.table.next_timer());
  drive.release(1);
  EXPECT_EQ(drive.table.next_timer(), milliseconds{1'000});
  drive.now = milliseconds{999};
  drive.timer();
  EXPECT_TRUE(drive.last.stops.empty());
  drive.now = milliseconds{1'000};
  drive.timer();
  EXPECT_EQ(drive.last.stops.size(), 1U);
}

TEST(EngineTable, KeepAliveZeroUnloadsAtOnceAndNegativeNever) {
  Driver drive(two);
  drive.acquire(1, "a", milliseconds{0});
  drive.ready(1);
  drive.release(1);
  EXPECT_EQ(drive.last.stops.size(), 1U);
  drive.acquire(2, "b", milliseconds{-1});
  drive.ready(2);
  drive.release(2);
  EXPECT_TRUE(drive.last.stops.empty());
  EXPECT_FALSE(drive.table.next_timer());
}

TEST(EngineTable, ARequestDuringUnloadingStartsItAgain) {
  Driver drive({.max_loaded = 1});
  drive.acquire(1, "a", milliseconds{0});
  drive.ready(1);
  drive.release(1);
  drive.acquire(2, "a");
  EXPECT_EQ(drive.last.starts.size(), 0U) << "the old one still holds its memory";
  drive.exited(1);
  ASSERT_EQ(drive.last.starts.size(), 1U);
  drive.ready(drive.last.starts[0].engine);
  EXPECT_EQ(drive.last.grants.size(), 1U);
}

TEST(EngineTable, ThreeCrashesInAMinutePauseTheModel) {
  Driver drive(two);
  for (RequestId request = 1; request <= 3; ++request) {
    drive.acquire(request, "a");
    ASSERT_EQ(drive.last.starts.size(), 1U);
    drive.exited(drive.last.starts[0].engine);
    ASSERT_EQ(drive.last.refusals.size(), 1U);
    EXPECT_EQ(drive.last.refusals[0].why, Refusal::failed);
    drive.now += milliseconds{1'000};
  }
  drive.acquire(4, "a");
  ASSERT_EQ(drive.last.refusals.size(), 1U);
  EXPECT_EQ(drive.last.refusals[0].why, Refusal::backing_off);
  EXPECT_EQ(drive.last.refusals[0].error.what, "broken");
  drive.now += milliseconds{30'000};
  drive.acquire(5, "a");
  EXPECT_EQ(drive.last.starts.size(), 1U);
}

/// Loads "a" for `request` and gives the engine's id.
EngineId load_for(Driver& drive, RequestId request) {
  drive.acquire(request, "a");
  const auto engine = drive.last.starts.at(0).engine;
  drive.ready(engine);
  return engine;
}

TEST(EngineTable, AModelThatLoadsButCrashesAtEachRequestIsPausedToo) {
  Driver drive(two);
  for (RequestId request = 1; request <= 3; ++request) drive.exited(load_for(drive, request));
  drive.acquire(4, "a");
  ASSERT_EQ(drive.last.refusals.size(), 1U);
  EXPECT_EQ(drive.last.refusals[0].why, Refusal::backing_off);
}

TEST(EngineTable, AServedRequestAndEndsByOthersPauseNothing) {
  Driver drive(two);
  for (RequestId request = 1; request <= 5; ++request) drive.exited(load_for(drive, request), false);
  for (RequestId request = 10; request <= 20; request += 2) {
    const auto engine = load_for(drive, request);
    drive.release(request);
    drive.acquire(request + 1, "a");
    drive.exited(engine);
  }
  drive.acquire(30, "a");
  EXPECT_EQ(drive.last.starts.size(), 1U);
}

TEST(EngineTable, RefusesWhatNeverFitsWithoutEvictingAnyone) {
  Driver drive({.max_loaded = 2, .memory_reserve_bytes = 10});
  drive.step([&](Effects& out) { drive.table.on_memory(drive.now, 100, out); });
  drive.acquire(1, "a");
  drive.ready(1);
  drive.release(1);
  drive.acquire(2, "huge", {}, {.minimum_bytes = 91, .wished_bytes = 200});
  ASSERT_EQ(drive.last.refusals.size(), 1U);
  EXPECT_EQ(drive.last.refusals[0].why, Refusal::too_large);
  EXPECT_TRUE(drive.last.stops.empty());
}

TEST(EngineTable, EvictsForMemoryAndThenGivesWhatThereIs) {
  Driver drive({.max_loaded = 3});
  drive.step([&](Effects& out) { drive.table.on_memory(drive.now, 100, out); });
  drive.acquire(1, "a");
  drive.ready(1);
  drive.release(1);
  drive.acquire(2, "b", {}, {.minimum_bytes = 50, .wished_bytes = 95});
  ASSERT_EQ(drive.last.stops.size(), 1U);
  drive.exited(1);
  ASSERT_EQ(drive.last.starts.size(), 1U);
  EXPECT_EQ(drive.last.starts[0].budget_bytes, 100U);
}

TEST(EngineTable, RestartsWithNewSettingsOnceIdle) {
  Driver drive(two);
  drive.acquire(1, "a");
  drive.ready(1);
  drive.step([&](Effects& out) { drive.table.on_settings_changed(drive.now, 1, out); });
  EXPECT_TRUE(drive.last.stops.empty());
  drive.release(1);
  ASSERT_EQ(drive.last.stops.size(), 1U);
  drive.exited(1);
  EXPECT_EQ(drive.last.starts.size(), 1U);
}

TEST(EngineTable, UnloadWaitsForRunningAnswers) {
  Driver drive(two);
  drive.acquire(1, "a");
  drive.ready(1);
  drive.step([&](Effects& out) { EXPECT_TRUE(drive.table.on_unload(drive.now, "a", out)); });
  EXPECT_TRUE(drive.last.stops.empty());
  drive.release(1);
  EXPECT_EQ(drive.last.stops.size(), 1U);
  drive.step([&](Effects& out) { EXPECT_FALSE(drive.table.on_unload(drive.now, "b", out)); });
}

MemoryNeed with_context(std::uint32_t tokens) {
  return {.minimum_bytes = 10, .wished_bytes = 20, .context_tokens = tokens};
}

TEST(EngineTable, ALargerContextReloadsOnceTheAnswersAreDone) {
  Driver drive(two);
  drive.acquire(1, "a", {}, with_context(100));
  EXPECT_EQ(drive.last.starts.at(0).context_tokens, 100U);
  drive.ready(1);
  drive.acquire(2, "a", {}, with_context(50));
  EXPECT_EQ(drive.last.grants.size(), 1U) << "a smaller one is served as it is";
  drive.acquire(3, "a", {}, with_context(200));
  EXPECT_TRUE(drive.last.stops.empty()) << "two answers are running";
  drive.acquire(4, "a", {}, with_context(100));
  EXPECT_TRUE(drive.last.grants.empty()) << "new requests wait for the new one";
  drive.release(1);
  drive.release(2);
  ASSERT_EQ(drive.last.stops.size(), 1U);
  EXPECT_TRUE(drive.last.starts.empty());
  drive.exited(1);
  ASSERT_EQ(drive.last.starts.size(), 1U);
  EXPECT_EQ(drive.last.starts[0].context_tokens, 200U);
  drive.ready(drive.last.starts[0].engine);
  EXPECT_EQ(drive.last.grants.size(), 2U);
  drive.release(3);
  drive.release(4);
  drive.acquire(5, "a", {}, with_context(200));
  EXPECT_EQ(drive.last.grants.size(), 1U);
  EXPECT_TRUE(drive.last.stops.empty()) << "what was asked for before is no reason to load again";
}

TEST(EngineTable, AnIdleModelIsReloadedAtOnceForALargerContext) {
  Driver drive(two);
  drive.acquire(1, "a", {}, with_context(100));
  drive.ready(1);
  drive.release(1);
  drive.acquire(2, "a", {}, with_context(200));
  EXPECT_EQ(drive.last.stops.size(), 1U);
  drive.exited(1);
  EXPECT_EQ(drive.last.starts.size(), 1U);
}

TEST(EngineTable, OtherModelsDoNotWaitForAReload) {
  Driver drive(two);
  drive.acquire(1, "a", {}, with_context(100));
  drive.ready(1);
  drive.acquire(2, "a", {}, with_context(200));
  drive.acquire(3, "b");
  ASSERT_EQ(drive.last.starts.size(), 1U);
  EXPECT_EQ(drive.last.starts[0].key, "b");
}

/// Random events against random limits: every request is answered exactly once, nobody in use is stopped, and
/// once all requests are released and time passes, nothing runs any more.
RC_GTEST_PROP(EngineTableProperty, EveryRequestEndsExactlyOnce, ()) {
  const auto limit = *rc::gen::inRange<std::uint32_t>(1, 4);
  const auto events = *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::inRange(0, 10), rc::gen::inRange(0, 8)));
  Driver drive(
      {.max_loaded = limit, .keep_alive = milliseconds{50}, .memory_reserve_bytes = 5, .max_waiting = 3});
  std::set<RequestId> open, held;
  std::set<EngineId> starting, running, stopping;
  RequestId next = 1;
  const auto digest = [&] {
    for (const auto& start : drive.last.starts) RC_ASSERT(starting.insert(start.engine).second);
    for (const auto& stop : drive.last.stops) {
      RC_ASSERT(running.erase(stop.engine) == 1U);
      RC_ASSERT(stopping.insert(stop.engine).second);
    }
    for (const auto& grant : drive.last.grants) {
      RC_ASSERT(open.erase(grant.request) == 1U);
      RC_ASSERT(held.insert(grant.request).second);
    }
    for (const auto& refusal : drive.last.refusals) RC_ASSERT(open.erase(refusal.request) == 1U);
    drive.last = {};
  };
  const auto pick = [](auto& set, int n) {
    return *std::next(set.begin(), n % static_cast<int>(set.size()));
  };
  const auto end_ready = [&](EngineId engine) {
    starting.erase(engine);
    running.insert(engine);
    drive.ready(engine);
  };
  for (const auto& [what, which] : events) {
    drive.now += milliseconds{which};
    if (what <= 2) {
      const auto request = next++;
      open.insert(request);
      drive.acquire(request, std::string(1, static_cast<char>('a' + which % 5)),
                    which == 7 ? std::optional(milliseconds{0}) : std::nullopt,
                    with_context(static_cast<std::uint32_t>(request % 3) * 100));
    } else if (what == 3 && !held.empty()) {
      const auto request = pick(held, which);
      held.erase(request);
      drive.release(request);
    } else if (what == 4 && !open.empty()) {
      const auto request = pick(open, which);
      open.erase(request);
      drive.release(request);
    } else if (what == 5 && !starting.empty()) {
      end_ready(pick(starting, which));
    } else if (what == 6 && !starting.empty()) {
      const auto engine = pick(starting, which);
      starting.erase(engine);
      drive.step(
          [&](Effects& out) { drive.table.on_load_failed(drive.now, engine, broken, which % 2 == 0, out); });
    } else if (what == 7 && !stopping.empty()) {
      const auto engine = pick(stopping, which);
      stopping.erase(engine);
      drive.exited(engine);
    } else if (what == 8 && !running.empty()) {
      const auto engine = pick(running, which);
      if (which % 2 == 0) {
        running.erase(engine);
        drive.exited(engine);
      } else {
        drive.step([&](Effects& out) { drive.table.on_settings_changed(drive.now, engine, out); });
      }
    } else {
      drive.step([&](Effects& out) {
        drive.table.on_memory(drive.now, static_cast<std::uint64_t>(which) * 12, out);
      });
      digest();
      drive.timer();
    }
    digest();
  }
  // Calm: memory is back, everything that starts comes up, everything that is held is released.
  drive.step([&](Effects& out) { drive.table.on_memory(drive.now, 1'000, out); });
  digest();
  for (int round = 0; round < 200 && !(open.empty() && held.empty() && drive.table.engines().empty());
       ++round) {
    drive.now += milliseconds{100};
    drive.timer();
    digest();
    if (!starting.empty()) end_ready(*starting.begin());
    digest();
    if (!held.empty()) {
      const auto request = *held.begin();
      held.erase(held.begin());
      drive.release(request);
      digest();
    }
    if (!stopping.empty()) {
      const auto engine = *stopping.begin();
      stopping.erase(stopping.begin());
      drive.exited(engine);
      digest();
    }
  }
  RC_ASSERT(open.empty());
  RC_ASSERT(held.empty());
  RC_ASSERT(drive.table.engines().empty());
}

}  // namespace
}  // namespace localscale::engine
