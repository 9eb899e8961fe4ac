#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/json.hpp"

/// How a model would do on this machine, as people see it: what GET fit and GET suggestions say.
namespace localscale::cli {

struct FitTable {
  std::vector<std::string> headings;
  std::vector<std::vector<std::string>> rows;
};

/// One row a model; what matters least is left out until a line has at most `width` columns.
FitTable fit_table(const std::vector<Json>& fits, std::size_t width);

/// The best of what fits first: among models that answer faster than people read, the largest.
void sort_by_use(std::vector<Json>& fits);

/// All about one model in a few lines.
std::string fit_text(const Json& fit);

/// Where the speeds come from, in a sentence.
std::string speed_note(const std::vector<Json>& fits);

}  // namespace localscale::cli
