#include "net/server.hpp"

#include <atomic>
#include <chrono>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include "net/server_test_support.hpp"

namespace localscale::net {
namespace {

using test::Client;
using test::LiveServer;
using namespace std::chrono_literals;

// NOLINTBEGIN(cppcoreguidelines-avoid-capturing-lambda-coroutines): the server keeps the lambda while it runs

Task<void> sleep_for(std::chrono::milliseconds time) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, time);
  co_await timer.async_wait(boost::asio::use_awaitable);
}

Task<void> echo(const Request& request, Exchange& exchange) {
  Response response;
  response.headers.add("Content-Type", "text/plain");
  response.body = request.method + " " + request.target + " " + request.body;
  co_await exchange.send(std::move(response));
}

std::string body_of(std::string_view answer) {
  const std::size_t at = answer.find("\r\n\r\n");
  return at == std::string_view::npos ? "" : std::string(answer.substr(at + 4));
}

TEST(Server, AnswersRequestsOfOneConnectionInTurn) {
  LiveServer live(echo);
  Client client(live.port());
  client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(client.read_until("GET /a ").find("200 OK"), std::string::npos);
  client.send("POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_NE(client.read_until("POST /b hello").find("200 OK"), std::string::npos);
  EXPECT_EQ(live.stats().requests, 2U);
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  LiveServer live(echo);
  Client client(live.port());
  client.send(
      "GET /1 HTTP/1.1\r\n\r\nPOST /2 HTTP/1.1\r\nContent-Length: 2\r\n\r\nxyGET /3 HTTP/1.1\r\n\r\n");
  const std::string all = client.read_until("GET /3 ");
  EXPECT_LT(all.find("GET /1 "), all.find("POST /2 xy"));
  EXPECT_NE(all.find("POST /2 xy"), std::string::npos);
}

TEST(Server, TakesABodyInChunksAndInSmallPieces) {
  LiveServer live(echo);
  Client client(live.port());
  const std::string_view request =
      "POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n";
  for (const char c : request) client.send({&c, 1});
  EXPECT_NE(client.read_until("POST /c hello world").find("200"), std::string::npos);
}

TEST(Server, AsksForABodyThatWaitsForPermission) {
  LiveServer live(echo);
  Client client(live.port());
  client.send("POST /e HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("abc");
  EXPECT_NE(client.read_until("POST /e abc").find("200 OK"), std::string::npos);
}

TEST(Server, AnswersHeadWithoutABody) {
  LiveServer live(echo);
  Client client(live.port());
  client.send("HEAD /h HTTP/1.1\r\nConnection: close\r\n\r\n");
  const std::string answer = client.read_to_end();
  EXPECT_NE(answer.find("Content-Length: 8\r\n"), std::string::npos);
  EXPECT_EQ(body_of(answer), "");
}

TEST(Server, ClosesWhenTheClientAsksAndForHttp10) {
  LiveServer live(echo);
  Client asking(live.port());
  asking.send("GET /x HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_NE(asking.read_to_end().find("Connection: close"), std::string::npos);
  Client old(live.port());
  old.send("GET /y HTTP/1.0\r\n\r\n");
  EXPECT_EQ(body_of(old.read_to_end()), "GET /y ");
}

TEST(Server, RefusesWhatIsNotHttp) {
  LiveServer live(echo);
  Client client(live.port());
  client.send("NONSENSE\r\n\r\n");
  const std::string answer = client.read_to_end();
  EXPECT_NE(answer.find("400 Bad Request"), std::string::npos);
  EXPECT_NE(answer.find("{\"error\":"), std::string::npos);
  EXPECT_EQ(live.stats().refused, 1U);
}

TEST(Server, RefusesALengthAndChunksTogether) {
  LiveServer live(echo);
  Client client(live.port());
  client.send("POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  EXPECT_NE(client.read_to_end().find("400 Bad Request"), std::string::npos);
}

TEST(Server, RefusesABodyOverTheLimitEvenWhileItIsSent) {
  LiveServer live(echo, Limits{.max_body_bytes = 1000});
  Client promised(live.port());
  promised.send("POST / HTTP/1.1\r\nContent-Length: 2000000\r\n\r\n" + std::string(2000000, 'x'));
  EXPECT_NE(promised.read_to_end().find("413 "), std::string::npos);
  Client chunked(live.port());
  chunked.send("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" + std::string(2000, 'x') +
               "\r\n");
  EXPECT_NE(chunked.read_to_end().find("413 "), std::string::npos);
}

TEST(Server, RefusesAHeadOverTheLimit) {
  LiveServer live(echo, Limits{.max_header_bytes = 8192});
  Client client(live.port());
  client.send("GET / HTTP/1.1\r\nX: " + std::string(20000, 'x') + "\r\n\r\n");
  EXPECT_NE(client.read_to_end().find("431 "), std::string::npos);
}

TEST(Server, TakesAHeadUpToTheLimitAndALargeBody) {
  LiveServer live(echo);
  Client client(live.port());
  const std::string body(5'000'000, 'b');
  client.send("POST /big HTTP/1.1\r\nX: " + std::string(20000, 'x') + "\r\nContent-Length: 5000000\r\n\r\n" +
              body);
  EXPECT_NE(client.read_until(" " + body).find("200 OK"), std::string::npos);
}

TEST(Server, StreamsPiecesAsTheyAreWritten) {
  LiveServer live([](const Request&, Exchange& exchange) -> Task<void> {
    co_await exchange.begin(200, {});
    co_await exchange.write("one");
    co_await sleep_for(20ms);
    co_await exchange.write("two");
    co_await exchange.end();
  });
  Client client(live.port());
  client.send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_NE(client.read_until("\r\n\r\n").find("Transfer-Encoding: chunked"), std::string::npos);
  EXPECT_EQ(client.read_until("one\r\n"), "3\r\none\r\n");
  EXPECT_EQ(client.read_until("0\r\n\r\n"), "3\r\ntwo\r\n0\r\n\r\n");
  client.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(body_of(client.read_to_end()), "onetwo");
}

TEST(Server, AnswersAFailingHandlerWithoutItsDetails) {
  LiveServer live([](const Request& request, Exchange&) -> Task<void> {
    if (request.target == "/throw") throw std::runtime_error("secret");
    co_return;
  });
  for (const char* target : {"/throw", "/silent"}) {
    Client client(live.port());
    client.send(std::string("GET ") + target + " HTTP/1.1\r\n\r\n");
    const std::string answer = client.read_until("}");
    EXPECT_NE(answer.find("500 Internal"), std::string::npos);
    EXPECT_EQ(answer.find("secret"), std::string::npos);
  }
}

TEST(Server, CutsAnAnswerThatTheHandlerDidNotEnd) {
  LiveServer live([](const Request&, Exchange& exchange) -> Task<void> {
    co_await exchange.begin(200, {});
    co_await exchange.write("half");
  });
  Client client(live.port());
  client.send("GET / HTTP/1.1\r\n\r\n");
  const std::string answer = client.read_to_end();
  EXPECT_NE(answer.find("half"), std::string::npos);
  EXPECT_EQ(answer.find("0\r\n\r\n"), std::string::npos);
}

class Hanging {
 public:
  Handler handler() {
    return [this](const Request&, Exchange& exchange) -> Task<void> {
      const Guard guard{ended};
      co_await exchange.begin(200, {});
      started = true;
      co_await sleep_for(60s);
    };
  }
  struct Guard {
    std::atomic<bool>& flag;
    ~Guard() { flag = true; }
  };
  std::atomic<bool> started = false;
  std::atomic<bool> ended = false;
};

TEST(Server, CancelsTheHandlerWhenTheClientHangsUp) {
  Hanging hanging;
  LiveServer live(hanging.handler());
  Client client(live.port());
  client.send("POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
  ASSERT_TRUE(live.eventually([&] { return hanging.started.load(); }));
  const auto before = std::chrono::steady_clock::now();
  client.close();
  EXPECT_TRUE(live.eventually([&] { return hanging.ended.load(); }));
  EXPECT_LT(std::chrono::steady_clock::now() - before, 200ms);
  EXPECT_TRUE(live.eventually([&] { return live.server().stats().open == 0; }));
  EXPECT_EQ(live.stats().hung_up, 1U);
}

TEST(Server, DoesNotTakeAPipelinedRequestForHangingUp) {
  LiveServer live([](const Request& request, Exchange& exchange) -> Task<void> {
    co_await sleep_for(30ms);
    co_await echo(request, exchange);
  });
  Client client(live.port());
  client.send("POST /first HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
  std::this_thread::sleep_for(10ms);
  client.send("GET /second HTTP/1.1\r\n\r\n");
  const std::string all = client.read_until("GET /second ");
  EXPECT_NE(all.find("POST /first "), std::string::npos);
}

TEST(Server, AnswersAGetWhoseClientSendsNoMore) {
  LiveServer live([](const Request& request, Exchange& exchange) -> Task<void> {
    co_await sleep_for(20ms);
    co_await echo(request, exchange);
  });
  Client client(live.port());
  client.send("GET /nc HTTP/1.1\r\n\r\n");
  client.finish_sending();
  EXPECT_EQ(body_of(client.read_to_end()), "GET /nc ");
}

TEST(Server, ClosesIdleConnectionsAndSlowHeads) {
  LiveServer live(echo, Limits{.idle = 60ms, .head = 60ms});
  Client idle(live.port());
  EXPECT_EQ(idle.read_to_end(), "");
  Client slow(live.port());
  slow.send("GET / HTTP/1.1\r\nX: ");
  EXPECT_NE(slow.read_to_end().find("408 "), std::string::npos);
}

TEST(Server, CutsABodyThatTrickles) {
  LiveServer live(echo, Limits{.slow_client = 60ms, .min_body_bytes_per_second = 1000});
  Client client(live.port());
  client.send("POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n");
  for (int i = 0; i < 10; ++i) {
    client.send("x");
    std::this_thread::sleep_for(20ms);
  }
  EXPECT_NE(client.read_to_end().find("408 "), std::string::npos);
}

TEST(Server, GivesUpAClientThatTakesNothing) {
  std::atomic<bool> timed_out = false;
  LiveServer live(
      [&](const Request&, Exchange& exchange) -> Task<void> {
        const std::string piece(1 << 20, 'p');
        co_await exchange.begin(200, {});
        for (;;) {
          const auto written = co_await exchange.write(piece);
          if (written) continue;
          timed_out = written.error().code == Errc::timeout;
          co_return;
        }
      },
      Limits{.slow_client = 80ms});
  Client client(live.port());
  client.send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(live.eventually([&] { return timed_out.load(); }));
}

TEST(Server, RefusesConnectionsOverTheLimit) {
  LiveServer live(echo, Limits{.max_connections = 2});
  Client a(live.port());
  Client b(live.port());
  ASSERT_TRUE(live.eventually([&] { return live.server().stats().open == 2; }));
  Client c(live.port());
  EXPECT_NE(c.read_to_end().find("503 "), std::string::npos);
  c.close();
  a.close();
  ASSERT_TRUE(live.eventually([&] { return live.server().stats().open < 2; }));
  Client d(live.port());
  d.send("GET /d HTTP/1.1\r\n\r\n");
  EXPECT_NE(d.read_until("GET /d ").find("200 OK"), std::string::npos);
}

TEST(Server, DrainsByFinishingWhatRunsAndClosingWhatIdles) {
  LiveServer live([](const Request& request, Exchange& exchange) -> Task<void> {
    co_await sleep_for(100ms);
    co_await echo(request, exchange);
  });
  Client idle(live.port());
  Client busy(live.port());
  busy.send("GET /busy HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(live.eventually(
      [&] { return live.server().stats().requests == 1 && live.server().stats().open == 2; }));
  auto drained = boost::asio::co_spawn(live.context(), live.server().drain(3s), boost::asio::use_future);
  EXPECT_EQ(idle.read_to_end(), "");
  EXPECT_EQ(body_of(busy.read_to_end()), "GET /busy ");
  EXPECT_EQ(drained.wait_for(1s), std::future_status::ready);
  EXPECT_EQ(live.stats().open, 0U);
}

TEST(Server, CutsWhatOutlastsTheDrain) {
  Hanging hanging;
  LiveServer live(hanging.handler());
  Client client(live.port());
  client.send("POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
  ASSERT_TRUE(live.eventually([&] { return hanging.started.load(); }));
  auto drained = boost::asio::co_spawn(live.context(), live.server().drain(50ms), boost::asio::use_future);
  EXPECT_EQ(drained.wait_for(2s), std::future_status::ready);
  EXPECT_TRUE(hanging.ended);
  EXPECT_EQ(live.stats().open, 0U);
}

TEST(Server, LetsWhatOutlastsTheDrainSayWhyItEnds) {
  bool ending = false;
  LiveServer live([&ending](const Request& request, Exchange& exchange) -> Task<void> {
    while (!ending) co_await sleep_for(5ms);
    co_await echo(request, exchange);
  });
  Client client(live.port());
  client.send("GET /long HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(live.eventually([&] { return live.server().stats().requests == 1; }));
  auto drained = boost::asio::co_spawn(
      live.context(), live.server().drain(20ms, [&ending] { ending = true; }), boost::asio::use_future);
  EXPECT_EQ(body_of(client.read_to_end()), "GET /long ");
  EXPECT_EQ(drained.wait_for(2s), std::future_status::ready);
}

// NOLINTEND(cppcoreguidelines-avoid-capturing-lambda-coroutines)

}  // namespace
}  // namespace localscale::net
