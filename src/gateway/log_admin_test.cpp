#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/line_queue.hpp"
#include "gateway/log_store.hpp"
#include "gateway/test_home.hpp"

namespace localscale::gateway {
namespace {

using nlohmann::json;
using testing::Got;
using testing::TestHome;

std::string line(std::string_view message, std::string_view level = "info",
                 std::string_view process = "house") {
  return log::make_line(LogStore::Clock::now(), level, process, message);
}

TEST(LogStore, KeepsTheNewestLinesWithGrowingIds) {
  LogStore store;
  for (std::size_t i = 0; i < LogStore::lines_max + 10; ++i) store.add(line(std::to_string(i)));
  const auto found = store.newest({}, UINT64_MAX, LogStore::lines_max * 2);
  ASSERT_EQ(found.size(), LogStore::lines_max);
  EXPECT_EQ(found.front().message, "10");
  EXPECT_EQ(found.back().id, store.last());
  EXPECT_EQ(store.newest({}, found[5].id, 2).back().id, found[4].id);
}

TEST(LogStore, HoldsAtMostSoManyBytes) {
  LogStore store;
  for (std::size_t i = 0; i < 9000; ++i) store.add(line(std::string(5000, 'x')));
  const auto found = store.newest({}, UINT64_MAX, 10'000);
  EXPECT_LE(found.size() * LineQueue::line_bytes_max, LogStore::bytes_max + LineQueue::line_bytes_max * 200);
  EXPECT_LT(found.back().message.size(), LineQueue::line_bytes_max);
}

TEST(LogStore, FindsByLevelProcessAndText) {
  LogStore store;
  store.add(line("One thing", "debug"));
  store.add(line("another THING", "warning"));
  store.add_passed_on("fetcher", {line("a thing", "error", "fetcher")}, 0);
  EXPECT_EQ(store.newest({*log::weight_of("warn"), "", ""}, UINT64_MAX, 9).size(), 2U);
  EXPECT_EQ(store.newest({0, "fetcher", ""}, UINT64_MAX, 9).size(), 1U);
  EXPECT_EQ(store.newest({0, "", "thing"}, UINT64_MAX, 9).size(), 3U);
  EXPECT_EQ(store.newest({0, "", "(thing|x)"}, UINT64_MAX, 9).size(), 0U);
  EXPECT_EQ(store.newest({}, UINT64_MAX, 9)[1].level, "warn");
}

TEST(LogStore, DoesNotLetAProcessSpeakForAnother) {
  LogStore store;
  store.add_passed_on("fetcher", {line("all is well", "info", "house"), "Segmentation fault"}, 0);
  const auto found = store.newest({}, UINT64_MAX, 9);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].process, "fetcher");
  EXPECT_EQ(found[0].level, "warn");
  EXPECT_EQ(found[1].message, "Segmentation fault");
}

TEST(LogStore, CountsAFloodInsteadOfKeepingIt) {
  LogStore store;
  store.add(line("before"));
  const auto now = LogStore::Clock::now();
  const std::vector<std::string> flood(200, line("x", "info", "fetcher"));
  for (int i = 0; i < 100; ++i) store.add_passed_on("fetcher", flood, 0, now);
  EXPECT_EQ(store.newest({}, UINT64_MAX, 10'000).size(), LogStore::passed_on_max + 1);
  store.add_passed_on("fetcher", {line("after", "info", "fetcher")}, 7, now + std::chrono::seconds(11));
  const auto found = store.newest({}, UINT64_MAX, 3);
  EXPECT_EQ(found[0].message, "18000 lines were not kept here: there were too many at one time");
  EXPECT_EQ(found[1].message, "7 lines were not kept here: there were too many at one time");
  EXPECT_EQ(found[2].message, "after");
}

TEST(LogStore, TellsAReaderWhatItMissed) {
  LogStore store;
  const auto first = store.last();
  for (std::size_t i = 0; i < LogStore::lines_max + 3; ++i) store.add(line("x"));
  const auto next = store.after({}, first, 10);
  EXPECT_EQ(next.missed, 3U);
  EXPECT_EQ(next.entries.size(), 10U);
  EXPECT_EQ(store.after({}, next.seen, 1).entries.front().id, next.entries.back().id + 1);
  EXPECT_EQ(store.after({}, store.last(), 10).seen, store.last());
  // An id of another start, or a made-up one: from the oldest on, with nothing to count.
  for (const std::uint64_t foreign : {std::uint64_t{0}, store.last() + 50, UINT64_MAX}) {
    EXPECT_EQ(store.after({}, foreign, 10).missed, 0U);
    EXPECT_EQ(store.after({}, foreign, 10).entries.size(), 10U);
  }
}

class LogAdminTest : public ::testing::Test {
 protected:
  Got ask(const std::string& query, net::Door door = net::Door::admin) {
    return home_.ask("GET", "/localscale/v1/logs" + query, {}, {}, door);
  }
  TestHome home_;
};

TEST_F(LogAdminTest, ListsLinesThatPass) {
  home_.logs.add(line("quiet", "debug"));
  home_.logs.add(line("one \"quoted\""));
  home_.logs.add(line("two", "error"));
  const json body = json::parse(ask("").body);
  ASSERT_EQ(body["lines"].size(), 2U);
  EXPECT_EQ(body["schema"], 1);
  EXPECT_EQ(body["lines"][0]["message"], "one \"quoted\"");
  EXPECT_EQ(body["lines"][1]["level"], "error");
  EXPECT_EQ(json::parse(ask("?level=debug&limit=1").body)["lines"][0]["message"], "two");
  EXPECT_EQ(json::parse(ask("?level=error").body)["lines"].size(), 1U);
  EXPECT_EQ(json::parse(ask("?text=ONE%20%22").body)["lines"].size(), 1U);
  EXPECT_EQ(json::parse(ask("?process=fetcher").body)["lines"].size(), 0U);
  const auto id = std::to_string(body["lines"][1]["id"].get<std::uint64_t>());
  EXPECT_EQ(json::parse(ask("?before=" + id).body)["lines"].size(), 1U);
}

TEST_F(LogAdminTest, RefusesWrongQuestions) {
  for (const std::string query : {"?level=loud", "?limit=0", "?limit=1001", "?limit=x", "?before=-1"}) {
    EXPECT_EQ(ask(query).status, 400U) << query;
  }
  EXPECT_EQ(ask("?text=" + std::string(201, 'x')).status, 400U);
  EXPECT_EQ(ask("/stream?since=x").status, 400U);
}

TEST_F(LogAdminTest, IsForTheOwnerOnly) {
  EXPECT_EQ(ask("", net::Door::loopback).status, 401U);
  EXPECT_EQ(ask("/stream", net::Door::lan).status, 401U);
}

TEST_F(LogAdminTest, AStreamEndsWithTheHome) {
  home_.end_streams();
  const Got got = ask("/stream");
  EXPECT_EQ(got.status, 200U);
  EXPECT_TRUE(got.ended);
  EXPECT_EQ(got.headers.get("Content-Type"), "text/event-stream");
}

}  // namespace
}  // namespace localscale::gateway
