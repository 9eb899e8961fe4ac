#include "base/line_queue.hpp"

#include <gtest/gtest.h>

namespace localscale {
namespace {

TEST(LineQueue, GivesLinesInOrderInBatches) {
  LineQueue queue;
  for (int i = 0; i < 300; ++i) queue.add(std::to_string(i));
  EXPECT_EQ(queue.take().lines.size(), LineQueue::batch_lines_max);
  EXPECT_EQ(queue.take().lines.back(), "299");
  EXPECT_TRUE(queue.empty());
}

TEST(LineQueue, CountsWhatAFloodCosts) {
  LineQueue queue;
  for (int i = 0; i < 5000; ++i) queue.add("x");
  std::size_t lines = 0;
  std::uint64_t dropped = 0;
  while (!queue.empty()) {
    const auto batch = queue.take();
    lines += batch.lines.size();
    dropped += batch.dropped;
  }
  EXPECT_EQ(lines, LineQueue::lines_max);
  EXPECT_EQ(dropped, 5000 - LineQueue::lines_max);
}

TEST(LineQueue, CutsLongLinesAtAWholeCharacter) {
  LineQueue queue;
  std::string line;
  while (line.size() < 5000) line += "é";
  for (int i = 0; i < 40; ++i) queue.add(line);
  const auto batch = queue.take();
  EXPECT_LE(batch.lines.size() * LineQueue::line_bytes_max, LineQueue::batch_bytes_max);
  EXPECT_LE(batch.lines.front().size(), LineQueue::line_bytes_max);
  EXPECT_TRUE(batch.lines.front().ends_with("é…"));
}

}  // namespace
}  // namespace localscale
