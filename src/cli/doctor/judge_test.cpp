#include "cli/doctor/judge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace localscale::cli::doctor {
namespace {

using testing::Each;
using testing::Field;
using testing::HasSubstr;

/// A home where everything is as it should be.
Facts healthy() {
  Facts facts;
  facts.own_version = "0.1.0";
  facts.config.file = {"/c.toml", true, 0644, true};
  facts.limits = {1'000'000, 9216, "", "", true, 4};
  facts.clock = {1'800'000'000, 1'700'000'000, true};
  facts.home = HomeFacts{.state = HomeFacts::State::answers,
                         .supervisor = 7,
                         .word = "Idle",
                         .reason = "ready",
                         .version = "0.1.0",
                         .walls = {{"house", true, ""}},
                         .doors = {{"loopback", "http://127.0.0.1:7411", ""}}};
  facts.tools = ToolFacts{.folder = "/e", .version = "1"};
  facts.ports = {{.key = "api.port", .port = 7411, .wanted = true, .ours = true}};
  facts.disks = {{.what = "state", .path = "/s", .writable = true, .free_bytes = 9, .wanted_bytes = 1}};
  facts.gpu = GpuFacts{};
  facts.store = StoreFacts{.models = 1};
  facts.certificate = CertificateFacts{};
  return facts;
}

/// The worst of `check`.
Finding worst(const Facts& facts, const std::string& check) {
  Finding out;
  for (const Finding& finding : judge(facts)) {
    if (finding.check == check && (out.check.empty() || finding.level > out.level)) out = finding;
  }
  return out;
}

TEST(Doctor, FindsNothingWrongWithAHealthyHomeAndNamesEachCheck) {
  const auto findings = judge(healthy());
  EXPECT_THAT(findings, Each(Field(&Finding::level, Level::ok)));
  for (const char* check : {"config", "home", "walls", "doors", "tools", "limits", "ports", "disk", "gpu",
                            "models", "clock", "certificate"})
    EXPECT_EQ(worst(healthy(), check).check, check);
}

TEST(Doctor, SaysWhatToDoForEverythingThatIsNotOk) {
  Facts facts = healthy();
  facts.config.error = "c.toml:3: no";
  facts.config.token_files = {{"/t", true, 0644, true}, {"/gone", false, 0, false}};
  facts.limits = {10, 9216, "none", "not permitted", false, 0};
  facts.clock = {1, 1'700'000'000, false};
  facts.home->walls = {{"house", false, "a way out"}};
  facts.home->doors = {{"lan", "", "taken"}};
  facts.home->version = "0.0.9";
  facts.tools = ToolFacts{.folder = "/e", .missing = {"x"}, .error = "boom"};
  facts.ports = {{.key = "api.port", .port = 7411, .wanted = true, .holder = "nginx (process 3)"}};
  facts.disks = {{.what = "state", .path = "/s"}, {.what = "models", .path = "/m", .error = "gone"}};
  facts.gpu = GpuFacts{.layers = 5};
  facts.store = StoreFacts{.problems = {{"m", "broken"}}, .unfinished_files = 1, .orphans = {"/o"}};
  facts.certificate = CertificateFacts{.door_wanted = true, .expires_unix_s = 0};
  for (const Finding& finding : judge(facts)) {
    if (finding.level != Level::ok)
      EXPECT_FALSE(finding.next.empty()) << finding.check << ": " << finding.what;
  }
}

TEST(Doctor, AStoppedHomeIsAWarningAndAStuckOneAFailure) {
  Facts facts = healthy();
  facts.home = HomeFacts{};
  EXPECT_EQ(worst(facts, "home").level, Level::warning);
  EXPECT_THAT(worst(facts, "home").next, HasSubstr("localscale up"));
  facts.home->state = HomeFacts::State::silent;
  facts.home->supervisor = 12;
  EXPECT_EQ(worst(facts, "home").level, Level::failure);
  EXPECT_THAT(worst(facts, "home").what, HasSubstr("process 12"));
}

TEST(Doctor, AWallThatDoesNotStandIsAFailureAndOneThatIsBeingTestedIsNot) {
  Facts facts = healthy();
  facts.home->walls.push_back({"engine", false, "dns"});
  EXPECT_EQ(worst(facts, "walls").level, Level::failure);
  EXPECT_THAT(worst(facts, "walls").what, HasSubstr("dns"));
  facts.home->walls.clear();
  EXPECT_EQ(worst(facts, "walls").level, Level::warning);
}

TEST(Doctor, APortThatNobodyAsksForMayBeHeldByAnyone) {
  Facts facts = healthy();
  facts.ports = {{.key = "api.ollama_port", .port = 11434, .holder = "ollama (process 9)"}};
  EXPECT_EQ(worst(facts, "ports").level, Level::ok);
  EXPECT_THAT(worst(facts, "ports").what, HasSubstr("ollama (process 9)"));
  facts.ports[0].wanted = true;
  EXPECT_EQ(worst(facts, "ports").level, Level::failure);
  EXPECT_THAT(worst(facts, "ports").next, HasSubstr("api.ollama_port"));
}

TEST(Doctor, AConfigThatOthersCanChangeAndATokenThatOthersCanReadAreFailures) {
  Facts facts = healthy();
  facts.config.file.mode = 0666;
  EXPECT_EQ(worst(facts, "config").level, Level::failure);
  EXPECT_THAT(worst(facts, "config").next, HasSubstr("chmod go-w"));
  facts = healthy();
  facts.config.token_files = {{"/t", true, 0640, true}};
  EXPECT_EQ(worst(facts, "config").level, Level::failure);
  EXPECT_THAT(worst(facts, "config").next, HasSubstr("chmod 600 '/t'"));
}

TEST(Doctor, AStoreThatCannotBeReadSaysWhatHelpsAgainstIt) {
  Facts facts = healthy();
  facts.store = StoreFacts{.error = "The file is no database.", .next = "Move the file aside."};
  EXPECT_EQ(worst(facts, "models").next, "Move the file aside.");
  facts.store = StoreFacts{.error = "Permission denied."};
  EXPECT_THAT(worst(facts, "models").next, HasSubstr("as root"));
}

TEST(Doctor, TheCertificateIsWarnedOfBeforeItsEnd) {
  constexpr std::int64_t day = 86'400;
  Facts facts = healthy();
  const auto level = [&](std::int64_t days) {
    facts.certificate =
        CertificateFacts{.door_wanted = true, .expires_unix_s = facts.clock.now_unix_s + days * day};
    return worst(facts, "certificate").level;
  };
  EXPECT_EQ(level(100), Level::ok);
  EXPECT_EQ(level(13), Level::warning);
  EXPECT_EQ(level(-1), Level::failure);
}

TEST(Doctor, WithoutAReadableConfigItStillLooksAtTheMachine) {
  Facts facts;
  facts.config.error = "c.toml:1: nonsense";
  facts.config.file = {"/c.toml", true, 0644, true};
  facts.limits.seccomp = true;
  EXPECT_EQ(worst(facts, "config").level, Level::failure);
  EXPECT_EQ(worst(facts, "limits").check, "limits");
  EXPECT_EQ(worst(facts, "home").check, "");
}

TEST(Doctor, AGpuThatTheEngineCannotUseMattersOnlyWhereItIsAskedFor) {
  Facts facts = healthy();
  facts.gpu = GpuFacts{.devices = {"/dev/nvidia0"}};
  EXPECT_EQ(worst(facts, "gpu").level, Level::ok);
  facts.gpu->layers = 20;
  EXPECT_EQ(worst(facts, "gpu").level, Level::warning);
  facts.gpu->engine_devices = {"CUDA0"};
  EXPECT_EQ(worst(facts, "gpu").level, Level::ok);
}

}  // namespace
}  // namespace localscale::cli::doctor
