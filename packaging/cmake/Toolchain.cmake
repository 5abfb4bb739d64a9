# Compiler cache, quick linker, warnings and sanitizers: everything about how we compile and nothing about what.
find_program(CCACHE ccache)
if(CCACHE)
    # Checkouts in different folders share the cache.
    set(launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
        CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
    set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
endif()

find_program(MOLD mold)
if(MOLD)
    add_link_options(-fuse-ld=mold)
endif()

add_library(diascope_flags INTERFACE)
target_compile_options(diascope_flags INTERFACE -Wall -Wextra -Werror)
# GCC 12 sees uninitialised values in every other std::optional (its bug 80635).
target_compile_options(diascope_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
# The facts behind these are in README.md, "Facts of the platform".
target_compile_definitions(diascope_flags INTERFACE QT_NO_KEYWORDS QT_NO_CAST_FROM_BYTEARRAY QT_MESSAGELOGCONTEXT)
target_include_directories(diascope_flags INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)

if(DIASCOPE_SANITIZE)
    add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
    # libstdc++'s vptr check needs RTTI of Qt's private classes
    add_compile_options(-fno-sanitize=vptr)
    add_link_options(-fsanitize=address,undefined)
    add_compile_definitions(DIASCOPE_SANITIZED)
endif()

if(DIASCOPE_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize=vptr -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
    add_link_options(-fsanitize=address,undefined)
    add_compile_definitions(DIASCOPE_SANITIZED)
endif()

if(DIASCOPE_COVERAGE)
    add_compile_options(-fprofile-instr-generate=${CMAKE_BINARY_DIR}/default.profraw -fcoverage-mapping) # what starts without LLVM_PROFILE_FILE writes there
    add_link_options(-fprofile-instr-generate)
    add_compile_definitions(DIASCOPE_SANITIZED) # as slow, and with as much memory of its own
endif()

if(DIASCOPE_FUZZ OR DIASCOPE_COVERAGE)
    # clang 16 has the concepts <expected> asks for, but not yet the number that says so; and other opinions on warnings.
    add_compile_options(-U__cpp_concepts -D__cpp_concepts=202002L -Wno-builtin-macro-redefined -Wno-error)
    # Debian's ITK knows no compiler but GCC.
    add_compile_definitions(ITK_COMPILER_DETECTION_H ITK_NOEXCEPT=noexcept)
endif()
