#include "sandbox/libraries.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <set>
#include <sstream>
#include <string>

#include <elf.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/unique_fd.hpp"

namespace localscale::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxListing = 256U << 10;

/// Reads exactly `size` bytes at `offset`, or false.
bool read_at(int fd, void* to, std::size_t size, std::uint64_t offset) {
  return ::pread(fd, to, size, static_cast<off_t>(offset)) == static_cast<ssize_t>(size);
}

Result<std::string> read_all(int fd) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail_errno("read the loader's list", errno);
    if (count == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
    if (text.size() > kMaxListing) return fail(Errc::corrupt, "The loader's list of libraries is too long.");
  }
}

struct Output {
  std::string text;
  int status = 0;
};

Result<Output> run_loader(const fs::path& loader, const fs::path& object, const fs::path& search) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno("make a pipe", errno);
  UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, writer.get(), STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  const std::string variable = "LD_LIBRARY_PATH=" + search.string();
  const std::array<const char*, 4> arguments{loader.c_str(), "--list", object.c_str(), nullptr};
  const std::array<const char*, 2> environment{search.empty() ? nullptr : variable.c_str(), nullptr};
  pid_t pid = -1;
  const int error =
      ::posix_spawn(&pid, loader.c_str(), &actions, nullptr, const_cast<char**>(arguments.data()),
                    const_cast<char**>(environment.data()));
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return fail_errno("run " + loader.string(), error);
  writer.reset();
  auto text = read_all(reader.get());
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!text) return tl::unexpected(text.error());
  return Output{std::move(*text), status};
}

/// "libx.so => /lib/libx.so (0x…)" and "/lib64/ld-linux… (0x…)"; "linux-vdso.so.1 (0x…)" names no file.
Result<std::vector<fs::path>> parse_listing(const std::string& text, const fs::path& object) {
  std::vector<fs::path> files;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto start = line.find_first_not_of(" \t");
    if (start == std::string::npos) continue;
    const auto arrow = line.find(" => ");
    if (line.find("not found") != std::string::npos) {
      return fail(Errc::not_found,
                  object.string() + " needs the library " + line.substr(start, arrow - start) + ".",
                  "Install it, or set [engine] directory to a complete llama.cpp.");
    }
    const auto from = arrow == std::string::npos ? start : arrow + 4;
    const auto path = line.substr(from, line.rfind(" (") - from);
    if (path.starts_with('/')) files.emplace_back(path);
  }
  return files;
}

Result<Mount> library_mount(const fs::path& file) {
  std::error_code error;
  const fs::path real = fs::canonical(file, error);
  if (error) return fail_errno("resolve " + file.string(), error.value());
  return Mount{
      .kind = Mount::Kind::file, .source = real, .target = file.lexically_normal(), .executable = true};
}

bool is_elf(const fs::path& file) {
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, SELFMAG> magic{};
  return fd && read_at(fd.get(), magic.data(), magic.size(), 0) &&
         std::memcmp(magic.data(), ELFMAG, SELFMAG) == 0;
}

/// The programs and libraries of a folder: each real file once (libx.so.1 and libx.so are often links to it).
std::set<fs::path> objects_in(const fs::path& folder) {
  std::set<fs::path> objects;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const bool wanted = entry.path().filename().string().find(".so") != std::string::npos;
    if (!wanted || !entry.is_regular_file(error) || entry.is_symlink(error)) continue;
    if (is_elf(entry.path())) objects.insert(entry.path());
  }
  return objects;
}

bool is_below(const fs::path& file, const fs::path& folder) {
  std::error_code error;
  const fs::path real = fs::weakly_canonical(file, error);
  const auto [end, unused] = std::mismatch(folder.begin(), folder.end(), real.begin(), real.end());
  return end == folder.end();
}

}  // namespace

Result<fs::path> loader_of(const fs::path& program) {
  const UniqueFd fd(::open(program.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return fail_errno("open " + program.string(), errno);
  Elf64_Ehdr header{};
  if (!read_at(fd.get(), &header, sizeof header, 0) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
    return fail(Errc::corrupt, program.string() + " is no 64-bit ELF program.");
  }
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment{};
    if (!read_at(fd.get(), &segment, sizeof segment, header.e_phoff + i * sizeof segment)) break;
    if (segment.p_type != PT_INTERP) continue;
    std::array<char, 256> name{};
    const auto length = std::min<std::size_t>(segment.p_filesz, name.size() - 1);
    if (!read_at(fd.get(), name.data(), length, segment.p_offset)) break;
    return fs::path(name.data());
  }
  return fs::path{};
}

Result<std::vector<fs::path>> list_libraries(const fs::path& loader, const fs::path& object,
                                             const fs::path& search) {
  auto output = run_loader(loader, object, search);
  if (!output) return tl::unexpected(output.error());
  auto files = parse_listing(output->text, object);
  if (!files) return files;
  if (!WIFEXITED(output->status) || WEXITSTATUS(output->status) != 0) {
    return fail(Errc::corrupt, "The loader cannot read " + object.string() + ".");
  }
  return files;
}

Result<std::vector<Mount>> mounts_for_program(const fs::path& program) {
  std::error_code error;
  const fs::path real = fs::canonical(program, error);
  if (error) return fail_errno("find " + program.string(), error.value());
  std::vector<Mount> mounts{{.kind = Mount::Kind::file, .source = real, .target = real, .executable = true}};
  auto loader = loader_of(real);
  if (!loader) return tl::unexpected(loader.error());
  if (loader->empty()) return mounts;
  auto files = list_libraries(*loader, real);
  if (!files) return tl::unexpected(files.error());
  files->push_back(*loader);
  std::set<fs::path> seen;
  for (const fs::path& file : *files) {
    if (!seen.insert(file.lexically_normal()).second) continue;
    auto mount = library_mount(file);
    if (!mount) return tl::unexpected(mount.error());
    mounts.push_back(std::move(*mount));
  }
  return mounts;
}

Result<std::vector<Mount>> mounts_for_folder(const fs::path& folder, const fs::path& target,
                                             const fs::path& program) {
  std::error_code error;
  const fs::path real = fs::canonical(folder, error);
  if (error) return fail_errno("find " + folder.string(), error.value());
  std::vector<Mount> mounts{
      {.kind = Mount::Kind::directory, .source = real, .target = target, .executable = true}};
  auto loader = loader_of(program);
  if (!loader) return tl::unexpected(loader.error());
  if (loader->empty()) return mounts;
  std::set<fs::path> files{*loader};
  auto objects = objects_in(real);
  objects.insert(program);
  for (const fs::path& object : objects) {
    auto needed = list_libraries(*loader, object, real);
    // A plug-in whose driver is not installed is skipped by the engine too; the program itself must be
    // complete.
    if (!needed && object == program) return tl::unexpected(needed.error());
    if (needed) files.insert(needed->begin(), needed->end());
  }
  for (const fs::path& file : files) {
    if (is_below(file, real)) continue;
    auto mount = library_mount(file);
    if (!mount) return tl::unexpected(mount.error());
    mounts.push_back(std::move(*mount));
  }
  return mounts;
}

}  // namespace localscale::sandbox
