// The loops that the gate calls, the same for every fence. Included behind the fence's own create, add, signal_fence and release; FENCE is
// the prefix of what is exported.
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

static __thread uint64_t ran;

static void count(void *fence, struct callback *self)
{
    (void)fence;
    (void)self;
    ran++;
}

PEER void JOIN(FENCE, _create_release)(int times)
{
    for (int i = 0; i < times; i++) {
        struct fence *f = create();
        __asm__ volatile("" ::"r"(f) : "memory");
        release(f);
    }
}

PEER void JOIN(FENCE, _life)(int times)
{
    for (int i = 0; i < times; i++) {
        struct fence *f = create();
        __asm__ volatile("" ::"r"(f) : "memory");
        signal_fence(f, coarse_now());
        release(f);
    }
}

static void with_callbacks(int times, int callbacks)
{
    struct callback nodes[64];
    for (int i = 0; i < times; i++) {
        struct fence *f = create();
        for (int k = 0; k < callbacks; k++) {
            nodes[k].run = count;
            add(f, &nodes[k]);
        }
        signal_fence(f, coarse_now());
        release(f);
    }
}

PEER void JOIN(FENCE, _callbacks_1)(int times) { with_callbacks(times, 1); }
PEER void JOIN(FENCE, _callbacks_8)(int times) { with_callbacks(times, 8); }
PEER void JOIN(FENCE, _callbacks_64)(int times) { with_callbacks(times, 64); }

// A race: one thread adds callbacks to one fence until that is closed, then to the next; another one closes each half a microsecond after it has
// come into use. begin, add and end on the one thread, signal on the other; times is how many adds are accepted.
#define OPEN_NANOSECONDS 500

static struct fence **raced;
static struct callback *race_nodes;
static int race_count, race_signaled;
static struct { _Atomic uint64_t at; } race_position __attribute__((aligned(2 * LINE)));

PEER void JOIN(FENCE, _race_begin)(int times)
{
    race_count = times / 4 + 64;
    race_signaled = 0;
    raced = malloc((size_t)race_count * sizeof *raced);
    race_nodes = calloc((size_t)times, sizeof *race_nodes);
    for (int i = 0; i < race_count; i++) raced[i] = create();
    for (int i = 0; i < times; i++) race_nodes[i].run = count;
    atomic_store_explicit(&race_position.at, 0, memory_order_release);
}

PEER void JOIN(FENCE, _race_add)(int times)
{
    int at = 0;
    for (int i = 0; i < times;) {
        if (add(raced[at], &race_nodes[i])) i++;
        else if (at + 1 < race_count) atomic_store_explicit(&race_position.at, (uint64_t)++at, memory_order_release);
    }
    atomic_store_explicit(&race_position.at, UINT64_MAX, memory_order_release);
}

PEER void JOIN(FENCE, _race_signal)(int times)
{
    (void)times;
    for (; race_signaled + 1 < race_count; race_signaled++) {
        while (atomic_load_explicit(&race_position.at, memory_order_acquire) < (uint64_t)race_signaled) __builtin_ia32_pause();
        for (uint64_t end = nanoseconds() + OPEN_NANOSECONDS; nanoseconds() < end;) __builtin_ia32_pause();
        if (atomic_load_explicit(&race_position.at, memory_order_acquire) == UINT64_MAX) return;
        signal_fence(raced[race_signaled], coarse_now());
    }
}

PEER void JOIN(FENCE, _race_end)(int times)
{
    (void)times;
    for (int i = 0; i < race_count; i++) {
        if (i >= race_signaled) signal_fence(raced[i], coarse_now());
        release(raced[i]);
    }
    free(raced);
    free(race_nodes);
}
