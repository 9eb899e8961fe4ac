#include "gateway/usage_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/test_home.hpp"

namespace localscale::gateway {
namespace {

using ::testing::HasSubstr;
using testing::Script;
using testing::TestHome;

constexpr std::string_view chat_end =
    R"(data: {"choices":[{"finish_reason":"stop","index":0,"delta":{}}],"timings":{"cache_n":4,"prompt_n":1,"prompt_ms":0.5,"predicted_n":7}})"
    "\n\n";

TokenCount tokens_of(std::initializer_list<std::string_view> pieces) {
  UsageReader reader;
  for (const std::string_view piece : pieces) reader.read(piece);
  return reader.tokens();
}

TEST(UsageReader, TakesAStreamsUsageOrElseItsTimings) {
  constexpr std::string_view delta = R"(data: {"choices":[{"finish_reason":null,"delta":{"content":"hi"}}]})"
                                     "\n\n";
  EXPECT_EQ(tokens_of({delta, chat_end, "data: [DONE]\n\n"}), (TokenCount{5, 7}));
  constexpr std::string_view usage =
      R"(data: {"choices":[],"usage":{"completion_tokens":8,"prompt_tokens":6,"total_tokens":14,"prompt_tokens_details":{"cached_tokens":4}}})"
      "\n\n";
  EXPECT_EQ(tokens_of({delta, chat_end, usage}), (TokenCount{6, 8}));
  EXPECT_EQ(tokens_of({delta}), TokenCount{});
}

TEST(UsageReader, AddsUpTheTimingsOfSeveralChoices) {
  EXPECT_EQ(tokens_of({chat_end, chat_end}), (TokenCount{10, 14}));
}

TEST(UsageReader, LeavesOutTheTimingsThatComeWithEveryToken) {
  constexpr std::string_view with_timings =
      R"(data: {"choices":[{"finish_reason":null,"delta":{"content":"a"}}],"timings":{"cache_n":0,"prompt_n":1,"predicted_n":1}})"
      "\n\n";
  EXPECT_EQ(tokens_of({with_timings, with_timings, chat_end}), (TokenCount{5, 7}));
  EXPECT_EQ(tokens_of({std::string(with_timings) + std::string(chat_end)}), (TokenCount{5, 7}));
}

TEST(UsageReader, ReadsAnthropicsAndResponsesCounts) {
  constexpr std::string_view start =
      "event: message_start\ndata: "
      R"({"type":"message_start","message":{"usage":{"cache_read_input_tokens":4,"input_tokens":1,"output_tokens":0}}})"
      "\n\n";
  constexpr std::string_view end =
      "event: message_delta\ndata: "
      R"({"type":"message_delta","usage":{"output_tokens":5}})"
      "\n\n";
  EXPECT_EQ(tokens_of({start, end}), (TokenCount{5, 5}));
  EXPECT_EQ(
      tokens_of(
          {R"({"type":"response.completed","response":{"usage":{"input_tokens":4,"output_tokens":3,"total_tokens":7}},"timings":{"prompt_n":9,"predicted_n":9}})"}),
      (TokenCount{4, 3}));
}

TEST(UsageReader, IsNotFooledByWhatAModelWrites) {
  EXPECT_EQ(tokens_of({R"(data: {"delta":{"content":"\"usage\":{\"prompt_tokens\":99}"}})"
                       "\n\n"}),
            TokenCount{});
}

TEST(UsageReader, ReadsBrokenCountsAsNone) {
  for (const std::string_view text :
       {R"("usage":{)", R"("usage":{"prompt_tokens":)", R"("usage":{"prompt_tokens":x})",
        R"("usage":{"prompt_tokens":99999999999999999999})", R"("timings":{})"}) {
    EXPECT_EQ(tokens_of({text}), TokenCount{}) << text;
  }
}

TEST(UsageReader, FindsTheCountsAtTheEndOfABodyHoweverItIsCut) {
  const std::string body = R"({"data":[)" + std::string(10'000, '1') +
                           R"(],"object":"list","usage":{"prompt_tokens":12,"total_tokens":12}})";
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{4096}, body.size()}) {
    UsageReader reader;
    for (std::size_t at = 0; at < body.size(); at += step)
      reader.read_part(std::string_view(body).substr(at, step));
    reader.read_part({});
    EXPECT_EQ(reader.tokens(), (TokenCount{12, 0})) << step;
  }
}

TEST(TokenMetrics, CountEveryApi) {
  TestHome home;
  Script stream;
  stream.type = "text/event-stream";
  stream.sized = false;
  stream.pieces = {std::string(chat_end.substr(0, 40)), std::string(chat_end.substr(40)), "data: [DONE]\n\n"};
  home.engines.scripts.push_back(stream);
  home.post("/v1/chat/completions", R"({"model":"tiny","stream":true})");
  EXPECT_THAT(home.ask("GET", "/metrics").body, HasSubstr("localscale_tokens_total{kind=\"answer\"} 7\n"));
  Script whole;
  whole.pieces = {
      R"({"content":[],"usage":{"cache_read_input_tokens":0,"input_tokens":2,"output_tokens":3}})"};
  home.engines.scripts.push_back(whole);
  home.post("/v1/messages", R"({"model":"tiny","messages":[]})");
  Script vectors;
  vectors.pieces = {R"({"data":[{"embedding":[1]}],"usage":{"prompt_tokens":4,"total_tokens":4}})"};
  home.engines.scripts.push_back(vectors);
  home.post("/api/embed", R"({"model":"tiny","input":"x"})");
  const std::string text = home.ask("GET", "/metrics").body;
  EXPECT_THAT(text, HasSubstr("localscale_tokens_total{kind=\"prompt\"} 11\n"));
  EXPECT_THAT(text, HasSubstr("localscale_tokens_total{kind=\"answer\"} 10\n"));
}

TEST(TokenMetrics, TellWhatTheEnginesCount) {
  TestHome home;
  home.engines.counted = {.loads = 3, .crashes = 1, .load_ms_total = 2500, .load_ms_last = 500};
  home.ask("GET", "/metrics");
  const std::string text = home.ask("GET", "/metrics").body;
  EXPECT_THAT(text, HasSubstr("localscale_engine_loads_total 3\n"));
  EXPECT_THAT(text, HasSubstr("localscale_engine_crashes_total 1\n"));
  EXPECT_THAT(text, HasSubstr("localscale_engine_load_seconds_total 2.5\n"));
  EXPECT_THAT(text, HasSubstr("localscale_engine_last_load_seconds 0.5\n"));
}

}  // namespace
}  // namespace localscale::gateway
