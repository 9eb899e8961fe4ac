// What a server decides before it takes a body: who may send one, how much of all bodies it holds, who may
// connect.

#include <chrono>
#include <vector>

#include <gtest/gtest.h>

#include "net/server.hpp"
#include "net/server_test_support.hpp"

namespace localscale::net {
namespace {

using test::Client;
using test::LiveServer;
using namespace std::chrono_literals;

Task<void> tell_size(const Request& request, Exchange& exchange) {
  Response response;
  response.body = "took " + std::to_string(request.body.size()) + " of " + request.target;
  co_await exchange.send(std::move(response));
}

/// Wants `x-api-key: good`, but nothing for /healthz.
HeadVerdict ask_for_key(const Request& request) {
  HeadVerdict verdict;
  if (request.target == "/healthz") return verdict;
  verdict.recognised = request.headers.get("x-api-key") == "good";
  if (!verdict.recognised) verdict.refusal = Response{401, {}, "key of " + request.id};
  return verdict;
}

std::string post(std::string_view fields, std::size_t promised) {
  return "POST /p HTTP/1.1\r\nHost: a\r\n" + std::string(fields) +
         "Content-Length: " + std::to_string(promised) + "\r\n\r\n";
}

TEST(ServerHeads, ABodyIsNotReadFromWhoMayNotSendIt) {
  LiveServer live(tell_size, {}, {}, Door::loopback, ask_for_key);
  Client client(live.port());
  client.send(post("Expect: 100-continue\r\n", 50'000'000));
  const std::string answer = client.read_to_end();
  EXPECT_EQ(answer.find("HTTP/1.1 401 "), 0U) << answer;
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
  EXPECT_EQ(live.stats().requests, 0U);
}

TEST(ServerHeads, ABodyIsReadFromWhoMaySendIt) {
  LiveServer live(tell_size, {}, {}, Door::lan, ask_for_key);
  Client client(live.port());
  for (int i = 0; i < 2; ++i) {
    client.send(post("x-api-key: good\r\n", 100'000) + std::string(100'000, 'b'));
    EXPECT_NE(client.read_until("took 100000 of /p").find("200 OK"), std::string::npos);
  }
}

TEST(ServerHeads, EveryBodyOfAConnectionIsChecked) {
  LiveServer live(tell_size, {}, {}, Door::lan, ask_for_key);
  Client client(live.port());
  client.send("GET /g HTTP/1.1\r\nx-api-key: good\r\n\r\n");
  client.read_until("took 0 of /g");
  client.send(post("", 100'000));
  EXPECT_EQ(client.read_to_end().find("HTTP/1.1 401 "), 0U);
}

TEST(ServerHeads, AStrangerOnTheLanIsClosedAfterAShortTime) {
  LiveServer live(tell_size, Limits{.recognition = 100ms}, {}, Door::lan, ask_for_key);
  Client silent(live.port());
  EXPECT_EQ(silent.read_to_end(), "");
  Client healthy(live.port());
  healthy.send("GET /healthz HTTP/1.1\r\n\r\n");
  EXPECT_NE(healthy.read_until("/healthz").find("200 OK"), std::string::npos);
  EXPECT_EQ(healthy.read_to_end(), "");
  Client known(live.port());
  known.send("GET /a HTTP/1.1\r\nx-api-key: good\r\n\r\n");
  known.read_until("took 0 of /a");
  std::this_thread::sleep_for(300ms);
  known.send("GET /b HTTP/1.1\r\nx-api-key: good\r\n\r\n");
  EXPECT_NE(known.read_until("took 0 of /b").find("200 OK"), std::string::npos);
}

TEST(ServerHeads, BodiesOfAllConnectionsTogetherHaveALimit) {
  LiveServer live(tell_size, Limits{.max_body_bytes = 4'000'000, .max_buffered_bytes = 3'000'000});
  Client first(live.port());
  first.send(post("", 4'000'000) + std::string(2'000'000, 'a'));
  Client second(live.port());
  second.send(post("", 4'000'000) + std::string(2'000'000, 'b'));
  const bool one_refused = live.eventually([&] { return live.server().stats().refused > 0; });
  EXPECT_TRUE(one_refused);
  Client small(live.port());
  small.send(post("", 5000) + std::string(5000, 'c'));
  EXPECT_NE(small.read_until("took 5000 of /p").find("200 OK"), std::string::npos);
  first.close();
  second.close();
  ASSERT_TRUE(live.eventually([&] { return live.server().stats().open <= 1; }));
  Client large(live.port());
  large.send(post("", 2'000'000) + std::string(2'000'000, 'd'));
  EXPECT_NE(large.read_until("took 2000000 of /p").find("200 OK"), std::string::npos);
}

TEST(ServerHeads, TheLanCannotShutTheOtherDoors) {
  LiveServer live(tell_size, Limits{.max_connections = 4}, {}, Door::lan, ask_for_key);
  std::uint16_t local = 0;
  UniqueFd listener = test::listen_on_loopback(local);
  live.run([&] { ASSERT_TRUE(live.server().listen(std::move(listener), Door::loopback).has_value()); });
  std::vector<Client> strangers;
  for (int i = 0; i < 20; ++i) strangers.emplace_back(live.port());
  Client third(live.port());
  EXPECT_NE(third.read_to_end().find("503 "), std::string::npos);
  Client owner(local);
  owner.send("GET /mine HTTP/1.1\r\n\r\n");
  EXPECT_NE(owner.read_until("took 0 of /mine").find("200 OK"), std::string::npos);
}

TEST(ServerHeads, ARefusalOfTheServerItselfHasARequestIdToo) {
  LiveServer live(tell_size, Limits{.max_body_bytes = 1000, .max_header_bytes = 4096});
  const std::string long_field = "GET / HTTP/1.1\r\nX: " + std::string(9000, 'x') + "\r\n\r\n";
  for (const std::string& request : {std::string("NONSENSE\r\n\r\n"), post("", 2000), long_field}) {
    Client client(live.port());
    client.send(request);
    EXPECT_NE(client.read_to_end().find("\r\nx-request-id: "), std::string::npos);
  }
}

}  // namespace
}  // namespace localscale::net
