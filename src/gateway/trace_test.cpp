#include "gateway/trace.hpp"

#include <gtest/gtest.h>

#include "gateway/test_home.hpp"

namespace localscale::gateway {
namespace {

const std::string good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

net::Request request_with(const std::string& parent) {
  net::Request request;
  request.id = "abc-1";
  request.headers.set("TraceParent", parent);
  return request;
}

TEST(Trace, IsTakenFromTheRequest) {
  const auto trace = trace_of(request_with(good));
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->id, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(trace->flags, "01");
  EXPECT_EQ(log_id(request_with(good)), "abc-1 trace=4bf92f3577b34da6a3ce929d0e0e4736");
}

TEST(Trace, OfALaterVersionMaySayMore) {
  EXPECT_TRUE(trace_of(request_with("01" + good.substr(2) + "-more")));
  EXPECT_FALSE(trace_of(request_with("01" + good.substr(2) + "more")));
  EXPECT_FALSE(trace_of(request_with(good + "-more")));
}

TEST(Trace, ThatIsNoneIsLeftOut) {
  for (const std::string& text :
       {std::string(), std::string("x"), "ff" + good.substr(2), "0g" + good.substr(2), good.substr(1),
        std::string("00-00000000000000000000000000000000-00f067aa0ba902b7-01"),
        std::string("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01"),
        std::string("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"),
        std::string("00-4bf92f3577b34da6a3ce929d0e0e4736 00f067aa0ba902b7-01")}) {
    EXPECT_FALSE(trace_of(request_with(text))) << text;
    EXPECT_EQ(log_id(request_with(text)), "abc-1");
    net::Headers headers;
    pass_trace(request_with(text), headers);
    EXPECT_FALSE(headers.has("traceparent"));
  }
}

TEST(Trace, GoesOnToTheEngineWithThisRequestAsItsParent) {
  net::Request request = request_with(good);
  request.headers.set("tracestate", "vendor=1");
  net::Headers headers;
  pass_trace(request, headers);
  const std::string passed(headers.get("traceparent"));
  EXPECT_EQ(passed.substr(0, 36), good.substr(0, 36));
  EXPECT_NE(passed.substr(36, 16), good.substr(36, 16));
  EXPECT_EQ(passed.substr(52), "-01");
  EXPECT_EQ(headers.get("tracestate"), "vendor=1");
}

TEST(Trace, ReachesTheEngineThroughEveryApi) {
  testing::TestHome home;
  net::Headers headers;
  headers.set("traceparent", good);
  const std::string chat = R"({"model":"tiny","messages":[{"role":"user","content":"hi"}]})";
  for (const auto& [path, body] :
       {std::pair<std::string, std::string>{"/v1/chat/completions", chat},
        {"/v1/messages", R"({"model":"tiny","max_tokens":1,"messages":[{"role":"user","content":"hi"}]})"},
        {"/api/chat", chat},
        {"/api/embed", R"({"model":"tiny","input":"hi"})"}}) {
    home.engines.seen.clear();
    home.ask("POST", path, body, headers);
    ASSERT_FALSE(home.engines.seen.empty()) << path;
    EXPECT_EQ(home.engines.seen.back().traceparent.substr(0, 36), good.substr(0, 36)) << path;
    home.post(path, body);
    EXPECT_EQ(home.engines.seen.back().traceparent, "") << path;
  }
}

}  // namespace
}  // namespace localscale::gateway
