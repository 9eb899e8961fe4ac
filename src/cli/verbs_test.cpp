// What verbs print for people, from what a home answers.
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/app.hpp"
#include "cli/one_answer.hpp"

namespace localscale::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Printed {
  std::string out;
  std::string err;
};

/// What the verb prints where the home answers with `json`.
Printed print(std::vector<const char*> words, const std::string& json) {
  const OneAnswer home({fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", json.size(), json)});
  words.insert(words.begin(), "localscale");
  setenv("LOCALSCALE_CONFIG", "/nonexistent/config.toml", 1);     // NOLINT(concurrency-mt-unsafe)
  setenv("LOCALSCALE_STATE_DIRECTORY", home.state().c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  EXPECT_EQ(run(static_cast<int>(words.size()), words.data()), 0);
  return {testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
}

TEST(Status, SaysThatTheWallsAreBeingCheckedUntilTheyWere) {
  EXPECT_THAT(print({"status"}, R"({"state":"Idle","reason":"ready","walls":[]})").out,
              HasSubstr("  walls     being checked\n"));
  const auto tested =
      print({"status"}, R"({"state":"Idle","reason":"ready","walls":[{"name":"house","stands":true}]})").out;
  EXPECT_THAT(tested, HasSubstr("  wall      house: stands\n"));
  EXPECT_THAT(tested, Not(HasSubstr("being checked")));
}

TEST(Open, PrintsTheLinkAloneOnStandardOutputAndHowLongItIsGood) {
  constexpr const char* link = "http://127.0.0.1:7411/#/sign-in?token=0a1b";
  const auto later =
      print({"open", "--print"}, fmt::format(R"({{"url":"{}","expires_at":"2026-01-01T00:10:00Z"}})", link));
  EXPECT_EQ(later.out, std::string(link) + "\n");
  EXPECT_THAT(later.err, HasSubstr("works once, within ten minutes"));
  const auto first = print({"open", "--print"}, fmt::format(R"({{"url":"{}","expires_at":null}})", link));
  EXPECT_THAT(first.err, HasSubstr("works once, whenever you do"));
  EXPECT_EQ(
      print({"open", "--json"}, fmt::format(R"({{"url":"{}","expires_at":null}})", link)).out,
      fmt::format(R"({{"schema":"localscale.open/1","url":"{}","expires_at":null,"opened":false}})", link) +
          "\n");
}

TEST(KeyCreate, SaysWhereTheDeviceFindsTheHomeAndByWhatItKnowsIt) {
  const auto made =
      print({"key", "create", "tablet"}, R"({"secret":"ls-x","lan":{"urls":["https://192.168.1.20:7443/"],)"
                                         R"("ca_file":"/state/house/tls/ca.pem","ca_sha256":"0a1b"}})");
  EXPECT_EQ(made.out, "ls-x\n");
  EXPECT_THAT(made.err, HasSubstr("  url      https://192.168.1.20:7443/\n"));
  EXPECT_THAT(made.err, HasSubstr("  ca       /state/house/tls/ca.pem\n"));
  EXPECT_THAT(made.err, HasSubstr("  sha-256  0A:1B\n"));
  EXPECT_THAT(made.err, HasSubstr("curl --cacert ca.pem -H 'Authorization: Bearer KEY' "
                                  "https://192.168.1.20:7443/v1/models\n"));
}

TEST(KeyCreate, SaysHowToOpenTheLanDoorWhereItIsShut) {
  EXPECT_THAT(print({"key", "create", "tablet"}, R"({"secret":"ls-x","lan":{"urls":[]}})").err,
              HasSubstr("enabled = true under [lan] in /nonexistent/config.toml"));
}

TEST(Bench, SaysInOneLineHowFastTheModelIs) {
  const std::string lines =
      R"({"status":"measuring","total":4,"completed":0})"
      "\n"
      R"({"status":"success","measurement":{"model":"tiny:latest","answer_tokens_per_second":17.64,)"
      R"("prompt_tokens_per_second":880.2,"threads":8,"watts":null}})"
      "\n";
  EXPECT_EQ(print({"bench"}, lines).out,
            "tiny:latest writes 17.6 and reads 880 tokens a second (8 threads)\n");
  EXPECT_THAT(
      print({"bench", "tiny", "--json"}, lines).out,
      HasSubstr(R"({"schema":"localscale.bench/1","status":"success","measurement":{"model":"tiny:latest")"));
}

TEST(Bench, ListsWhatWasKept) {
  EXPECT_THAT(print({"bench", "--kept"},
                    R"({"measurements":[{"at":"2026-01-02T03:04:05Z","model":"tiny:latest",)"
                    R"("answer_tokens_per_second":7.5,"prompt_tokens_per_second":99,"threads":2,)"
                    R"("watts":41.2}]})")
                  .out,
              HasSubstr("tiny:latest  7.5  99.0  2  41"));
  EXPECT_THAT(print({"bench", "--kept"}, R"({"measurements":[]})").err, HasSubstr("localscale bench"));
}

}  // namespace
}  // namespace localscale::cli
