// Read-side sections and deferred frees of the libraries that C programs use: liburcu in two flavours, ck_epoch. Each loop registers its
// thread and takes it away again, so that loops of different flavours do not hold each other up.
#include "peers.h"
#include <stdlib.h>

#ifdef WITH_URCU
#define _LGPL_SOURCE
#include <urcu/urcu-memb.h>
#include <urcu/urcu-qsbr.h>

struct named {
    const char *name;
    uint64_t length;
    struct rcu_head head;
};

static struct named constant = { .name = "nnnnnnnnnnnn", .length = 12 };
static struct named *shared = &constant;

PEER void urcu_memb_section(int times)
{
    uint64_t bytes = 0;
    urcu_memb_register_thread();
    for (int i = 0; i < times; i++) {
        urcu_memb_read_lock();
        bytes += rcu_dereference(shared)->length;
        urcu_memb_read_unlock();
    }
    urcu_memb_unregister_thread();
    __asm__ volatile("" ::"r"(bytes));
}

PEER void urcu_qsbr_section(int times)
{
    uint64_t bytes = 0;
    urcu_qsbr_register_thread();
    for (int i = 0; i < times; i++) {
        urcu_qsbr_read_lock();
        bytes += rcu_dereference(shared)->length;
        urcu_qsbr_read_unlock();
        if ((i & 63) == 63) urcu_qsbr_quiescent_state();
    }
    urcu_qsbr_unregister_thread();
    __asm__ volatile("" ::"r"(bytes));
}

static void give_back(struct rcu_head *head) { free(caa_container_of(head, struct named, head)); }

PEER void urcu_memb_call(int times)
{
    urcu_memb_register_thread();
    for (int i = 0; i < times; i++) {
        struct named *n = malloc(sizeof *n);
        urcu_memb_call_rcu(&n->head, give_back);
    }
    urcu_memb_unregister_thread();
    urcu_memb_barrier();
}
#endif

#ifdef WITH_CK
#include <ck_epoch.h>

static ck_epoch_t epoch;
static _Atomic int epoch_made;

PEER void ck_epoch_sections(int times)
{
    static const uint64_t length = 12;
    const volatile uint64_t *shared_length = &length;
    uint64_t bytes = 0;
    if (!atomic_exchange(&epoch_made, 1)) ck_epoch_init(&epoch);
    ck_epoch_record_t *record = ck_epoch_recycle(&epoch, NULL);
    if (record == NULL) {
        record = aligned_alloc(LINE, (sizeof *record + LINE - 1) / LINE * LINE);
        ck_epoch_register(&epoch, record, NULL);
    }
    for (int i = 0; i < times; i++) {
        ck_epoch_begin(record, NULL);
        bytes += *shared_length;
        ck_epoch_end(record, NULL);
    }
    ck_epoch_unregister(record);
    __asm__ volatile("" ::"r"(bytes));
}
#endif
