#include "engine/model_advisor.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/models/model_name.hpp"
#include "tests/support/run_task.hpp"
#include "tests/support/temporary_folder.hpp"

namespace localscale::engine {
namespace {

constexpr std::uint64_t gb = 1'000'000'000;

ModelFacts facts_of_a_small_model() {
  ModelFacts facts;
  facts.layers = 2;
  facts.kv_heads = {2, 2};
  facts.key_length = facts.value_length = 64;
  facts.context_length = 4'096;
  facts.weight_bytes = facts.token_bytes = gb;
  facts.token_parameters = gb;
  facts.tokenizer = true;
  return facts;
}

class OneModelLibrary final : public Library {
 public:
  std::vector<Model> list() override { return {model()}; }
  std::vector<Problem> problems() override { return {}; }
  Result<Model> find(std::string_view name) override {
    return entry(name).map([](const LibraryModel& found) { return found.model; });
  }
  Result<void> copy(std::string_view, std::string_view, WhenTaken) override { return {}; }
  Result<void> remove(std::string_view) override { return {}; }
  Result<LibraryModel> entry(std::string_view name) override {
    if (name == "damaged") return fail(Errc::corrupt, "It is damaged.");
    if (name != "here:latest") return fail(Errc::not_found, "It is not here.");
    return LibraryModel{model(), facts_of_a_small_model()};
  }

 private:
  static Model model() {
    Model out;
    out.name = "here:latest";
    out.bytes = gb;
    out.capabilities = {Capability::completion};
    return out;
  }
};

class FakeLookup final : public ModelLookup {
 public:
  net::Task<Result<RemoteModel>> look_up(std::string_view name) override {
    ++asked;
    if (error) co_return tl::unexpected(*error);
    co_return RemoteModel{std::string(name), "sha256:aa", 3 * gb, gb, facts, "It cannot be read."};
  }
  int asked = 0;
  std::optional<Error> error;
  std::optional<ModelFacts> facts = facts_of_a_small_model();
};

/// Knows how fast the model that is here was.
class FakeTuner final : public Tuner {
 public:
  net::Task<Tuning> tune(LibraryModel entry, MachineLoad, Quiet quiet, ProgressSink) override {
    EXPECT_TRUE(std::filesystem::is_regular_file(entry.model.path));
    if (quiet()) tuned.push_back(entry.model.name);
    co_return Tuning{};
  }
  Tuning known(const LibraryModel&, const MachineLoad&) override { return {}; }
  std::optional<BenchRates> measured(const LibraryModel& entry, const MachineLoad&) override {
    if (entry.model.name == "yardstick" && std::ranges::find(tuned, "yardstick") != tuned.end())
      return BenchRates{400, 30};
    if (entry.model.name != "here:latest" || !knows_what_is_here) return std::nullopt;
    return BenchRates{80, 20};
  }
  std::vector<std::string> tuned;
  bool knows_what_is_here = true;
  std::uint64_t measurements() const override { return 0; }
};

class FakeMachine final : public WorkerLauncher {
 public:
  net::Task<Result<std::unique_ptr<Worker>>> launch_server(ServerSpec, ExitHandler) override {
    co_return fail(Errc::unsupported, "no");
  }
  net::Task<Result<std::string>> run_bench(BenchSpec, std::chrono::milliseconds) override {
    co_return fail(Errc::unsupported, "no");
  }
  std::optional<MachineLoad> load() const override { return MachineLoad{4, 0, 16 * gb, 12 * gb}; }
  void on_load(LoadHandler) override {}
};

class ModelAdvisorTest : public testing::Test {
 protected:
  Result<FitReport> fit(const std::string& name) { return tests::run_task(io_, advisor_.fit(name)); }

  boost::asio::io_context io_;
  OneModelLibrary library_;
  FakeLookup lookup_;
  FakeTuner tuner_;
  tests::TemporaryFolder folder_;
  FakeMachine machine_;
  std::uint64_t taken_ = 0;
  ModelAdvisor advisor_{{.library = library_,
                         .lookup = lookup_,
                         .tuner = tuner_,
                         .launcher = machine_,
                         .memory_budget = [] { return std::optional(12 * gb); },
                         .taken_by_pull = [this](const std::string&) { return taken_; }},
                        {},
                        folder_.path(),
                        0};
};

TEST_F(ModelAdvisorTest, AnInstalledModelIsJudgedWithoutTheNetworkByItsMeasurement) {
  const auto out = fit("here:latest");
  ASSERT_TRUE(out) << out.error().message();
  EXPECT_EQ(lookup_.asked, 0);
  EXPECT_TRUE(out->installed);
  EXPECT_EQ(out->judgement.verdict, Verdict::fits);
  EXPECT_EQ(out->speed.basis, Basis::measured);
  EXPECT_EQ(out->speed.answer, 20);
}

TEST_F(ModelAdvisorTest, AnotherIsAskedForOnceAndItsSpeedIsEstimated) {
  for (int i = 0; i < 2; ++i) {
    const auto out = fit("there");
    ASSERT_TRUE(out) << out.error().message();
    EXPECT_EQ(out->name, "there:latest");
    EXPECT_FALSE(out->installed);
    EXPECT_EQ(out->bytes, 3 * gb);
    EXPECT_EQ(out->capabilities, (std::vector{Capability::completion, Capability::vision}));
    EXPECT_EQ(out->speed.basis, Basis::estimated);
    EXPECT_DOUBLE_EQ(out->speed.answer, 20);
  }
  EXPECT_EQ(lookup_.asked, 1);
}

TEST_F(ModelAdvisorTest, BeforeALargeModelWasMeasuredTheYardstickTells) {
  tuner_.knows_what_is_here = false;
  EXPECT_EQ(fit("there")->speed.basis, Basis::none);
  for (int i = 0; i < 2; ++i) tests::run_task(io_, advisor_.measure_machine([] { return true; }));
  EXPECT_EQ(tuner_.tuned, std::vector<std::string>{"yardstick"});
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
  const auto out = fit("there");
  EXPECT_EQ(out->speed.basis, Basis::estimated);
  EXPECT_GT(out->speed.answer, 1);
  EXPECT_LT(out->speed.answer, 30);
}

TEST_F(ModelAdvisorTest, TheYardstickIsLeftOutWhereALargeModelHasTold) {
  tests::run_task(io_, advisor_.measure_machine([] { return true; }));
  EXPECT_TRUE(tuner_.tuned.empty());
}

TEST_F(ModelAdvisorTest, AFailureIsNotRemembered) {
  lookup_.error = Error{Errc::unavailable, "No network.", ""};
  EXPECT_EQ(fit("there").error().code, Errc::unavailable);
  lookup_.error.reset();
  EXPECT_TRUE(fit("there"));
  EXPECT_EQ(fit("a b").error().code, Errc::invalid_argument);
}

TEST_F(ModelAdvisorTest, WhatCannotBeReadIsUnknownWithItsReason) {
  lookup_.facts.reset();
  const auto out = fit("there");
  ASSERT_TRUE(out);
  EXPECT_EQ(out->judgement.verdict, Verdict::unknown);
  EXPECT_EQ(out->judgement.reason, "It cannot be read.");
  EXPECT_EQ(out->bytes, 3 * gb);
  EXPECT_EQ(fit("damaged")->judgement.reason, "It is damaged.");
}

TEST_F(ModelAdvisorTest, SuggestionsAskNobodyAndAreEstimated) {
  const auto all = advisor_.suggestions();
  ASSERT_FALSE(all.empty());
  EXPECT_EQ(lookup_.asked, 0);
  for (const auto& report : all) {
    EXPECT_FALSE(report.about.empty());
    EXPECT_EQ(report.speed.basis, Basis::estimated) << report.name;
  }
  EXPECT_EQ(all.front().judgement.verdict, Verdict::fits);
  EXPECT_EQ(all.back().judgement.verdict, Verdict::too_big);
}

}  // namespace
}  // namespace localscale::engine
