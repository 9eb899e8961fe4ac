#include "engine/manager.hpp"

#include <csignal>
#include <fstream>
#include <random>
#include <thread>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include "engine/bench_tuner.hpp"
#include "engine/catalog.hpp"
#include "store/memory_model_store.hpp"
#include "store/memory_tuning_store.hpp"
#include "tests/support/fork_launcher.hpp"
#include "tests/support/gguf_builder.hpp"

/// The manager with real llama-server processes and random models.
namespace localscale::engine {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tests::tiny_model;

net::Task<void> take_down(Progress progress, std::vector<Progress>& notes) {
  notes.push_back(std::move(progress));
  co_return;
}

class ManagerTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto directory = tests::engine_directory();
    if (directory.empty()) GTEST_SKIP() << "llama-server is not built; set LOCALSCALE_ENGINE_DIRECTORY";
    for (const auto* name : {"a", "b"}) tiny_model().write(models_.path() / (std::string(name) + ".gguf"));
    launcher_.emplace(io_.get_executor(), directory);
    launcher_->set_load({.cores = 1,
                         .busy_by_others = 0,
                         .memory_total_bytes = 8ULL << 30,
                         .memory_available_bytes = 4ULL << 30});
    catalog_.emplace(names_, models_.path() / "blobs", std::vector{ScanRoot{models_.path(), Source::folder}});
  }

  void make_manager(config::Engine config = {}) {
    config.slots = 2;
    config.context_tokens = 512;
    manager_.emplace(io_.get_executor(), config, *catalog_, *launcher_, tuner_, net::make_upstream);
  }

  /// Runs a coroutine to its end.
  template <class T>
  T run(net::Task<T> task) {
    auto done = asio::co_spawn(io_, std::move(task), asio::use_future);
    io_.restart();
    while (done.wait_for(0s) != std::future_status::ready) io_.run_one_for(100ms);
    return done.get();
  }

  void TearDown() override {
    if (manager_) run(manager_->stop(10s));
  }

  static net::Task<Result<std::string>> complete(Lease& lease, std::string body) {
    net::Headers headers;
    headers.set("Content-Type", "application/json");
    const auto head = co_await lease.upstream().request("POST", "/completion", headers, body);
    if (!head) co_return tl::unexpected(head.error());
    auto text = co_await lease.upstream().read_all(1U << 20);
    if (text && head->status != 200) co_return fail(Errc::internal, *text);
    co_return text;
  }

  asio::io_context io_;
  tests::TemporaryFolder models_;
  store::MemoryModelStore names_;
  DefaultTuner tuner_;
  std::optional<tests::ForkLauncher> launcher_;
  std::optional<FileCatalog> catalog_;
  std::optional<EngineManager> manager_;
};

TEST_F(ManagerTest, LoadsAModelOnceAndAnswers) {
  make_manager();
  auto first = run(manager_->acquire("a", {}));
  ASSERT_TRUE(first) << first.error().message();
  EXPECT_GT((*first)->load_duration(), 0ns);
  auto second = run(manager_->acquire("a:latest", {}));
  ASSERT_TRUE(second);
  EXPECT_EQ((*second)->load_duration(), 0ns);
  const auto answer = run(complete(**second, R"({"prompt":"hello","n_predict":4})"));
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_NE(answer->find("\"content\""), std::string::npos);
  const auto loaded = manager_->loaded();
  ASSERT_EQ(loaded.size(), 1U);
  EXPECT_EQ(loaded[0].in_use, 2U);
  EXPECT_EQ(loaded[0].state, "ready");
  EXPECT_EQ(loaded[0].context_tokens, 512U);
  EXPECT_EQ(launcher_->launches(), 1);
}

TEST_F(ManagerTest, EvictsAnIdleModelForAnother) {
  config::Engine config;
  config.max_loaded = 1;
  make_manager(config);
  {
    auto lease = run(manager_->acquire("a", {}));
    ASSERT_TRUE(lease);
  }
  auto lease = run(manager_->acquire("b", {}));
  ASSERT_TRUE(lease) << lease.error().message();
  const auto loaded = manager_->loaded();
  ASSERT_EQ(loaded.size(), 1U);
  EXPECT_EQ(loaded[0].model.name, "b:latest");
  const auto refused = run(manager_->acquire("a", {}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::unavailable);
  EXPECT_EQ(manager_->metrics().evictions, 1U);
}

TEST_F(ManagerTest, AnEngineKilledInAnAnswerGivesATypedErrorAndTheNextRequestWorks) {
  make_manager();
  {
    auto lease = run(manager_->acquire("a", {}));
    ASSERT_TRUE(lease) << lease.error().message();
    const std::string endless = R"({"prompt":"hello","n_predict":-1,"stream":true,"ignore_eos":true})";
    ASSERT_TRUE(run((*lease)->upstream().request("POST", "/completion", {}, endless)));
    ::kill(launcher_->last_pid(), SIGKILL);
    const auto answer = run((*lease)->upstream().read_all(64U << 20));
    ASSERT_FALSE(answer);
    const auto error = run((*lease)->explain_failure(answer.error()));
    EXPECT_EQ(error.code, Errc::unavailable);
    EXPECT_NE(error.what.find("signal 9"), std::string::npos) << error.message();
    EXPECT_NE(error.next.find("next request"), std::string::npos);
  }
  auto lease = run(manager_->acquire("a", {}));
  ASSERT_TRUE(lease) << lease.error().message();
  EXPECT_TRUE(run(complete(**lease, R"({"prompt":"hello","n_predict":2})")));
  EXPECT_EQ(manager_->metrics().crashes, 1U);
}

TEST_F(ManagerTest, ARequestAfterAnIdleEngineWasKilledLoadsItAnew) {
  make_manager();
  for (const bool has_kept_connection : {false, true}) {
    auto lease = run(manager_->acquire("a", {}));
    ASSERT_TRUE(lease) << lease.error().message();
    if (has_kept_connection) ASSERT_TRUE(run(complete(**lease, R"({"prompt":"hello","n_predict":2})")));
    // Nothing runs between this and the request: the end can't have been told.
    ::kill(launcher_->last_pid(), SIGKILL);
    const auto answer = run(complete(**lease, R"({"prompt":"hello","n_predict":2})"));
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_TRUE((*lease)->upstream().reusable());
    const auto loaded = manager_->loaded();
    ASSERT_EQ(loaded.size(), 1U);
    EXPECT_EQ(loaded[0].in_use, 1U);
  }
  EXPECT_EQ(launcher_->launches(), 3);
  EXPECT_EQ(manager_->loaded()[0].in_use, 0U);
}

TEST_F(ManagerTest, ALeaseOutlivesItsManager) {
  make_manager();
  for (const bool asked_before : {false, true}) {
    if (asked_before) make_manager();
    auto lease = run(manager_->acquire("a", {}));
    ASSERT_TRUE(lease) << lease.error().message();
    if (asked_before) ASSERT_TRUE(run(complete(**lease, R"({"prompt":"hello","n_predict":2})")));
    manager_.reset();
    EXPECT_EQ((*lease)->model().name, "a:latest");
    const auto answer = run(complete(**lease, R"({"prompt":"hello","n_predict":2})"));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::unavailable);
    lease->reset();  // The last that refers to what is left of the manager.
  }
}

TEST_F(ManagerTest, ARequestThatIsBrokenOffWhileItWaitsIsGivenBack) {
  make_manager();
  asio::cancellation_signal leave;
  bool ended = false;
  asio::co_spawn(io_, manager_->acquire("a", {}),
                 asio::bind_cancellation_slot(leave.slot(), [&](const auto&, const auto& lease) {
                   ended = true;
                   EXPECT_FALSE(lease && *lease);
                 }));
  io_.restart();
  while (manager_->loaded().empty()) io_.run_one_for(100ms);
  leave.emit(asio::cancellation_type::all);
  while (!ended) io_.run_one_for(100ms);
  auto lease = run(manager_->acquire("a", {}));
  ASSERT_TRUE(lease) << lease.error().message();
  EXPECT_EQ(manager_->loaded()[0].in_use, 1U);
  EXPECT_EQ(launcher_->launches(), 1);
}

TEST_F(ManagerTest, ARequestThatMayHaveCrashedItsEngineIsNotAskedAgain) {
  make_manager();
  auto lease = run(manager_->acquire("a", {}));
  ASSERT_TRUE(lease) << lease.error().message();
  ASSERT_TRUE(run(complete(**lease, R"({"prompt":"hello","n_predict":2})")));
  ::kill(launcher_->last_pid(), SIGSEGV);
  const auto answer = run(complete(**lease, R"({"prompt":"hello","n_predict":2})"));
  ASSERT_FALSE(answer);
  const auto error = run((*lease)->explain_failure(answer.error()));
  EXPECT_NE(error.what.find("signal 11"), std::string::npos) << error.message();
  EXPECT_EQ(launcher_->launches(), 1);
}

TEST_F(ManagerTest, AModelThatCannotBeLoadedAnewIsToldWithItsOwnReason) {
  make_manager();
  auto lease = run(manager_->acquire("a", {}));
  ASSERT_TRUE(lease) << lease.error().message();
  ::kill(launcher_->last_pid(), SIGKILL);
  std::filesystem::remove(models_.path() / "a.gguf");
  std::this_thread::sleep_for(100ms);  // The library is asked anew.
  const auto answer = run(complete(**lease, R"({"prompt":"hello","n_predict":2})"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(run((*lease)->explain_failure(answer.error())).code, Errc::not_found);
}

TEST_F(ManagerTest, AFrozenEngineIsEndedGivesATypedErrorAndTheNextRequestWorks) {
  config::Engine config;
  config.hang_timeout_seconds = 3;
  make_manager(config);
  {
    auto lease = run(manager_->acquire("a", {}));
    ASSERT_TRUE(lease) << lease.error().message();
    ::kill(launcher_->last_pid(), SIGSTOP);
    const auto answer = run(complete(**lease, R"({"prompt":"hello","n_predict":500})"));
    ASSERT_FALSE(answer);
    const auto error = run((*lease)->explain_failure(answer.error()));
    EXPECT_EQ(error.code, Errc::unavailable);
    EXPECT_NE(error.what.find("no sign of life"), std::string::npos) << error.message();
  }
  auto lease = run(manager_->acquire("a", {}));
  ASSERT_TRUE(lease) << lease.error().message();
  EXPECT_TRUE(run(complete(**lease, R"({"prompt":"hello","n_predict":2})")));
  EXPECT_EQ(manager_->metrics().crashes, 1U);
}

TEST_F(ManagerTest, AnEngineThatIsHeldWithoutBeingAskedIsLeftAlone) {
  config::Engine config;
  config.hang_timeout_seconds = 1;
  make_manager(config);
  auto lease = run(manager_->acquire("a", {}));
  ASSERT_TRUE(lease) << lease.error().message();
  io_.restart();
  io_.run_for(3s);
  EXPECT_TRUE(run(complete(**lease, R"({"prompt":"hello","n_predict":2})")));
  EXPECT_EQ(manager_->metrics().crashes, 0U);
}

TEST_F(ManagerTest, AFileThatTheEngineRefusesIsCorruptAndRestsAfterThreeTries) {
  // Our reader accepts it, the engine misses tensors.
  tests::GgufBuilder bad;
  bad.text("general.architecture", "llama")
      .number("llama.block_count", 1)
      .texts("tokenizer.ggml.tokens", {"a"});
  bad.number("llama.context_length", 64)
      .number("llama.embedding_length", 32)
      .number("llama.attention.head_count", 1);
  bad.tensor("token_embd.weight", {32, 1}).write(models_.path() / "bad.gguf");
  make_manager();
  for (int i = 0; i < 3; ++i) {
    const auto lease = run(manager_->acquire("bad", {}));
    ASSERT_FALSE(lease);
    EXPECT_EQ(lease.error().code, Errc::corrupt) << lease.error().message();
  }
  const auto lease = run(manager_->acquire("bad", {}));
  ASSERT_FALSE(lease);
  EXPECT_NE(lease.error().what.find("rests"), std::string::npos) << lease.error().message();
  EXPECT_EQ(launcher_->launches(), 3);
}

TEST_F(ManagerTest, RefusesWithTheNumbersWhatDoesNotFit) {
  make_manager();
  launcher_->set_load({.cores = 1, .memory_total_bytes = 1ULL << 30, .memory_available_bytes = 520ULL << 20});
  const auto lease = run(manager_->acquire("a", {}));
  ASSERT_FALSE(lease);
  EXPECT_EQ(lease.error().code, Errc::exhausted);
  EXPECT_NE(lease.error().what.find("KV"), std::string::npos) << lease.error().message();
  EXPECT_EQ(launcher_->launches(), 0);
}

TEST_F(ManagerTest, KeepAliveZeroUnloadsAndUnloadTakesIdleModels) {
  make_manager();
  {
    auto lease = run(manager_->acquire("a", {.keep_alive = 0s}));
    ASSERT_TRUE(lease);
  }
  {
    auto lease = run(manager_->acquire("b", {}));
    ASSERT_TRUE(lease);
  }
  EXPECT_TRUE(run(manager_->unload("b")));
  for (int i = 0; i < 100 && !manager_->loaded().empty(); ++i) io_.run_for(50ms);
  EXPECT_TRUE(manager_->loaded().empty());
  EXPECT_EQ(run(manager_->unload("b")).error().code, Errc::not_found);
}

TEST_F(ManagerTest, UnloadsAModelWhoseFileIsGoneOrRenamed) {
  make_manager();
  for (const auto* name : {"a", "b"}) {
    auto lease = run(manager_->acquire(name, {}));
    ASSERT_TRUE(lease);
  }
  std::filesystem::remove(models_.path() / "a.gguf");
  std::filesystem::rename(models_.path() / "b.gguf", models_.path() / "c.gguf");
  ASSERT_FALSE(catalog_->find("a"));
  for (const auto* name : {"a", "b:latest"}) {
    const auto unloaded = run(manager_->unload(name));
    EXPECT_TRUE(unloaded) << unloaded.error().message();
  }
  for (int i = 0; i < 100 && !manager_->loaded().empty(); ++i) io_.run_for(50ms);
  EXPECT_TRUE(manager_->loaded().empty());
  EXPECT_EQ(run(manager_->unload("a")).error().what, "The model 'a' is not here.");
}

TEST_F(ManagerTest, TellsProgressWhileItLoads) {
  make_manager();
  launcher_->delay_launches(600ms);
  std::vector<Progress> notes;
  LoadOptions options;
  options.progress = [&notes](const Progress& progress) { return take_down(progress, notes); };
  const auto lease = run(manager_->acquire("a", std::move(options)));
  ASSERT_TRUE(lease);
  ASSERT_GE(notes.size(), 2U);
  for (const Progress& note : notes) {
    EXPECT_EQ(note.status, "loading");
    EXPECT_GT(note.total_bytes, 0U);
    EXPECT_GE(note.elapsed, 250ms);
  }
}

TEST_F(ManagerTest, LoadsAnewForALargerContext) {
  make_manager();
  {
    const auto lease = run(manager_->acquire("a", {}));
    ASSERT_TRUE(lease) << lease.error().message();
  }
  EXPECT_EQ(manager_->loaded()[0].context_tokens, 512U);
  const auto lease = run(manager_->acquire("a", {.keep_alive = {}, .context_tokens = 1'024}));
  ASSERT_TRUE(lease) << lease.error().message();
  EXPECT_GT((*lease)->load_duration(), 0ns);
  EXPECT_EQ(manager_->loaded()[0].context_tokens, 1'024U);
  const auto smaller = run(manager_->acquire("a", {.keep_alive = {}, .context_tokens = 256}));
  ASSERT_TRUE(smaller);
  EXPECT_EQ(launcher_->launches(), 2);
  EXPECT_TRUE(run(complete(**smaller, R"({"prompt":"hello","n_predict":2})")));
}

TEST_F(ManagerTest, MoreContextThanTheModelWasMadeForIsNoReasonToLoadAgain) {
  make_manager();
  const auto most = catalog_->entry("a")->facts.context_length;
  for (int i = 0; i < 2; ++i)
    ASSERT_TRUE(run(manager_->acquire("a", {.keep_alive = {}, .context_tokens = most * 2})));
  EXPECT_EQ(manager_->loaded()[0].context_tokens, most);
  EXPECT_EQ(launcher_->launches(), 1);
}

TEST_F(ManagerTest, MeasuresAtTheFirstLoadAndKeepsTheResult) {
  store::MemoryTuningStore kept;
  config::Engine config;
  config.slots = 1;
  config.context_tokens = 512;
  config.keep_alive_seconds = 0;
  BenchTuner tuner(*launcher_, kept, config, "test");
  EngineManager manager(io_.get_executor(), config, *catalog_, *launcher_, tuner, net::make_upstream);
  {
    const auto lease = run(manager.acquire("a", {}));
    ASSERT_TRUE(lease) << lease.error().message();
  }
  EXPECT_EQ(tuner.measurements(), 1U);
  const auto benches = launcher_->benches();
  EXPECT_GE(benches, 1);
  {
    const auto lease = run(manager.acquire("a", {}));
    ASSERT_TRUE(lease) << lease.error().message();
  }
  EXPECT_EQ(launcher_->benches(), benches);
  // Another process of ours finds it in the store.
  BenchTuner later(*launcher_, kept, config, "test");
  const auto entry = catalog_->entry("a");
  ASSERT_TRUE(entry);
  const auto quiet = [] { return true; };
  EXPECT_EQ(run(later.tune(*entry, *launcher_->load(), quiet, {})), later.known(*entry, *launcher_->load()));
  EXPECT_EQ(later.measurements(), 0U);
  // Another engine in the same folder is measured anew.
  auto updated = *launcher_->load();
  updated.engine = "15-31234567-1795485281";
  run(later.tune(*entry, updated, quiet, {}));
  EXPECT_EQ(later.measurements(), 1U);
  run(manager.stop(10s));
}

TEST_F(ManagerTest, KeepsNoMeasurementThatAnAnswerDisturbed) {
  store::MemoryTuningStore kept;
  const config::Engine config;
  BenchTuner tuner(*launcher_, kept, config, "test");
  const auto entry = catalog_->entry("a");
  ASSERT_TRUE(entry);
  const auto machine = *launcher_->load();
  int asked = 0;
  EXPECT_EQ(run(tuner.tune(*entry, machine, [&asked] { return ++asked == 1; }, {})),
            default_tuning(entry->facts, machine));
  EXPECT_EQ(launcher_->benches(), 1);
  run(tuner.tune(*entry, machine, [] { return true; }, {}));
  EXPECT_EQ(tuner.measurements(), 2U);
}

TEST_F(ManagerTest, MeasuresOneModelAtATime) {
  store::MemoryTuningStore kept;
  config::Engine config;
  config.slots = 1;
  config.context_tokens = 512;
  BenchTuner tuner(*launcher_, kept, config, "test");
  EngineManager manager(io_.get_executor(), config, *catalog_, *launcher_, tuner, net::make_upstream);
  auto a = asio::co_spawn(io_, manager.acquire("a", {}), asio::use_future);
  auto b = asio::co_spawn(io_, manager.acquire("b", {}), asio::use_future);
  while (a.wait_for(0s) != std::future_status::ready || b.wait_for(0s) != std::future_status::ready)
    io_.run_one_for(100ms);
  EXPECT_TRUE(a.get());
  EXPECT_TRUE(b.get());
  EXPECT_EQ(tuner.measurements(), 1U);
  run(manager.stop(10s));
}

TEST_F(ManagerTest, RestartsAnIdleEngineWhenFewerCoresStayFree) {
  launcher_->set_load({.cores = 2, .memory_total_bytes = 8ULL << 30, .memory_available_bytes = 4ULL << 30});
  make_manager();
  {
    const auto lease = run(manager_->acquire("a", {}));
    ASSERT_TRUE(lease) << lease.error().message();
  }
  EXPECT_EQ(manager_->loaded()[0].threads, 2U);
  manager_->assume_settled(0ms);
  launcher_->set_load({.cores = 2,
                       .busy_by_others = 1,
                       .memory_total_bytes = 8ULL << 30,
                       .memory_available_bytes = 4ULL << 30});
  for (int i = 0; i < 200 && launcher_->launches() < 2; ++i) io_.run_for(20ms);
  const auto lease = run(manager_->acquire("a", {}));
  ASSERT_TRUE(lease);
  EXPECT_EQ(launcher_->launches(), 2);
  EXPECT_EQ(manager_->loaded()[0].threads, 1U);
}

TEST_F(ManagerTest, RandomBytesInTheFolderDoNotMatter) {
  std::mt19937 random(7);
  const auto whole = tiny_model().build();
  for (int i = 0; i < 20; ++i) {
    auto bytes = whole;
    for (int j = 0; j < 20; ++j) bytes[random() % 4096] ^= static_cast<std::byte>(random());
    std::ofstream(models_.path() / ("r" + std::to_string(i) + ".gguf"), std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  make_manager();
  for (int i = 0; i < 20; ++i) {
    const auto lease = run(manager_->acquire("r" + std::to_string(i), {.keep_alive = 0s}));
    if (!lease) EXPECT_FALSE(lease.error().message().empty());
  }
  EXPECT_TRUE(run(manager_->acquire("a", {})));
}

}  // namespace
}  // namespace localscale::engine
