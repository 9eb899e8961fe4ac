#pragma once

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>

#include "base/assert.hpp"
#include "core/privacy/label.hpp"

namespace localscale::core::privacy {

/// Why a label is lowered: under which named rule, and by whose word. The rule's name goes into the envelope
/// and the gate's log.
class LoweringReason {
 public:
  /// The owner, or a person of the home, labelled this very thing.
  static LoweringReason person_said_so(std::string rule) { return LoweringReason(std::move(rule)); }
  /// A rule for what may be released from stored data held.
  static LoweringReason release_rule(std::string rule) { return LoweringReason(std::move(rule)); }

  [[nodiscard]] const std::string& rule() const { return rule_; }

 private:
  explicit LoweringReason(std::string rule) : rule_(std::move(rule)) { LS_ASSERT(!rule_.empty()); }
  std::string rule_;
};

/// A mapping that carries nothing along: what it captured could leave or enter without a label.
template <class F, class... Arguments>
concept CarriesNothing = std::is_empty_v<F> && std::invocable<F, Arguments...> &&
                         !std::is_void_v<std::invoke_result_t<F, Arguments...>>;

/// A value and its label. The value comes out only for a sink whose reach is named, and what is made from it
/// keeps the label or gets a stricter one. A guard-rail for honest code: the wall is made of processes.
template <class T>
class Labeled {
  static_assert(std::is_object_v<T> && !std::is_const_v<T>);

 public:
  Labeled(T value, Label label)
      : value_(std::move(value)), label_(label_of(static_cast<std::uint8_t>(label))) {}

  [[nodiscard]] Label label() const { return label_; }

  /// The value for a sink that reaches `tier`; nullptr where the label forbids it.
  [[nodiscard]] const T* value_for(Tier tier) const& { return may_travel(label_, tier) ? &value_ : nullptr; }
  const T* value_for(Tier tier) const&& = delete;

  [[nodiscard]] Labeled raised_to(Label label) const& { return {value_, stricter(label_, label)}; }
  [[nodiscard]] Labeled raised_to(Label label) && { return {std::move(value_), stricter(label_, label)}; }

  template <CarriesNothing<const T&> F>
  [[nodiscard]] auto map(F mapping) const& {
    return Labeled<std::remove_cvref_t<std::invoke_result_t<F, const T&>>>(mapping(value_), label_);
  }
  template <CarriesNothing<T> F>
  [[nodiscard]] auto map(F mapping) && {
    return Labeled<std::remove_cvref_t<std::invoke_result_t<F, T>>>(mapping(std::move(value_)), label_);
  }

  /// What is made from both has the stricter label.
  template <class U, CarriesNothing<const T&, const U&> F>
  [[nodiscard]] auto map_with(const Labeled<U>& other, F mapping) const {
    return Labeled<std::remove_cvref_t<std::invoke_result_t<F, const T&, const U&>>>(
        mapping(value_, other.value_), stricter(label_, other.label_));
  }

 private:
  template <class U>
  friend class Labeled;
  template <class U>
  friend Labeled<U> lower_label(Labeled<U> labeled, Label to, const LoweringReason& reason);

  T value_;
  Label label_;
};

/// The only way to a less strict label. Every call is a decision: look for them with grep.
template <class T>
[[nodiscard]] Labeled<T> lower_label(Labeled<T> labeled, Label to,
                                     [[maybe_unused]] const LoweringReason& reason) {
  return {std::move(labeled.value_), to};
}

}  // namespace localscale::core::privacy
