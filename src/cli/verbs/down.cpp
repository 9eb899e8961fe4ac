#include <cerrno>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <signal.h>

#include "cli/supervisor_process.hpp"
#include "cli/verb.hpp"
#include "config/state_owner.hpp"

namespace localscale::cli {
namespace {

int tell(const Context& context, bool was_running, bool killed) {
  if (context.terminal.look().json) {
    context.terminal.write(schema_line("down", {{"was_running", was_running}, {"killed", killed}}));
    return 0;
  }
  context.terminal.say(!was_running ? "Localscale was not running."
                       : killed ? "Localscale did not stop by itself and was ended; what was stored is kept."
                                : "Localscale stopped.");
  return 0;
}

Outcome<void> send_signal(const config::Layout& layout, pid_t process, int number) {
  // Gone between finding and ending it is as good.
  if (kill(process, number) == 0 || errno == ESRCH) return {};
  return failed(config::with_owner(fail_errno(fmt::format("Stopping the process {}", process), errno).value(),
                                   layout.state));
}

/// True if it had to be killed.
Outcome<bool> stop(const config::Layout& layout, pid_t holder, std::chrono::milliseconds drain) {
  constexpr std::chrono::seconds beyond_drain{10};
  constexpr std::chrono::seconds after_kill{5};
  if (auto sent = send_signal(layout, holder, SIGTERM); !sent) return tl::unexpected(sent.error());
  const auto free = wait_until_free(layout, drain + beyond_drain);
  if (!free) return failed(free.error());
  if (*free) return false;
  if (auto sent = send_signal(layout, holder, SIGKILL); !sent) return tl::unexpected(sent.error());
  const auto freed = wait_until_free(layout, after_kill);
  if (!freed) return failed(freed.error());
  if (!*freed)
    return failed({Errc::timeout, fmt::format("The process {} does not end.", holder),
                   "Look at it with: ps -fp " + std::to_string(holder)});
  return true;
}

int down(const Context& context) {
  const auto config = context.config();
  if (!config) return context.terminal.report(config.error());
  const config::Layout layout(*config);
  const auto holder = lock_holder(layout);
  if (!holder) return context.terminal.report(failed(holder.error()).value());
  if (!holder->has_value()) return tell(context, false, false);
  context.terminal.progress("stopping; running answers may finish");
  const auto killed = stop(layout, **holder, std::chrono::milliseconds(config->api.drain_timeout_ms));
  context.terminal.progress_done();
  if (!killed) return context.terminal.report(killed.error());
  return tell(context, true, *killed);
}

}  // namespace

Verb down_verb() {
  return {.name = "down",
          .summary = "Stop this home; running answers may finish",
          .example = "localscale down",
          .options = {},
          .run = down,
          .verbs = {},
          .storage = {}};
}

}  // namespace localscale::cli
