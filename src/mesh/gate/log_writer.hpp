#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "crypto/signing.hpp"
#include "mesh/gate/checkpoint.hpp"
#include "mesh/gate/log_folder.hpp"
#include "mesh/gate/log_reader.hpp"

namespace localscale::mesh::gate {

struct LogOptions {
  std::filesystem::path folder;
  crypto::SigningKey key;  ///< Signs the checkpoints.
  /// Keys that this home had before: the last checkpoint may be signed by one of them.
  std::vector<crypto::PublicKey> older_keys{};
  /// Whether a log may be begun where there is none. Only a home's first start does so: later, a missing log
  /// was taken away.
  bool create = false;
  UnixMs now{};
  std::uint64_t file_bytes_max = 16ULL << 20U;  ///< After so many, the next file is begun.
};

/// The gate's log on disk, for one thread. Each append is durable before it returns.
class LogWriter {
 public:
  /// Reads what has to be read (all since the last checkpoint), and makes it ready: cuts off a write that was
  /// never complete, and closes what was open with its whole budget. Fails, leaving the files as they are, if
  /// anything else is wrong with them; then nothing may be sent.
  static Result<LogWriter> open(LogOptions options);

  /// Writes these together and waits for the disk; the sequence number of the first. If it fails, none of
  /// them is in the log. 1 to records_per_frame_max of them.
  Result<std::uint64_t> append(const std::vector<Record>& records);

  /// Signs how far the log goes, and keeps that beside it.
  Result<Checkpoint> checkpoint(UnixMs now);

  [[nodiscard]] const LogState& state() const { return state_; }

 private:
  LogWriter(LogOptions options, LogFolder folder, LogState state, LogFile file)
      : options_(std::move(options)),
        folder_(std::move(folder)),
        state_(std::move(state)),
        file_(std::move(file)) {}

  static Result<LogWriter> begin(LogOptions options, LogFolder folder);
  static Result<LogWriter> go_on(LogOptions options, LogFolder folder,
                                 const std::vector<std::uint64_t>& numbers);
  Result<void> settle(ByteView cut);
  Result<void> rotate();

  LogOptions options_;
  LogFolder folder_;
  LogState state_;
  LogFile file_;
  std::optional<Error> broken_;  ///< Nobody knows any more what is on the disk.
};

/// The key's checkpoint file, in the log's folder.
inline constexpr const char* checkpoint_file_name = "checkpoint";

/// Reads a whole log, from its oldest file that is there, telling `visit` every record: for showing and
/// verifying. Needs no key; checks the chain, not the checkpoint.
Result<LogState> read_log(const LogFolder& folder, const Visit& visit);

}  // namespace localscale::mesh::gate
