#include "supervisor/config_desk.hpp"

#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>

#include "base/log.hpp"
#include "config/changes.hpp"
#include "config/config_file.hpp"

namespace localscale::supervisor {
namespace {

constexpr auto kWindow = std::chrono::seconds(10);

std::optional<config::TomlValue> value_of(const wire::ConfigChange& change) {
  switch (change.value_case()) {
    case wire::ConfigChange::kFlag:
      return change.flag();
    case wire::ConfigChange::kWhole:
      return std::int64_t{change.whole()};
    case wire::ConfigChange::kText:
      return change.text();
    case wire::ConfigChange::kList:
      return std::vector<std::string>(change.list().items().begin(), change.list().items().end());
    case wire::ConfigChange::VALUE_NOT_SET:
      break;
  }
  return std::nullopt;
}

}  // namespace

std::pair<wire::ConfigFile, UniqueFd> ConfigDesk::show() const {
  wire::ConfigFile shown;
  shown.set_path(file_.string());
  shown.set_writable(config::can_replace(file_));
  UniqueFd fd(::open(file_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat info{};
  if (fd && (::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode))) fd.reset();
  return {std::move(shown), std::move(fd)};
}

ConfigDesk::Stamp ConfigDesk::stamp() const {
  struct stat info{};
  if (::stat(file_.c_str(), &info) != 0) return {};
  return {info.st_ino, info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec};
}

bool ConfigDesk::has_changed() {
  const Stamp now = stamp();
  return now != std::exchange(seen_, now);
}

Result<void> ConfigDesk::change(const wire::ChangeConfig& request,
                                std::chrono::steady_clock::time_point now) {
  while (!changed_.empty() && changed_.front() + kWindow < now) changed_.pop_front();
  if (changed_.size() >= max_changes) {
    Error error{Errc::exhausted, "The config was changed too often in the last seconds: nothing was changed.",
                "Try again in ten seconds."};
    error.retry_after = kWindow;
    return tl::unexpected(std::move(error));
  }
  changed_.push_back(now);
  std::vector<config::Change> changes;
  std::string names;
  for (const wire::ConfigChange& change : request.changes()) {
    changes.push_back({change.path(), value_of(change)});
    names += (names.empty() ? "" : ", ") + change.path();
  }
  const auto changed = config::change_file(file_, changes, config::Asker::page);
  if (!changed) return tl::unexpected(changed.error());
  spdlog::info("the config was changed by the home's page: {}", names);
  return {};
}

}  // namespace localscale::supervisor
