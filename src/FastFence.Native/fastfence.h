/*
 * libfastfence.so: the poller of FastFence, compiled ahead of time. It has a runtime of its own inside, cannot be unloaded, and
 * its threads are unknown to the host's runtime, so no garbage collection of the host stops them.
 *
 * The host is the managed FastFence of the same sources: the blocks behind these pointers are its own, and fastfence_layout()
 * must equal the host's number (sizes, offsets, encodings). Everything after the start is said in words of fastfence_poller.
 */
#ifndef FASTFENCE_H
#define FASTFENCE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where the process's native memory is. */
typedef struct fastfence_host {
    uint64_t size;              /* sizeof(fastfence_host) */
    uint64_t layout;            /* the host's layout number */
    void    *reservation_base;
    int64_t  reservation_bytes;
    void    *block_classes;
    void    *regions;
    void    *domain;
} fastfence_host;

/* One poller's thread; 256 bytes of the host's memory, aligned to 128. */
typedef struct fastfence_poller {
    void    *poller;            /* host */
    void    *cache;             /* host, before FASTFENCE_GO */
    uint32_t term;              /* host */
    int32_t  core;              /* host; -1: not pinned */
    uint32_t stop;              /* host: 1 = stop */
    uint32_t hold;              /* host: nonzero = stand still between two turns; a futex word, for tests */
    uint8_t  reserved0[96];
    uint32_t state;             /* both: a FASTFENCE_ step; a futex word */
    int32_t  thread_id;         /* thread */
    uint32_t pinned;            /* thread: 1 = pinned as asked */
    uint32_t held;              /* thread: 1 = stands still because it was told to */
    uint8_t  reserved1[112];
} fastfence_poller;

enum { FASTFENCE_STARTING, FASTFENCE_REPORTED, FASTFENCE_GO, FASTFENCE_REFUSED, FASTFENCE_ENDED };

enum { FASTFENCE_ATTACHED, FASTFENCE_SIZE_DIFFERS, FASTFENCE_LAYOUT_DIFFERS, FASTFENCE_TAKEN };

/* The layout that the library was built with. Any thread. */
uint64_t fastfence_layout(void);

/* Gives it the host's memory, once a process; again with the same memory is fine. Any thread. */
int32_t fastfence_attach(const fastfence_host *host);

/* Starts a thread that reports, waits for FASTFENCE_GO, and polls. 0; 1 = not attached; 2 = no thread could be made. */
int32_t fastfence_start(fastfence_poller *control);

/* A callback that stands still while the 32-bit word at argument is not 0. For tests. */
void fastfence_hold(uint64_t fence, void *argument);

/* A callback that ends its thread on the spot. For tests. */
void fastfence_die(uint64_t fence, void *argument);

/*
 * A callback that adds 1 to the 32-bit word at argument and wakes all who sleep on it by FUTEX_WAIT without the private flag, in any
 * process: how a thread that no runtime knows waits for a fence. A garbage collection of the host stops neither of them.
 */
void fastfence_wake(uint64_t fence, void *argument);

/* What a driver of rings and its host tell each other; 256 bytes, aligned to 128. */
typedef struct fastfence_driver {
    uint64_t rings[4];          /* host: fresh rings */
    int64_t *starts;            /* driver: when jobs began, monotonic ns; or null */
    uint64_t capacity;          /* host: room in starts */
    int64_t  not_before;        /* host: nothing is taken before, monotonic ns */
    uint64_t target;            /* host: is_ahead becomes 0 after so many jobs */
    int64_t  give_up_at;        /* host: or at that monotonic time, ns; 0 = never */
    uint32_t count;             /* host: how many rings */
    uint32_t stop;              /* host: 1 = end; a futex word */
    uint8_t  reserved0[48];
    uint64_t jobs;              /* driver: jobs done */
    uint32_t is_ahead;          /* host: 1; driver: 0 at the target; a futex word */
    uint32_t has_ended;         /* driver */
    uint8_t  reserved1[112];
} fastfence_driver;

/* Starts a simple device for some rings on a thread of its own. 0; 2 = no thread could be made. For tests and measurements. */
int32_t fastfence_drive(fastfence_driver *words);

#ifdef __cplusplus
}
#endif
#endif
