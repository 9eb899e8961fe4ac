#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "crypto/home_id.hpp"

namespace localscale::core::privacy {

/// Why something does not pass the gate. The numbers are written (docs/protocols/gate-log.md).
enum class Why : std::uint8_t {
  malformed = 1,        ///< Not an envelope of a version that we read.
  oversized = 2,        ///< The envelope itself, its budget, or more bytes than its budget.
  not_allowed = 3,      ///< The purpose may not pass in this kind, or not from this process.
  label_forbids = 4,    ///< It would go farther than its label or purpose allows.
  misaddressed = 5,     ///< Not for this home, or for nobody who can be told.
  wrong_pool = 6,       ///< For another pool.
  not_a_member = 7,     ///< From or for a home that is not, or no longer, in the roster.
  wrong_peer = 8,       ///< Delivered by another home than it is from.
  forged = 9,           ///< Its signature is not that of the home it names.
  expired = 10,         ///< It was valid and is no more.
  clock_off = 11,       ///< Its times lie so far from ours that one of the clocks is wrong.
  replayed = 12,        ///< It came before.
  maybe_replayed = 13,  ///< It may have come before: nobody remembers that time.
  flooding = 14,        ///< That home sends more than is remembered.
  no_record = 15,       ///< The gate's log can't take a durable record.
};

/// "forged", "label_forbids" and so on.
std::string_view name(Why why);

struct Refusal {
  Why why = Why::malformed;
  /// The home it came from: by its connection or its signature, never by its mere word.
  std::optional<crypto::HomeId> who;
  /// What was wrong, for the log; never content.
  std::string what;

  bool operator==(const Refusal&) const = default;
};

/// As an error: `denied`, naming who and why.
Error to_error(const Refusal& refusal);

}  // namespace localscale::core::privacy
