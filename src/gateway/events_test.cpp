#include "gateway/events.hpp"

#include <algorithm>
#include <array>
#include <exception>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/test_home.hpp"

namespace localscale::gateway {
namespace {

using testing::Got;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using testing::TestHome;
using Text = std::shared_ptr<const std::string>;

/// Events whose state is a count of how often it was asked for, and clients that listen.
class Listening {
 public:
  Listening() {
    events.show_state([this] { return std::to_string(++states); });
  }
  ~Listening() {
    events.close();
    io.restart();
    io.run();
  }
  /// What the client gets next; the others get theirs, too.
  Text next(Events::Listener& listener) {
    Text got;
    ask(listener, got);
    while (!got) io.run_one();
    return got;
  }
  void ask(Events::Listener& listener, Text& got) {
    io.restart();  // it stops where nobody waits
    boost::asio::co_spawn(io, events.next(listener),
                          [&](const std::exception_ptr&, Text text) { got = text; });
  }

  boost::asio::io_context io;
  Events events;
  int states = 0;
};

TEST(EventLog, TellsWhatCameAfterAnIdOfThisStart) {
  EventLog log("boot");
  log.add("pull", "1", "");
  log.add("load", "2", "");
  EXPECT_EQ(log.text(*log.number_of("boot-1"), 2, ""), "id: boot-2\nevent: load\ndata: 2\n\n");
  EXPECT_EQ(log.text(*log.number_of("boot-2"), 2, ""), "");
  EXPECT_TRUE(log.keeps_all_after(0));
  for (const char* id : {"other-1", "boot-3", "boot-", "boot", "boot-x", "boot--1", "boot1-1", ""})
    EXPECT_EQ(log.number_of(id), std::nullopt) << id;
}

TEST(EventLog, KeepsTheNewestThousand) {
  EventLog log("b");
  for (int i = 0; i < 1001; ++i) log.add("pull", "{}", "");
  EXPECT_FALSE(log.keeps_all_after(0));
  EXPECT_TRUE(log.keeps_all_after(1));
  EXPECT_THAT(log.text(0, log.last(), ""), StartsWith("id: b-2\nevent: pull\n"));
}

TEST(EventLog, TellsEventsOfOnePersonToThatPersonOnly) {
  EventLog log("b");
  log.add("conversation", "{}", "ann");
  EXPECT_EQ(log.text(0, 1, "bob"), "");
  EXPECT_EQ(log.text(0, 1, ""), "");
  EXPECT_THAT(log.text(0, 1, "ann"), HasSubstr("conversation"));
}

TEST(Events, AListenersFirstStateSaysFromWhereItListens) {
  Listening home;
  home.events.publish("load", "{}");
  Events::Listener listener;
  const std::string first = home.events.open(listener, "");
  EXPECT_THAT(first, StartsWith("id: "));
  EXPECT_THAT(first, HasSubstr("-1\nevent: state\ndata: 1\n\n"));
}

TEST(Events, WhoComesBackHearsWhatItMissedAndThenTheState) {
  Listening home;
  Events::Listener before;
  const std::string first = home.events.open(before, "");
  const std::size_t at = first.find("id: ") + 4;
  const std::string id = first.substr(at, first.find('\n', at) - at);
  home.events.publish("load", "7");
  home.events.publish("pull", "8");
  Events::Listener after;
  const std::string missed = home.events.open(after, id);
  EXPECT_THAT(missed, HasSubstr("-1\nevent: load\ndata: 7\n"));
  EXPECT_LT(missed.find("data: 7"), missed.find("data: 8"));
  EXPECT_LT(missed.find("data: 8"), missed.find("-2\nevent: state\n"));
}

TEST(Events, WhoComesFromAnotherStartIsTold) {
  Listening home;
  Events::Listener listener;
  EXPECT_THAT(home.events.open(listener, "0ld-17"), StartsWith("event: reset\ndata: {}\n\nid: "));
}

TEST(Events, AllListenersGetTheSameBytesMadeOnce) {
  std::array<Events::Listener, 20> listeners;
  std::array<Text, 20> texts;
  Listening home;
  const auto all_ask = [&] {
    for (std::size_t i = 0; i < texts.size(); ++i) home.ask(listeners[i], texts[i] = nullptr);
    home.io.poll();
  };
  const auto all_hear = [&] {
    while (std::ranges::any_of(texts, [](const Text& text) { return text == nullptr; })) home.io.run_one();
  };
  for (Events::Listener& listener : listeners) home.events.open(listener, "");
  EXPECT_EQ(home.states, 1);
  all_ask();
  home.events.publish("load", "{}");
  all_hear();
  for (const Text& text : texts) EXPECT_EQ(text, texts.front());
  EXPECT_THAT(*texts.front(), HasSubstr("event: load\n"));
  EXPECT_THAT(*texts.front(), Not(HasSubstr("event: state")));
  all_ask();
  all_hear();
  EXPECT_EQ(home.states, 2);
  EXPECT_EQ(*texts.back(), "event: state\ndata: 2\n\n");
  EXPECT_EQ(texts.front(), texts.back());
}

TEST(Events, AListenerThatFellBehindIsToldToAskAnew) {
  Listening home;
  Events::Listener listener;
  home.events.open(listener, "");
  for (int i = 0; i < 1001; ++i) home.events.publish("pull", "{}");
  EXPECT_THAT(*home.next(listener), StartsWith("event: reset\n"));
  EXPECT_THAT(*home.next(listener), StartsWith("event: state\n"));
}

TEST(Events, OfAnotherPersonWakeNobody) {
  Events::Listener stranger;
  Events::Listener ann{.person = "ann"};
  Text heard;
  Listening home;
  home.events.open(stranger, "");
  home.events.open(ann, "");
  home.ask(stranger, heard);
  home.events.publish("conversation", "{}", "ann");
  EXPECT_THAT(*home.next(ann), HasSubstr("conversation"));
  home.io.poll();
  EXPECT_EQ(heard, nullptr);
}

TEST(Events, WakeTheirListenersWhenTheHomeStops) {
  Listening home;
  Events::Listener listener;
  home.events.open(listener, "");
  bool ended = false;
  boost::asio::co_spawn(home.io, home.events.next(listener),
                        [&](const std::exception_ptr&, const Text& text) { ended = text == nullptr; });
  home.io.poll();
  EXPECT_FALSE(ended);
  home.events.close();
  home.io.poll();
  EXPECT_TRUE(ended);
}

std::string events_since(TestHome& home, std::string_view query, net::Headers headers = {}) {
  home.end_streams();
  return home.ask("GET", "/localscale/v1/events" + std::string(query), "", std::move(headers)).body;
}

TEST(EventsEndpoint, TakesUpFromTheHeaderOrTheQuery) {
  TestHome home;
  home.ask("POST", "/localscale/v1/keys", R"({"name":"tablet"})", {}, net::Door::admin);
  const std::string first = events_since(home, "");
  EXPECT_THAT(first, StartsWith("id: "));
  const std::string boot = first.substr(4, first.find('-') - 4);
  EXPECT_THAT(events_since(home, "?since=" + boot + "-0"), StartsWith("id: " + boot + "-1\nevent: keys\n"));
  net::Headers headers;
  headers.set("Last-Event-ID", boot + "-0");
  EXPECT_THAT(events_since(home, "?since=x-1", headers), HasSubstr("event: keys\n"));
  EXPECT_THAT(events_since(home, "?since=x-1"), StartsWith("event: reset\n"));
}

}  // namespace
}  // namespace localscale::gateway
