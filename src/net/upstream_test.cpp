#include "net/upstream.hpp"

#include <future>
#include <thread>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "net/spawn.hpp"

namespace localscale::net {
namespace {

/// An engine that says `answer` piece by piece and then closes or stays.
class Upstreams : public testing::Test {
 protected:
  Upstreams() {
    int pair[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    engine_ = UniqueFd(pair[0]);
    upstream_ = make_upstream(context_.get_executor(), UniqueFd(pair[1]));
  }

  void say(std::string_view bytes) const {
    EXPECT_EQ(::send(engine_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }

  std::string heard() const {
    std::string bytes(65536, '\0');
    const ssize_t got = ::recv(engine_.get(), bytes.data(), bytes.size(), 0);
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return bytes;
  }

  template <class T>
  T run(Task<T> task) {
    std::optional<T> result;
    spawn(context_.get_executor(), "test", store(std::move(task), result));
    context_.restart();
    context_.run();
    EXPECT_TRUE(result.has_value());
    return std::move(*result);
  }

  template <class T>
  static Task<void> store(Task<T> task, std::optional<T>& into) {
    into.emplace(co_await std::move(task));
  }

  boost::asio::io_context context_{1};
  UniqueFd engine_;
  std::unique_ptr<Upstream> upstream_;
};

TEST_F(Upstreams, SendARequestAndReadAWholeAnswer) {
  say("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello");
  Headers headers;
  headers.add("X-Test", "1");
  const auto head = run(upstream_->request("POST", "/v1/x?y=1", headers, "body"));
  ASSERT_TRUE(head.has_value());
  EXPECT_EQ(head->status, 200U);
  EXPECT_EQ(head->headers.get("content-type"), "text/plain");
  EXPECT_FALSE(upstream_->reusable());
  EXPECT_EQ(run(upstream_->read_all(100)), "hello");
  EXPECT_TRUE(upstream_->reusable());
  EXPECT_EQ(heard(), "POST /v1/x?y=1 HTTP/1.1\r\nHost: engine\r\nX-Test: 1\r\nContent-Length: 4\r\n\r\nbody");
}

TEST_F(Upstreams, ServeSeveralRequests) {
  for (int i = 0; i < 3; ++i) {
    say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n");
    ASSERT_TRUE(run(upstream_->request("GET", "/", {}, {})).has_value());
    EXPECT_EQ(run(upstream_->read_all(100)), "abc");
    EXPECT_TRUE(upstream_->reusable());
  }
}

TEST_F(Upstreams, GivePiecesAsTheyCome) {
  say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  ASSERT_TRUE(run(upstream_->request("GET", "/", {}, {})).has_value());
  say("3\r\none\r\n");
  EXPECT_EQ(run(upstream_->read_some()), "one");
  say("3\r\ntwo\r\n5\r\nthree\r\n4\r\nfo");
  EXPECT_EQ(run(upstream_->read_some()), "twothreefo");
  say("ur\r\n0");
  EXPECT_EQ(run(upstream_->read_some()), "ur");
  say("\r\n\r\n");
  EXPECT_EQ(run(upstream_->read_some()), "");
  EXPECT_TRUE(upstream_->reusable());
}

TEST_F(Upstreams, ReadAnAnswerThatComesByteByByte) {
  const std::string answer =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n";
  std::thread engine([&] {
    for (const char c : answer) {
      say({&c, 1});
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
  });
  EXPECT_EQ(run(upstream_->request("GET", "/", {}, {}))->status, 200U);
  EXPECT_EQ(run(upstream_->read_all(100)), "onetwo");
  engine.join();
}

TEST_F(Upstreams, ReadABodyThatEndsWithTheConnection) {
  say("HTTP/1.1 200 OK\r\n\r\nall of it");
  engine_.reset();
  ASSERT_TRUE(run(upstream_->request("GET", "/", {}, {})).has_value());
  EXPECT_EQ(run(upstream_->read_all(100)), "all of it");
  EXPECT_FALSE(upstream_->reusable());
}

TEST_F(Upstreams, TellAnEngineThatNeverAnsweredFromOneThatStopped) {
  engine_.reset();
  EXPECT_EQ(run(upstream_->request("GET", "/", {}, {})).error().code, Errc::unavailable);
}

TEST_F(Upstreams, ReportAnEngineThatDiesInItsAnswer) {
  say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
  ASSERT_TRUE(run(upstream_->request("GET", "/", {}, {})).has_value());
  EXPECT_EQ(run(upstream_->read_some()), "one");
  engine_.reset();
  EXPECT_EQ(run(upstream_->read_some()).error().code, Errc::corrupt);
  EXPECT_FALSE(upstream_->reusable());
  EXPECT_EQ(run(upstream_->request("GET", "/", {}, {})).error().code, Errc::unavailable);
}

TEST_F(Upstreams, RefuseWhatIsNotHttpOrTooLarge) {
  say("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n0123456789");
  ASSERT_TRUE(run(upstream_->request("GET", "/", {}, {})).has_value());
  EXPECT_EQ(run(upstream_->read_all(5)).error().code, Errc::exhausted);
}

TEST_F(Upstreams, RefuseGarbage) {
  say("SSH-2.0-OpenSSH\r\n\r\n");
  EXPECT_EQ(run(upstream_->request("GET", "/", {}, {})).error().code, Errc::corrupt);
}

TEST_F(Upstreams, EndTheirWaitWhenCancelled) {
  boost::asio::cancellation_signal stop;
  std::optional<Result<UpstreamHead>> result;
  const Headers none;
  spawn(context_.get_executor(), "test", store(upstream_->request("GET", "/", none, {}), result),
        stop.slot());
  context_.poll();
  stop.emit(boost::asio::cancellation_type::terminal);
  context_.run();
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->error().code, Errc::cancelled);
  upstream_.reset();
  heard();
  EXPECT_EQ(heard(), "");  // The engine sees the connection closed.
}

}  // namespace
}  // namespace localscale::net
