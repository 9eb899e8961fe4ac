#include "mesh/fetcher/retry.hpp"

#include <curl/curl.h>
#include <gtest/gtest.h>

namespace localscale::mesh::fetcher {
namespace {

using namespace std::chrono_literals;

TEST(Retry, PausesGrowWithJitterUpToALimit) {
  const RetryPolicy policy;
  EXPECT_EQ(pause_before(policy, Trouble::passing, 1, 0, 0s), 250ms);
  EXPECT_EQ(pause_before(policy, Trouble::passing, 1, 0.999, 0s), 499ms);
  EXPECT_EQ(pause_before(policy, Trouble::passing, 3, 0, 0s), 1000ms);
  EXPECT_EQ(pause_before(policy, Trouble::passing, 8, 0, 0s), 15'000ms);
  EXPECT_EQ(pause_before(policy, Trouble::passing, 9, 0, 0s), std::nullopt);
}

TEST(Retry, TheServersWishCountsUnlessItIsTooLong) {
  const RetryPolicy policy;
  EXPECT_EQ(pause_before(policy, Trouble::passing, 1, 0, 7s), 7s);
  EXPECT_EQ(pause_before(policy, Trouble::passing, 1, 0, 121s), std::nullopt);
}

TEST(Retry, WhatIsUnreachableIsSaidWithinSeconds) {
  const RetryPolicy policy;
  std::chrono::milliseconds longest{0};
  unsigned attempt = 1;
  for (; const auto pause = pause_before(policy, Trouble::unreachable, attempt, 0.999, 0s); ++attempt)
    longest += *pause;
  EXPECT_EQ(attempt, 3U);
  EXPECT_LT(longest, 2s);
}

TEST(Retry, AfterASilenceOfTheWholeConnectTimeOutNobodyIsAskedAgain) {
  EXPECT_EQ(pause_before(RetryPolicy(), Trouble::silent, 1, 0, 0s), std::nullopt);
}

TEST(Retry, StatusesAreJudgedByWhatCanHelp) {
  EXPECT_EQ(judge_status(206, false), Verdict::ok);
  for (const long status : {408L, 429L, 500L, 502L, 503L, 504L})
    EXPECT_EQ(judge_status(status, false), Verdict::retry);
  EXPECT_EQ(judge_status(401, false), Verdict::authenticate);
  EXPECT_EQ(judge_status(404, false), Verdict::give_up);
  EXPECT_EQ(judge_status(403, true), Verdict::resolve_again) << "a signed address ran out";
  EXPECT_EQ(judge_status(416, false), Verdict::give_up);
}

TEST(Retry, BrokenConnectionsAreTriedAgainAndBadCertificatesAreNot) {
  EXPECT_EQ(judge_curl(CURLE_RECV_ERROR), Verdict::retry);
  EXPECT_EQ(judge_curl(CURLE_OPERATION_TIMEDOUT), Verdict::retry);
  EXPECT_EQ(judge_curl(CURLE_PEER_FAILED_VERIFICATION), Verdict::give_up);
}

}  // namespace
}  // namespace localscale::mesh::fetcher
