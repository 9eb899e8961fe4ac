#pragma once

#include <filesystem>

#include "config/config.hpp"

namespace localscale::config {

/// Where things lie below the state directory. One place, so that supervisor, house, fetcher and CLI agree.
struct Layout {
  explicit Layout(const Config& config);

  std::filesystem::path state;     ///< STATE
  std::filesystem::path house;     ///< STATE/house: the house's own, mode 0700 (database, LAN certificates)
  std::filesystem::path database;  ///< STATE/house/localscale.db
  std::filesystem::path models;    ///< STATE/models (or the configured folder): blobs/ and incoming/
  std::filesystem::path blobs;     ///< complete, verified files, named sha256-HEX
  std::filesystem::path incoming;  ///< unfinished downloads; only the fetcher writes here
  std::filesystem::path run;       ///< STATE/run: lock file and the admin socket
  std::filesystem::path
      admin_socket;            ///< STATE/run/localscale.sock, mode 0600 (or 0660 with the group localscale)
  std::filesystem::path lock;  ///< STATE/run/supervisor.lock, held by the running supervisor (fcntl)
  std::filesystem::path log;   ///< STATE/log/localscale.log when started without systemd
};

}  // namespace localscale::config
