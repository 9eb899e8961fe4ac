#include "mesh/fetcher/journal.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/unique_fd.hpp"
#include "mesh/fetcher/digest.hpp"

namespace localscale::mesh::fetcher {
namespace {

constexpr std::string_view first_line = "localscale-download 1";
constexpr std::size_t max_field_bytes = 512;

tl::unexpected<Error> torn(std::string_view why) {
  return fail(Errc::corrupt, "The download journal cannot be trusted: " + std::string(why) + ".",
              "The file will be downloaded from its beginning.");
}

/// A field of one line: what would break the line format is left out.
std::string field(std::string_view value) {
  const bool printable = std::ranges::all_of(value, [](char c) { return c >= 0x20 && c < 0x7f; });
  return printable && value.size() <= max_field_bytes ? std::string(value) : std::string();
}

std::string check_of(std::string_view text) {
  return sha256_hex(text).substr(0, 16);
}

/// Takes "key rest" off the front of `text`; nullopt if the next line has another key.
std::optional<std::string_view> take_line(std::string_view& text, std::string_view key) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const auto line = text.substr(0, end);
  if (line.size() <= key.size() || !line.starts_with(key) || line[key.size()] != ' ') return std::nullopt;
  text.remove_prefix(end + 1);
  return line.substr(key.size() + 1);
}

std::optional<Range> parse_range(std::string_view text) {
  const auto space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto begin = parse_u64(text.substr(0, space));
  const auto end = parse_u64(text.substr(space + 1));
  if (!begin || !end || *begin >= *end) return std::nullopt;
  return Range{*begin, *end};
}

Result<void> write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail_errno("write a download journal", errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

std::string encode(const Journal& journal) {
  std::string out(first_line);
  out += "\ndigest " + journal.digest + "\nbytes " + std::to_string(journal.size);
  out += "\nname =" + field(journal.name) + "\nsource =" + field(journal.source) +
         "\netag =" + field(journal.etag) + "\n";
  std::size_t count = 0;
  for (const auto& range : journal.have.all()) {
    if (++count > max_journal_ranges) break;
    out += "range " + std::to_string(range.begin) + " " + std::to_string(range.end) + "\n";
  }
  return out + "check " + check_of(out) + "\n";
}

Result<Journal> decode_journal(std::string_view text) {
  if (text.size() > max_journal_bytes) return torn("it is too long");
  const auto body_end = text.rfind("check ");
  if (body_end == std::string_view::npos) return torn("it has no end");
  if (text.substr(body_end) != "check " + check_of(text.substr(0, body_end)) + "\n")
    return torn("its check fails");

  auto rest = text.substr(0, body_end);
  if (!rest.starts_with(first_line) || rest.size() <= first_line.size() || rest[first_line.size()] != '\n') {
    return torn("it has another format");
  }
  rest.remove_prefix(first_line.size() + 1);
  const auto digest = take_line(rest, "digest");
  const auto size = take_line(rest, "bytes");
  const auto name = take_line(rest, "name");
  const auto source = take_line(rest, "source");
  const auto etag = take_line(rest, "etag");
  if (!digest || !size || !name || !source || !etag) return torn("a line is missing");
  const auto bytes = parse_u64(*size);
  if (!is_digest(*digest) || !bytes) return torn("its digest or size is wrong");
  for (const auto& value : {*name, *source, *etag}) {
    if (!value.starts_with('=') || field(value.substr(1)) != value.substr(1)) return torn("a field is wrong");
  }

  Journal journal{std::string(*digest),         *bytes,
                  std::string(name->substr(1)), std::string(source->substr(1)),
                  std::string(etag->substr(1)), {}};
  std::uint64_t previous_end = 0;
  for (std::size_t count = 0; !rest.empty(); ++count) {
    const auto line = take_line(rest, "range");
    const auto range = line ? parse_range(*line) : std::nullopt;
    if (!range || range->end > *bytes || (count > 0 && range->begin <= previous_end))
      return torn("a range is wrong");
    if (count >= max_journal_ranges) return torn("it has too many ranges");
    previous_end = range->end;
    journal.have.add(*range);
  }
  return journal;
}

Result<Journal> read_journal(const std::filesystem::path& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd && errno == ENOENT) return fail(Errc::not_found, "There is no download journal.");
  if (!fd) return fail_errno("open " + path.string(), errno);
  std::string text(max_journal_bytes + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const auto got = ::read(fd.get(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("read " + path.string(), errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  return decode_journal(std::string_view(text).substr(0, size));
}

Result<void> write_journal(const std::filesystem::path& path, const Journal& journal) {
  auto temporary = path;
  temporary += ".new";
  const UniqueFd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!fd) return fail_errno("open " + temporary.string(), errno);
  if (auto written = write_all(fd.get(), encode(journal)); !written) return written;
  if (::fdatasync(fd.get()) != 0) return fail_errno("sync " + temporary.string(), errno);
  if (::rename(temporary.c_str(), path.c_str()) != 0)
    return fail_errno("rename " + temporary.string(), errno);
  LS_FAULT("fetcher.after_journal");
  return {};
}

}  // namespace localscale::mesh::fetcher
