#pragma once
#include <cstdlib>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

/// Included first by a file into which errors are planted. All of them are compiled in; DIASCOPE_MUTANT names the one that is on,
/// DIASCOPE_REACH a file of `size` bytes in which each one that is come by leaves a 1: it outlives a killed or confined process.
namespace mutation
{

constexpr int size = 65536;

inline const int active = [] {
    const char* number = std::getenv("DIASCOPE_MUTANT");
    return number ? std::atoi(number) : 0;
}();

inline volatile unsigned char* const reached = []() -> volatile unsigned char* {
    const char* path = std::getenv("DIASCOPE_REACH");
    const int file = path ? ::open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0)
        return nullptr;
    void* bytes = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
    return bytes == MAP_FAILED ? nullptr : static_cast<volatile unsigned char*>(bytes);
}();

inline bool on(int number)
{
    if (reached)
        reached[number] = 1;
    return active == number;
}

} // namespace mutation

// What an error planted on purpose looks like to the compiler.
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Warray-bounds"
#pragma GCC diagnostic ignored "-Wbool-compare"
#pragma GCC diagnostic ignored "-Wbool-operation"
#pragma GCC diagnostic ignored "-Wdiv-by-zero"
#pragma GCC diagnostic ignored "-Wint-in-bool-context"
#pragma GCC diagnostic ignored "-Wlogical-op"
#pragma GCC diagnostic ignored "-Wparentheses"
#pragma GCC diagnostic ignored "-Wreturn-type"
#pragma GCC diagnostic ignored "-Wshift-count-overflow"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wstringop-overflow"
#pragma GCC diagnostic ignored "-Wtautological-compare"
#pragma GCC diagnostic ignored "-Wtype-limits"
#pragma GCC diagnostic ignored "-Wunused-result"
#pragma GCC diagnostic ignored "-Wunused-value"
