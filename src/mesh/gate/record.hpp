#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/time.hpp"
#include "core/privacy/envelope.hpp"
#include "core/privacy/refusal.hpp"

namespace localscale::mesh::gate {

// What the gate's log holds (docs/protocols/gate-log.md). The numbers of the enums are written. Never
// content.

/// Something may pass from now on. Its sequence number is its name.
struct Opened {
  UnixMs at;
  core::privacy::Envelope envelope;
  bool operator==(const Opened&) const = default;
};

enum class Ending : std::uint8_t {
  complete = 1,
  broken_off = 2,
  over_budget = 3,    ///< More was to be sent than the envelope allows; it was not.
  other_content = 4,  ///< What was sent is not what the envelope's digest promised.
  assumed = 5,        ///< Nobody knows, after a crash: the whole budget counts as sent.
};

struct Closed {
  UnixMs at;
  std::uint64_t opened = 0;  ///< The sequence number of its Opened.
  std::uint64_t bytes = 0;   ///< That were handed to the connection.
  crypto::Digest digest{};   ///< SHA-256 of these; zeros where it is only assumed.
  Ending ending = Ending::assumed;
  bool operator==(const Closed&) const = default;
};

enum class Direction : std::uint8_t { leaving = 1, arriving = 2 };

struct Refused {
  UnixMs at;
  Direction direction = Direction::leaving;
  core::privacy::Refusal refusal;
  bool operator==(const Refused&) const = default;
};

/// At a start, an incomplete write was found at the log's end and cut off.
struct Recovered {
  UnixMs at;
  std::uint64_t bytes_cut = 0;
  crypto::Digest digest{};  ///< SHA-256 of what was cut.
  bool operator==(const Recovered&) const = default;
};

using Record = std::variant<Opened, Closed, Refused, Recovered>;

inline constexpr std::size_t refusal_text_bytes_max = 512;
inline constexpr std::size_t record_bytes_max = 800;

/// A refusal's text that is longer than the log takes, or not printable, is shortened.
Bytes encode(const Record& record);
Result<Record> decode_record(ByteView bytes);

[[nodiscard]] UnixMs time_of(const Record& record);

}  // namespace localscale::mesh::gate
