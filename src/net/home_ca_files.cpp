#include <cerrno>
#include <optional>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/unique_fd.hpp"
#include "net/home_ca.hpp"

namespace localscale::net {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFileBytes = 64U << 10;

/// The file's text; nullopt if there is none.
Result<std::optional<std::string>> read_file(const fs::path& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file && errno == ENOENT) return std::optional<std::string>{};
  if (!file) return fail_errno("open " + path.string(), errno);
  std::string text(kMaxFileBytes, '\0');
  const ssize_t size = ::read(file.get(), text.data(), text.size());
  if (size < 0) return fail_errno("read " + path.string(), errno);
  text.resize(static_cast<std::size_t>(size));
  return text;
}

/// Writes a file as a whole or not at all: a power cut leaves the old one or the new one.
Result<void> write_file(const fs::path& path, std::string_view text, mode_t mode) {
  const fs::path part = path.string() + ".part";
  ::unlink(part.c_str());
  const UniqueFd file(::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!file) return fail_errno("create " + part.string(), errno);
  while (!text.empty()) {
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written < 0) return fail_errno("write " + part.string(), errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file.get()) != 0) return fail_errno("sync " + part.string(), errno);
  if (::rename(part.c_str(), path.c_str()) != 0) return fail_errno("rename to " + path.string(), errno);
  const UniqueFd folder(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder) ::fsync(folder.get());
  return {};
}

struct Files {
  fs::path certificate;
  fs::path key;
};

/// nullopt if one of the two is missing.
Result<std::optional<Identity>> read_identity(const Files& files) {
  auto certificate = read_file(files.certificate);
  if (!certificate) return tl::unexpected(certificate.error());
  auto key = read_file(files.key);
  if (!key) return tl::unexpected(key.error());
  if (!*certificate || !*key) return std::optional<Identity>{};
  return std::optional(Identity{std::move(**certificate), std::move(**key)});
}

/// The key first: a certificate without its key would look complete.
Result<void> write_identity(const Files& files, const Identity& identity) {
  if (auto key = write_file(files.key, identity.key_pem, 0600); !key) return key;
  return write_file(files.certificate, identity.certificate_pem, 0644);
}

Result<Identity> open_ca(const Files& files, std::string_view home_name, std::int64_t now_unix_s) {
  auto kept = read_identity(files);
  if (!kept) return tl::unexpected(kept.error());
  if (*kept) return std::move(**kept);
  if (fs::exists(files.certificate)) {
    return fail(Errc::corrupt, "The home's CA has lost its key: " + files.key.string() + " is missing.",
                "Restore it from a backup, or remove " + files.certificate.string() +
                    " to make a new CA that every device must trust anew.");
  }
  auto made = make_home_ca(home_name, now_unix_s);
  if (!made) return made;
  const auto saved = write_identity(files, *made);
  if (!saved) return tl::unexpected(saved.error());
  return made;
}

}  // namespace

Result<LanIdentity> open_lan_identity(const fs::path& folder, std::string_view home_name,
                                      const std::vector<std::string>& names, std::int64_t now_unix_s) {
  std::error_code error;
  fs::create_directories(folder, error);
  fs::permissions(folder, fs::perms::owner_all, error);
  if (error) return fail_errno("make " + folder.string(), error.value());
  const Files ca_files{folder / "ca.pem", folder / "ca.key"};
  const auto ca = open_ca(ca_files, home_name, now_unix_s);
  if (!ca) return tl::unexpected(ca.error());
  const auto fingerprint = certificate_fingerprint(ca->certificate_pem);
  if (!fingerprint) {
    return fail(Errc::corrupt,
                "The home's CA in " + ca_files.certificate.string() + " can't be read. It was kept as it is.",
                "Restore it from a backup, or remove it to make a new CA that every device must trust anew.");
  }
  const Files files{folder / "server.pem", folder / "server.key"};
  auto kept = read_identity(files);
  if (!kept) return tl::unexpected(kept.error());
  if (*kept && !needs_renewal(**kept, *ca, names, now_unix_s)) {
    return LanIdentity{std::move(**kept), ca->certificate_pem, *fingerprint};
  }
  auto issued = issue_certificate(*ca, names, now_unix_s);
  if (!issued) return tl::unexpected(issued.error());
  const auto saved = write_identity(files, *issued);
  if (!saved) return tl::unexpected(saved.error());
  return LanIdentity{std::move(*issued), ca->certificate_pem, *fingerprint};
}

}  // namespace localscale::net
