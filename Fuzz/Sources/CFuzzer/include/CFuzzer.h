#pragma once
#include <stddef.h>
#include <stdint.h>

/// The loop of libFuzzer, as a function: https://llvm.org/docs/LibFuzzer.html, "Using libFuzzer as a library".
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*target)(const uint8_t *data, size_t size));
