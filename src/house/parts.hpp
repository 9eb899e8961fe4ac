#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "config/config.hpp"
#include "config/layout.hpp"
#include "engine/advisor.hpp"
#include "engine/service.hpp"
#include "gateway/config_keeper.hpp"
#include "gateway/release_source.hpp"
#include "net/http.hpp"
#include "store/database.hpp"
#include "store/key_store.hpp"
#include "store/session_store.hpp"

namespace localscale::house {

/// The channels to the other processes of the home; invalid ones make a house that answers, but loads or
/// pulls nothing.
struct Channels {
  UniqueFd supervisor;
  UniqueFd fetcher;
};

/// One wall test of one process.
struct WallReport {
  std::string process;
  std::vector<std::string> open;  ///< Ways out that were found.
  std::string error;              ///< Why it could not be tested; empty if it was.
};

/// What the parts tell the house about themselves. All on its executor.
struct Notices {
  std::function<void(std::vector<WallReport>)> walls;
  std::function<void()> supervisor_lost;
  std::function<void(bool)> fetcher_here;
  /// The config's live keys became others; the parts have taken them over.
  std::function<void(const config::Config&)> live_config;
  /// Somebody edited the config file.
  std::function<void()> config_edited;
  /// Lines of another process's log, and how many before them it could not pass on.
  std::function<void(std::string_view process, const std::vector<std::string>&, std::uint64_t)> log;
};

/// The services behind the gateway, wired to the real processes.
class Parts {
 public:
  virtual ~Parts() = default;
  [[nodiscard]] virtual engine::Catalog& catalog() = 0;
  [[nodiscard]] virtual engine::Engines& engines() = 0;
  [[nodiscard]] virtual engine::Puller& puller() = 0;
  [[nodiscard]] virtual engine::Advisor& advisor() = 0;
  [[nodiscard]] virtual store::KeyStore& keys() = 0;
  [[nodiscard]] virtual store::SessionStore& sessions() = 0;
  [[nodiscard]] virtual gateway::ConfigKeeper& config() = 0;
  [[nodiscard]] virtual gateway::ReleaseSource& releases() = 0;
  /// Memory of the machine and how busy it is, as the supervisor last said; zeros before.
  struct Machine {
    std::uint64_t memory_available_bytes = 0;
    std::uint64_t memory_total_bytes = 0;
    double busy_cores = 0;
    std::optional<double> watts{};
    std::string power_note{};
  };
  [[nodiscard]] virtual Machine machine() const = 0;
  /// Ends what can be resumed later and so need not be waited for: pulls.
  virtual void stop_pulls() = 0;
  /// Ends answers that outlast the stop; their clients are told why.
  virtual void end_answers() = 0;
  /// Ends the engines; completes when they are gone.
  virtual net::Task<void> stop() = 0;
};

/// `database` outlives the parts.
Result<std::unique_ptr<Parts>> make_parts(boost::asio::io_context& context, const config::Config& config,
                                          store::Database& database, Channels channels, Notices notices);

}  // namespace localscale::house
