#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "gateway/json_scan.hpp"
#include "gateway/keep_alive.hpp"
#include "gateway/model_json.hpp"
#include "gateway/relay.hpp"
#include "gateway/routes.hpp"
#include "gateway/sse_reader.hpp"

namespace localscale::gateway {
namespace {

using std::chrono::seconds;

TEST(ScanBody, FindsOnlyTopLevelMembersAndTheLastOfTwo) {
  const auto body = scan_body(
      R"({"x":{"model":"inner","stream":true},"model":"a","y":[{"model":"b"}],"model":"c\u00e9\"","stream":false})");
  ASSERT_TRUE(body.has_value());
  EXPECT_EQ(body->model, "cé\"");
  EXPECT_FALSE(body->stream);
}

TEST(LeaseProblem, TellsWhenTryingAgainMayHelp) {
  const Problem rests = lease_problem({Errc::corrupt, "It rests.", "Try again in 30 s.", seconds(30)}, "m");
  EXPECT_EQ(rests.retry_after_s, 30U);
  EXPECT_FALSE(rests.retry_is_useless);
  const Problem queue = lease_problem({Errc::exhausted, "Too many wait.", "", seconds(2)}, "m");
  EXPECT_EQ(queue.code, "exhausted");
  EXPECT_EQ(queue.retry_after_s, 2U);
  const Problem too_large = lease_problem({Errc::exhausted, "It needs 8 TB.", ""}, "m");
  EXPECT_EQ(too_large.code, "insufficient_memory");
  EXPECT_TRUE(too_large.retry_is_useless);
}

TEST(DigestHex, OfAFileWhoseDigestIsUnknownChangesWithTheFile) {
  engine::Model model;
  model.name = "seedling:latest";
  model.bytes = 3;
  const std::string before = digest_hex(model);
  EXPECT_TRUE(is_hex(before, 64)) << before;
  EXPECT_EQ(digest_hex(model), before);
  model.modified_unix_s = 1;
  EXPECT_NE(digest_hex(model), before);
  model.digest = "sha256:" + std::string(64, 'b');
  EXPECT_EQ(digest_hex(model), std::string(64, 'b'));
}

TEST(ScanBody, TellsWhetherThereAreTools) {
  EXPECT_TRUE(scan_body(R"({"tools": [ {"x":[]} ]})")->has_tools);
  for (const std::string_view text : {R"({"tools":[]})", R"({"tools":[ ]})", R"({"tools":null})",
                                      R"({"a":{"tools":[1]}})", R"({"tools":[1],"tools":[]})"})
    EXPECT_FALSE(scan_body(text)->has_tools) << text;
  EXPECT_TRUE(scan_body(R"({"tools":[1],"tool_choice":"none"})")->tools_off);
  EXPECT_FALSE(scan_body(R"({"tools":[1],"tool_choice":"auto"})")->tools_off);
}

TEST(ScanBody, TakesEveryValidShape) {
  for (const std::string_view text :
       {"{}", " {\n} ", R"({"a":[],"b":{},"c":[[],{}]})", R"({"a":-0.5e+10,"b":[1,2],"c":null})",
        R"({"\u006dodel":"\ud83c\udf31","s":"ü🌱"})", R"({"stream":true})"}) {
    EXPECT_TRUE(scan_body(text).has_value()) << text;
  }
  EXPECT_EQ(scan_body(R"({"\u006dodel":"\ud83c\udf31"})")->model, "🌱");
  EXPECT_TRUE(scan_body(R"({"stream":true})")->stream);
  EXPECT_TRUE(scan_body(R"({"model":["a"]})")->model_is_not_text);
}

TEST(ScanBody, RefusesEverythingElse) {
  for (const std::string_view text : {"",
                                      "null",
                                      "[1]",
                                      "{",
                                      "}",
                                      R"({"a"})",
                                      R"({"a":})",
                                      R"({"a":1,})",
                                      R"({"a":[1,]})",
                                      R"({"a":01})",
                                      R"({"a":1.})",
                                      R"({"a":+1})",
                                      R"({"a":"\x"})",
                                      R"({"a":"\ud800"})",
                                      "{\"a\":\"\n\"}",
                                      "{\"a\":\"\xc0\xaf\"}",
                                      "{\"a\":\"\xed\xa0\x80\"}",
                                      R"({"a":1]})",
                                      R"({"a":tru})",
                                      R"({} {})",
                                      R"({"a":"b)"}) {
    const auto scanned = scan_body(text);
    ASSERT_FALSE(scanned.has_value()) << text;
    EXPECT_EQ(scanned.error().code, Errc::invalid_argument);
  }
}

TEST(ScanBody, RefusesNumbersThatNoDoubleHolds) {
  EXPECT_FALSE(scan_body(R"({"a":1e400})").has_value());
  EXPECT_FALSE(scan_body(R"({"a":)" + std::string(400, '9') + "}").has_value());
  EXPECT_TRUE(scan_body(R"({"a":[1e-400,1.5e+300,123456789012345678901234567890]})").has_value());
}

TEST(ScanBody, RefusesDeepNesting) {
  const auto nested = [](std::size_t depth) {
    return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  EXPECT_TRUE(scan_body(nested(json_depth_max)).has_value());
  EXPECT_FALSE(scan_body(nested(json_depth_max + 1)).has_value());
}

TEST(KeepAlive, ReadsGoDurationsAndNumbers) {
  EXPECT_EQ(parse_keep_alive("5m").value(), seconds(300));
  EXPECT_EQ(parse_keep_alive("1h30m").value(), seconds(5400));
  EXPECT_EQ(parse_keep_alive("1.5h").value(), seconds(5400));
  EXPECT_EQ(parse_keep_alive("300ms").value(), seconds(1));
  EXPECT_EQ(parse_keep_alive("0").value(), seconds(0));
  EXPECT_EQ(parse_keep_alive("42").value(), seconds(42));
  EXPECT_EQ(parse_keep_alive("-1").value(), seconds(-1));
  EXPECT_EQ(parse_keep_alive("-1m").value(), seconds(-1));
  for (const std::string_view text : {"", "-", "m", "5x", "5m5", "1..5m", "1e9h", "5 m"}) {
    EXPECT_FALSE(parse_keep_alive(text).has_value()) << text;
  }
  EXPECT_LE(parse_keep_alive("99999999999h").value(), seconds(3'200'000'000));
  EXPECT_EQ(keep_alive_from_seconds(-5), seconds(-1));
}

TEST(SseReader, GivesWholeEventsWhateverThePieces) {
  const std::string text = ": ping\n\nevent: a\r\ndata: 1\r\ndata:2\r\n\r\ndata: ü\n\nid: 7\n\ndata: open";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    SseReader reader;
    std::vector<std::pair<std::string, std::string>> events;
    for (std::size_t at = 0; at < text.size(); at += step) {
      reader.feed(std::string_view(text).substr(at, step));
      while (const auto event = reader.next()) events.emplace_back(event->name, event->data);
    }
    const std::vector<std::pair<std::string, std::string>> wanted{{"a", "1\n2"}, {"", "ü"}};
    EXPECT_EQ(events, wanted) << step;
  }
}

TEST(SseAligner, HoldsBackWhatIsNotWhole) {
  SseAligner aligner;
  EXPECT_EQ(aligner.align("data: 1\n\n"), "data: 1\n\n");
  EXPECT_EQ(aligner.align("data: 2\n\ndata:"), "data: 2\n\n");
  EXPECT_EQ(aligner.align(" 3\n"), "");
  EXPECT_EQ(aligner.align("\n"), "data: 3\n\n");
  EXPECT_EQ(aligner.align("data: 4"), "");
  EXPECT_EQ(aligner.rest(), "data: 4");
}

TEST(FormField, FindsTheFieldAndNotTheFileOfThatName) {
  const std::string body =
      "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"model\"\r\n\r\nx\r\n"
      "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper\r\n--b--\r\n";
  EXPECT_EQ(form_field("multipart/form-data; boundary=b", body, "model"), "whisper");
  EXPECT_EQ(form_field("multipart/form-data; boundary=\"b\"; x=y", body, "model"), "whisper");
  EXPECT_EQ(form_field("multipart/form-data; boundary=c", body, "model"), "");
  EXPECT_EQ(form_field("application/json", body, "model"), "");
  EXPECT_EQ(form_field("multipart/form-data; boundary=b", "--b\r\n\r\n", "model"), "");
}

TEST(Paths, AreNormalisedAndDecoded) {
  EXPECT_EQ(normalise_path("/ollama/api/api/chat"), "/api/chat");
  EXPECT_EQ(normalise_path("/api/v1/models"), "/v1/models");
  EXPECT_EQ(normalise_path("/v1/models/"), "/v1/models");
  EXPECT_EQ(normalise_path("/"), "/");
  EXPECT_EQ(percent_decode("hf.co%2Forg%2Frepo:Q4%"), "hf.co/org/repo:Q4%");
}

}  // namespace
}  // namespace localscale::gateway
