#include "net/home_ca.hpp"

#include <fstream>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "net/server_test_support.hpp"
#include "tests/support/temporary_folder.hpp"

namespace localscale::net {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kDay = 86'400;
const std::vector<std::string> kNames{"home.local", "192.168.1.5", "fd00::5"};

std::int64_t now() {
  return std::time(nullptr);
}

TEST(HomeCa, IssuesCertificatesThatNeedNoRenewal) {
  const auto ca = make_home_ca("Elm Street 5", now());
  ASSERT_TRUE(ca.has_value());
  const auto leaf = issue_certificate(*ca, kNames, now());
  ASSERT_TRUE(leaf.has_value());
  EXPECT_FALSE(needs_renewal(*leaf, *ca, kNames, now()));
}

TEST(HomeCa, RenewsBeforeTheEndForNewNamesAndForAnotherCa) {
  const auto ca = make_home_ca("a", now());
  const auto other = make_home_ca("a", now());
  const auto leaf = issue_certificate(*ca, kNames, now());
  EXPECT_FALSE(needs_renewal(*leaf, *ca, kNames, now() + 360 * kDay));
  EXPECT_TRUE(needs_renewal(*leaf, *ca, kNames, now() + 370 * kDay));
  EXPECT_TRUE(needs_renewal(*leaf, *ca, {"home.local"}, now()));
  EXPECT_TRUE(needs_renewal(*leaf, *other, kNames, now()));
  EXPECT_TRUE(needs_renewal({"junk", "junk"}, *ca, kNames, now()));
}

TEST(HomeCa, RefusesNamesThatAreNone) {
  const auto ca = make_home_ca("a", now());
  for (const std::string name : {"", "a b", "x,DNS:evil.example", "dirName:section", "a\nb"}) {
    EXPECT_EQ(issue_certificate(*ca, {name}, now()).error().code, Errc::invalid_argument) << name;
  }
  EXPECT_FALSE(issue_certificate(*ca, {}, now()).has_value());
}

TEST(HomeCa, KeepsItsFilesAndTheirSecrets) {
  const tests::TemporaryFolder folder;
  const auto first = open_lan_identity(folder.path() / "tls", "a", kNames, now());
  ASSERT_TRUE(first.has_value()) << first.error().message();
  const auto again = open_lan_identity(folder.path() / "tls", "a", kNames, now());
  EXPECT_EQ(again->ca_pem, first->ca_pem);
  EXPECT_EQ(again->server.certificate_pem, first->server.certificate_pem);
  const auto renamed = open_lan_identity(folder.path() / "tls", "a", {"other.local"}, now());
  EXPECT_EQ(renamed->ca_fingerprint, first->ca_fingerprint);
  EXPECT_NE(renamed->server.certificate_pem, first->server.certificate_pem);
  for (const char* name : {"ca.key", "server.key"}) {
    struct stat status{};
    ASSERT_EQ(::stat((folder.path() / "tls" / name).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U) << name;
  }
}

TEST(HomeCa, NeverReplacesACaThatCannotBeRead) {
  const tests::TemporaryFolder folder;
  ASSERT_TRUE(open_lan_identity(folder.path(), "a", kNames, now()).has_value());
  std::ofstream(folder.path() / "ca.pem") << "junk";
  EXPECT_EQ(open_lan_identity(folder.path(), "a", kNames, now()).error().code, Errc::corrupt);
  fs::remove(folder.path() / "ca.key");
  EXPECT_EQ(open_lan_identity(folder.path(), "a", kNames, now()).error().code, Errc::corrupt);
}

TEST(Tls, ServesAClientThatTrustsTheHomesCa) {
  namespace asio = boost::asio;
  namespace ssl = boost::asio::ssl;
  const auto ca = make_home_ca("a", now());
  const auto leaf = issue_certificate(*ca, {"localhost"}, now());
  auto tls = TlsServerContext::make(leaf->certificate_pem, leaf->key_pem);
  ASSERT_TRUE(tls.has_value()) << tls.error().message();
  const std::string large(3'000'000, 'z');
  // NOLINTNEXTLINE(cppcoreguidelines-avoid-capturing-lambda-coroutines): the server keeps the lambda.
  const auto answer_large = [&large](const Request&, Exchange& exchange) -> Task<void> {
    co_await exchange.send({200, {}, large});
  };
  test::LiveServer live(answer_large, {}, *tls);

  asio::io_context context;
  ssl::context trust(ssl::context::tls_client);
  trust.add_certificate_authority(asio::buffer(ca->certificate_pem));
  ssl::stream<asio::ip::tcp::socket> client(context, trust);
  client.set_verify_mode(ssl::verify_peer);
  client.set_verify_callback(ssl::host_name_verification("localhost"));
  client.next_layer().connect({asio::ip::address_v4::loopback(), live.port()});
  client.handshake(ssl::stream_base::client);
  EXPECT_STREQ(SSL_get_version(client.native_handle()), "TLSv1.3");
  asio::write(client, asio::buffer(std::string_view("GET / HTTP/1.1\r\n\r\n")));
  std::string answer;
  asio::read_until(client, asio::dynamic_buffer(answer), large);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK"));
}

TEST(Tls, RefusesAKeyThatIsNotTheCertificates) {
  const auto ca = make_home_ca("a", now());
  const auto a = issue_certificate(*ca, {"localhost"}, now());
  const auto b = issue_certificate(*ca, {"localhost"}, now());
  EXPECT_EQ(TlsServerContext::make(a->certificate_pem, b->key_pem).error().code, Errc::corrupt);
  EXPECT_EQ(TlsServerContext::make("junk", b->key_pem).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace localscale::net
