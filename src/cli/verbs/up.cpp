#include <algorithm>
#include <array>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/home_status.hpp"
#include "cli/log_file.hpp"
#include "cli/machine_service.hpp"
#include "cli/sign_in_link.hpp"
#include "cli/supervisor_process.hpp"
#include "cli/verb.hpp"
#include "config/state_owner.hpp"

namespace localscale::cli {
namespace {

using Clock = std::chrono::steady_clock;

struct UpOptions {
  bool foreground = false;
  bool ollama_port = false;
};

std::vector<std::string> supervisor_arguments(const Context& context, const UpOptions& options) {
  std::vector<std::string> arguments = {"--config", context.config_path.string()};
  if (options.ollama_port) arguments.emplace_back("--ollama-port");
  return arguments;
}

/// Where this machine's programs reach the running home; not what the config says, which may have changed.
std::string home_url(const Json& status, const config::Config& config) {
  for (const Json& door : list_at(status, "doors")) {
    if (flag_at(door, "open") && text_at(door, "name") == "loopback") return text_at(door, "url");
  }
  return fmt::format("http://127.0.0.1:{}/", config.api.port);
}

/// True if an open door has the port that the config names.
bool serves_as_configured(const Json& status, const config::Config& config) {
  const std::string port = fmt::format(":{}", config.api.port);
  const Json& doors = list_at(status, "doors");
  return std::any_of(doors.begin(), doors.end(), [&](const Json& door) {
    const std::string url = text_at(door, "url");
    return flag_at(door, "open") && (url.ends_with(port) || url.find(port + "/") != std::string::npos);
  });
}

/// Why the supervisor ended, in its own words: those that it wrote into the log since it was started.
tl::unexpected<Failure> died_at_start(const config::Layout& layout, int status, LogWriter& writer) {
  constexpr std::size_t shown = 8;
  finish(writer);
  std::string said = lost_by(writer);
  if (!said.empty()) {
    said = "\n" + said;  // The disk took none of them.
  } else {
    for (const std::string& line : lines_since(layout.log, writer.begin, shown)) said += "\n  " + line;
  }
  const std::string how = WIFSIGNALED(status) ? fmt::format("was ended by signal {}", WTERMSIG(status))
                                              : fmt::format("ended with status {}", WEXITSTATUS(status));
  return failed({Errc::internal,
                 fmt::format("Localscale did not start: the supervisor {}. {}\n", how,
                             said.empty() ? "It wrote nothing into the log." : "Its last words:" + said),
                 fmt::format("The whole log: {}", layout.log.string())});
}

bool is_ready(const Outcome<Json>& status) {
  return status && text_at(*status, "state") != "Starting";
}

/// Waits until the home answers; tells on the way that it takes a while.
Outcome<Json> wait_until_ready(const Context& context, const Home& home, pid_t supervisor,
                               LogWriter& writer) {
  constexpr std::chrono::seconds patience{60};
  static constexpr std::array marks = {"|", "/", "-", "\\"};
  const auto start = Clock::now();
  for (std::size_t i = 0; Clock::now() - start < patience; ++i) {
    int status = 0;
    if (waitpid(supervisor, &status, WNOHANG) == supervisor)
      return died_at_start(home.layout(), status, writer);
    if (auto answer = status_of(home, std::chrono::seconds(2)); is_ready(answer)) {
      context.terminal.progress_done();
      return answer;
    }
    const auto seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (seconds > 0.5)
      context.terminal.progress(
          fmt::format("{} starting ({:.0f} s)", marks.at(i / 4 % marks.size()), seconds));
    std::this_thread::sleep_for(std::chrono::milliseconds(25));
  }
  return failed({Errc::timeout, "Localscale was started but is not ready after 60 s; it was left running.",
                 "See: localscale logs"});
}

/// The answer of a home whose lock `holder` has; waits while it says that it starts.
Outcome<Json> answer_of(const Home& home, pid_t holder) {
  constexpr std::chrono::milliseconds silence{4500};
  constexpr std::chrono::seconds patience{60};
  const auto start = Clock::now();
  for (auto heard = start; Clock::now() < std::min(heard + silence, start + patience);) {
    auto answer = status_of(home, silence);
    if (is_ready(answer)) return answer;
    if (answer) heard = Clock::now();
    const bool may_come = answer || answer.error().exit == Exit::not_running;
    if (!may_come && answer.error().error.code != Errc::timeout) return answer;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return failed({Errc::timeout,
                 fmt::format("The process {} holds this home's lock ({}), but the home does not answer.",
                             holder, home.layout().lock.string()),
                 fmt::format("See: localscale logs. {}", restart_advice)});
}

/// Who may use the machine's service may not read its lock.
Outcome<Json> answer_behind_closed_lock(const Home& home, const Error& closed) {
  constexpr std::chrono::seconds patience{4};
  auto answer = status_of(home, patience);
  if (answer) return answer;
  return failed(closed);
}

/// `link` opens the page signed in; empty where the home gives none.
void tell(const Context& context, const std::string& url, const std::string& link, bool already,
          const Json& status) {
  if (context.terminal.look().json) {
    Json line = {{"url", url}, {"already_running", already}, {"doors", list_at(status, "doors")}};
    if (!link.empty()) line["sign_in_url"] = link;
    context.terminal.write(schema_line("up", line));
    return;
  }
  context.terminal.say(fmt::format("Localscale {} at {}", already ? "is already running" : "is up",
                                   context.terminal.bold(url)));
  if (!link.empty())
    context.terminal.say(fmt::format("Its page, signed in: {}", context.terminal.bold(link)));
}

Outcome<Json> start(const Context& context, const Home& home, const UpOptions& options) {
  if (auto refused = refuse_start_beside_service(context.config_path, home.layout().state); !refused)
    return failed(refused.error());
  const auto program = sibling_program("localscale-supervisor");
  if (!program) return failed(program.error());
  if (options.foreground) return failed(become(*program, supervisor_arguments(context, options)));
  // Before the log is made there; the supervisor says the same where it is started by itself.
  if (auto refused = config::refuse_state_of_another(home.layout().state); !refused)
    return failed(refused.error());
  auto writer = start_log_writer(home.layout().log);
  if (!writer) return failed(writer.error());
  const auto supervisor =
      start_detached(*program, supervisor_arguments(context, options), writer->input.get());
  if (!supervisor) return failed(supervisor.error());
  return wait_until_ready(context, home, *supervisor, *writer);
}

/// A home that could not open every door that it was asked for says so at once.
void tell_shut_doors(const Context& context, const Json& status) {
  for (const Json& door : list_at(status, "doors")) {
    if (flag_at(door, "open")) continue;
    context.terminal.remark(
        fmt::format("The {} door stays shut: {}", text_at(door, "name"), text_at(door, "note")));
  }
}

/// Starts the home, or asks the one that another `up` started at the same time.
Outcome<Json> start_or_join(const Context& context, const Home& home, const UpOptions& options,
                            bool& already) {
  auto status = start(context, home, options);
  const bool ended = !status && status.error().error.code == Errc::internal;
  if (!ended) return status;
  const auto holder = lock_holder(home.layout());
  if (!holder || !*holder) return status;
  already = true;
  return answer_of(home, **holder);
}

/// Options of `up` mean nothing to a home that runs already.
void tell_closed_ollama_port(const Context& context, const Json& status) {
  const Json& doors = list_at(status, "doors");
  const bool known = std::any_of(doors.begin(), doors.end(),
                                 [](const Json& door) { return text_at(door, "name") == "ollama"; });
  if (known) return;
  context.terminal.remark(
      "The running home does not serve port 11434. To open it: localscale down; localscale up --ollama-port");
}

int up(const Context& context, const UpOptions& options) {
  const auto config = context.config();
  if (!config) return context.terminal.report(config.error());
  const Home home{config::Layout(*config)};
  const auto holder = lock_holder(home.layout());
  bool already = !holder || holder->has_value();
  const auto status = !holder   ? answer_behind_closed_lock(home, holder.error())
                      : already ? answer_of(home, **holder)
                                : start_or_join(context, home, options, already);
  if (!status) return context.terminal.report(status.error());
  const auto link = new_sign_in_link(home);
  tell(context, home_url(*status, *config), link ? link->url : "", already, *status);
  if (already && options.ollama_port) tell_closed_ollama_port(context, *status);
  if (!serves_as_configured(*status, *config)) {
    context.terminal.remark(
        fmt::format("The config says port {}, where the running home does not serve. To use it: localscale "
                    "down; localscale up",
                    config->api.port));
  }
  tell_shut_doors(context, *status);
  return 0;
}

}  // namespace

Verb up_verb() {
  auto options = std::make_shared<UpOptions>();
  return {
      .name = "up",
      .summary = "Start this home",
      .example = "localscale up",
      .options = {{"--foreground", "Stay in the foreground and log to standard error", &options->foreground},
                  {"--ollama-port", "Also serve on 127.0.0.1:11434, if it is free", &options->ollama_port}},
      .run = [options](const Context& context) { return up(context, *options); },
      .verbs = {},
      .storage = options};
}

}  // namespace localscale::cli
