#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace localscale::cli::bugreport {

/// What this home is called by, which no report says.
struct Private {
  std::vector<std::string> words =
      {};  ///< The user's, the machine's, the home's name: replaced wherever they stand.
  std::vector<std::string> models = {};  ///< Names of models.
  std::string home_folder = {};          ///< Becomes "~".
  std::string state_folder = {};         ///< Becomes "STATE".
  bool keep_model_names = false;
};

/// Takes out of text what says who the home is or what it has: keys and tokens, addresses, URLs, paths,
/// digests, what stands in quotes, and names of models, also of ones that are not known. It rather takes out
/// too much.
class Redactor {
 public:
  explicit Redactor(Private secrets);

  /// One line without its end.
  [[nodiscard]] std::string line(std::string_view text) const;

 private:
  [[nodiscard]] std::string token(std::string_view text) const;
  [[nodiscard]] std::string path(std::string_view text) const;
  [[nodiscard]] bool is_known_model(std::string_view text) const;

  Private secrets_;
};

}  // namespace localscale::cli::bugreport
