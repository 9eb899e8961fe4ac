#include "mesh/gate/log_writer.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/fault.hpp"
#include "crypto/random.hpp"
#include "mesh/gate/frame.hpp"

namespace localscale::mesh::gate {
namespace {

// What a file may have at most: its records end a frame after file_bytes_max, which options may set lower.
constexpr std::size_t file_read_bytes_max = (64ULL << 20U) + 2 * frame_bytes_max;
constexpr std::size_t checkpoint_bytes_max = 256;

constexpr const char* keep_advice =
    "Nothing leaves this home through the gate. Keep a copy of the folder and find out what happened; then "
    "move "
    "the folder away, and the gate begins a new log.";

/// 16 bytes that no other log has.
LogId fresh_id() {
  LogId id{};
  crypto::fill_random(id);
  return id;
}

/// The first frame of a file, with the state after it.
Bytes begin_file(LogState& state) {
  ++state.file;
  const Bytes head = encode_head(state);
  return encode_frame(state.next(), head, state.chain);
}

Result<Bytes> read_file(const LogFolder& folder, std::uint64_t number) {
  return folder.read(log_file_name(number), file_read_bytes_max);
}

/// What the last file held, and how much of it is whole.
struct End {
  LogState state;
  std::size_t good_bytes = 0;
  Bytes cut;
};

/// Reads the files from `numbers` on, which must follow each other.
Result<End> read_files(const LogFolder& folder, std::span<const std::uint64_t> numbers, const Visit& visit) {
  std::optional<LogState> before;
  End end;
  for (const std::uint64_t number : numbers) {
    const auto bytes = read_file(folder, number);
    if (!bytes) return tl::unexpected(bytes.error());
    const auto read = read_log_file(*bytes, before, visit);
    if (!read) return tl::unexpected(read.error());
    if (read->state.file != number)
      return fail(Errc::corrupt,
                  log_file_name(number) + " is file number " + std::to_string(read->state.file) +
                      " of the gate's log under another name.",
                  keep_advice);
    if (read->torn && number != numbers.back())
      return fail(Errc::corrupt, log_file_name(number) + " is not whole, but a later file follows it.",
                  keep_advice);
    end = {read->state,
           read->good_bytes,
           {bytes->begin() + static_cast<std::ptrdiff_t>(read->good_bytes), bytes->end()}};
    before = read->state;
  }
  return end;
}

/// Compares the log with the checkpoint at the record where it was made.
class CheckpointCheck {
 public:
  explicit CheckpointCheck(const Checkpoint& checkpoint) : checkpoint_(checkpoint) {}

  Result<void> operator()(const LogState& state) {
    if (state.id != checkpoint_.log)
      return fail(Errc::corrupt, "The checkpoint in the folder of the gate's log is that of another log.",
                  keep_advice);
    if (state.next() != checkpoint_.size) return {};
    met_ = true;
    if (state.tree.root() == checkpoint_.root) return {};
    return fail(Errc::corrupt,
                "The gate's log has other records than when its checkpoint was made: one of the first " +
                    std::to_string(checkpoint_.size) + " was changed. All was left as it is.",
                keep_advice);
  }

  [[nodiscard]] Result<void> finish(const LogState& end) const {
    if (met_) return {};
    return fail(Errc::corrupt,
                "The gate's log has " + std::to_string(end.next()) + " records, but its checkpoint counted " +
                    std::to_string(checkpoint_.size) + ": its end is missing. All was left as it is.",
                keep_advice);
  }

 private:
  Checkpoint checkpoint_;
  bool met_ = false;
};

Result<std::optional<Checkpoint>> stored_checkpoint(const LogFolder& folder, const LogOptions& options) {
  const auto bytes = folder.read(checkpoint_file_name, checkpoint_bytes_max);
  if (!bytes && bytes.error().code == Errc::not_found) return std::optional<Checkpoint>{};
  if (!bytes) return tl::unexpected(bytes.error());
  std::vector<crypto::PublicKey> keys = options.older_keys;
  keys.push_back(options.key.public_key());
  auto checkpoint = read_checkpoint(*bytes, keys);
  if (!checkpoint) {
    checkpoint.error().next = keep_advice;
    return tl::unexpected(checkpoint.error());
  }
  return std::optional(*checkpoint);
}

/// The newest files that reach back to the checkpoint; all of them if there is none.
Result<std::span<const std::uint64_t>> files_since(const LogFolder& folder,
                                                   std::span<const std::uint64_t> numbers,
                                                   const std::optional<Checkpoint>& checkpoint) {
  std::size_t first = checkpoint ? numbers.size() - 1 : 0;
  for (; first > 0; --first) {
    const auto bytes = read_file(folder, numbers[first]);
    if (!bytes) return tl::unexpected(bytes.error());
    const auto head = read_frame(*bytes);
    if (head && head->first <= checkpoint->size) break;
  }
  return numbers.subspan(first);
}

}  // namespace

Result<LogWriter> LogWriter::open(LogOptions options) {
  auto folder = LogFolder::hold(options.folder, options.create);
  if (!folder) return tl::unexpected(folder.error());
  const auto numbers = folder->file_numbers();
  if (!numbers) return tl::unexpected(numbers.error());
  if (!numbers->empty()) return go_on(std::move(options), *std::move(folder), *numbers);
  if (options.create) return begin(std::move(options), *std::move(folder));
  return fail(Errc::not_found, "There is no log of the gate in " + options.folder.string() + ".",
              "If this home never had one, let the gate begin it. If it had, find out who took it away.");
}

Result<LogWriter> LogWriter::begin(LogOptions options, LogFolder folder) {
  const auto leftover = stored_checkpoint(folder, options);
  if (!leftover) return tl::unexpected(leftover.error());
  if (leftover->has_value())
    return fail(Errc::corrupt,
                "There is a checkpoint of the gate's log in " + options.folder.string() + ", but no log.",
                keep_advice);
  LogState state;
  state.id = fresh_id();
  const Bytes head = begin_file(state);
  const std::string name = log_file_name(state.file);
  if (auto made = folder.replace(name, head); !made) return tl::unexpected(made.error());
  auto file = folder.open_to_write(name, head.size());
  if (!file) return tl::unexpected(file.error());
  LogWriter writer(std::move(options), std::move(folder), std::move(state), *std::move(file));
  if (auto kept = writer.checkpoint(writer.options_.now); !kept) return tl::unexpected(kept.error());
  return writer;
}

Result<LogWriter> LogWriter::go_on(LogOptions options, LogFolder folder,
                                   const std::vector<std::uint64_t>& numbers) {
  const auto stored = stored_checkpoint(folder, options);
  if (!stored) return tl::unexpected(stored.error());
  const auto since = files_since(folder, numbers, *stored);
  if (!since) return tl::unexpected(since.error());
  // A log without a checkpoint is one whose first start was cut off: it is as if its checkpoint said "empty".
  std::optional<CheckpointCheck> check;
  if (*stored) check.emplace(**stored);
  auto end = read_files(folder, *since, [&](const LogState& state, const Record* /*record*/) -> Result<void> {
    return check ? (*check)(state) : Result<void>{};
  });
  if (!end) return tl::unexpected(end.error());
  if (!check && end->state.next() > 0)
    return fail(Errc::corrupt, "The checkpoint of the gate's log is missing. All was left as it is.",
                keep_advice);
  if (check)
    if (auto finished = check->finish(end->state); !finished) return tl::unexpected(finished.error());
  auto file = folder.open_to_write(log_file_name(end->state.file), end->good_bytes);
  if (!file) return tl::unexpected(file.error());
  LogWriter writer(std::move(options), std::move(folder), std::move(end->state), *std::move(file));
  if (auto settled = writer.settle(end->cut); !settled) return tl::unexpected(settled.error());
  return writer;
}

Result<void> LogWriter::settle(ByteView cut) {
  const UnixMs now = options_.now;
  std::vector<Record> records;
  if (!cut.empty()) records.emplace_back(Recovered{now, cut.size(), crypto::sha256(cut)});
  for (const auto& [sequence, budget] : std::map(state_.open))
    records.emplace_back(Closed{now, sequence, budget, {}, Ending::assumed});
  for (std::span<const Record> rest(records); !rest.empty();) {
    const auto some = rest.first(std::min(rest.size(), records_per_frame_max));
    if (auto appended = append({some.begin(), some.end()}); !appended)
      return tl::unexpected(appended.error());
    rest = rest.subspan(some.size());
  }
  if (auto kept = checkpoint(now); !kept) return tl::unexpected(kept.error());
  return {};
}

Result<std::uint64_t> LogWriter::append(const std::vector<Record>& records) {
  LS_ASSERT(!records.empty() && records.size() <= records_per_frame_max);
  if (broken_) return tl::unexpected(*broken_);
  if (file_.size >= options_.file_bytes_max)
    if (auto rotated = rotate(); !rotated) return tl::unexpected(rotated.error());
  LogState next = state_;
  std::vector<Bytes> encoded;
  for (const Record& record : records) {
    encoded.push_back(encode(record));
    if (auto applied = next.apply(record, encoded.back()); !applied) return tl::unexpected(applied.error());
  }
  const std::uint64_t first = state_.next();
  const Bytes frame = encode_frame(first, encode_records(encoded), next.chain);
  if (auto written = folder_.write(file_, frame); !written) return tl::unexpected(written.error());
  if (auto synced = LogFolder::sync(file_); !synced) {
    broken_ = synced.error();
    return tl::unexpected(synced.error());
  }
  file_.size += frame.size();
  state_ = std::move(next);
  return first;
}

Result<void> LogWriter::rotate() {
  LogState next = state_;
  const Bytes head = begin_file(next);
  const std::string name = log_file_name(next.file);
  // If this fails, the next append tries it again before it writes: the old file gets nothing more, and the
  // new one the same head.
  if (auto made = folder_.replace(name, head); !made) return made;
  auto file = folder_.open_to_write(name, head.size());
  if (!file) return tl::unexpected(file.error());
  file_ = *std::move(file);
  state_ = std::move(next);
  if (auto kept = checkpoint(state_.latest); !kept) return tl::unexpected(kept.error());
  return {};
}

Result<Checkpoint> LogWriter::checkpoint(UnixMs now) {
  if (broken_) return tl::unexpected(*broken_);
  const Checkpoint checkpoint{state_.id, state_.next(), state_.tree.root(), now};
  if (auto kept = folder_.replace(checkpoint_file_name, encode_signed(checkpoint, options_.key)); !kept)
    return tl::unexpected(kept.error());
  return checkpoint;
}

Result<LogState> read_log(const LogFolder& folder, const Visit& visit) {
  const auto numbers = folder.file_numbers();
  if (!numbers) return tl::unexpected(numbers.error());
  if (numbers->empty())
    return fail(Errc::not_found, "There is no log of the gate in " + folder.path().string() + ".");
  auto end = read_files(folder, *numbers, visit);
  if (!end) return tl::unexpected(end.error());
  return std::move(end->state);
}

}  // namespace localscale::mesh::gate
