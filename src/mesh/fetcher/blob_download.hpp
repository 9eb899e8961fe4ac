#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/error.hpp"
#include "mesh/fetcher/blob_store.hpp"
#include "mesh/fetcher/range_fetch.hpp"

namespace localscale::mesh::fetcher {

/// Where a download is; called often, on the downloading thread.
using BlobProgress = std::function<void(std::uint64_t completed_bytes, bool verifying)>;

/// Downloads one file into the store: resumes what is there, verifies, publishes. If the bytes are wrong, or
/// the file changed since an earlier run, it starts once more from the beginning. Blocks; the claim must be
/// held.
Result<void> download_blob(BlobStore& store, Session& session, RateCap& cap, std::uint32_t connections,
                           const FileRef& file, const std::string& name, const BlobProgress& progress);

}  // namespace localscale::mesh::fetcher
