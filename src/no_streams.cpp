// std::cin, std::cout and their kin are set up before main() in every program of which one file
// includes <iostream>, and the libraries' do: a quarter of a hook's start-up, and nothing in this
// program prints with them. The linker sends those calls here (--wrap, in CMakeLists.txt).

extern "C" {

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): the linker's names for
// std::ios_base::Init::Init() and its destructor.
void __wrap__ZNSt8ios_base4InitC1Ev(void* /*init*/) {}
void __wrap__ZNSt8ios_base4InitD1Ev(void* /*init*/) {}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
}
