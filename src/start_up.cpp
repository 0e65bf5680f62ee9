// What the libraries of a static program would do before main(), or at the first exception, and
// this one does without. The linker sends those calls here (--wrap, in CMakeLists.txt).

extern "C" {

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): the linker's names.

// std::ios_base::Init: std::cin, std::cout and their kin are set up when one file includes
// <iostream>, and the libraries' do. A quarter of a hook's start-up, and nothing here prints with
// them.
void __wrap__ZNSt8ios_base4InitC1Ev(void* /*init*/) {}
void __wrap__ZNSt8ios_base4InitD1Ev(void* /*init*/) {}

// A static program registers its unwind tables, and the first exception sorts all of them: 20
// million instructions. Where nothing is registered, the table that the linker has sorted is found
// (--eh-frame-hdr).
void __wrap___register_frame_info(const void* /*begin*/, void* /*object*/) {}
void* __wrap___deregister_frame_info(const void* /*begin*/) {
  return nullptr;
}

// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
}
