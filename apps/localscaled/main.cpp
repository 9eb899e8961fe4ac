#include "house/serve.hpp"

int main(int argc, char** argv) {
  return localscale::house::run(argc, argv);
}
