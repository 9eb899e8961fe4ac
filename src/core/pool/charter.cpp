#include "core/pool/charter.hpp"

#include <algorithm>

#include "base/printable.hpp"

namespace localscale::core::pool {
namespace {

constexpr std::uint8_t charter_version = 1;

struct Range {
  std::string_view what;
  std::size_t value;
  std::size_t least;
  std::size_t most;
};

}  // namespace

Result<void> validate(const Charter& charter) {
  if (charter.pool_name.empty()) return fail(Errc::invalid_argument, "The pool has no name.");
  if (charter.pool_name.size() > name_bytes_max || !is_printable_utf8(charter.pool_name))
    return fail(Errc::invalid_argument, "The pool's name is longer than 64 bytes or can't be shown.");
  if (charter.admission != AdmissionRule::any_member && charter.admission != AdmissionRule::quorum)
    return fail(Errc::invalid_argument, "The charter's rule of admission is none that is known.");
  for (const Range& range : {Range{"quorum_percent", charter.quorum_percent, 50, 90},
                             {"renewers", charter.renewers, 1, 16},
                             {"homes_max", charter.homes_max, 2, homes_max_limit},
                             {"guests_per_sponsor", charter.guests_per_sponsor, 1, 16},
                             {"entry_days", charter.entry_days, 0, 3650}}) {
    if (range.value < range.least || range.value > range.most)
      return fail(Errc::invalid_argument, "The charter's " + std::string(range.what) + " is " +
                                              std::to_string(range.value) + "; it must be " +
                                              std::to_string(range.least) + " to " +
                                              std::to_string(range.most) + ".");
  }
  return {};
}

std::size_t quorum(const Charter& charter, std::size_t with_say) {
  return std::min(with_say * charter.quorum_percent / 100 + 1, std::max<std::size_t>(with_say, 1));
}

std::size_t quorum_against(const Charter& charter, std::size_t with_say) {
  const std::size_t others = with_say == 0 ? 0 : with_say - 1;
  return std::max<std::size_t>(2, std::min(with_say * charter.quorum_percent / 100 + 1, others));
}

void encode(const Charter& charter, Encoder& into) {
  into.u8(charter_version).text(charter.pool_name).u8(static_cast<std::uint8_t>(charter.admission));
  into.u8(charter.quorum_percent).u8(charter.renewers).u8(charter.homes_max);
  into.u8(charter.guests_per_sponsor).u16(charter.entry_days);
}

Charter decode_charter(Decoder& from) {
  if (from.u8() != charter_version) from.refuse("its charter is of a version that is not known here");
  Charter charter;
  charter.pool_name = from.text(name_bytes_max);
  charter.admission = static_cast<AdmissionRule>(from.u8());
  charter.quorum_percent = from.u8();
  charter.renewers = from.u8();
  charter.homes_max = from.u8();
  charter.guests_per_sponsor = from.u8();
  charter.entry_days = from.u16();
  if (!from.failed())
    if (const auto valid = validate(charter); !valid) from.refuse("its charter breaks a rule");
  return charter;
}

}  // namespace localscale::core::pool
