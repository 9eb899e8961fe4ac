// A journal that reads at all reads the same after it was written again. The input's check line is made
// right, so that what lies behind it is reached.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "mesh/fetcher/digest.hpp"
#include "mesh/fetcher/journal.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace localscale::mesh::fetcher;
  std::string text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(decode_journal(text));
  text += "check " + sha256_hex(text).substr(0, 16) + "\n";
  const auto journal = decode_journal(text);
  if (!journal) {
    if (journal.error().what.empty()) std::abort();
    return 0;
  }
  const auto again = decode_journal(encode(*journal));
  if (!again || *again != *journal) std::abort();
  for (const auto& range : journal->have.all()) {
    if (range.begin >= range.end || range.end > journal->size) std::abort();
  }
  return 0;
}
