#include "cli/editor.hpp"

#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/unique_fd.hpp"

namespace localscale::cli {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
  return value == nullptr ? std::string() : std::string(value);
}

std::string chosen_editor() {
  for (const char* name : {"VISUAL", "EDITOR"}) {
    if (std::string editor = environment(name); !editor.empty()) return editor;
  }
  return "editor";  // Debian's alternatives.
}

tl::unexpected<Error> editor_failed(const std::string& editor, int status) {
  constexpr int not_found = 127;
  constexpr int cannot_run = 126;
  const bool missing =
      WIFEXITED(status) && (WEXITSTATUS(status) == not_found || WEXITSTATUS(status) == cannot_run);
  if (missing) {
    return fail(Errc::not_found,
                fmt::format("The editor '{}' cannot be run, so nothing was changed.", editor),
                "Name yours: EDITOR=nano localscale config edit");
  }
  return fail(Errc::cancelled,
              fmt::format("The editor '{}' said that it failed, so nothing was changed.", editor));
}

}  // namespace

Result<void> edit_file(const std::filesystem::path& file) {
  const std::string editor = chosen_editor();
  // The shell splits the editor's own arguments; the file is an argument of its own and means what it is.
  const std::string command = "exec " + editor + " \"$1\"";
  const pid_t child = ::fork();
  if (child < 0) return fail_errno("Starting the editor", errno);
  if (child == 0) {
    ::execl("/bin/sh", "sh", "-c", command.c_str(), "sh", file.c_str(), static_cast<char*>(nullptr));
    ::_exit(126);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return fail_errno("Waiting for the editor", errno);
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return editor_failed(editor, status);
}

Result<std::filesystem::path> make_copy(const std::string& text, const std::string& suffix) {
  const std::string folder = environment("TMPDIR");
  std::string name = (folder.empty() ? "/tmp" : folder) + "/localscale-XXXXXX" + suffix;
  const UniqueFd fd(::mkostemps(name.data(), static_cast<int>(suffix.size()), O_CLOEXEC));
  if (!fd) return fail_errno("Making a copy to edit", errno);
  const ssize_t written = ::write(fd.get(), text.data(), text.size());
  if (written != static_cast<ssize_t>(text.size())) {
    ::unlink(name.c_str());
    return fail_errno("Making a copy to edit", written < 0 ? errno : ENOSPC);
  }
  return std::filesystem::path(name);
}

}  // namespace localscale::cli
