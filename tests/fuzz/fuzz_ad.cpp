// An ad that reads is an ad: what it says, written again, gives the same bytes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "core/routing/ad.hpp"

namespace {

bool anything(const localscale::crypto::PublicKey&, std::string_view, localscale::ByteView,
              const localscale::crypto::Signature&) {
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace localscale;
  // Short inputs are filled up, so that the fuzzer need not find the length.
  Bytes bytes(core::ad_size);
  if (size > core::ad_size) bytes.resize(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = std::byte{data[i]};
  auto received = core::ReceivedAd::read(bytes);
  if (!received) {
    if (received.error().what.empty()) std::abort();
    return 0;
  }
  const auto ad = std::move(*received).open({}, {}, anything);
  if (!ad) std::abort();
  const Bytes again = core::ad_body(*ad);
  if (!std::equal(again.begin(), again.end(), bytes.begin())) std::abort();
  return 0;
}
