#pragma once

#include <string>

/// What a string in the config may be. Each answers for one kind of value; none looks outside the text.
namespace localscale::config {

bool is_path(
    const std::string& text);  ///< Absolute or "~/…" (or "~"), at most 1024 bytes, no NUL or newline.
bool is_path_or_empty(const std::string& text);
/// A folder of the system (/, /etc, /home, …; not one below it), however it is spelt. Takes absolute paths.
bool is_system_folder(const std::string& path);
/// Empty, or a path to a folder that can be a home's own: no folder of the system, not the user's whole "~".
bool is_own_folder_or_empty(const std::string& text);
bool is_ip(const std::string& text);  ///< An IPv4 or IPv6 literal.
bool is_ip_or_empty(const std::string& text);
bool is_host(const std::string& text);  ///< A DNS name or IP literal without port, at most 253 bytes.
bool is_host_and_port(const std::string& text);
bool is_origin(const std::string& text);  ///< "scheme://host[:port]", no path.
bool is_url(const std::string& text);     ///< http:// or https://, no user, query, fragment or space.
bool is_url_or_empty(const std::string& text);
bool is_model_name(const std::string& text);  ///< core::parse_model_name takes it.
bool is_protocol(const std::string& text);

}  // namespace localscale::config
