#include "net/seats.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace localscale::net {
namespace {

/// Takes as many as there are, up to 1000, and keeps them.
std::vector<Seat> take_all(Seats& seats, Door door, std::string_view address) {
  std::vector<Seat> held;
  for (int i = 0; i < 1000; ++i) {
    Seat seat = seats.take(door, address);
    if (!seat.taken()) break;
    held.push_back(std::move(seat));
  }
  return held;
}

TEST(Seats, TheLanGetsHalfAndCannotShutTheOtherDoors) {
  Seats seats(8);
  const auto lan = take_all(seats, Door::lan, "192.0.2.1");
  EXPECT_EQ(lan.size(), 4U);
  EXPECT_EQ(take_all(seats, Door::loopback, "127.0.0.1").size(), 4U);
  EXPECT_EQ(take_all(seats, Door::admin, "unix").size(), Seats::admin_max);
}

TEST(Seats, TheAdminSocketHasItsOwnWhateverTheOthersHold) {
  Seats seats(2);
  const auto local = take_all(seats, Door::loopback, "127.0.0.1");
  EXPECT_EQ(local.size(), 2U);
  EXPECT_FALSE(seats.take(Door::ollama, "127.0.0.1").taken());
  EXPECT_TRUE(seats.take(Door::admin, "unix").taken());
}

TEST(Seats, OneAddressHasFewStrangersUntilTheyAreRecognised) {
  Seats seats(4096);
  auto held = take_all(seats, Door::lan, "192.0.2.1");
  EXPECT_EQ(held.size(), Seats::strangers_max);
  EXPECT_TRUE(seats.take(Door::lan, "192.0.2.2").taken());
  for (Seat& seat : held) seat.recognise();
  EXPECT_EQ(take_all(seats, Door::lan, "192.0.2.1").size(), Seats::strangers_max);
  EXPECT_EQ(seats.open(Door::lan), Seats::strangers_max);
}

TEST(Seats, AreGivenBack) {
  Seats seats(2);
  EXPECT_EQ(take_all(seats, Door::lan, "192.0.2.1").size(), 1U);
  EXPECT_EQ(take_all(seats, Door::lan, "192.0.2.1").size(), 1U);
  EXPECT_EQ(seats.open(Door::lan), 0U);
}

}  // namespace
}  // namespace localscale::net
