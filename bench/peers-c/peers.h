// What the peers share: how a loop is called, padding, the coarse clock that a signal stamps itself with.
#pragma once
#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

#define PEER __attribute__((visibility("default")))
#define LINE 64

// A clock that somebody publishes, as a poller does: reading it is a load.
extern _Atomic uint64_t peers_clock;

static inline uint64_t coarse_now(void) { return atomic_load_explicit(&peers_clock, memory_order_relaxed); }

static inline uint64_t nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
