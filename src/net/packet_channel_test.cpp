#include "net/packet_channel.hpp"

#include <optional>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <unistd.h>

#include "net/spawn.hpp"

namespace localscale::net {
namespace {

class PacketChannels : public testing::Test {
 protected:
  PacketChannels() {
    auto pair = sandbox::packet_pair();
    near_.emplace(context_.get_executor(), std::move(pair->first));
    far_.emplace(context_.get_executor(), std::move(pair->second));
  }

  void start(Task<void> task) { spawn(context_.get_executor(), "test", std::move(task)); }

  Task<void> receive_into(std::vector<Result<sandbox::Packet>>& packets, std::size_t count) {
    while (packets.size() < count) {
      auto packet = co_await far_->receive();
      packets.push_back(std::move(packet));
    }
  }

  Task<void> send_many(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::string text = "packet " + std::to_string(i);
      const auto sent = co_await near_->send(text);
      EXPECT_TRUE(sent.has_value());
    }
  }

  Task<void> send_with(std::string bytes, std::vector<UniqueFd> fds) {
    const auto sent = co_await near_->send(bytes, std::move(fds));
    EXPECT_TRUE(sent.has_value());
  }

  boost::asio::io_context context_{1};
  std::optional<PacketChannel> near_;
  std::optional<PacketChannel> far_;
};

TEST_F(PacketChannels, CarryMorePacketsThanTheQueueHoldsInOrder) {
  std::vector<Result<sandbox::Packet>> packets;
  start(send_many(5000));
  start(receive_into(packets, 5000));
  context_.run();
  ASSERT_EQ(packets.size(), 5000U);
  EXPECT_EQ(packets.back()->bytes, "packet 4999");
}

TEST_F(PacketChannels, CarryDescriptors) {
  int pipe_ends[2];
  ASSERT_EQ(::pipe2(pipe_ends, O_CLOEXEC), 0);
  const UniqueFd write_end(pipe_ends[1]);
  std::vector<UniqueFd> fds;
  fds.emplace_back(pipe_ends[0]);
  std::vector<Result<sandbox::Packet>> packets;
  start(send_with("here", std::move(fds)));
  start(receive_into(packets, 1));
  context_.run();
  ASSERT_EQ(packets.at(0)->fds.size(), 1U);
  ASSERT_EQ(::write(write_end.get(), "x", 1), 1);
  char read = 0;
  EXPECT_EQ(::read(packets.at(0)->fds[0].get(), &read, 1), 1);
  EXPECT_EQ(read, 'x');
}

TEST_F(PacketChannels, TellThatTheOtherSideIsGone) {
  std::vector<Result<sandbox::Packet>> packets;
  start(receive_into(packets, 1));
  context_.poll();
  near_->close();
  context_.run();
  ASSERT_EQ(packets.size(), 1U);
  EXPECT_EQ(packets[0].error().code, Errc::unavailable);
}

}  // namespace
}  // namespace localscale::net
