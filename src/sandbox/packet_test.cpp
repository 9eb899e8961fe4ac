#include "sandbox/packet.hpp"

#include <array>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace localscale::sandbox {
namespace {

struct Ends {
  UniqueFd left;
  UniqueFd right;
};

Ends make_ends() {
  auto pair = packet_pair();
  EXPECT_TRUE(pair) << pair.error().message();
  return Ends{std::move(pair->first), std::move(pair->second)};
}

TEST(Packet, ArrivesWholeAndInOrder) {
  const Ends ends = make_ends();
  ASSERT_TRUE(send_packet(ends.left.get(), "first"));
  ASSERT_TRUE(send_packet(ends.left.get(), std::string(kMaxPacketBytes, 'x')));
  const auto first = receive_packet(ends.right.get());
  ASSERT_TRUE(first);
  EXPECT_EQ(first->packet.bytes, "first");
  const auto second = receive_packet(ends.right.get());
  ASSERT_TRUE(second);
  EXPECT_EQ(second->packet.bytes.size(), kMaxPacketBytes);
}

TEST(Packet, CarriesDescriptorsThatAreCloseOnExec) {
  const Ends ends = make_ends();
  std::array<int, 2> pipe_ends{};
  ASSERT_EQ(::pipe(pipe_ends.data()), 0);
  const UniqueFd reader(pipe_ends[0]);
  UniqueFd writer(pipe_ends[1]);
  const std::array<int, 1> sent{writer.get()};
  ASSERT_TRUE(send_packet(ends.left.get(), "fd", sent));
  writer.reset();
  const auto received = receive_packet(ends.right.get());
  ASSERT_TRUE(received);
  ASSERT_EQ(received->packet.fds.size(), 1U);
  const int fd = received->packet.fds[0].get();
  EXPECT_NE(::fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
  ASSERT_EQ(::write(fd, "y", 1), 1);
  char byte = 0;
  ASSERT_EQ(::read(reader.get(), &byte, 1), 1);
  EXPECT_EQ(byte, 'y');
}

TEST(Packet, SaysWhenTheOtherSideIsGone) {
  Ends ends = make_ends();
  ends.left.reset();
  const auto received = receive_packet(ends.right.get());
  ASSERT_TRUE(received);
  EXPECT_EQ(received->state, Received::State::closed);
  const auto sent = send_packet(ends.right.get(), "late");
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, Errc::unavailable);
}

TEST(Packet, SaysOnANonBlockingSocketThatNothingCameYetOrNothingFits) {
  const Ends ends = make_ends();
  ASSERT_EQ(::fcntl(ends.left.get(), F_SETFL, O_NONBLOCK), 0);
  const auto received = receive_packet(ends.left.get());
  ASSERT_TRUE(received);
  EXPECT_EQ(received->state, Received::State::nothing_yet);
  Result<void> sent;
  for (int i = 0; i < 10'000 && sent; ++i) sent = send_packet(ends.left.get(), std::string(1000, 'x'));
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, Errc::exhausted);
}

TEST(Packet, RefusesToSendWhatIsOverTheLimits) {
  const Ends ends = make_ends();
  EXPECT_EQ(send_packet(ends.left.get(), "").error().code, Errc::invalid_argument);
  EXPECT_EQ(send_packet(ends.left.get(), std::string(kMaxPacketBytes + 1, 'x')).error().code,
            Errc::invalid_argument);
  const std::array<int, 5> many{0, 0, 0, 0, 0};
  EXPECT_EQ(send_packet(ends.left.get(), "x", many).error().code, Errc::invalid_argument);
}

TEST(Packet, DropsATooLongOneAndReadsTheNext) {
  const Ends ends = make_ends();
  const std::string large(kMaxPacketBytes + 1, 'x');
  ASSERT_EQ(::send(ends.left.get(), large.data(), large.size(), 0), static_cast<ssize_t>(large.size()));
  ASSERT_TRUE(send_packet(ends.left.get(), "next"));
  const auto dropped = receive_packet(ends.right.get());
  ASSERT_FALSE(dropped);
  EXPECT_EQ(dropped.error().code, Errc::corrupt);
  const auto next = receive_packet(ends.right.get());
  ASSERT_TRUE(next);
  EXPECT_EQ(next->packet.bytes, "next");
}

}  // namespace
}  // namespace localscale::sandbox
