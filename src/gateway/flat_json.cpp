#include "gateway/flat_json.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "gateway/json_scan.hpp"

namespace localscale::gateway {
namespace {

/// Keeps what stands directly in the outermost object under one of the names.
class MemberReader final : public nlohmann::json_sax<Json> {
 public:
  explicit MemberReader(std::span<const std::string_view> names) : names_(names) {}

  Json take() { return std::move(members_); }

  bool null() override { return keep(nullptr); }
  bool boolean(bool value) override { return keep(value); }
  bool number_integer(number_integer_t value) override { return keep(value); }
  bool number_unsigned(number_unsigned_t value) override { return keep(value); }
  bool number_float(number_float_t value, const string_t& /*text*/) override { return keep(value); }
  bool string(string_t& value) override {
    if (wanted_) members_[key_] = std::move(value);
    wanted_ = false;
    return true;
  }
  bool binary(binary_t& /*value*/) override { return false; }

  bool start_object(std::size_t /*size*/) override { return open(Json::object()); }
  bool start_array(std::size_t /*size*/) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    wanted_ = depth_ == 1 && std::ranges::find(names_, name) != names_.end();
    if (wanted_) key_ = name;
    return true;
  }

  bool parse_error(std::size_t /*at*/, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*why*/) override {
    return false;
  }

 private:
  template <class Value>
  bool keep(Value value) {
    if (wanted_) members_[key_] = value;
    wanted_ = false;
    return true;
  }

  bool open(Json empty) {
    if (wanted_) members_[key_] = std::move(empty);
    wanted_ = false;
    ++depth_;
    return true;
  }

  bool close() {
    --depth_;
    return true;
  }

  std::span<const std::string_view> names_;
  Json members_ = Json::object();
  std::string key_;
  bool wanted_ = false;
  std::size_t depth_ = 0;
};

}  // namespace

Result<Json> parse_members(std::string_view text, std::span<const std::string_view> names) {
  const auto scanned = scan_body(text);
  if (!scanned) return tl::unexpected(scanned.error());
  MemberReader reader(names);
  if (!Json::sax_parse(text, &reader))
    return fail(Errc::invalid_argument, "The request body is not a JSON object that can be read.");
  return reader.take();
}

}  // namespace localscale::gateway
