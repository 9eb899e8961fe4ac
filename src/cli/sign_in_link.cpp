#include "cli/sign_in_link.hpp"

#include <cstdlib>
#include <optional>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/unique_fd.hpp"
#include "cli/supervisor_process.hpp"

namespace localscale::cli {
namespace {

namespace fs = std::filesystem;

std::string from_environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
  return value == nullptr ? std::string() : std::string(value);
}

/// The first program of this name in $PATH.
std::optional<fs::path> in_path(std::string_view name) {
  std::string folders = from_environment("PATH");
  for (std::size_t begin = 0; begin < folders.size();) {
    const std::size_t end = std::min(folders.find(':', begin), folders.size());
    fs::path program = fs::path(folders.substr(begin, end - begin)) / name;
    if (program.is_absolute() && access(program.c_str(), X_OK) == 0) return program;
    begin = end + 1;
  }
  return std::nullopt;
}

/// Writes the page anew: one that lies there may be somebody's link.
bool write_private(const fs::path& file, std::string_view text) {
  unlink(file.c_str());
  const UniqueFd out(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  return out && ::write(out.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

}  // namespace

Outcome<SignInLink> new_sign_in_link(const Home& home) {
  const auto answer = home.call("POST", "/localscale/v1/session/tokens", Json::object());
  if (!answer) return tl::unexpected(answer.error());
  return SignInLink{text_at(*answer, "url"), text_at(*answer, "expires_at")};
}

std::string page_that_leads_to(std::string_view url) {
  std::string quoted;
  for (const char c : url) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view(":/.#?=-_[]").find(c) != std::string_view::npos;
    quoted += plain ? std::string(1, c) : fmt::format("&#{};", static_cast<unsigned char>(c));
  }
  return fmt::format(
      "<!doctype html>\n<meta charset=\"utf-8\">\n<title>Localscale</title>\n"
      "<meta http-equiv=\"refresh\" content=\"0; url={0}\">\n<p><a href=\"{0}\">Open this home's "
      "page</a></p>\n",
      quoted);
}

bool open_in_browser(std::string_view url) {
  const bool has_desktop =
      !from_environment("DISPLAY").empty() || !from_environment("WAYLAND_DISPLAY").empty();
  if (!has_desktop || geteuid() == 0) return false;
  const fs::path own = from_environment("XDG_RUNTIME_DIR");
  const auto opener = in_path("xdg-open");
  if (!opener || !own.is_absolute()) return false;
  const fs::path page = own / "localscale-open.html";
  if (!write_private(page, page_that_leads_to(url))) return false;
  const UniqueFd nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  return nowhere && start_detached(*opener, {page.string()}, nowhere.get()).has_value();
}

}  // namespace localscale::cli
