#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace localscale::mesh::fetcher {

/// What a file is for. The same kinds as wire::FetchedFile::Role.
enum class Role { model, projector, chat_template, parameters, system, license, other };

/// One file of a model, as its registry announces it.
struct FileRef {
  Role role = Role::other;
  std::string digest;  ///< "sha256:…"
  std::uint64_t bytes = 0;
  std::string path;  ///< Path of its URL below the registry's base, beginning with '/'.

  bool operator==(const FileRef&) const = default;
};

/// Everything a name stands for at its registry.
struct ModelFiles {
  std::string manifest_digest;  ///< sha256 of the manifest (or of the listing's chosen part).
  std::vector<FileRef>
      files;  ///< In the order in which they are fetched; split models in order of their parts.
};

inline constexpr std::size_t max_manifest_bytes = 4U << 20;
inline constexpr std::size_t max_files = 128;
inline constexpr std::uint64_t max_file_bytes = 1ULL << 44;

}  // namespace localscale::mesh::fetcher
