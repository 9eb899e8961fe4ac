#include "core/pool/short_code.hpp"

#include <gtest/gtest.h>

namespace localscale::core::pool {
namespace {

TEST(ShortCode, IsSixDigitsThatAnotherTranscriptChanges) {
  EXPECT_EQ(short_code(crypto::sha256(bytes_of("join"))), "554 787");
  for (int i = 0; i < 100; ++i) {
    const std::string code = short_code(crypto::sha256(bytes_of(std::to_string(i))));
    EXPECT_EQ(code.size(), 7U);
    EXPECT_EQ(code[3], ' ');
    EXPECT_EQ(code.find_first_not_of("0123456789 "), std::string::npos) << code;
    EXPECT_NE(code, short_code(crypto::sha256(bytes_of(std::to_string(i + 1)))));
  }
}

}  // namespace
}  // namespace localscale::core::pool
