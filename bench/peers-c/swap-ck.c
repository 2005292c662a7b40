// As swap-urcu.h, by ck_epoch: the writer reclaims, into a list of its own.
#include "peers.h"
#include <stdlib.h>

#ifdef WITH_CK
#include <ck_epoch.h>

struct kept {
    uint64_t value, complement;
    struct kept *next;
    ck_epoch_entry_t entry;
};

static ck_epoch_t swaps;
static ck_epoch_record_t writer __attribute__((aligned(2 * LINE)));
static ck_epoch_record_t reader __attribute__((aligned(2 * LINE)));
static struct kept *_Atomic kept_current;
static struct kept *kept_free; // the writer's: it reclaims, too

__attribute__((constructor)) static void make_epoch(void)
{
    ck_epoch_init(&swaps);
    ck_epoch_register(&swaps, &writer, NULL);
    ck_epoch_register(&swaps, &reader, NULL);
}

static void keep(ck_epoch_entry_t *entry)
{
    struct kept *k = (struct kept *)((char *)entry - offsetof(struct kept, entry));
    k->next = kept_free;
    kept_free = k;
}

PEER void ck_epoch_swap(int times)
{
    for (int i = 0; i <= times; i++) {
        struct kept *k = NULL;
        if (i < times) {
            k = kept_free;
            if (k != NULL) kept_free = k->next;
            else k = malloc(sizeof *k);
            k->value = (uint64_t)i;
            k->complement = ~k->value;
        }
        struct kept *old = atomic_load_explicit(&kept_current, memory_order_relaxed);
        ck_epoch_begin(&writer, NULL);
        atomic_store_explicit(&kept_current, k, memory_order_release);
        if (old != NULL) ck_epoch_call(&writer, &old->entry, keep);
        ck_epoch_end(&writer, NULL);
        if ((i & 255) == 255) ck_epoch_poll(&writer);
    }
    ck_epoch_barrier(&writer);
}

PEER void ck_epoch_grace_periods(int times)
{
    for (int i = 0; i < times; i++) ck_epoch_synchronize(&writer);
}

PEER void ck_epoch_reader_enter(int times) { (void)times; }

PEER void ck_epoch_reader_read(int times)
{
    for (int i = 0; i < times; i++) {
        ck_epoch_begin(&reader, NULL);
        struct kept *k = atomic_load_explicit(&kept_current, memory_order_acquire);
        if (k != NULL && k->value != ~k->complement) abort();
        ck_epoch_end(&reader, NULL);
    }
}

PEER void ck_epoch_reader_own(int times)
{
    static struct kept own = { .value = 1, .complement = ~(uint64_t)1 };
    static struct kept *_Atomic mine = &own;
    for (int i = 0; i < times; i++) {
        ck_epoch_begin(&reader, NULL);
        struct kept *k = atomic_load_explicit(&mine, memory_order_acquire);
        if (k->value != ~k->complement) abort();
        ck_epoch_end(&reader, NULL);
    }
}

PEER void ck_epoch_reader_leave(int times) { (void)times; }
#endif
