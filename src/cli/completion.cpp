#include "cli/completion.hpp"

#include <algorithm>
#include <string_view>

#include "cli/common_options.hpp"

namespace localscale::cli {
namespace {

/// "-q,--quiet" as its parts.
std::vector<std::string> split_names(const std::string& names) {
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin <= names.size();) {
    const auto end = std::min(names.find(',', begin), names.size());
    out.push_back(names.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

/// Follows the words that are complete already.
class Walk {
 public:
  explicit Walk(const std::vector<Verb>& verbs) : verbs_(&verbs), common_(common_options(values_)) {}

  void take(const std::string& word) {
    if (value_of_ != nullptr) {
      value_of_ = nullptr;
    } else if (!only_positionals_ && word == "--") {
      only_positionals_ = true;
    } else if (!only_positionals_ && word.size() > 1 && word.front() == '-') {
      take_option(word);
    } else if (wants_verb()) {
      take_verb(word);
    } else {
      ++positionals_;
    }
  }

  /// A word was wrong: nothing sensible can follow.
  [[nodiscard]] bool lost() const { return lost_; }
  [[nodiscard]] bool wants_verb() const { return verb_ == nullptr || !verb_->verbs.empty(); }
  [[nodiscard]] bool options_may_follow() const { return !only_positionals_; }
  [[nodiscard]] const std::vector<Verb>& verbs() const { return *verbs_; }
  /// The option whose value comes next; null if none.
  [[nodiscard]] const Option* value_of() const { return value_of_; }

  [[nodiscard]] const Option* option(std::string_view name) const {
    for (const Option* option : options()) {
      const auto names = split_names(option->names);
      if (std::ranges::find(names, name) != names.end()) return option;
    }
    return nullptr;
  }

  [[nodiscard]] std::vector<const Option*> options() const {
    std::vector<const Option*> out;
    if (verb_ != nullptr) {
      for (const Option& option : verb_->options) {
        if (!option.is_positional()) out.push_back(&option);
      }
    }
    for (const Option& option : common_) out.push_back(&option);
    return out;
  }

  /// What the next word that is no option means; null if none may follow.
  [[nodiscard]] const Option* positional() const {
    std::size_t index = 0;
    const Option* last = nullptr;
    if (verb_ == nullptr) return nullptr;
    for (const Option& option : verb_->options) {
      if (!option.is_positional()) continue;
      if (index++ == positionals_) return &option;
      last = &option;
    }
    const bool repeats = last != nullptr && std::holds_alternative<std::vector<std::string>*>(last->target);
    return repeats ? last : nullptr;
  }

 private:
  void take_option(const std::string& word) {
    if (word.find('=') != std::string::npos) return;
    const Option* named = option(word);
    if (named != nullptr && named->takes_value()) value_of_ = named;
  }

  void take_verb(const std::string& word) {
    const auto found = std::ranges::find(*verbs_, word, &Verb::name);
    lost_ = lost_ || found == verbs_->end();
    if (lost_) return;
    verb_ = &*found;
    verbs_ = &found->verbs;
  }

  const std::vector<Verb>* verbs_;
  const Verb* verb_ = nullptr;
  Common values_;
  std::vector<Option> common_;
  const Option* value_of_ = nullptr;
  std::size_t positionals_ = 0;
  bool only_positionals_ = false;
  bool lost_ = false;
};

class Offers {
 public:
  explicit Offers(std::string begun) : begun_(std::move(begun)) {}

  void add(const std::string& word, const std::string& about) {
    if (word.starts_with(begun_)) completion_.candidates.push_back({word, about});
  }

  /// `before`: what of the word stands before the value ("--model=").
  void add_values(const Option& option, const ModelNames& models, const std::string& before) {
    for (const std::string& choice : option.choices) add(before + choice, "");
    completion_.files = option.completes == Completes::file && before.empty();
    if (option.completes != Completes::model) return;
    for (const std::string& name : models()) add(before + name, "");
  }

  void add_verbs(const std::vector<Verb>& verbs) {
    for (const Verb& verb : verbs) {
      if (!verb.hidden) add(verb.name, verb.summary);
    }
  }

  void add_options(const std::vector<const Option*>& options) {
    for (const Option* option : options) {
      // One spelling of each is enough to choose from.
      const auto names = split_names(option->names);
      add(names.back(), option->help);
    }
    add("--help", "Print this help message and exit");
  }

  [[nodiscard]] Completion take() { return std::move(completion_); }

 private:
  std::string begun_;
  Completion completion_;
};

}  // namespace

Completion complete(const std::vector<Verb>& verbs, const std::vector<std::string>& words,
                    const ModelNames& models) {
  Walk walk(verbs);
  const std::string begun = words.empty() ? std::string() : words.back();
  for (std::size_t i = 0; i + 1 < words.size(); ++i) walk.take(words[i]);
  Offers offers(begun);
  if (walk.lost()) return {};
  if (walk.value_of() != nullptr) {
    offers.add_values(*walk.value_of(), models, "");
  } else if (walk.options_may_follow() && begun.starts_with("-")) {
    const auto equals = begun.find('=');
    const Option* named = equals == std::string::npos ? nullptr : walk.option(begun.substr(0, equals));
    if (named != nullptr)
      offers.add_values(*named, models, begun.substr(0, equals + 1));
    else
      offers.add_options(walk.options());
  } else if (walk.wants_verb()) {
    offers.add_verbs(walk.verbs());
  } else if (const Option* positional = walk.positional(); positional != nullptr) {
    offers.add_values(*positional, models, "");
  }
  return offers.take();
}

}  // namespace localscale::cli
