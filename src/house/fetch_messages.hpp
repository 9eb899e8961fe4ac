#pragma once

#include <map>
#include <string>

#include "base/error.hpp"
#include "engine/service.hpp"
#include "store/model_store.hpp"

namespace localscale::wire {
class Failure;
class FetchDone;
class FetchProgress;
}  // namespace localscale::wire

/// What the fetcher says, in the house's words.
namespace localscale::house {

/// By digest.
using HeldFiles = std::map<std::string, store::NamedFile>;

/// The model that was `asked` for; files of `held` stay where they are. Fails with corrupt where the fetcher
/// brought something else.
Result<store::NamedModel> model_of(const wire::FetchDone& done, const std::string& asked,
                                   const HeldFiles& held);

Error error_of(const wire::Failure& failure);

engine::Progress progress_of(const wire::FetchProgress& progress);

}  // namespace localscale::house
