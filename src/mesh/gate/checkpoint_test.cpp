#include "mesh/gate/checkpoint.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "mesh/gate/test_log.hpp"

namespace localscale::mesh::gate {
namespace {

const std::vector<crypto::PublicKey> ours{TestMembers::key(1).public_key()};

// The test vector of docs/protocols/gate-log.md: after its two records.
TEST(Checkpoint, IsWrittenAsTheDocumentSays) {
  Checkpoint checkpoint;
  for (std::size_t i = 0; i < checkpoint.log.size(); ++i) checkpoint.log[i] = static_cast<std::byte>(i);
  Closed closed = test_closed(0);
  closed.at.ms += 5;
  crypto::MerkleFrontier tree;
  tree.append(crypto::merkle_leaf(encode(test_opened())));
  tree.append(crypto::merkle_leaf(encode(closed)));
  checkpoint.size = tree.size();
  checkpoint.root = tree.root();
  checkpoint.at = {test_now.ms + 6};
  EXPECT_EQ(to_hex(checkpoint.root), "21f955074c02e93a89319438945bfecf9f3f421f709406c5ff37a94e0b4a1bfe");
  EXPECT_EQ(to_hex(encode_signed(checkpoint, TestMembers::key(1))),
            "01000102030405060708090a0b0c0d0e0f000000000000000221f955074c02e93a89319438945bfecf9f3f421f709406"
            "c5ff37a94e0b4a1bfe000001a3185c500685b82f2a8ffe390a06e434620c595f8d37fb4069eb644b236e529ab0ec8c1f"
            "6f1344e2546ceda92da5b1597a828fb26d8fdc3fac7c1e0f5c624c3289b9f11307");
}

TEST(Checkpoint, IsReadAsItIsWrittenIfOneOfOurKeysSignedIt) {
  const Checkpoint checkpoint{{}, 7, crypto::sha256({}), test_now};
  const Bytes bytes = encode_signed(checkpoint, TestMembers::key(1));
  EXPECT_EQ(read_checkpoint(bytes, ours), checkpoint);
  EXPECT_EQ(read_checkpoint(bytes, {TestMembers::key(2).public_key(), ours.front()}), checkpoint);
  EXPECT_FALSE(read_checkpoint(bytes, {TestMembers::key(2).public_key()}));
  EXPECT_FALSE(read_checkpoint(bytes, {}));
}

TEST(Checkpoint, WithAnyByteChangedOrCutIsNone) {
  const Bytes good = encode_signed(Checkpoint{}, TestMembers::key(1));
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes bytes = good;
    bytes[i] ^= std::byte{1};
    EXPECT_FALSE(read_checkpoint(bytes, ours)) << i;
    EXPECT_FALSE(read_checkpoint(ByteView(good).first(i), ours)) << i;
  }
}

TEST(Checkpoint, IsNoEnvelope) {
  const Bytes message = encode(Checkpoint{});
  const crypto::Signature signature = TestMembers::key(1).sign(core::privacy::envelope_domain, message);
  EXPECT_FALSE(read_checkpoint(Encoder().fixed(message).fixed(signature.bytes).take(), ours));
}

}  // namespace
}  // namespace localscale::mesh::gate
