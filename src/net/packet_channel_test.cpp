#include "net/packet_channel.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace localscale::net {
namespace {

class PacketChannels : public testing::Test {
 protected:
  PacketChannels() {
    auto pair = sandbox::packet_pair();
    near_ = PacketChannel::make(context_.get_executor(), std::move(pair->first));
    far_ = PacketChannel::make(context_.get_executor(), std::move(pair->second));
  }

  void listen() {
    far_->listen([this](sandbox::Packet packet) { packets_.push_back(std::move(packet)); },
                 [this] { ++gone_; });
  }

  boost::asio::io_context context_{1};
  std::shared_ptr<PacketChannel> near_;
  std::shared_ptr<PacketChannel> far_;
  std::vector<sandbox::Packet> packets_;
  int gone_ = 0;
};

TEST_F(PacketChannels, KeepWhatTheQueueDoesNotHoldAndSendItInOrder) {
  constexpr std::size_t count = 3000;
  for (std::size_t i = 0; i < count; ++i) ASSERT_TRUE(near_->send("packet " + std::to_string(i)));
  listen();
  context_.poll();
  ASSERT_EQ(packets_.size(), count);
  for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(packets_[i].bytes, "packet " + std::to_string(i));
}

TEST_F(PacketChannels, RefuseMoreThanTheyMayKeep) {
  Result<void> sent;
  std::size_t accepted = 0;
  while ((sent = near_->send("x"))) ASSERT_LE(++accepted, 2 * PacketChannel::kept_max);
  EXPECT_EQ(sent.error().code, Errc::exhausted);
  EXPECT_GE(accepted, PacketChannel::kept_max);
  listen();
  context_.poll();
  EXPECT_EQ(packets_.size(), accepted);
  EXPECT_TRUE(near_->send("there is room again"));
}

TEST_F(PacketChannels, CarryDescriptorsAlsoInKeptPackets) {
  int pipe_ends[2];
  ASSERT_EQ(::pipe2(pipe_ends, O_CLOEXEC), 0);
  const UniqueFd write_end(pipe_ends[1]);
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(near_->send("before"));
  std::vector<UniqueFd> fds;
  fds.emplace_back(pipe_ends[0]);
  ASSERT_TRUE(near_->send("here", std::move(fds)));
  listen();
  context_.poll();
  ASSERT_EQ(packets_.size(), 1001U);
  ASSERT_EQ(packets_.back().fds.size(), 1U);
  ASSERT_EQ(::write(write_end.get(), "x", 1), 1);
  char read = 0;
  EXPECT_EQ(::read(packets_.back().fds[0].get(), &read, 1), 1);
  EXPECT_EQ(read, 'x');
}

TEST_F(PacketChannels, TellOnceThatTheOtherSideIsGone) {
  listen();
  context_.poll();
  EXPECT_EQ(gone_, 0);
  near_->close();
  context_.run();
  EXPECT_EQ(gone_, 1);
  EXPECT_EQ(far_->send("x").error().code, Errc::unavailable);
}

TEST_F(PacketChannels, CallNothingOnceTheyAreClosedEvenFromAHandler) {
  int seen = 0;
  far_->listen(
      [&](sandbox::Packet) {
        ++seen;
        far_->close();
      },
      [this] { ++gone_; });
  ASSERT_TRUE(near_->send("first"));
  ASSERT_TRUE(near_->send("second"));
  context_.run();
  EXPECT_EQ(seen, 1);
  EXPECT_EQ(gone_, 0);
}

TEST_F(PacketChannels, LetOthersRunWhileABusyPeerSends) {
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(near_->send("x"));
  listen();
  std::size_t received_before_others = 0;
  context_.run_one();  // The listener's first packets.
  boost::asio::post(context_, [&] { received_before_others = packets_.size(); });
  context_.poll();
  EXPECT_LT(received_before_others, 100U);
  EXPECT_EQ(packets_.size(), 500U);
}

}  // namespace
}  // namespace localscale::net
