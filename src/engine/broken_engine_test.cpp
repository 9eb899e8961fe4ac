#include <fstream>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/bench_tuner.hpp"
#include "engine/catalog.hpp"
#include "engine/engine_errors.hpp"
#include "engine/manager.hpp"
#include "store/memory_model_store.hpp"
#include "store/memory_tuning_store.hpp"
#include "tests/support/fork_launcher.hpp"
#include "tests/support/gguf_builder.hpp"

/// An engine folder that is missing or broken. Needs no engine.
namespace localscale::engine {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

class BrokenEngine : public testing::Test {
 protected:
  BrokenEngine() {
    tests::tiny_model().write(models_.path() / "a.gguf");
    launcher_.set_load({.cores = 1, .memory_total_bytes = 8ULL << 30, .memory_available_bytes = 4ULL << 30});
  }

  template <class T>
  T run(net::Task<T> task) {
    auto done = asio::co_spawn(io_, std::move(task), asio::use_future);
    io_.restart();
    while (done.wait_for(0s) != std::future_status::ready) io_.run_one_for(100ms);
    return done.get();
  }

  /// A llama-server that says `words` and ends with `code`.
  void put_server(const std::string& words, int code) {
    const auto file = engine_.path() / "llama-server";
    std::ofstream(file) << "#!/bin/sh\necho '" << words << "' >&2\nexit " << code << "\n";
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  }

  Error load() {
    config::Engine config;
    EngineManager manager(io_.get_executor(), config, catalog_, launcher_, tuner_, net::make_upstream);
    const auto lease = run(manager.acquire("a", {}));
    return lease ? Error{} : lease.error();
  }

  asio::io_context io_;
  tests::TemporaryFolder engine_;
  tests::TemporaryFolder models_;
  store::MemoryModelStore names_;
  store::MemoryTuningStore tunings_;
  tests::ForkLauncher launcher_{io_.get_executor(), engine_.path()};
  BenchTuner tuner_{launcher_, tunings_, {}, "test"};
  FileCatalog catalog_{names_, models_.path() / "blobs",
                       std::vector{ScanRoot{models_.path(), Source::folder}}};
};

TEST_F(BrokenEngine, AMissingOneIsUnavailableAndNotAMissingModel) {
  const auto error = load();
  EXPECT_EQ(error.code, Errc::unavailable);
  EXPECT_THAT(error.what, HasSubstr("llama-server"));
  EXPECT_THAT(error.next, HasSubstr("[engine] directory"));
}

TEST_F(BrokenEngine, OneWithoutItsLibrariesIsNotADamagedModel) {
  put_server("llama-server: error while loading shared libraries: libllama.so: cannot open", 127);
  const auto error = load();
  EXPECT_EQ(error.code, Errc::unavailable);
  EXPECT_THAT(error.what, HasSubstr("libllama.so"));
  EXPECT_THAT(error.next, HasSubstr("[engine] directory"));
}

TEST_F(BrokenEngine, OneWithoutAVariantForThisProcessorIsNotADamagedModel) {
  put_server("0.00.032.081 E llama_model_load_from_file_impl: no backends are loaded. hint: use it", 1);
  EXPECT_EQ(load().code, Errc::unavailable);
}

TEST_F(BrokenEngine, IsMeasuredAgainOnceItIsMended) {
  load();
  EXPECT_EQ(tuner_.measurements(), 1U);
  load();
  EXPECT_EQ(tuner_.measurements(), 2U) << "defaults for want of an engine are not kept";
}

TEST_F(BrokenEngine, AModelThatItRefusesIsStillCalledDamaged) {
  put_server("E llama_model_load: error loading model: key not found in model", 1);
  EXPECT_EQ(load().code, Errc::corrupt);
}

TEST(LaunchErrors, KeepLimitsAndTimeOuts) {
  EXPECT_EQ(launch_error("a", {Errc::exhausted, "16 engine workers run already.", ""}).code, Errc::exhausted);
  EXPECT_EQ(launch_error("a", {Errc::timeout, "No answer came in time.", ""}).code, Errc::timeout);
  EXPECT_EQ(launch_error("a", {Errc::denied, "open /x: Permission denied", ""}).code, Errc::unavailable);
}

}  // namespace
}  // namespace localscale::engine
