#include "net/home_ca.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "base/bytes.hpp"
#include "net/openssl_ptr.hpp"

namespace localscale::net {
namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kCaSeconds = 3650 * kDay;
constexpr std::int64_t kLeafSeconds = 397 * kDay;
constexpr std::int64_t kRenewSeconds = 30 * kDay;
constexpr std::int64_t kClockSlack = kDay;  ///< Devices whose clocks are behind still accept it.

tl::unexpected<Error> openssl_failed(std::string_view doing) {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  return fail(Errc::internal, "OpenSSL could not " + std::string(doing) + ": " + text.data() + ".");
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

CertificatePtr read_certificate(std::string_view pem) {
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return CertificatePtr(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

KeyPtr read_key(std::string_view pem) {
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return KeyPtr(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
}

bool is_address(const std::string& name) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return ::inet_pton(AF_INET, name.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1;
}

/// "DNS:home.local,IP:192.168.1.5". Refuses what OpenSSL's syntax would read as something else.
Result<std::string> alternative_names(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) {
    const bool clean = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
             c == '-' || c == ':';
    });
    if (!clean || (name.find(':') != std::string::npos && !is_address(name))) {
      return fail(Errc::invalid_argument, "\"" + name + "\" is neither a DNS name nor an address.",
                  "Correct lan.names in the config.");
    }
    text += (text.empty() ? "" : ",") + std::string(is_address(name) ? "IP:" : "DNS:") + name;
  }
  if (text.empty()) return fail(Errc::invalid_argument, "A certificate needs at least one name.");
  return text;
}

bool set_serial(X509* certificate) {
  std::array<unsigned char, 16> serial{};
  if (RAND_bytes(serial.data(), serial.size()) != 1) return false;
  serial[0] &= 0x7f;
  serial[0] |= 0x01;  // Positive and never zero.
  BIGNUM* const number = BN_bin2bn(serial.data(), serial.size(), nullptr);
  const bool done = BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nullptr;
  BN_free(number);
  return done;
}

bool set_name(X509_NAME* name, std::string_view common_name) {
  const std::string cut(common_name.substr(0, 64));  // X.520's limit.
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(cut.data()),
                                    static_cast<int>(cut.size()), -1, 0) == 1;
}

void set_period(X509* certificate, std::int64_t from, std::int64_t to) {
  ASN1_TIME_set(X509_getm_notBefore(certificate), from);
  ASN1_TIME_set(X509_getm_notAfter(certificate), to);
}

bool extend(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

Result<Identity> written(X509* certificate, EVP_PKEY* key) {
  const BioPtr certificate_bio(BIO_new(BIO_s_mem()));
  const BioPtr key_bio(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(certificate_bio.get(), certificate) != 1 ||
      PEM_write_bio_PKCS8PrivateKey(key_bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return openssl_failed("write a certificate");
  }
  return Identity{text_of(certificate_bio.get()), text_of(key_bio.get())};
}

/// An unsigned certificate for a new key.
struct Draft {
  CertificatePtr certificate{X509_new()};
  KeyPtr key{EVP_EC_gen("P-256")};

  [[nodiscard]] bool prepare(std::string_view common_name, std::int64_t from, std::int64_t to) const {
    if (!certificate || !key || X509_set_version(certificate.get(), X509_VERSION_3) != 1) return false;
    set_period(certificate.get(), from, to);
    return set_serial(certificate.get()) && X509_set_pubkey(certificate.get(), key.get()) == 1 &&
           set_name(X509_get_subject_name(certificate.get()), common_name);
  }
};

/// The alternative names of a certificate, in the form of `alternative_names`.
std::string names_in(X509* certificate) {
  std::string text;
  auto* const all =
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; all != nullptr && i < sk_GENERAL_NAME_num(all); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(all, i);
    if (!text.empty()) text += ",";
    if (name->type == GEN_DNS) {
      text += "DNS:";
      text.append(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                  static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
    } else if (name->type == GEN_IPADD) {
      std::array<char, INET6_ADDRSTRLEN> address{};
      const int family = ASN1_STRING_length(name->d.iPAddress) == 4 ? AF_INET : AF_INET6;
      ::inet_ntop(family, ASN1_STRING_get0_data(name->d.iPAddress), address.data(), address.size());
      text += "IP:" + std::string(address.data());
    }
  }
  GENERAL_NAMES_free(all);
  return text;
}

}  // namespace

Result<Identity> make_home_ca(std::string_view home_name, std::int64_t now_unix_s) {
  const Draft draft;
  X509* const ca = draft.certificate.get();
  const bool made =
      draft.prepare(std::string(home_name) + " home CA", now_unix_s - kClockSlack, now_unix_s + kCaSeconds) &&
      X509_set_issuer_name(ca, X509_get_subject_name(ca)) == 1 &&
      extend(ca, ca, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
      extend(ca, ca, NID_key_usage, "critical,keyCertSign,cRLSign") &&
      extend(ca, ca, NID_subject_key_identifier, "hash") && X509_sign(ca, draft.key.get(), EVP_sha256()) > 0;
  if (!made) return openssl_failed("make the home's CA");
  return written(ca, draft.key.get());
}

Result<Identity> issue_certificate(const Identity& ca, const std::vector<std::string>& names,
                                   std::int64_t now_unix_s) {
  const auto alternatives = alternative_names(names);
  if (!alternatives) return tl::unexpected(alternatives.error());
  const CertificatePtr issuer = read_certificate(ca.certificate_pem);
  const KeyPtr issuer_key = read_key(ca.key_pem);
  if (!issuer || !issuer_key) return fail(Errc::corrupt, "The home's CA can't be read.");
  const Draft draft;
  X509* const leaf = draft.certificate.get();
  const bool made =
      draft.prepare(names.front(), now_unix_s - kClockSlack, now_unix_s - kClockSlack + kLeafSeconds) &&
      X509_set_issuer_name(leaf, X509_get_subject_name(issuer.get())) == 1 &&
      extend(leaf, issuer.get(), NID_basic_constraints, "critical,CA:FALSE") &&
      extend(leaf, issuer.get(), NID_key_usage, "critical,digitalSignature") &&
      extend(leaf, issuer.get(), NID_ext_key_usage, "serverAuth") &&
      extend(leaf, issuer.get(), NID_subject_alt_name, alternatives->c_str()) &&
      extend(leaf, issuer.get(), NID_authority_key_identifier, "keyid") &&
      X509_sign(leaf, issuer_key.get(), EVP_sha256()) > 0;
  if (!made) return openssl_failed("issue a certificate");
  auto identity = written(leaf, draft.key.get());
  if (identity) identity->certificate_pem += ca.certificate_pem;
  return identity;
}

bool needs_renewal(const Identity& identity, const Identity& ca, const std::vector<std::string>& names,
                   std::int64_t now_unix_s) {
  const CertificatePtr leaf = read_certificate(identity.certificate_pem);
  const CertificatePtr issuer = read_certificate(ca.certificate_pem);
  const KeyPtr key = read_key(identity.key_pem);
  if (!leaf || !issuer || !key || X509_check_private_key(leaf.get(), key.get()) != 1) return true;
  if (X509_verify(leaf.get(), X509_get0_pubkey(issuer.get())) != 1) return true;
  std::time_t soon = now_unix_s + kRenewSeconds;
  std::time_t now = now_unix_s;
  if (X509_cmp_time(X509_get0_notAfter(leaf.get()), &soon) <= 0) return true;
  if (X509_cmp_time(X509_get0_notBefore(leaf.get()), &now) > 0) return true;
  const auto wanted = alternative_names(names);
  return !wanted || names_in(leaf.get()) != *wanted;
}

Result<std::string> certificate_fingerprint(std::string_view certificate_pem) {
  const CertificatePtr certificate = read_certificate(certificate_pem);
  std::array<std::byte, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (!certificate || X509_digest(certificate.get(), EVP_sha256(),
                                  reinterpret_cast<unsigned char*>(digest.data()), &size) != 1) {
    return fail(Errc::corrupt, "The certificate can't be read.");
  }
  return to_hex({digest.data(), size});
}

}  // namespace localscale::net
