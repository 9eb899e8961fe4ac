#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/verb.hpp"

namespace localscale::cli {

/// One way to go on with the word that is being written.
struct Candidate {
  std::string word;
  std::string about;  ///< For shells that show it; may be empty.
  bool operator==(const Candidate&) const = default;
};

struct Completion {
  std::vector<Candidate> candidates;
  bool files = false;  ///< The shell completes file names, too.
};

/// Gives the names of the home's models; called only where one is wanted.
using ModelNames = std::function<std::vector<std::string>()>;

/// What may follow on the command line. `words` are those after the program's name; the last is the one that
/// is being written and may be empty. Hidden verbs are never offered.
Completion complete(const std::vector<Verb>& verbs, const std::vector<std::string>& words,
                    const ModelNames& models);

/// The script that makes `shell` ask `localscale complete`; empty for a shell that is not known.
std::string completion_script(std::string_view shell);

/// The shells that completion_script() knows.
const std::vector<std::string>& completion_shells();

}  // namespace localscale::cli
