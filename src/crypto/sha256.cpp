#include "crypto/sha256.hpp"

#include <openssl/evp.h>

#include "base/assert.hpp"

namespace localscale::crypto {
namespace {

unsigned char* raw(Digest& digest) {
  return reinterpret_cast<unsigned char*>(digest.data());
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  LS_ASSERT(context_ != nullptr);
  LS_ASSERT(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
}

Sha256& Sha256::update(ByteView bytes) {
  LS_ASSERT(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
  return *this;
}

Digest Sha256::digest() const {
  const std::unique_ptr<evp_md_ctx_st, Free> copy(EVP_MD_CTX_new());
  Digest digest{};
  LS_ASSERT(copy != nullptr && EVP_MD_CTX_copy_ex(copy.get(), context_.get()) == 1);
  LS_ASSERT(EVP_DigestFinal_ex(copy.get(), raw(digest), nullptr) == 1);
  return digest;
}

Digest sha256(ByteView bytes) {
  Digest digest{};
  LS_ASSERT(EVP_Digest(bytes.data(), bytes.size(), raw(digest), nullptr, EVP_sha256(), nullptr) == 1);
  return digest;
}

}  // namespace localscale::crypto
